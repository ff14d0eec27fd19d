import type { Account } from '../account.js'
import { toVisit } from '../columns.js'
import { keyOf } from '../ledger.js'
import { createRecent, readThrough } from '../recent.js'
import type { Row, Tables, Visit, Writes } from '../types.js'
import { isOrder } from '../writer.js'
import { type Engine, list, text } from './engine.js'
import type { Epoch } from './epoch.js'
import { eraseVisits, expireBefore, visitsOf } from './erasing.js'
import { ask, cut, type Place, placeOf, usersOf } from './places.js'
import type { Shards } from './shards.js'

const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))

const fromVisit = (visit: Visit) => ({ ...visit, first: json(visit.first), campaign: json(visit.campaign) })

const wordOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const fromRow = (row: Row) => ({ ...row, marks: json(row.marks), denied: json(row.denied), props: json(row.props), cart: wordOf(row.props?.cart_id), status: wordOf(row.props?.status) })

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

    /** These are to be folded again, and all other visits of their visitors. */
    const touch = async (places: readonly Place[]) => {
      if (!places.length) return
      const [n, epoch] = [await arrivals(), await takeEpoch()]
      await shards.insert('touched', places.map(([site, visit]) => ({ n, site, visit })), placeOf)
      const folded = await meta.query(`SELECT name FROM progress FINAL WHERE startsWith(name, 'folded/') AND n >= ${n}`)
      await meta.insert('progress', folded.map(({ name }) => ({ name, n: n - 1, epoch })))
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
      visitsOf: async (site, who) => {
        await flush()
        return visitsOf(shards, site, who)
      },
      erase: async (site, visits, user) => {
        const { count, touched } = await eraseVisits(shards, site, visits, user)
        await touch(touched)
        afterwards.push(reset, erased)
        return count
      },
      expire: async (before) => {
        const { legs, ...count } = await expireBefore(shards, before)
        afterwards.push(reset)
        if (count.touchpoints || count.visits || legs) afterwards.push(erased)
        return count
      },
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
    accounts: (keys) => readThrough(accounts, keys, async (absent) => (await ask(shards, absent, (key) => [key], (own) => `SELECT * FROM documents FINAL WHERE key IN ${list(own)}`)).map(({ key, account }) => [String(key), JSON.parse(String(account)) as Account] as const)),
    visits: (keys) =>
      readThrough(visits, keys, async (absent) =>
        (await ask(shards, absent.map(cut), (key) => key, (own) => `SELECT * FROM visits FINAL WHERE (site, visit) IN ${list(own)}`)).map(toVisit).map((visit) => [keyOf(visit.site, visit.visit), visit] as const)),
    people: (keys) => readThrough(people, keys, (absent) => usersOf(shards, absent)),
    forgotten: async () => (forgotten ??= new Map((await shards.each((engine) => engine.query('SELECT key, at FROM forgotten FINAL'))).flat().map(({ key, at }) => [String(key), Number(at)]))),
    arrivals,
    transaction,
  }
}
