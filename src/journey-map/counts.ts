import type { MapFilters, OwnLeg } from './types.js'

/**
 * What is counted in legs, as tables: small, and the same from memory (`countLegs`) as from a database. Amounts are in thousandths. Rows come in any order, but for paths, of which there are
 * the `MOST_PATHS` most frequent (of equals, those first in the order of `JSON.stringify`).
 */
export interface Counts {
  readonly totals: readonly { readonly shoppers: number; readonly visits: number; readonly touchpoints: number; readonly bounces: number; readonly unplaced: number }[]
  /** By how often they bought. */
  readonly buyers: readonly { readonly orders: number; readonly shoppers: number }[]
  readonly stays: readonly { readonly stage: string; readonly shoppers: number; readonly entries: number; readonly exits: number; readonly median: number | null }[]
  readonly flows: readonly { readonly from: string; readonly to: string; readonly times: number }[]
  readonly arrivals: readonly { readonly channel: string; readonly stage: string; readonly shoppers: number }[]
  readonly acts: readonly { readonly stage: string; readonly name: string; readonly times: number; readonly shoppers: number }[]
  readonly feelings: readonly { readonly stage: string; readonly positive: number; readonly neutral: number; readonly negative: number }[]
  readonly hurts: readonly { readonly name: string; readonly about: string; readonly step: string; readonly stage: string; readonly times: number; readonly shoppers: number; readonly left: number }[]
  readonly hurt: readonly { readonly stage: string; readonly times: number; readonly shoppers: number }[]
  readonly channels: readonly { readonly channel: string; readonly shoppers: number; readonly visits: number; readonly touchpoints: number; readonly bounces: number; readonly buyers: number; readonly orders: number }[]
  readonly channelStages: readonly { readonly channel: string; readonly stage: string; readonly shoppers: number }[]
  readonly revenue: readonly { readonly channel: string; readonly currency: string; readonly amount: number }[]
  /** By how far they came: a place in `FUNNEL`. */
  readonly reached: readonly { readonly reached: number; readonly shoppers: number }[]
  /** One row, of `null`s without buyers. */
  readonly goal: readonly { readonly touchpoints: number | null; readonly visits: number | null; readonly ms: number | null }[]
  readonly carts: readonly { readonly step: string; readonly field: string; readonly error: string; readonly stage: string; readonly carts: number; readonly shoppers: number; readonly recovered: number; readonly unknown: number }[]
  readonly atStake: readonly { readonly step: string; readonly field: string; readonly error: string; readonly stage: string; readonly currency: string; readonly amount: number }[]
  /** Months since January of the year 0, UTC. */
  readonly cohorts: readonly { readonly first: number; readonly month: number; readonly shoppers: number }[]
  readonly stagePaths: readonly { readonly path: readonly string[]; readonly shoppers: number }[]
  readonly pagePaths: readonly { readonly path: readonly string[]; readonly visits: number }[]
}

/**
 * What is counted in the legs of some shoppers, so that it can be added to what is counted in those of others: sums, and lists of what is no sum. A cart that several of them have to do with
 * counts where all of these are. Paths are all there are, in any order.
 */
export interface Tallies extends Omit<Counts, 'stays' | 'revenue' | 'goal' | 'atStake'> {
  readonly stays: readonly Omit<Counts['stays'][number], 'median'>[]
  /** How long it was until a stage was left for another one, each time, ms. */
  readonly lasted: readonly { readonly stage: string; readonly ms: readonly number[] }[]
  /** `times`: of how many payments, or carts, since amounts may add up to nothing. */
  readonly revenue: readonly (Counts['revenue'][number] & { readonly times: number })[]
  readonly atStake: readonly (Counts['atStake'][number] & { readonly times: number })[]
  /** One row, with an entry in each list for each buyer. */
  readonly goals: readonly { readonly touchpoints: readonly number[]; readonly visits: readonly number[]; readonly ms: readonly number[] }[]
}

/** How many paths are told of. */
export const MOST_PATHS = 20
/** So many steps of a journey make its path. */
export const MOST_STEPS = 10

/** The legs of one shopper, in order. */
export interface Journey {
  readonly key: string
  readonly legs: readonly OwnLeg[]
  readonly steps: readonly { readonly stage: string; readonly from: number }[]
}

type Cell = string | number

/** Counts in all legs that fit, each journey as far as its legs do. */
export function tallyLegs(all: readonly OwnLeg[], filters: MapFilters = {}): Tallies {
  const journeys = journeysOf(all, filters)
  const legs = journeys.flatMap(({ key, legs }) => legs.map((leg) => ({ ...leg, key })))
  const each = <Entry extends object>(entriesOf: (leg: OwnLeg) => readonly Entry[]) => legs.flatMap((leg) => entriesOf(leg).map((entry) => ({ key: leg.key, channel: leg.channel, visit: leg.visit, site: leg.site, ...entry })))
  const transitions = journeys.flatMap(({ key, steps }) => steps.map(({ stage, from }, i) => ({ key, stage, from, next: steps[i + 1] })))
  const payments = each((leg) => leg.payments)
  const orders = payments.filter(({ isOrder }) => isOrder)
  const hurts = each((leg) => leg.hurts)
  const carts = cartsOf(each((leg) => leg.abandoned))
  const goals = journeys.flatMap(goalOf)
  const ordersOf = new Map(group(orders, ({ key }) => [key]).map(([[key], own]) => [key, own.length]))
  const firsts = new Map(group(orders, ({ key }) => [key]).map(([[key], own]) => [key, Math.min(...own.map(({ at }) => monthOf(at)))]))

  return {
    totals: [{ shoppers: journeys.length, visits: legs.length, touchpoints: sum(legs, (leg) => leg.touchpoints), bounces: legs.filter((leg) => leg.isBounce).length, unplaced: legs.filter(({ runs }) => !runs.length).length }],
    buyers: group([...ordersOf.values()], (count) => [count]).map(([[count], own]) => ({ orders: Number(count), shoppers: own.length })),
    stays: group(transitions, ({ stage }) => [stage]).map(([[stage], own]) => ({
      stage: String(stage),
      shoppers: shoppersIn(own),
      entries: own.length,
      exits: own.filter(({ next }) => !next).length,
    })),
    lasted: group(transitions.filter(({ next }) => next), ({ stage }) => [stage]).map(([[stage], own]) => ({ stage: String(stage), ms: own.map(({ from, next }) => next!.from - from) })),
    flows: group(transitions.filter(({ next }) => next), ({ stage, next }) => [stage, next!.stage]).map(([[from, to], own]) => ({ from: String(from), to: String(to), times: own.length })),
    arrivals: group(journeys.filter(({ steps }) => steps.length), ({ legs, steps }) => [legs[0]!.channel, steps[0]!.stage]).map(([[channel, stage], own]) => ({ channel: String(channel), stage: String(stage), shoppers: own.length })),
    acts: group(each((leg) => leg.acts), ({ stage, name }) => [stage, name]).map(([[stage, name], own]) => ({ stage: String(stage), name: String(name), times: sum(own, ({ times }) => times), shoppers: shoppersIn(own) })),
    feelings: group(each((leg) => leg.feelings), ({ stage }) => [stage]).map(([[stage], own]) => ({ stage: String(stage), positive: sum(own, (told) => told.positive), neutral: sum(own, (told) => told.neutral), negative: sum(own, (told) => told.negative) })),
    hurts: group(hurts, ({ name, about, step, stage }) => [name, about, step, stage]).map(([, own]) => {
      const { name, about, step, stage } = own[0]!
      return { name, about, step, stage, times: sum(own, ({ times }) => times), shoppers: shoppersIn(own), left: shoppersIn(own.filter(({ isLast }) => isLast)) }
    }),
    hurt: group(hurts, ({ stage }) => [stage]).map(([[stage], own]) => ({ stage: String(stage), times: sum(own, ({ times }) => times), shoppers: shoppersIn(own) })),
    channels: group(legs, ({ channel }) => [channel]).map(([[channel], own]) => {
      const bought = orders.filter((order) => order.channel === channel)
      return { channel: String(channel), shoppers: shoppersIn(own), visits: own.length, touchpoints: sum(own, (leg) => leg.touchpoints), bounces: own.filter(({ isBounce }) => isBounce).length, buyers: shoppersIn(bought), orders: bought.length }
    }),
    channelStages: group(each((leg) => leg.runs), ({ channel, stage }) => [channel, stage]).map(([[channel, stage], own]) => ({ channel: String(channel), stage: String(stage), shoppers: shoppersIn(own) })),
    revenue: group(payments, ({ channel, currency }) => [channel, currency]).map(([[channel, currency], own]) => ({ channel: String(channel), currency: String(currency), amount: sum(own, ({ amount }) => amount), times: own.length })),
    reached: group(journeys, (journey) => [Math.max(...journey.legs.map(({ reached }) => reached))]).map(([[reached], own]) => ({ reached: Number(reached), shoppers: own.length })),
    goals: [{ touchpoints: goals.map((goal) => goal.touchpoints), visits: goals.map((goal) => goal.visits), ms: goals.map((goal) => goal.ms) }],
    carts: group(carts, placeOf).map(([, own]) => ({ ...place(own[0]!), carts: own.length, shoppers: shoppersIn(own), recovered: own.filter(({ status }) => status === 'recovered').length, unknown: own.filter(({ status }) => status === 'unknown').length })),
    atStake: group(carts.filter(({ status }) => !/^(?:recovered|unknown)$/.test(status)), (cart) => [...placeOf(cart), cart.currency]).map(([, own]) => ({ ...place(own[0]!), currency: own[0]!.currency, amount: sum(own, ({ amount }) => amount), times: own.length })),
    cohorts: group(orders, ({ key, at }) => [firsts.get(key)!, monthOf(at)]).map(([[first, month], own]) => ({ first: Number(first), month: Number(month), shoppers: shoppersIn(own) })),
    stagePaths: pathsIn(journeys.map(({ steps }) => steps.slice(0, MOST_STEPS).map(({ stage }) => stage))).map(([path, times]) => ({ path, shoppers: times })),
    pagePaths: pathsIn(legs.map(({ pages }) => pages)).map(([path, times]) => ({ path, visits: times })),
  }
}

/** Whether a leg counts. What somebody is, is what was told of them last, wherever that was. */
function fits({ site, since = -Infinity, until = Infinity, channel, device, segment, persona }: MapFilters, all: readonly OwnLeg[]): (leg: OwnLeg) => boolean {
  const isOf = (trait: 'segment' | 'persona', wanted: string | undefined) => {
    if (wanted === undefined) return () => true
    const told = new Map<string, string>()
    for (const leg of [...all].sort(byTime)) if (leg[trait] !== undefined) told.set(keyOf(leg), leg[trait])
    return (leg: OwnLeg) => told.get(keyOf(leg)) === wanted
  }
  const [hasSegment, hasPersona] = [isOf('segment', segment), isOf('persona', persona)]
  return (leg) =>
    leg.touchpoints > 0 && leg.started >= since && leg.started < until && (site === undefined || leg.site === site) && (channel === undefined || leg.channel === channel) && (device === undefined || leg.device === device) && hasSegment(leg) && hasPersona(leg)
}

const keyOf = ({ site, person }: OwnLeg) => `${site}/${person}`
const byTime = (a: OwnLeg, b: OwnLeg) => a.started - b.started || (a.visit < b.visit ? -1 : 1)

/** Legs that fit, by shopper. Runs of the same stage that follow each other, also in another visit, are one step. */
export function journeysOf(all: readonly OwnLeg[], filters: MapFilters): Journey[] {
  return group(all.filter(fits(filters, all)), (leg) => [keyOf(leg)]).map(([[key], own]) => {
    const inOrder = [...own].sort(byTime)
    const runs = inOrder.flatMap((leg) => leg.runs)
    return { key: String(key), legs: inOrder, steps: runs.filter(({ stage }, i) => stage !== runs[i - 1]?.stage) }
  })
}

function goalOf({ legs }: Journey): { touchpoints: number; visits: number; ms: number }[] {
  const visit = legs.findIndex(({ goalAt }) => goalAt !== undefined)
  if (visit < 0) return []
  const { goalAfter, goalAt } = legs[visit]!
  return [{ touchpoints: sum(legs.slice(0, visit), (leg) => leg.touchpoints) + goalAfter!, visits: visit + 1, ms: goalAt! - legs[0]!.started }]
}

type Told = OwnLeg['abandoned'][number] & { readonly key: string; readonly site: string; readonly visit: string }

/** One of each cart: where it was left last, and what became of it in the end. */
function cartsOf(told: readonly Told[]): Told[] {
  const latest = (own: readonly Told[], whenOf: (each: Told) => readonly Cell[]) => own.reduce((last, each) => (compare(whenOf(each), whenOf(last)) > 0 ? each : last))
  return group(told, ({ site, id }) => [site, id]).map(([, own]) => {
    const { status } = latest(own, ({ at, visit }) => [at, visit])
    return { ...latest(own, ({ toldAt, at, visit }) => [toldAt, at, visit]), status }
  })
}

const place = ({ step, field, error, stage }: Told) => ({ step, field, error, stage })
const placeOf = ({ step, field, error, stage }: Told) => [step, field, error, stage]

function compare(a: readonly Cell[], b: readonly Cell[]): number {
  const i = a.findIndex((cell, place) => cell !== b[place])
  return i < 0 ? 0 : a[i]! < b[i]! ? -1 : 1
}

/** Entries by what they have in common. */
function group<Entry>(entries: readonly Entry[], keysOf: (entry: Entry) => readonly Cell[]): (readonly [keys: readonly Cell[], own: readonly Entry[]])[] {
  const groups = new Map<string, [keys: readonly Cell[], own: Entry[]]>()
  for (const entry of entries) {
    const keys = keysOf(entry)
    const key = keys.length === 1 ? String(keys[0]) : JSON.stringify(keys)
    const found = groups.get(key)
    if (found) found[1].push(entry)
    else groups.set(key, [keys, [entry]])
  }
  return [...groups.values()]
}

const sum = <Entry>(entries: readonly Entry[], of: (entry: Entry) => number) => entries.reduce((total, entry) => total + of(entry), 0)
const shoppersIn = (entries: readonly { readonly key: string }[]) => new Set(entries.map(({ key }) => key)).size

/** Months since January of the year 0, UTC. */
function monthOf(at: number): number {
  const date = new Date(at)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

const pathsIn = (paths: readonly (readonly string[])[]) => group(paths.filter(({ length }) => length), (path) => [JSON.stringify(path)]).map(([, own]) => [own[0]!, own.length] as const)
