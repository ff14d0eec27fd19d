import type { Losses } from './types.js'

/** Both ends included. */
export type Range = readonly [from: number, to: number]

/** A range that will never come, and why. */
export interface Loss {
  readonly from: number
  readonly to: number
  readonly reason: string
}

/** The loss account of one document (a `tab`): which `seq` arrived, which were refused, which will never come. Ranges are sorted and never touch or overlap. */
export interface Account {
  readonly highest: number
  readonly arrived: readonly Range[]
  readonly refused: readonly Loss[]
  readonly lost: readonly Loss[]
}

/** What a merchant wants to know of a document: complete up to which `seq`, what is missing, what is lost and why. */
export interface Summary {
  readonly complete: number
  readonly highest: number
  readonly missing: readonly { readonly from: number; readonly to: number }[]
  readonly lost: readonly Loss[]
}

/** No honest document has this many separate ranges. What lies beyond counts as missing, so the account never claims too much. */
const MOST_RANGES = 1000

/** Of a document that nothing was heard of. */
export const emptyAccount: Account = { highest: 0, arrived: [], refused: [], lost: [] }

/** Sorted ranges with one more, joined where they touch. */
export function addRange(ranges: readonly Range[], from: number, to: number): Range[] {
  const before = ranges.filter((range) => range[1] < from - 1)
  const after = ranges.filter((range) => range[0] > to + 1)
  const touching = ranges.slice(before.length, ranges.length - after.length)
  const first = Math.min(from, touching[0]?.[0] ?? from)
  const last = Math.max(to, touching[touching.length - 1]?.[1] ?? to)
  return [...before, [first, last] as const, ...after].slice(0, MOST_RANGES)
}

/** What of `ranges` is in none of `minus`. */
export function subtract(ranges: readonly Range[], minus: readonly Range[]): Range[] {
  const left: Range[] = []
  for (let [from, to] of ranges) {
    for (const [start, end] of minus) {
      if (end < from || start > to) continue
      if (start > from) left.push([from, start - 1])
      from = end + 1
    }
    if (from <= to) left.push([from, to])
  }
  return left
}

const rangesOf = (losses: readonly Loss[]): Range[] => losses.map(({ from, to }) => [from, to])

const lossesWithout = (losses: readonly Loss[], minus: readonly Range[]): Loss[] =>
  losses.flatMap(({ from, to, reason }) => subtract([[from, to]], minus).map(([start, end]) => ({ from: start, to: end, reason })))

function addLoss(losses: readonly Loss[], loss: Loss): Loss[] {
  const all = [...losses, ...lossesWithout([loss], rangesOf(losses))].sort((a, b) => a.from - b.from)
  const joined: Loss[] = []
  for (const { from, to, reason } of all) {
    const last = joined[joined.length - 1]
    if (last && last.reason === reason && last.to + 1 === from) joined[joined.length - 1] = { ...last, to }
    else joined.push({ from, to, reason })
  }
  return joined.slice(0, MOST_RANGES)
}

/** One touchpoint arrived, for the first time or again. */
export const withArrival = (account: Account, seq: number): Account => ({ ...account, highest: Math.max(account.highest, seq), arrived: addRange(account.arrived, seq, seq) })

/** One touchpoint was refused: it came, so it is no gap, but it is not stored. The first reason stays. */
export const withRefusal = (account: Account, seq: number, reason: string): Account => ({
  ...account,
  highest: Math.max(account.highest, seq),
  refused: addLoss(account.refused, { from: seq, to: seq, reason }),
})

/** The sender says that a range will never arrive. The first reason stays. */
export const withLoss = (account: Account, { from, to, reason }: Loss): Account => ({ ...account, highest: Math.max(account.highest, to), lost: addLoss(account.lost, { from, to, reason }) })

/** The sender knows of every `seq` up to this one. */
export const withHighest = (account: Account, seq: number): Account => (seq > account.highest ? { ...account, highest: seq } : account)

/** Answers an `ask`: the parts of a range that arrived or were refused, so that the sender can delete them. */
export function heldWithin({ arrived, refused }: Account, from: number, to: number): Range[] {
  const held = refused.reduce((ranges, loss) => addRange(ranges, loss.from, loss.to), [...arrived])
  return subtract([[from, to]], subtract([[from, to]], held))
}

/** The account as its reader wants it. A touchpoint that arrived after it was given up counts as arrived. */
export function summarise({ highest, arrived, refused, lost }: Account): Summary {
  const refusals = lossesWithout(refused, arrived).map((loss) => ({ ...loss, reason: `refused (${loss.reason})` }))
  const losses = [...refusals, ...lossesWithout(lossesWithout(lost, arrived), rangesOf(refusals))].sort((a, b) => a.from - b.from)
  const missing = highest > 0 ? subtract(subtract([[1, highest]], arrived), rangesOf(losses)) : []
  return {
    complete: missing[0] ? missing[0][0] - 1 : highest,
    highest,
    missing: missing.map(([from, to]) => ({ from, to })),
    lost: losses,
  }
}

const lengthOf = (ranges: readonly { readonly from: number; readonly to: number }[]) => ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)

/** The accounts of several documents, as one. */
export function totalOf(accounts: Iterable<Account>): Losses {
  let [documents, touchpoints, missing, incomplete] = [0, 0, 0, 0]
  const lost = new Map<string, number>()
  for (const account of accounts) {
    const summary = summarise(account)
    const open = lengthOf(summary.missing)
    documents += 1
    touchpoints += summary.highest
    missing += open
    incomplete += open ? 1 : 0
    for (const loss of summary.lost) lost.set(loss.reason, (lost.get(loss.reason) ?? 0) + lengthOf([loss]))
  }
  return { documents, touchpoints, missing, incomplete, lost: Object.fromEntries([...lost].sort(([a], [b]) => (a < b ? -1 : 1))) }
}
