import { fromKey, type Row } from './row.js'
import type { Range } from './types.js'

/** One touchpoint of a row, chosen for a request. */
export interface Item {
  readonly row: Row
  readonly line: string
}

/** The touchpoints of the rows that are not done with, as many as fit in `size` characters, at least one. */
export function take(rows: readonly Row[], size: number): Item[] {
  const items: Item[] = []
  let left = size
  for (const row of rows) {
    for (const line of row.lines) {
      if (row.done.has(line)) continue
      left -= line.length + 1
      if (items.length && left < 0) return items
      items.push({ row, line })
    }
  }
  return items
}

/** The rows of some items. */
export const rowsOf = (items: readonly Item[]): Row[] => unique(items.map(({ row }) => row))

/** The two halves of some items, the larger one last. */
export const halve = (items: readonly Item[]): [half: Item[], rest: Item[]] => [items.slice(0, items.length >> 1), items.slice(items.length >> 1)]

/** Says whether a request with some items is under way. */
export function fly(items: readonly Item[], flying: boolean): void {
  for (const { row } of items) row.flying = flying
}

/** The ranges of `seq` that rows cover, neighbours of one document joined. */
export function rangesOf(rows: readonly Range[]): Range[] {
  const ranges: { tab: string; from: number; to: number }[] = []
  const ends = new Map<string, { to: number }>()
  for (const { tab, from, to } of rows) {
    const before = ends.get(tab)
    if (before && before.to + 1 === from) before.to = to
    else {
      const range = { tab, from, to }
      ranges.push(range)
      ends.set(tab, range)
    }
  }
  return ranges
}

/** The rows whose touchpoints all lie in what a collector says it holds. */
export function heldBy(held: readonly Range[], keys: readonly string[]): string[] {
  return keys.filter((key) => {
    const row = fromKey(key)
    return held.some(({ tab, from, to }) => tab === row.tab && from <= row.from && to >= row.to)
  })
}

/** A list without repetitions, in the order of the first. */
export const unique = <T>(list: readonly T[]): T[] => [...new Set(list)]
