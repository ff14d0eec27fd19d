import type { Columns } from '../columns.js'
import { keyOf } from '../ledger.js'
import type { Count, Forget } from '../types.js'
import { list, text } from './engine.js'
import { ask, cut, parts, type Place, placeOf } from './places.js'
import type { Shards } from './shards.js'

/** Which visits are somebody's. */
export interface Visits {
  readonly whole: readonly string[]
  readonly shared: readonly string[]
}

const visitIn = (row: Columns) => String(row.visit)
const sumOf = (rows: readonly Columns[]) => rows.reduce((sum, { count }) => sum + Number(count), 0)

/** The visits of those who have logged in as a user, in all sites or in one. */
export async function visitsOfUser(shards: Shards, site: string | undefined, user: string): Promise<readonly Columns[]> {
  const people = (await shards.each((engine) => engine.query(`SELECT key FROM people FINAL WHERE user = ${text(user)}${site === undefined ? '' : ` AND startsWith(key, ${text(`${site}/`)})`}`))).flat()
  return ask(shards, people.map(({ key }) => cut(String(key))), (visitor) => visitor, (own) => `SELECT DISTINCT site, visit FROM visitors WHERE (site, visitor) IN ${list(own)}`)
}

/** The visits of a visitor, and those in which a user has done something. */
export async function visitsOf(shards: Shards, site: string, { visitor, user }: Forget): Promise<Visits> {
  const whole = visitor === undefined ? [] : (await shards.homeOf(site, visitor).query(`SELECT DISTINCT visit FROM visitors WHERE site = ${text(site)} AND visitor = ${text(visitor)}`)).map(visitIn)
  if (user === undefined) return { whole, shared: [] }
  const acted = await shards.each((engine) => engine.query(`SELECT DISTINCT visit FROM touchpoints WHERE site = ${text(site)} AND user = ${text(user)}`))
  return { whole, shared: [...new Set([...acted.flat(), ...(await visitsOfUser(shards, site, user))].map(visitIn))] }
}

/** Erases visits whole; of the shared ones what is the user's or nobody's. `touched` are the visits of the same visitors that are left: what they are in a journey may be something else now. */
export async function eraseVisits(shards: Shards, site: string, { whole, shared }: Visits, user: string | undefined): Promise<{ readonly count: Count; readonly touched: readonly Place[] }> {
  const all = [...new Set([...whole, ...shared])]
  if (!all.length) return { count: { touchpoints: 0, visits: 0 }, touched: [] }
  const named = (names: readonly string[]) => `site = ${text(site)} AND visit IN ${list(names)}`
  const gone = [...(whole.length ? [`(${named(whole)})`] : []), ...(shared.length && user !== undefined ? [`(${named(shared)} AND (isNull(user) OR user = ${text(user)}))`] : [])].join(' OR ')
  const told = await ask(shards, all.map((visit) => placeOf({ site, visit })), (place) => place, (own) => `SELECT * FROM visits FINAL WHERE (site, visit) IN ${list(own)}`)
  const touchpoints = sumOf((await shards.each((engine) => engine.query(`SELECT uniqExact(id) AS count FROM touchpoints WHERE ${gone}`))).flat())
  await shards.erase('touchpoints', gone)
  const left = new Set((await shards.each((engine) => engine.query(`SELECT DISTINCT visit FROM touchpoints WHERE ${named(all)}`))).flat().map(visitIn))
  const empty = all.filter((visit) => !left.has(visit))
  for (const table of empty.length ? ['visits', 'visitors', 'touched'] : []) await shards.erase(table, named(empty))
  const visitors = told.flatMap(({ visit, visitor }) => (visitor === null ? [] : [{ visit: String(visit), visitor: String(visitor) }]))
  const loggedIn = visitors.filter(({ visit }) => whole.includes(visit)).map(({ visitor }) => keyOf(site, visitor))
  const who = [...(user === undefined ? [] : [`(startsWith(key, ${text(`${site}/`)}) AND user = ${text(user)})`]), ...(loggedIn.length ? [`key IN ${list(loggedIn)}`] : [])]
  if (who.length) await shards.erase('people', who.join(' OR '))
  await shards.erase('legs', named(all))
  const others = await ask(shards, new Map(visitors.map(({ visitor }) => [visitor, placeOf({ site, visit: visitor })])).values(), (place) => place, (own) => `SELECT DISTINCT site, visit FROM visitors WHERE (site, visitor) IN ${list(own)}`)
  return { count: { touchpoints, visits: told.filter(({ visit }) => !left.has(String(visit))).length }, touched: [...new Set([...left, ...others.map(visitIn)])].map((visit) => placeOf({ site, visit })) }
}

/** Erases what happened before, with visits and documents that nothing was heard of since. `legs`: how many of these were there. */
export async function expireBefore(shards: Shards, before: number): Promise<Count & { readonly legs: number }> {
  const countAll = async (sql: string) => sumOf((await shards.each((engine) => engine.query(sql))).flat())
  const touchpoints = await countAll(`SELECT uniqExact(site, visit, id) AS count FROM touchpoints WHERE happened_at < ${before}`)
  await shards.erase('touchpoints', `happened_at < ${before}`)
  // Beside its touchpoints, so that each server knows of its own.
  const isLeft = '(site, visit) IN (SELECT site, visit FROM touchpoints)'
  const over = `started < ${before} AND NOT ${isLeft}`
  const old = (await shards.each((engine) => engine.query(`SELECT site, visit, visitor FROM visits FINAL WHERE ${over}`))).flat()
  await shards.erase('visits', over)
  if (touchpoints) await shards.erase('touched', `NOT ${isLeft}`)
  const visitors = old.flatMap(({ site, visit, visitor }) => (visitor === null ? [] : [[String(site), String(visitor), String(visit)] as const]))
  for (const own of parts(visitors)) await shards.erase('visitors', `(site, visitor, visit) IN ${list(own)}`)
  for (const own of parts([...new Set(visitors.map(([site, visitor]) => keyOf(site, visitor)))])) {
    const found = await ask(shards, own.map(cut), (place) => place, (keys) => `SELECT DISTINCT site, visitor FROM visitors WHERE (site, visitor) IN ${list(keys)}`)
    const still = new Set(found.map(({ site, visitor }) => keyOf(String(site), String(visitor))))
    const gone = own.filter((key) => !still.has(key))
    if (gone.length) await shards.erase('people', `key IN ${list(gone)}`)
  }
  await shards.erase('documents', `updated_at < ${before}`)
  const legs = await countAll(`SELECT count() AS count FROM legs WHERE started < ${before}`)
  await shards.erase('legs', `started < ${before}`)
  return { touchpoints, visits: old.length, legs }
}
