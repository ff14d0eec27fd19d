// @ts-check
// The loss account of one document (a `tab`): which `seq` arrived, which were refused, which will never come, and what is still missing.

/** @typedef {[from: number, to: number]} Range Both ends included. */
/** @typedef {{ from: number, to: number, reason: string }} Loss */
/** @typedef {{ highest: number, arrived: Range[], refused: Loss[], lost: Loss[] }} Account Ranges are sorted and never touch or overlap. */
/** @typedef {{ complete: number, highest: number, missing: { from: number, to: number }[], lost: Loss[] }} Summary */

// No honest document has this many separate ranges. What lies beyond counts as missing, so the account never claims too much.
const mostRanges = 1000

/** @type {() => Account} */
export const emptyAccount = () => ({ highest: 0, arrived: [], refused: [], lost: [] })

/**
 * Adds one range to sorted ranges and joins what touches.
 * @type {(ranges: Range[], from: number, to: number) => Range[]}
 */
export const addRange = (ranges, from, to) => {
  const before = ranges.filter((range) => range[1] < from - 1)
  const after = ranges.filter((range) => range[0] > to + 1)
  const touching = ranges.slice(before.length, ranges.length - after.length)
  const first = Math.min(from, touching[0]?.[0] ?? from)
  const last = Math.max(to, touching.at(-1)?.[1] ?? to)
  return [...before, /** @type {Range} */ ([first, last]), ...after].slice(0, mostRanges)
}

/**
 * What of `ranges` is in none of `minus`.
 * @type {(ranges: Range[], minus: Range[]) => Range[]}
 */
export const subtract = (ranges, minus) => {
  /** @type {Range[]} */
  const left = []
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

/** @type {(losses: Loss[]) => Range[]} */
const rangesOf = (losses) => losses.map(({ from, to }) => [from, to])

/** @type {(losses: Loss[], minus: Range[]) => Loss[]} */
const lossesWithout = (losses, minus) =>
  losses.flatMap(({ from, to, reason }) => subtract([[from, to]], minus).map(([start, end]) => ({ from: start, to: end, reason })))

/** @type {(losses: Loss[], loss: Loss) => Loss[]} */
const addLoss = (losses, loss) => {
  const all = [...losses, ...lossesWithout([loss], rangesOf(losses))].sort((a, b) => a.from - b.from)
  /** @type {Loss[]} */
  const joined = []
  for (const { from, to, reason } of all) {
    const last = joined.at(-1)
    if (last && last.reason === reason && last.to + 1 === from) joined[joined.length - 1] = { ...last, to }
    else joined.push({ from, to, reason })
  }
  return joined.slice(0, mostRanges)
}

/**
 * One touchpoint arrived, for the first time or again.
 * @type {(account: Account, seq: number) => Account}
 */
export const withArrival = (account, seq) => ({ ...account, highest: Math.max(account.highest, seq), arrived: addRange(account.arrived, seq, seq) })

/**
 * One touchpoint was refused: it came, so it is no gap, but it is not stored. The first reason stays.
 * @type {(account: Account, seq: number, reason: string) => Account}
 */
export const withRefusal = (account, seq, reason) => ({
  ...account,
  highest: Math.max(account.highest, seq),
  refused: addLoss(account.refused, { from: seq, to: seq, reason }),
})

/**
 * The sender says that a range will never arrive. The first reason stays.
 * @type {(account: Account, loss: Loss) => Account}
 */
export const withLoss = (account, { from, to, reason }) => ({
  ...account,
  highest: Math.max(account.highest, to),
  lost: addLoss(account.lost, { from, to, reason }),
})

/**
 * The sender knows of every `seq` up to this one.
 * @type {(account: Account, seq: number) => Account}
 */
export const withHighest = (account, seq) => (seq > account.highest ? { ...account, highest: seq } : account)

/**
 * Answers an `ask`: the parts of a range that arrived or were refused, so that the sender can delete them.
 * @type {(account: Account, from: number, to: number) => Range[]}
 */
export const heldWithin = (account, from, to) => {
  const held = account.refused.reduce((ranges, loss) => addRange(ranges, loss.from, loss.to), account.arrived)
  return subtract([[from, to]], subtract([[from, to]], held))
}

/**
 * Says what a merchant wants to know: complete up to which `seq`, what is missing, what is lost and why.
 * A touchpoint that arrived after it was given up counts as arrived.
 * @type {(account: Account) => Summary}
 */
export const summarise = ({ highest, arrived, refused, lost }) => {
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
