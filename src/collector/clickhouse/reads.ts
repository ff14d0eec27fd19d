import { isSettled } from '../abandoned.js'
import { type Account, summarise, totalOf } from '../account.js'
import { type Columns, toVisit } from '../columns.js'
import { keyOf } from '../ledger.js'
import { toTouchpoint } from '../to-touchpoint.js'
import type { Row, Store, TouchpointFilters } from '../types.js'
import { list, text } from './engine.js'
import { visitsOfUser } from './erasing.js'
import { ask, cut, placeOf, usersOf } from './places.js'
import type { Shards } from './shards.js'

const NUMBERS = ['n', 'at', 'received_at', 'happened_at', 'seq']
const JSONS = ['props', 'marks', 'denied']
const ORDER = 'ORDER BY happened_at DESC, n DESC'

/** First only what touchpoints are ordered and found by: the rest of a row is wide. */
const FOUND = 'SELECT happened_at, n, site, visit, cart, toString(id) AS uuid FROM touchpoints'

/** An account of which all has arrived, as nearly all are: nothing in it needs to be looked at. */
const HIGHEST = `visitParamExtractUInt(account, 'highest')`
const IS_WHOLE = `(account = concat('{"highest":', toString(${HIGHEST}), ',"arrived":[[1,', toString(${HIGHEST}), ']],"refused":[],"lost":[]}'))`
const OF_SITE = (site: string) => `startsWith(key, ${text(`${site}/`)})`

function fromRow({ cart: _cart, status: _status, ...columns }: Columns): Row {
  const row: { [column: string]: unknown } = { ...columns }
  for (const name of NUMBERS) row[name] = Number(row[name])
  for (const name of JSONS) if (row[name] !== null) row[name] = JSON.parse(String(row[name]))
  return row as unknown as Row
}

const isLater = (a: Columns, b: Columns) => Number(a.happened_at) - Number(b.happened_at) || Number(a.n) - Number(b.n)

/** The reading half of a store on ClickHouse servers. */
export function readsOf(shards: Shards): Pick<Store, 'touchpoints' | 'documents' | 'openCarts' | 'histories' | 'lastSeen' | 'losses'> {
  /** `undefined` where no visit fits. */
  const conditionsOf = async ({ site, name, user, visitor, visit, channel, tab, stage, source, cart, since, until, before }: TouchpointFilters): Promise<string | undefined> => {
    const visits = async (found: Iterable<Columns>) => list([...found].map((row) => [String(row.site), String(row.visit)]))
    const all = ['1']
    for (const [column, value] of Object.entries({ site, visit, tab, stage, source, cart })) if (value !== undefined) all.push(`${column} = ${text(value)}`)
    if (name !== undefined) all.push(`name IN ${list(name.split(','))}`)
    if (since !== undefined) all.push(`happened_at >= ${since}`)
    if (until !== undefined) all.push(`happened_at < ${until}`)
    if (before) all.push(`(happened_at < ${before.happened_at} OR (happened_at = ${before.happened_at} AND n < ${before.n}))`)
    if (channel !== undefined) all.push(`(site, visit) IN (SELECT site, visit FROM visits FINAL WHERE channel = ${text(channel)})`)
    if (visitor !== undefined) {
      const asking = `SELECT DISTINCT site, visit FROM visitors WHERE visitor = ${text(visitor)}`
      const own = site === undefined ? (await shards.each((engine) => engine.query(asking))).flat() : await shards.homeOf(site, visitor).query(`${asking} AND site = ${text(site)}`)
      if (!own.length) return undefined
      all.push(`(site, visit) IN ${await visits(own)}`)
    }
    if (user !== undefined) {
      const known = await visitsOfUser(shards, site, user)
      all.push(`(user = ${text(user)}${known.length ? ` OR (isNull(user) AND (site, visit) IN ${await visits(known)})` : ''})`)
    }
    return all.join(' AND ')
  }

  /** With what its visit and its visitor's log-in say of each. */
  const toTouchpoints = async (rows: readonly Row[]) => {
    const places = new Map(rows.map((row) => [keyOf(row.site, row.visit), placeOf(row)]))
    const visits = new Map((await ask(shards, places.values(), (place) => place, (own) => `SELECT * FROM visits FINAL WHERE (site, visit) IN ${list(own)}`)).map(toVisit).map((visit) => [keyOf(visit.site, visit.visit), visit]))
    const users = await usersOf(shards, [...visits.values()].flatMap(({ site, visitor }) => (visitor === undefined ? [] : [keyOf(site, visitor)])))
    return rows.map((row) => {
      const visit = visits.get(keyOf(row.site, row.visit))
      return toTouchpoint(row, visit, visit?.visitor === undefined ? undefined : users.get(keyOf(row.site, visit.visitor)))
    })
  }

  /** Whole touchpoints of those found by `FOUND`, in order. */
  const readWhole = async (found: readonly Columns[]) => {
    const whole = await ask(shards, found, ({ site, visit }) => [String(site), String(visit)], (own) => `SELECT * FROM touchpoints WHERE (site, visit, id) IN (${own.map(({ site, visit, uuid }) => `(${text(String(site))},${text(String(visit))},toUUID(${text(String(uuid))}))`).join(',')}) LIMIT 1 BY id`)
    return toTouchpoints([...whole].sort(isLater).map(fromRow))
  }

  return {
    touchpoints: async ({ limit = 100, ...filters }) => {
      const conditions = await conditionsOf(filters)
      if (conditions === undefined) return { touchpoints: [] }
      const found = (await shards.each((engine) => engine.query(`${FOUND} WHERE ${conditions} ${ORDER} LIMIT 1 BY id LIMIT ${limit}`))).flat()
      const touchpoints = (await readWhole(found.sort((a, b) => isLater(b, a)).slice(0, limit))).reverse()
      const last = touchpoints[touchpoints.length - 1]
      return { touchpoints, next: last && touchpoints.length === limit ? { happened_at: last.happened_at, n: last.n } : undefined }
    },
    documents: async ({ site, tab, limit = 100 }) => {
      const conditions = ['1', ...(site === undefined ? [] : [OF_SITE(site)]), ...(tab === undefined ? [] : [`substring(key, position(key, '/') + 1) = ${text(tab)}`])]
      const found = (await shards.each((engine) => engine.query(`SELECT key, account, updated_at FROM documents FINAL WHERE ${conditions.join(' AND ')} ORDER BY updated_at DESC, key LIMIT ${limit}`))).flat()
      const rows = found.sort((a, b) => Number(b.updated_at) - Number(a.updated_at) || (String(a.key) < String(b.key) ? -1 : 1)).slice(0, limit)
      return rows.map(({ key, account, updated_at }) => ({ site: String(key).slice(0, String(key).indexOf('/')), tab: String(key).slice(String(key).indexOf('/') + 1), updated_at: Number(updated_at), ...summarise(JSON.parse(String(account)) as Account) }))
    },
    losses: async ({ site, since }) => {
      const conditions = ['1', ...(site === undefined ? [] : [OF_SITE(site)]), ...(since === undefined ? [] : [`updated_at >= ${since}`])].join(' AND ')
      const whole = (await shards.each((engine) => engine.query(`SELECT count() AS documents, sum(${HIGHEST}) AS touchpoints FROM documents FINAL WHERE ${conditions} AND ${IS_WHOLE}`))).flat()
      const rest = (await shards.each((engine) => engine.query(`SELECT account FROM documents FINAL WHERE ${conditions} AND NOT ${IS_WHOLE}`))).flat()
      const total = totalOf(rest.map(({ account }) => JSON.parse(String(account)) as Account))
      const sum = (name: string) => whole.reduce((all, row) => all + Number(row[name]), 0)
      return { ...total, documents: total.documents + sum('documents'), touchpoints: total.touchpoints + sum('touchpoints') }
    },
    openCarts: async ({ since, until }) => {
      const WHEN = '(happened_at, n)'
      interface Cart extends Columns { readonly told: readonly [name: string, status: string] }
      const found = (await shards.each((engine) => engine.query(`SELECT site, cart, argMax((name, status), ${WHEN}) AS told, max(${WHEN}) AS latest FROM touchpoints WHERE happened_at >= ${since} AND cart <> '' GROUP BY site, cart`))).flat().map(({ latest, ...row }) => ({ ...row, happened_at: (latest as [number, number])[0], n: (latest as [number, number])[1] }) as unknown as Cart)
      const carts = new Map<string, Cart>()
      for (const row of found) {
        const key = keyOf(String(row.site), String(row.cart))
        const before = carts.get(key)
        if (!before || isLater(row, before) > 0) carts.set(key, row)
      }
      const open = [...carts.values()].filter(({ happened_at: at, told: [name, status] }) => Number(at) < until && !isSettled(name, status))
      return open.sort(isLater).map(({ site, cart, n }) => ({ site: String(site), cart: String(cart), n: Number(n) }))
    },
    histories: async (carts, most) => {
      if (!carts.length) return []
      const found = (await shards.each((engine) => engine.query(`${FOUND} WHERE (site, cart) IN ${list(carts.map(({ site, cart }) => [site, cart]))} ${ORDER} LIMIT 1 BY id`))).flat().sort(isLater)
      const of = new Map(carts.map(({ site, cart }) => [keyOf(site, cart), [] as Columns[]]))
      for (const row of found) of.get(keyOf(String(row.site), String(row.cart)))!.push(row)
      const touchpoints = await readWhole([...of.values()].flatMap((own) => own.slice(-most)))
      return carts.map(({ site, cart }) => touchpoints.filter((each) => each.site === site && each.props?.cart_id === cart))
    },
    lastSeen: async (shoppers) => {
      const visitors = new Set(shoppers.flatMap(({ site, visitor }) => (visitor === undefined ? [] : [keyOf(site, visitor)])))
      const known = await ask(shards, visitors, cut, (own) => `SELECT DISTINCT site, visitor, visit FROM visitors WHERE (site, visitor) IN ${list(own.map(cut))}`)
      const shopperOf = new Map(shoppers.map(({ site, visit, visitor = visit }) => [keyOf(site, visit), keyOf(site, visitor)]))
      for (const { site, visitor, visit } of known) shopperOf.set(keyOf(String(site), String(visit)), keyOf(String(site), String(visitor)))
      const found = await ask(shards, shopperOf.keys(), cut, (own) => `SELECT site, visit, max(happened_at) AS seen FROM touchpoints WHERE (site, visit) IN ${list(own.map(cut))} AND source <> 'collector' GROUP BY site, visit`)
      const seen = new Map<string, number>()
      for (const row of found) {
        const shopper = shopperOf.get(keyOf(String(row.site), String(row.visit)))!
        seen.set(shopper, Math.max(Number(row.seen), seen.get(shopper) ?? 0))
      }
      return seen
    },
  }
}
