import { type Counts, MOST_PATHS, type Tallies, tallyLegs } from './counts.js'
import type { MapFilters, OwnLeg } from './types.js'

/** What is counted in all legs that fit. */
export const countLegs = (all: readonly OwnLeg[], filters: MapFilters = {}): Counts => createTally(tallyLegs(all, filters)).counts()

/** Counts that follow the legs: whoever changes is taken out as before, and added as after. */
export interface Tally {
  readonly add: (tallies: Tallies) => void
  readonly take: (tallies: Tallies) => void
  readonly counts: () => Counts
}

/** Tables of sums, and the columns that tell their rows apart: all others are added up. */
const SUMS = {
  totals: [],
  buyers: ['orders'],
  stays: ['stage'],
  flows: ['from', 'to'],
  arrivals: ['channel', 'stage'],
  acts: ['stage', 'name'],
  feelings: ['stage'],
  hurts: ['name', 'about', 'step', 'stage'],
  hurt: ['stage'],
  channels: ['channel'],
  channelStages: ['channel', 'stage'],
  revenue: ['channel', 'currency'],
  reached: ['reached'],
  carts: ['step', 'field', 'error', 'stage'],
  atStake: ['step', 'field', 'error', 'stage', 'currency'],
  cohorts: ['first', 'month'],
  stagePaths: ['path'],
  pagePaths: ['path'],
} satisfies { readonly [table in keyof Omit<Tallies, 'lasted' | 'goals'>]: readonly string[] }

type Table = keyof typeof SUMS
type Sums = { readonly [column: string]: unknown }

/** Begins with what was counted. */
export function createTally(first: Tallies): Tally {
  const tables = Object.entries(SUMS).map(([table, by]) => [table as Table, createTable(by)] as const)
  const lasted = new Map<string, Ordered>()
  const goal = { touchpoints: createOrdered(), visits: createOrdered(), ms: createOrdered() }

  const count = (tallies: Tallies, sign: 1 | -1) => {
    for (const [name, table] of tables) for (const row of tallies[name]) table.count(row, sign)
    const move = (values: Ordered, moved: readonly number[]) => (sign > 0 ? values.add(moved) : values.take(moved))
    for (const { stage, ms } of tallies.lasted) {
      const values = lasted.get(stage) ?? createOrdered()
      lasted.set(stage, values)
      move(values, ms)
    }
    for (const each of tallies.goals) for (const name of ['touchpoints', 'visits', 'ms'] as const) move(goal[name], each[name])
  }
  count(first, 1)

  return {
    add: (tallies) => count(tallies, 1),
    take: (tallies) => count(tallies, -1),
    counts: () => {
      const { stays, revenue, atStake, stagePaths, pagePaths, ...rest } = Object.fromEntries(tables.map(([name, { rows }]) => [name, rows()])) as unknown as Omit<Tallies, 'lasted' | 'goals'>
      return {
        ...rest,
        stays: stays.map((stay) => ({ ...stay, median: lasted.get(stay.stage)?.median() ?? null })),
        revenue: revenue.map(({ times: _, ...row }) => row),
        atStake: atStake.map(({ times: _, ...row }) => row),
        goal: [{ touchpoints: goal.touchpoints.median(), visits: goal.visits.median(), ms: goal.ms.median() }],
        stagePaths: mostFrequent(stagePaths, ({ shoppers }) => shoppers),
        pagePaths: mostFrequent(pagePaths, ({ visits }) => visits),
      }
    },
  }
}

/** Rows of sums; those of nothing are gone, but for the one of a table that has just one. */
function createTable(by: readonly string[]) {
  const sums = new Map<string, Sums>()
  return {
    count: (row: Sums, sign: 1 | -1) => {
      const key = JSON.stringify(by.map((column) => row[column]))
      const before = sums.get(key)
      const entries = Object.entries(row).map(([column, value]) => [column, by.includes(column) ? value : Number(before?.[column] ?? 0) + sign * Number(value)])
      if (by.length && entries.every(([column, value]) => by.includes(String(column)) || value === 0)) sums.delete(key)
      else sums.set(key, Object.fromEntries(entries))
    },
    rows: () => [...sums.values()],
  }
}

type Ordered = ReturnType<typeof createOrdered>

/** Numbers, kept in order. */
function createOrdered() {
  let sorted: number[] = []
  /** The place of the first one that is not less. */
  const placeOf = (value: number) => {
    let [from, to] = [0, sorted.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (sorted[middle]! < value) from = middle + 1
      else to = middle
    }
    return from
  }
  return {
    add: (values: readonly number[]) => {
      if (sorted.length) for (const value of values) sorted.splice(placeOf(value), 0, value)
      else sorted = [...values].sort((a, b) => a - b)
    },
    take: (values: readonly number[]) => {
      for (const value of values) sorted.splice(placeOf(value), 1)
    },
    median: () => {
      const middle = (sorted.length - 1) / 2
      return sorted.length ? (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2 : null
    },
  }
}

const mostFrequent = <Row extends { readonly path: readonly string[] }>(rows: readonly Row[], timesOf: (row: Row) => number): Row[] => {
  const found = rows.map((row) => ({ row, times: timesOf(row), key: JSON.stringify(row.path) }))
  return found.sort((a, b) => b.times - a.times || (a.key < b.key ? -1 : 1)).slice(0, MOST_PATHS).map(({ row }) => row)
}
