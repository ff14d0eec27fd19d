import type { Account } from '../account.js'
import { type Columns, toVisit } from '../columns.js'
import { keyOf } from '../ledger.js'
import { createRecent, readThrough } from '../recent.js'
import type { Forget, Row, Tables, Visit, Writes } from '../types.js'
import { isOrder } from '../writer.js'
import { type Engine, list, text } from './engine.js'
import type { Epoch } from './epoch.js'
import type { Shards } from './shards.js'

/** So many are looked for in one statement. */
const MANY = 2000

const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))

const fromVisit = (visit: Visit) => ({ ...visit, first: json(visit.first), campaign: json(visit.campaign) })

const wordOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const fromRow = (row: Row) => ({ ...row, marks: json(row.marks), denied: json(row.denied), props: json(row.props), cart: wordOf(row.props?.cart_id), status: wordOf(row.props?.status) })

/** Where the rows of a visit are, and the visit. */
export const placeOf = ({ site, visit }: { readonly site: string; readonly visit: string }): readonly [site: string, visit: string] => [site, visit]

/** What servers hold of some keys, each asked for its own. */
export async function ask<Key>(shards: Shards, keys: Iterable<Key>, placeOfKey: (key: Key) => readonly string[], sqlFor: (own: readonly Key[]) => string): Promise<readonly Columns[]> {
  const asked = [...shards.split(keys, placeOfKey)].flatMap(([engine, own]) => Array.from({ length: Math.ceil(own.length / MANY) }, (_, i) => engine.query(sqlFor(own.slice(i * MANY, (i + 1) * MANY)))))
  return (await Promise.all(asked)).flat()
}

/** `site/name` in two. Sites have no slash. */
const cut = (key: string): [site: string, name: string] => [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)]

const byKey = (table: string) => (keys: readonly string[]) => `SELECT * FROM ${table} FINAL WHERE key IN ${list(keys)}`

/** The visits of these users, told as whom they have logged in as or by whom something was done: `[site, visit]`. */
export async function visitsOfUser(shards: Shards, site: string | undefined, user: string): Promise<Columns[]> {
  const people = (await shards.each((engine) => engine.query(`SELECT key FROM people FINAL WHERE user = ${text(user)}${site === undefined ? '' : ` AND startsWith(key, ${text(`${site}/`)})`}`))).flat()
  const visitors = people.map(({ key }) => cut(String(key)))
  return visitors.length ? [...(await ask(shards, visitors, (visitor) => visitor, (own) => `SELECT DISTINCT site, visit FROM visitors WHERE (site, visitor) IN ${list(own)}`))] : []
}

/**
 * The tables of ClickHouse servers, for the writer. There are no transactions: what is written is kept until all is decided, and then put in place in an order in which each step may be the
 * last: what is committed again after a failure is completed, and nothing of it is there twice. Until then an account claims less than there is, never more. `erased` hears when something was erased.
 */
export function tablesOf(shards: Shards, meta: Engine, takeEpoch: Epoch, erased: () => void): Tables {
  const accounts = createRecent<Account>(50_000)
  const visits = createRecent<Visit>(50_000)
  const people = createRecent<string>(50_000)
  let forgotten: Map<string, number> | undefined
  // What was written before by halves, here or by a process that has ended, has arrived, too.
  let isWhole = false
  const arrivals = async () => {
    const touched = (await shards.each((engine) => engine.query('SELECT max(n) AS n FROM touched'))).flat()
    const committed = await meta.query(`SELECT max(n) AS n FROM progress WHERE name = 'committed'`)
    return [...touched, ...committed].reduce((most, { n }) => Math.max(most, Number(n)), 0)
  }

  const reset = () => {
    for (const recent of [accounts, visits, people]) recent.clear()
    forgotten = undefined
  }

  const transaction: Tables['transaction'] = async (work) => {
    let rows: Row[] = []
    let given: Visit[] = []
    let met: (readonly [key: string, user: string])[] = []
    let entries: (readonly [key: string, account: Account, updatedAt: number])[] = []
    const afterwards: (() => void)[] = []

    const flush = async () => {
      const epoch = await takeEpoch()
      const visitors = given.flatMap(({ site, visit, visitor }) => (visitor === undefined ? [] : [{ site, visitor, visit }]))
      const touched = new Map<string, { n: number; site: string; visit: string }>()
      for (const { site, visit, n } of rows) touched.set(keyOf(site, visit), { n, site, visit })
      await Promise.all([
        shards.insert('visits', given.map((visit) => ({ ...fromVisit(visit), epoch })), placeOf),
        shards.insert('visitors', visitors, ({ site, visitor }) => [site, visitor]),
        shards.insert('people', met.map(([key, user]) => ({ key, user, epoch })), ({ key }) => [key]),
        shards.insert('touched', touched.values(), placeOf),
      ])
      await shards.insert('touchpoints', rows.map(fromRow), placeOf)
      // An order counts as known from here on, and what was asked for may be deleted by who sent it.
      await Promise.all([
        shards.insert('orders', rows.filter(isOrder).map(({ id }) => ({ id })), ({ id }) => [id]),
        shards.insert('documents', entries.map(([key, account, at]) => ({ key, account: JSON.stringify(account), updated_at: at, epoch })), ({ key }) => [key]),
      ])
      const end = rows.reduce((most, { n }) => Math.max(most, n), isWhole ? 0 : await arrivals())
      if (end) await meta.insert('progress', [{ name: 'committed', n: end, epoch }])
      isWhole = true
      for (const visit of given) visits.set(keyOf(visit.site, visit.visit), visit)
      for (const [key, account] of entries) accounts.set(key, account)
      for (const [key, user] of met) people.set(key, user)
      ;[rows, given, met, entries] = [[], [], [], []]
    }

    const erase: Writes['erase'] = async (site, { whole, shared }, user) => {
      const named = (names: readonly string[]) => `site = ${text(site)} AND visit IN ${list(names)}`
      const all = [...new Set([...whole, ...shared])]
      const count = async (sql: string) => (await shards.each((engine) => engine.query(sql))).flat().reduce((sum, row) => sum + Number(row.count), 0)
      if (!all.length) return { touchpoints: 0, visits: 0 }
      const gone = [...(whole.length ? [`(${named(whole)})`] : []), ...(shared.length && user !== undefined ? [`(${named(shared)} AND (isNull(user) OR user = ${text(user)}))`] : [])].join(' OR ')
      const whose = await ask(shards, all.map((visit) => ({ site, visit })), placeOf, (own) => `SELECT * FROM visits FINAL WHERE (site, visit) IN ${list(own.map(placeOf))}`)
      const touchpoints = await count(`SELECT uniqExact(id) AS count FROM touchpoints WHERE ${gone}`)
      await shards.erase('touchpoints', gone)
      const left = new Set((await shards.each((engine) => engine.query(`SELECT DISTINCT visit FROM touchpoints WHERE ${named(all)}`))).flat().map(({ visit }) => String(visit)))
      const empty = whose.filter(({ visit }) => !left.has(String(visit)))
      const names = empty.map(({ visit }) => String(visit))
      for (const table of names.length ? ['visits', 'visitors', 'touched'] : []) await shards.erase(table, named(names))
      const loggedIn = whose.flatMap(({ visit, visitor }) => (visitor !== null && whole.includes(String(visit)) ? [keyOf(site, String(visitor))] : []))
      const who = [...(user === undefined ? [] : [`(startsWith(key, ${text(`${site}/`)}) AND user = ${text(user)})`]), ...(loggedIn.length ? [`key IN ${list(loggedIn)}`] : [])]
      if (who.length) await shards.erase('people', who.join(' OR '))
      await shards.erase('legs', named(all))
      // What is left of a visit has to be folded again, and what came after it.
      if (shared.length) await shards.erase('progress', `startsWith(name, 'folded/')`)
      afterwards.push(reset, erased)
      return { touchpoints, visits: empty.length }
    }

    const expire: Writes['expire'] = async (before) => {
      const sum = async (sql: string) => (await shards.each((engine) => engine.query(sql))).flat().reduce((total, row) => total + Number(row.count), 0)
      const touchpoints = await sum(`SELECT uniqExact(site, visit, id) AS count FROM touchpoints WHERE happened_at < ${before}`)
      await shards.erase('touchpoints', `happened_at < ${before}`)
      // Beside its touchpoints, so that each server knows of its own.
      const over = `started < ${before} AND (site, visit) NOT IN (SELECT site, visit FROM touchpoints)`
      const old = (await shards.each((engine) => engine.query(`SELECT site, visit, visitor FROM visits FINAL WHERE ${over}`))).flat()
      await shards.erase('visits', over)
      const visitors = old.flatMap(({ site, visit, visitor }) => (visitor === null ? [] : [[String(site), String(visitor), String(visit)] as const]))
      for (let i = 0; i < visitors.length; i += MANY) await shards.erase('visitors', `(site, visitor, visit) IN ${list(visitors.slice(i, i + MANY))}`)
      const alone = [...new Set(visitors.map(([site, visitor]) => keyOf(site, visitor)))]
      for (let i = 0; i < alone.length; i += MANY) {
        const own = alone.slice(i, i + MANY)
        const still = new Set((await ask(shards, own.map(cut), (key) => key, (keys) => `SELECT DISTINCT site, visitor FROM visitors WHERE (site, visitor) IN ${list(keys)}`)).map(({ site, visitor }) => keyOf(String(site), String(visitor))))
        const gone = own.filter((key) => !still.has(key))
        if (gone.length) await shards.erase('people', `key IN ${list(gone)}`)
      }
      await shards.erase('documents', `updated_at < ${before}`)
      const legs = await sum(`SELECT count() AS count FROM legs WHERE started < ${before}`)
      await shards.erase('legs', `started < ${before}`)
      const [folded] = await meta.query(`SELECT min(n) AS n FROM progress FINAL WHERE startsWith(name, 'folded/')`)
      await shards.erase('touched', `n <= ${Number(folded!.n)}`)
      afterwards.push(reset)
      if (touchpoints || old.length || legs) afterwards.push(erased)
      return { touchpoints, visits: old.length }
    }

    const writes: Writes = {
      addRows: async (added) => void rows.push(...added),
      putVisits: async (told) => void given.push(...told),
      putAccounts: async (told) => void entries.push(...told),
      putPeople: async (told) => void met.push(...told),
      putForgotten: async (hashes, at, expireBefore) => {
        await shards.insert('forgotten', hashes.map((key) => ({ key, at })), ({ key }) => [key])
        await shards.erase('forgotten', `at < ${expireBefore}`)
        forgotten = undefined
      },
      visitsOf: async (site, { visitor, user }: Forget) => {
        await flush()
        const names = (found: readonly Columns[]) => [...new Set(found.map(({ visit }) => String(visit)))]
        const whole = visitor === undefined ? [] : names(await shards.homeOf(site, visitor).query(`SELECT DISTINCT visit FROM visitors WHERE site = ${text(site)} AND visitor = ${text(visitor)}`))
        if (user === undefined) return { whole, shared: [] }
        const acted = await shards.each((engine) => engine.query(`SELECT DISTINCT visit FROM touchpoints WHERE site = ${text(site)} AND user = ${text(user)}`))
        return { whole, shared: names([...acted.flat(), ...(await visitsOfUser(shards, site, user))]) }
      },
      erase,
      expire,
    }

    try {
      const result = await work(writes)
      await flush()
      for (const step of afterwards) step()
      return result
    } catch (error) {
      reset()
      isWhole = false
      throw error
    }
  }

  return {
    known: async (rows) => {
      // All of their visits, which are few beside them: long lists of ids are slow to read for the servers.
      const places = new Map(rows.map((row) => [keyOf(row.site, row.visit), placeOf(row)]))
      const stored = ask(shards, places.values(), (place) => place, (own) => `SELECT toString(id) AS known FROM touchpoints WHERE (site, visit) IN ${list(own)}`)
      const orders = ask(shards, rows.filter(isOrder), ({ id }) => [id], (own) => `SELECT toString(id) AS known FROM orders WHERE id IN ${list(own.map(({ id }) => id))}`)
      return new Set((await Promise.all([stored, orders])).flat().map(({ known }) => String(known)))
    },
    accounts: (keys) => readThrough(accounts, keys, async (absent) => (await ask(shards, absent, (key) => [key], byKey('documents'))).map(({ key, account }) => [String(key), JSON.parse(String(account)) as Account] as const)),
    visits: (keys) =>
      readThrough(visits, keys, async (absent) =>
        (await ask(shards, absent.map(cut), (key) => key, (own) => `SELECT * FROM visits FINAL WHERE (site, visit) IN ${list(own)}`)).map(toVisit).map((visit) => [keyOf(visit.site, visit.visit), visit] as const)),
    people: (keys) => readThrough(people, keys, async (absent) => (await ask(shards, absent, (key) => [key], byKey('people'))).map(({ key, user }) => [String(key), String(user)] as const)),
    forgotten: async () => (forgotten ??= new Map((await shards.each((engine) => engine.query('SELECT key, at FROM forgotten FINAL'))).flat().map(({ key, at }) => [String(key), Number(at)]))),
    arrivals,
    transaction,
  }
}
