import type { DuckDBConnection } from '@duckdb/node-api'
import type { Account } from '../account.js'
import { type Columns, toVisit } from '../columns.js'
import { keyOf } from '../ledger.js'
import { createRecent, readThrough } from '../recent.js'
import type { Count, Row, Tables, Writes } from '../types.js'
import { isOrder } from '../writer.js'
import { appendTouchpoints } from './append.js'
import { createQuery } from './query.js'
import { addRows, writeRows } from './tables.js'

// The range of `born` lets DuckDB skip the row groups of other days; ids alone are spread over all of them.
const KNOWN_IDS = `SELECT id::VARCHAR AS id FROM touchpoints
  WHERE born BETWEEN ($1->>'from')::BIGINT AND ($1->>'to')::BIGINT AND id IN (SELECT unnest(from_json($1->'ids', '["UUID"]')))`
const KNOWN_ORDERS = `SELECT id::VARCHAR AS id FROM orders WHERE id IN (SELECT unnest(from_json($1, '["UUID"]')))`
const byKey = (table: string) => `SELECT * FROM ${table} WHERE key IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`

// The parentheses are needed: in DuckDB, = binds tighter than ->>.
const SITE = `site = ($1->>'site')`
const NAMED = `${SITE} AND visit IN (SELECT unnest(from_json($1->'visits', '["VARCHAR"]')))`
const VISITS_OF_VISITOR = `SELECT visit FROM visits WHERE ${SITE} AND visitor = ($1->>'visitor')`
const VISITS_OF_USER = `SELECT DISTINCT visit FROM touchpoints WHERE ${SITE} AND "user" = ($1->>'user')
  UNION SELECT v.visit FROM visits v JOIN people p ON p.key = v.site || '/' || v.visitor WHERE v.${SITE} AND p."user" = ($1->>'user')`
const ERASE_WHOLE = `DELETE FROM touchpoints WHERE ${NAMED}`
const ERASE_SHARED = `DELETE FROM touchpoints WHERE ${NAMED} AND ("user" IS NULL OR "user" = ($1->>'user'))`
const ERASE_EMPTY_VISITS = `DELETE FROM visits WHERE ${NAMED} AND visit NOT IN (SELECT visit FROM touchpoints WHERE ${NAMED})`
const ERASE_PEOPLE = `DELETE FROM people WHERE (starts_with(key, ($1->>'site') || '/') AND "user" = ($1->>'user'))
  OR key IN (SELECT site || '/' || visitor FROM visits WHERE ${NAMED} AND list_contains(from_json($1->'whole', '["VARCHAR"]'), visit))`
const ERASE_LEGS = `DELETE FROM legs WHERE ${NAMED}`
// What is left of a visit has to be folded again, and what came after it.
const FOLD_AGAIN = 'DELETE FROM folded'
const EXPIRE_LEGS = `DELETE FROM legs WHERE started < $1::BIGINT`
const EXPIRE_TOUCHPOINTS = `DELETE FROM touchpoints WHERE happened_at < $1::BIGINT`
const EXPIRE_VISITS = `DELETE FROM visits WHERE started < $1::BIGINT AND (site, visit) NOT IN (SELECT (site, visit) FROM touchpoints)`
const EXPIRE_DOCUMENTS = `DELETE FROM documents WHERE updated_at < $1::BIGINT`
const EXPIRE_PEOPLE = `DELETE FROM people WHERE key NOT IN (SELECT site || '/' || visitor FROM visits WHERE visitor IS NOT NULL)`
const EXPIRE_FORGOTTEN = `DELETE FROM forgotten WHERE "at" < $1::BIGINT`

/** How many rows a DELETE took. */
const deleted = (rows: readonly Columns[]) => Number(rows[0]?.Count ?? 0)

/** The tables of a DuckDB file, for the writer. `erased` hears when something was erased. */
export function tablesOf(connection: DuckDBConnection, erased: () => void): Tables {
  const query = createQuery(connection)
  let forgotten: Map<string, number> | undefined
  // What is remembered once the transaction under way is done.
  let afterwards: (() => void)[] = []

  /** A table whose entries used last are remembered. What was looked for and is not there is added plainly, in a third of the time that DuckDB needs where a row may have to be replaced. */
  const keyed = <Value>(table: 'documents' | 'visits' | 'people', parse: (row: Columns) => Value) => {
    const recent = createRecent<Value>(10_000)
    const absent = new Set<string>()
    return {
      read: (keys: Iterable<string>) =>
        readThrough(recent, keys, async (unknown) => {
          const found = (await query(byKey(table), unknown)).map((row) => [String(row.key), parse(row)] as const)
          for (const key of unknown) absent.add(key)
          for (const [key] of found) absent.delete(key)
          return found
        }),
      put: async (entries: readonly (readonly [key: string, value: Value, columns: object])[]) => {
        const rows = (isNew: boolean) => entries.filter(([key]) => absent.has(key) === isNew).map(([key, , columns]) => ({ key, ...columns }))
        const [added, changed] = [rows(true), rows(false)]
        if (added.length) await query(addRows(table), added)
        if (changed.length) await query(writeRows(table), changed)
        afterwards.push(() => entries.forEach(([key, value]) => recent.set(key, value)))
      },
      /** After a transaction: what was not there may be. */
      end: () => absent.clear(),
      clear: recent.clear,
    }
  }
  const accounts = keyed('documents', ({ account }) => JSON.parse(String(account)) as Account)
  const visits = keyed('visits', toVisit)
  const people = keyed('people', ({ user }) => String(user))
  const remembered = [accounts, visits, people]

  const reset = () => {
    for (const table of remembered) table.clear()
    forgotten = undefined
  }
  const loadForgotten = async () => (forgotten ??= new Map((await query('SELECT key, "at" FROM forgotten')).map(({ key, at }) => [String(key), Number(at)])))

  const knownIds = async (rows: readonly Row[]) => {
    if (!rows.length) return []
    const born = rows.map((row) => row.born)
    const [from, to] = [born.reduce((a, b) => Math.min(a, b)), born.reduce((a, b) => Math.max(a, b))]
    return query(KNOWN_IDS, { from, to, ids: rows.map(({ id }) => id) })
  }

  const writes: Writes = {
    addRows: async (rows) => {
      await appendTouchpoints(connection, rows)
      const orders = rows.filter(isOrder).map(({ id }) => ({ id }))
      if (orders.length) await query(writeRows('orders'), orders)
    },
    putVisits: (given) => visits.put(given.map((visit) => [keyOf(visit.site, visit.visit), visit, visit])),
    putAccounts: (given) => accounts.put(given.map(([key, account, updatedAt]) => [key, account, { account, updated_at: updatedAt }])),
    putPeople: (given) => people.put(given.map(([key, user]) => [key, user, { user }])),
    putForgotten: async (hashes, at, expireBefore) => {
      await query(writeRows('forgotten'), hashes.map((key) => ({ key, at })))
      await query(EXPIRE_FORGOTTEN, expireBefore)
      afterwards.push(() => (forgotten = undefined))
    },
    visitsOf: async (site, { visitor, user }) => {
      const names = (rows: readonly Columns[]) => rows.map(({ visit }) => String(visit))
      return {
        whole: visitor === undefined ? [] : names(await query(VISITS_OF_VISITOR, { site, visitor })),
        shared: user === undefined ? [] : names(await query(VISITS_OF_USER, { site, user })),
      }
    },
    erase: async (site, { whole, shared }, user) => {
      const all = [...whole, ...shared]
      await query(ERASE_PEOPLE, { site, user, visits: all, whole })
      const touchpoints = deleted(await query(ERASE_WHOLE, { site, visits: whole })) + (user === undefined ? 0 : deleted(await query(ERASE_SHARED, { site, user, visits: shared })))
      const count: Count = { touchpoints, visits: deleted(await query(ERASE_EMPTY_VISITS, { site, visits: all })) }
      await query(ERASE_LEGS, { site, visits: all })
      if (shared.length) await query(FOLD_AGAIN)
      afterwards.push(reset, erased)
      return count
    },
    expire: async (before) => {
      const touchpoints = deleted(await query(EXPIRE_TOUCHPOINTS, before))
      const count = { touchpoints, visits: deleted(await query(EXPIRE_VISITS, before)) }
      await query(EXPIRE_DOCUMENTS, before)
      await query(EXPIRE_PEOPLE)
      const legs = deleted(await query(EXPIRE_LEGS, before))
      afterwards.push(reset)
      if (count.touchpoints || count.visits || legs) afterwards.push(erased)
      return count
    },
  }

  return {
    known: async (rows) => {
      const orders = rows.filter(isOrder).map(({ id }) => id)
      const ids = await knownIds(rows.filter((row) => !isOrder(row)))
      return new Set([...ids, ...(orders.length ? await query(KNOWN_ORDERS, orders) : [])].map(({ id }) => String(id)))
    },
    accounts: accounts.read,
    visits: visits.read,
    people: people.read,
    forgotten: loadForgotten,
    arrivals: async () => Number((await query('SELECT coalesce(max(n), 0) AS n FROM touchpoints'))[0]?.n ?? 0),
    transaction: async (work) => {
      afterwards = []
      await query('BEGIN')
      try {
        const result = await work(writes)
        await query('COMMIT')
        for (const step of afterwards) step()
        return result
      } catch (error) {
        // After some failures DuckDB has rolled back by itself.
        await query('ROLLBACK').catch(() => {})
        throw error
      } finally {
        for (const table of remembered) table.end()
      }
    },
  }
}
