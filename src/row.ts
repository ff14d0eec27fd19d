import type { Touchpoint } from './touchpoint.js'
import type { Range } from './types.js'

/** Money first: 0 is for orders, 1 for the cart and the checkout, 2 for the rest. */
export type Priority = 0 | 1 | 2

/** Touchpoints with consecutive `seq`, one page view and one priority: what is put, evicted and deleted as one. */
export interface Row {
  readonly tab: string
  readonly at: number
  readonly from: number
  to: number
  readonly priority: Priority
  /** The entries of the visit and the page on the wire. */
  readonly visit: string
  readonly page: string
  readonly lines: string[]
  /** In characters. */
  size: number
  /** Once it has its key, nothing is added to it any more. */
  key?: string
  /** Whether it is on the device: `soon` while a transaction is under way. */
  stored: 'no' | 'soon' | 'yes'
  /** Whether the spill holds it: it is there on the next page, but for a browser that is killed within seconds. */
  isSpilled?: boolean
  /** The touchpoints that the collector has acknowledged or refused. */
  readonly done: Set<string>
  /** True while a request with it is under way. */
  flying: boolean
}

/** What a key tells of its row. */
export type RowKey = Range & Pick<Row, 'at' | 'priority' | 'size'>

/** The row format. A later release reads this one's rows under the same prefix. */
export const ROWS = 'e1|'

/** A row of stored parts. */
const rowOf = (of: RowKey, visit: string, page: string, lines: string[]): Row => ({ ...of, visit, page, lines, stored: 'no', done: new Set(), flying: false })

/** A row that begins with a touchpoint, at the time when it is kept: what was held back until consent came is as new to other tabs. */
export function toRow(tab: string, at: number, { line, seq, priority, visit, page }: Touchpoint): Row {
  return rowOf({ tab, at, from: seq, to: seq, priority, size: line.length }, visit, page, [line])
}

/** A row as it is stored. Its key sorts by time and holds all that eviction and loss accounting need; its text is lines, since JSON holds no raw line break. */
export function toEntry(row: Row): [key: string, text: string] {
  const { at, tab, from, to, priority, visit, page, lines } = row
  const text = [visit, page, ...lines].join('\n')
  row.key ??= ROWS + [at.toString(36).padStart(9, '0'), tab, `${from}`.padStart(6, '0'), to, priority, text.length].join('|')
  return [row.key, text]
}

/** What a key tells of its row. */
export function fromKey(key: string): RowKey {
  const [, at, tab, from, to, priority, size] = key.split('|') as [string, string, string, string, string, string, string]
  return { at: parseInt(at, 36), tab, from: +from, to: +to, priority: +priority as Priority, size: +size }
}

/** The opposite of `toEntry`. */
export function fromEntry(key: string, text: string): Row {
  const [visit = '', page = '', ...lines] = text.split('\n')
  return { ...rowOf(fromKey(key), visit, page, lines), key, stored: 'yes' }
}
