import { type Account, emptyAccount, heldWithin, type Range, subtract, withArrival, withHighest, withLoss, withRefusal } from './account.js'
import type { Batch, DocumentSummary, TabRange } from './types.js'

/** Names a document, a visit or a visitor across sites. */
export const keyOf = (site: string, name: string): string => `${site}/${name}`

/** All documents that requests write to or ask for. */
export function documentsIn(batches: readonly Batch[]): Set<string> {
  const keys = new Set<string>()
  for (const { site, rows, refused, loss, documents, ask = [] } of batches) {
    for (const { tab } of [...rows, ...refused, ...loss, ...ask]) if (tab) keys.add(keyOf(site, tab))
    for (const [tab] of documents) keys.add(keyOf(site, tab))
  }
  return keys
}

/** Enters requests into the loss accounts of their documents. Changes `accounts`, returns the entries to write. What has no `seq` is in no account. */
export function enter(accounts: Map<string, Account>, batches: readonly Batch[]): (readonly [key: string, account: Account, updatedAt: number])[] {
  const changed = new Map<string, number>()
  for (const { site, received, rows, refused, loss, documents } of batches) {
    const change = (tab: string, apply: (account: Account) => Account) => {
      const key = keyOf(site, tab)
      accounts.set(key, apply(accounts.get(key) ?? emptyAccount))
      changed.set(key, received)
    }
    for (const { tab, seq } of rows) if (seq) change(tab, (account) => withArrival(account, seq))
    for (const { tab, seq, reason } of refused) if (tab && seq) change(tab, (account) => withRefusal(account, seq, reason))
    for (const range of loss) change(range.tab, (account) => withLoss(account, range))
    for (const [tab, seq] of documents) change(tab, (account) => withHighest(account, seq))
  }
  return [...changed].map(([key, at]) => [key, accounts.get(key)!, at])
}

/** Answers `ask`; `undefined` when the request did not ask. */
export const heldFor = (accounts: ReadonlyMap<string, Account>, { site, ask }: Batch): TabRange[] | undefined =>
  ask?.flatMap(({ tab, from, to }) => heldWithin(accounts.get(keyOf(site, tab)) ?? emptyAccount, from, to).map(([start, end]) => ({ tab, from: start, to: end })))

/** Answers a part of `ask` from what readers see of its document. */
export function heldIn(known: DocumentSummary | undefined, { tab, from, to }: TabRange): TabRange[] {
  if (!known || known.highest < from) return []
  const gone = [...known.missing, ...known.lost.filter(({ reason }) => !reason.startsWith('refused (')) ].map(({ from: start, to: end }): Range => [start, end]).sort(([a], [b]) => a - b)
  return subtract([[from, Math.min(to, known.highest)]], gone).map(([start, end]) => ({ tab, from: start, to: end }))
}
