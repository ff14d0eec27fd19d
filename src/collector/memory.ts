import { choicesIn } from '../journey-map/choices.js'
import { countLegs } from '../journey-map/tally.js'
import { foldVisits } from '../journey-map/fold.js'
import { createHinter } from '../journey-map/leg.js'
import { shoppersIn } from '../journey-map/shoppers.js'
import type { OwnLeg } from '../journey-map/types.js'
import type { StageModel } from '../types.js'
import { isSettled } from './abandoned.js'
import { type Account, summarise, totalOf } from './account.js'
import { keyOf } from './ledger.js'
import { toTouchpoint } from './to-touchpoint.js'
import type { DocumentFilters, Forget, Row, Store, Tables, TouchpointFilters, Visit, Writes } from './types.js'
import { createWriter, isOrder } from './writer.js'

/** Settings of the store in memory. */
export interface MemoryOptions {
  /** The most touchpoints that are kept: those that came first go. @default 100000 */
  readonly most?: number
}

/** Keeps what a collector was sent in memory: for trying it out, for tests, and where something else keeps it. All is gone when the process ends. Throws a `TypeError` for a wrong option. */
export function createMemoryStore({ most = 100_000 }: MemoryOptions = {}): Store {
  if (!Number.isInteger(most) || most < 1) throw new TypeError('rihla: most must be a whole number above 0')
  // In the order of arrival.
  const rows = new Map<string, Row>()
  const orders = new Map<string, true>()
  const visits = new Map<string, Visit>()
  const documents = new Map<string, readonly [account: Account, updatedAt: number]>()
  const people = new Map<string, string>()
  const forgotten = new Map<string, number>()

  // Of what is there now.
  let legs = new Map<StageModel, readonly OwnLeg[]>()
  const legsOf = (model: StageModel) => {
    const known = legs.get(model)
    if (known) return known
    const folded = foldVisits(createHinter(model), [...rows.values()].map((row) => toTouchpoint(row, visitOf(row), userOf(row))))
    legs.set(model, folded)
    return folded
  }

  // How to take back what the transaction under way has done.
  let undo: (() => void)[] = []
  const put = <Value>(map: Map<string, Value>, key: string, value: Value) => {
    const before = map.get(key)
    undo.push(before === undefined ? () => map.delete(key) : () => map.set(key, before))
    map.set(key, value)
  }
  const drop = <Value>(map: Map<string, Value>, key: string) => {
    const before = map.get(key)
    if (before !== undefined) undo.push(() => map.set(key, before))
    map.delete(key)
  }

  const pick = <Value>(from: ReadonlyMap<string, Value>, keys: Iterable<string>) => new Map([...keys].flatMap((key) => (from.has(key) ? [[key, from.get(key)!] as const] : [])))
  const visitOf = ({ site, visit }: Row) => visits.get(keyOf(site, visit))
  const userOf = (row: Row) => {
    const visitor = visitOf(row)?.visitor
    return visitor === undefined ? undefined : people.get(keyOf(row.site, visitor))
  }
  const told = (row: Row) => toTouchpoint(row, visitOf(row), userOf(row))
  const dropVisits = () => {
    const left = new Set([...rows.values()].map(({ site, visit }) => keyOf(site, visit)))
    const gone = [...visits.keys()].filter((key) => !left.has(key))
    for (const key of gone) drop(visits, key)
    return gone.length
  }
  const dropRows = (isGone: (row: Row) => boolean) => {
    const gone = [...rows.values()].filter(isGone)
    for (const { id } of gone) drop(rows, id)
    return { touchpoints: gone.length, visits: gone.length ? dropVisits() : 0 }
  }

  const writes: Writes = {
    addRows: async (added) => {
      for (const row of added) {
        put(rows, row.id, row)
        if (isOrder(row)) put(orders, row.id, true)
      }
    },
    putVisits: async (given) => given.forEach((visit) => put(visits, keyOf(visit.site, visit.visit), visit)),
    putAccounts: async (given) => given.forEach(([key, account, at]) => put(documents, key, [account, at] as const)),
    putPeople: async (given) => given.forEach(([key, user]) => put(people, key, user)),
    putForgotten: async (hashes, at, expireBefore) => {
      for (const [hash, time] of forgotten) if (time < expireBefore) drop(forgotten, hash)
      for (const hash of hashes) put(forgotten, hash, at)
    },
    visitsOf: async (site, { visitor, user }: Forget) => ({
      whole: visitor === undefined ? [] : [...visits.values()].filter((visit) => visit.site === site && visit.visitor === visitor).map(({ visit }) => visit),
      shared: user === undefined ? [] : [...new Set([...rows.values()].filter((row) => row.site === site && (row.user ?? userOf(row)) === user).map(({ visit }) => visit))],
    }),
    erase: async (site, { whole, shared }, user) => {
      const [all, some] = [new Set(whole), new Set(shared)]
      for (const [key, known] of people) if (known === user && key.startsWith(`${site}/`)) drop(people, key)
      for (const visit of whole) drop(people, keyOf(site, visits.get(keyOf(site, visit))?.visitor ?? ''))
      return dropRows((row) => row.site === site && (all.has(row.visit) || (some.has(row.visit) && (row.user ?? user) === user)))
    },
    expire: async (before) => {
      for (const [key, [, at]] of documents) if (at < before) drop(documents, key)
      const gone = dropRows((row) => row.happened_at < before)
      const left = new Set([...visits.values()].flatMap(({ site, visitor }) => (visitor === undefined ? [] : [keyOf(site, visitor)])))
      for (const key of people.keys()) if (!left.has(key)) drop(people, key)
      return gone
    },
  }

  const tables: Tables = {
    known: async (given) => new Set(given.map(({ id }) => id).filter((id) => rows.has(id) || orders.has(id))),
    accounts: async (keys) => new Map([...pick(documents, keys)].map(([key, [account]]) => [key, account])),
    visits: async (keys) => pick(visits, keys),
    people: async (keys) => pick(people, keys),
    forgotten: async () => forgotten,
    arrivals: async () => [...rows.values()].reduce((most, { n }) => Math.max(most, n), 0),
    transaction: async (work) => {
      undo = []
      try {
        return await work(writes)
      } catch (error) {
        for (const step of undo.reverse()) step()
        throw error
      } finally {
        let surplus = rows.size - most
        if (surplus > 0) dropRows(() => surplus-- > 0)
        undo = []
        legs = new Map()
      }
    },
  }

  const fits = (filters: TouchpointFilters) => {
    const names = filters.name?.split(',')
    const { before } = filters
    return (row: Row) => {
      const visit = visitOf(row)
      return (
        isEqual(filters, 'site', row.site) &&
        (!names || names.includes(row.name)) &&
        isEqual(filters, 'user', row.user ?? userOf(row)) &&
        isEqual(filters, 'visitor', visit?.visitor) &&
        isEqual(filters, 'visit', row.visit) &&
        isEqual(filters, 'channel', visit?.channel) &&
        isEqual(filters, 'tab', row.tab) &&
        isEqual(filters, 'stage', row.stage) &&
        isEqual(filters, 'source', row.source) &&
        isEqual(filters, 'cart', row.props?.cart_id) &&
        row.happened_at >= (filters.since ?? -Infinity) &&
        row.happened_at < (filters.until ?? Infinity) &&
        (!before || byTime(row, before) < 0)
      )
    }
  }

  return {
    ...createWriter(tables),
    touchpoints: async ({ limit = 100, ...filters }) => {
      const found = [...rows.values()].filter(fits(filters)).sort((a, b) => byTime(b, a)).slice(0, limit)
      const last = found[found.length - 1]
      return {
        touchpoints: found.map(told),
        ...(last && found.length === limit && { next: { happened_at: last.happened_at, n: last.n } }),
      }
    },
    documents: async ({ site, tab, limit = 100 }: DocumentFilters) =>
      [...documents]
        .map(([key, [account, at]]) => ({ site: key.slice(0, key.indexOf('/')), tab: key.slice(key.indexOf('/') + 1), updated_at: at, ...summarise(account) }))
        .filter((document) => (site === undefined || document.site === site) && (tab === undefined || document.tab === tab))
        .sort((a, b) => b.updated_at - a.updated_at)
        .slice(0, limit),
    openCarts: async ({ since, until }) => {
      const last = new Map<string, Row>()
      for (const row of rows.values()) {
        const cart = row.props?.cart_id
        const key = keyOf(row.site, String(cart))
        const before = last.get(key)
        if (typeof cart === 'string' && cart && (!before || byTime(row, before) > 0)) last.set(key, row)
      }
      return [...last.values()].sort(byTime).filter((row) => row.happened_at >= since && row.happened_at < until && !isSettled(row.name, row.props?.status)).map(({ site, props, n }) => ({ site, cart: String(props?.cart_id), n }))
    },
    histories: async (carts, most) => {
      const of = new Map(carts.map(({ site, cart }) => [keyOf(site, cart), [] as Row[]]))
      for (const row of rows.values()) of.get(keyOf(row.site, String(row.props?.cart_id)))?.push(row)
      return [...of.values()].map((own) => own.sort(byTime).slice(-most).map(told))
    },
    lastSeen: async (shoppers) => {
      const wanted = new Set(shoppers.map(({ site, visit, visitor = visit }) => keyOf(site, visitor)))
      const seen = new Map<string, number>()
      for (const row of rows.values()) {
        const key = keyOf(row.site, visitOf(row)?.visitor ?? row.visit)
        if (wanted.has(key) && row.source !== 'collector') seen.set(key, Math.max(row.happened_at, seen.get(key) ?? row.happened_at))
      }
      return seen
    },
    fold: async function* () {},
    counts: async (model, filters) => countLegs(legsOf(model), filters),
    shoppers: async (model, filters) => shoppersIn(legsOf(model), filters),
    choices: async (model) => choicesIn(legsOf(model)),
    losses: async ({ site, since = -Infinity }) => totalOf([...documents].flatMap(([key, [account, at]]) => (at >= since && (site === undefined || key.startsWith(`${site}/`)) ? [account] : []))),
    close: async () => {},
  }
}

type When = { readonly happened_at: number; readonly n: number }
const byTime = (a: When, b: When) => a.happened_at - b.happened_at || a.n - b.n
const isEqual = (filters: TouchpointFilters, name: keyof TouchpointFilters, value: unknown) => filters[name] === undefined || filters[name] === value
