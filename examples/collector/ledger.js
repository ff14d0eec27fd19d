// @ts-check
import { emptyAccount, heldWithin, withArrival, withHighest, withLoss, withRefusal } from './account.js'

/** @typedef {import('./account.js').Account} Account */
/** @typedef {import('./validate.js').Batch} Batch */
/** @typedef {import('./validate.js').TabRange} TabRange */
/** @typedef {{ key: string, site: string, tab: string, account: Account, updated_at: number }} Entry */

/**
 * Names a document or a visit across sites.
 * @type {(site: string, name: string) => string}
 */
export const keyOf = (site, name) => `${site}/${name}`

/**
 * All documents that requests write to or ask for.
 * @type {(batches: Batch[]) => Set<string>}
 */
export const documentsIn = (batches) => {
  const keys = new Set()
  for (const { site, rows, refused, loss, documents, ask } of batches) {
    for (const { tab } of [...rows, ...refused, ...loss, ...(ask ?? [])]) if (tab) keys.add(keyOf(site, tab))
    for (const [tab] of documents) keys.add(keyOf(site, tab))
  }
  return keys
}

/**
 * Enters requests into the loss accounts of their documents. Changes `accounts`, returns the entries to write.
 * @type {(accounts: Map<string, Account>, batches: Batch[]) => Entry[]}
 */
export const enter = (accounts, batches) => {
  /** @type {Map<string, Entry>} */
  const changed = new Map()
  for (const { site, received, rows, refused, loss, documents } of batches) {
    /** @type {(tab: string, change: (account: Account) => Account) => void} */
    const change = (tab, apply) => {
      const key = keyOf(site, tab)
      const account = apply(accounts.get(key) ?? emptyAccount())
      accounts.set(key, account)
      changed.set(key, { key, site, tab, account, updated_at: received })
    }
    for (const { tab, seq } of rows) change(tab, (account) => withArrival(account, seq))
    for (const { tab, seq, reason } of refused) if (tab && seq) change(tab, (account) => withRefusal(account, seq, reason))
    for (const range of loss) change(range.tab, (account) => withLoss(account, range))
    for (const [tab, seq] of documents) change(tab, (account) => withHighest(account, seq))
  }
  return [...changed.values()]
}

/**
 * Answers `ask`; undefined when the request did not ask.
 * @type {(accounts: Map<string, Account>, batch: Batch) => TabRange[] | undefined}
 */
export const heldFor = (accounts, { site, ask }) =>
  ask?.flatMap(({ tab, from, to }) =>
    heldWithin(accounts.get(keyOf(site, tab)) ?? emptyAccount(), from, to).map(([start, end]) => ({ tab, from: start, to: end })),
  )
