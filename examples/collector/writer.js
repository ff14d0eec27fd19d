// @ts-check
import { appendTouchpoints } from './append.js'
import { isOrder, neverStored } from './dedupe.js'
import { forget } from './forget.js'
import { createForgotten } from './forgotten.js'
import { documentsIn, enter, heldFor, keyOf } from './ledger.js'
import { createQuery } from './query.js'
import { createRecent } from './recent.js'
import { writeRows } from './tables.js'

/** @typedef {import('./account.js').Account} Account */
/** @typedef {import('./database.js').Connection} Connection */
/** @typedef {import('./query.js').Columns} Columns */
/** @typedef {import('./query.js').Query} Query */
/** @typedef {import('./validate.js').Batch} Batch */
/** @typedef {import('./validate.js').Row} Row */
/** @typedef {import('./validate.js').TabRange} TabRange */
/** @typedef {import('./validate.js').Visit} Visit */
/** @typedef {{ held: TabRange[] | undefined }} Committed */
/** @typedef {{ row: Row, visit: Visit | undefined }} Stored */

const knownDocuments = `SELECT key, account FROM documents WHERE key IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`
const knownVisits = `SELECT * FROM visits WHERE key IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`

/** @type {(row: Columns) => Account} */
const toAccount = ({ account }) => JSON.parse(String(account))

/** @type {(row: Columns) => Visit} */
const toVisit = ({ started, number, first, campaign, ...texts }) => ({
  .../** @type {Omit<Visit, 'started' | 'number' | 'first' | 'campaign'>} */ (texts),
  started: Number(started),
  number: number === null ? undefined : Number(number),
  first: first === null ? undefined : JSON.parse(String(first)),
  campaign: campaign === null ? undefined : JSON.parse(String(campaign)),
})

/**
 * What was used last comes from memory, the rest from the database in one query.
 * @template Value
 * @param {{ recent: { get: (key: string) => Value | undefined }, query: Query, sql: string, parse: (row: Columns) => Value }} from
 * @param {Iterable<string>} keys
 */
const load = async ({ recent, query, sql, parse }, keys) => {
  /** @type {Map<string, Value>} */
  const found = new Map()
  const absent = []
  for (const key of new Set(keys)) {
    const value = recent.get(key)
    if (value === undefined) absent.push(key)
    else found.set(key, value)
  }
  if (absent.length > 0) for (const row of await query(sql, absent)) found.set(String(row.key), parse(row))
  return found
}

/**
 * Merges what requests say of visits. Changes `visits`, returns the rows to write. The visitor may become known only later in a visit, and stays known.
 * @type {(visits: Map<string, Visit>, given: Visit[]) => (Visit & { key: string })[]}
 */
const mergeVisits = (visits, given) => {
  const changed = new Map()
  for (const visit of given) {
    const key = keyOf(visit.site, visit.visit)
    const before = visits.get(key)
    const after = before ? { ...before, visitor: visit.visitor ?? before.visitor } : visit
    visits.set(key, after)
    if (!before || before.visitor !== after.visitor) changed.set(key, { ...after, key })
  }
  return [...changed.values()]
}

/**
 * Tells the visits that some of `fresh` were about, but none of `rows` is.
 * @type {(rows: Row[], fresh: Row[]) => (visit: { site: string, visit: string }) => boolean}
 */
const absentFrom = (rows, fresh) => {
  if (rows.length === fresh.length) return () => false
  const left = new Set(rows.map(({ site, visit }) => keyOf(site, visit)))
  const all = new Set(fresh.map(({ site, visit }) => keyOf(site, visit)))
  return ({ site, visit }) => all.has(keyOf(site, visit)) && !left.has(keyOf(site, visit))
}

/**
 * Commits groups of judged requests, each group in one transaction, and resolves when it is on the disk. One writer per database, one call at a time.
 * `onStored` hears of every touchpoint that is new, after the commit.
 * @param {Connection} connection
 * @param {{ arrivals: number, onStored: (stored: Stored[]) => void }} options `arrivals`: how many arrived so far.
 */
export const createWriter = (connection, { arrivals, onStored }) => {
  const query = createQuery(connection)
  const forgotten = createForgotten(query)
  /** @type {ReturnType<typeof createRecent<Account>>} */
  const recentAccounts = createRecent(10_000)
  /** @type {ReturnType<typeof createRecent<Visit>>} */
  const recentVisits = createRecent(10_000)

  /** @type {(work: () => Promise<void>) => Promise<void>} */
  const inTransaction = async (work) => {
    await query('BEGIN')
    try {
      await work()
      await query('COMMIT')
    } catch (error) {
      // After some failures DuckDB has rolled back by itself.
      await query('ROLLBACK').catch(() => {})
      forgotten.reset()
      throw error
    }
  }

  /** @type {(batches: Batch[]) => Promise<Committed[]>} */
  return async (batches) => {
    const fresh = await neverStored(query, batches.flatMap((batch) => batch.rows))
    const told = batches.flatMap(({ visits }) => visits)
    const accounts = await load({ recent: recentAccounts, query, sql: knownDocuments, parse: toAccount }, documentsIn(batches))
    const visits = await load({ recent: recentVisits, query, sql: knownVisits, parse: toVisit }, told.map(({ site, visit }) => keyOf(site, visit)))
    const visitors = new Map(told.map(({ site, visit, visitor }) => [keyOf(site, visit), visitor]))
    const rows = await forgotten.without(fresh, ({ site, visit }) => visitors.get(keyOf(site, visit)) ?? visits.get(keyOf(site, visit))?.visitor)
    for (const [index, row] of rows.entries()) row.n = arrivals + index + 1
    // A visit of which nothing is stored any more would bring its visitor back.
    const isGone = absentFrom(rows, fresh)
    const given = told.filter((visit) => !isGone(visit))
    const entries = enter(accounts, batches)
    const newVisits = mergeVisits(visits, given)
    const orders = rows.filter(isOrder).map(({ id }) => ({ id }))
    /** @type {import('./forget.js').Matches[]} */
    const erasures = []
    await inTransaction(async () => {
      if (rows.length > 0) await appendTouchpoints(connection, rows)
      if (newVisits.length > 0) await query(writeRows('visits'), newVisits)
      if (entries.length > 0) await query(writeRows('documents'), entries)
      if (orders.length > 0) await query(writeRows('orders'), orders)
      for (const { site, received, forget: who } of batches) {
        if (!who) continue
        const { matches, erased } = await forget(query, site, who)
        erasures.push(matches)
        await forgotten.add(erased, received)
      }
    })
    arrivals += rows.length
    for (const [key, account] of accounts) recentAccounts.set(key, account)
    for (const [key, visit] of visits) recentVisits.set(key, visit)
    if (erasures.length > 0) recentVisits.clear()
    const stored = rows.filter((row) => !erasures.some((matches) => matches(row)))
    if (stored.length > 0) onStored(stored.map((row) => ({ row, visit: visits.get(keyOf(row.site, row.visit)) })))
    return batches.map((batch) => ({ held: heldFor(accounts, batch) }))
  }
}
