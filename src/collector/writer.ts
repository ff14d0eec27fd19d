import type { Stop } from '../types.js'
import { type Erased, hashOf, KEPT, withoutForgotten } from './forgotten.js'
import { documentsIn, enter, heldFor, keyOf } from './ledger.js'
import { toTouchpoint } from './to-touchpoint.js'
import type { Batch, Count, Row, Store, Tables, Touchpoint, Visit, Writes } from './types.js'

/** Tells ids that the business gave (version 8) from ids made once by a device (version 7). */
export const isOrder = ({ id }: { readonly id: string }): boolean => id[14] === '8'

const NOTHING: Count = { touchpoints: 0, visits: 0 }

/** Merges what requests say of visits. Changes `visits`, returns those to write. What becomes known only later in a visit stays known. */
function mergeVisits(visits: Map<string, Visit>, given: readonly Visit[]): Visit[] {
  const changed = new Map<string, Visit>()
  for (const visit of given) {
    const key = keyOf(visit.site, visit.visit)
    const before = visits.get(key)
    const after = before ? { ...before, visitor: visit.visitor ?? before.visitor, device: before.device ?? visit.device } : visit
    visits.set(key, after)
    if (!before || before.visitor !== after.visitor || before.device !== after.device) changed.set(key, after)
  }
  return [...changed.values()]
}

/** Tells the visits that some of `fresh` were about, but none of `rows` is: they would bring a visitor back who was forgotten. */
function absentFrom(rows: readonly Row[], fresh: readonly Row[]): (visit: Visit) => boolean {
  if (rows.length === fresh.length) return () => false
  const left = new Set(rows.map(({ site, visit }) => keyOf(site, visit)))
  const all = new Set(fresh.map(({ site, visit }) => keyOf(site, visit)))
  return ({ site, visit }) => all.has(keyOf(site, visit)) && !left.has(keyOf(site, visit))
}

/** The first user of each visitor that none is known of. Changes `people`, returns those to write. */
function meet(people: Map<string, string>, rows: readonly Row[], keyOfVisitor: (row: Row) => string | undefined): [key: string, user: string][] {
  const met: [string, string][] = []
  for (const row of rows) {
    const key = row.user === undefined ? undefined : keyOfVisitor(row)
    if (!key || people.has(key)) continue
    people.set(key, row.user!)
    met.push([key, row.user!])
  }
  return met
}

/** Erases somebody within a transaction. Returns how much, and what stays of them. */
async function erase(writes: Writes, { site, received, forget = {} }: Batch): Promise<{ readonly count: Count; readonly isErased: (row: Row) => boolean }> {
  const { visitor, user } = forget
  const { whole, shared } = await writes.visitsOf(site, forget)
  const count = await writes.erase(site, { whole, shared }, user)
  const all = (kind: Erased['kind'], names: readonly (string | undefined)[]) => names.flatMap((name) => (name === undefined ? [] : [{ kind, site, name }]))
  const gone = [...all('visitor', [visitor]), ...all('user', [user]), ...all('visit', whole), ...all('guest', shared)]
  await writes.putForgotten(await Promise.all(gone.map(hashOf)), received, received - KEPT)
  return { count, isErased: (row) => row.site === site && (whole.includes(row.visit) || (shared.includes(row.visit) && (row.user ?? user) === user)) }
}

/** The writing half of a `Store`, over the tables of some database: decides what is new, whose it is, and what the accounts say. */
export function createWriter(tables: Tables): Pick<Store, 'commit' | 'expire' | 'onCommit'> {
  const listeners = new Set<(read: () => readonly Touchpoint[]) => void>()
  let arrivals: number | undefined

  const commit: Store['commit'] = async (batches) => {
    const given = batches.flatMap(({ rows }) => rows)
    const seen = new Set(given.length ? await tables.known(given) : [])
    const fresh = given.filter(({ id }) => !seen.has(id) && seen.add(id))
    const told = batches.flatMap(({ visits }) => visits)
    const accounts = await tables.accounts(documentsIn(batches))
    const visits = await tables.visits(new Set([...told, ...fresh].map(({ site, visit }) => keyOf(site, visit))))
    const visitors = new Map(told.map(({ site, visit, visitor }) => [keyOf(site, visit), visitor]))
    const visitorOf = ({ site, visit }: Row) => visitors.get(keyOf(site, visit)) ?? visits.get(keyOf(site, visit))?.visitor
    const visitorKeyOf = (row: Row) => {
      const visitor = visitorOf(row)
      return visitor === undefined ? undefined : keyOf(row.site, visitor)
    }
    const rows = await withoutForgotten(fresh, await tables.forgotten(), visitorOf)
    const people = await tables.people(new Set(rows.flatMap((row) => visitorKeyOf(row) ?? [])))
    arrivals ??= await tables.arrivals()
    for (const [index, row] of rows.entries()) row.n = arrivals + index + 1
    const isGone = absentFrom(rows, fresh)
    const entries = enter(accounts, batches)
    const newVisits = mergeVisits(visits, told.filter((visit) => !isGone(visit)))
    const met = meet(people, rows, visitorKeyOf)

    const erasures = await tables.transaction(async (writes) => {
      if (rows.length) await writes.addRows(rows)
      if (newVisits.length) await writes.putVisits(newVisits)
      if (entries.length) await writes.putAccounts(entries)
      if (met.length) await writes.putPeople(met)
      const erased = new Map<Batch, Awaited<ReturnType<typeof erase>>>()
      for (const batch of batches) if (batch.forget) erased.set(batch, await erase(writes, batch))
      return erased
    }).catch((error: unknown) => {
      // Some of it may be there.
      arrivals = undefined
      throw error
    })

    arrivals += rows.length
    const isNew = new Set(rows.map(({ id }) => id))
    const stored = rows.filter((row) => ![...erasures.values()].some(({ isErased }) => isErased(row)))
    const read = () => stored.map((row) => {
      const visit = visits.get(keyOf(row.site, row.visit))
      return toTouchpoint(row, visit, visit?.visitor === undefined ? undefined : people.get(keyOf(row.site, visit.visitor)))
    })
    if (stored.length) for (const listener of listeners) listener(read)
    return batches.map((batch) => ({ held: heldFor(accounts, batch), stored: batch.rows.filter(({ id }) => isNew.delete(id)).length, erased: erasures.get(batch)?.count ?? NOTHING }))
  }

  return {
    commit,
    expire: (before) => tables.transaction((writes) => writes.expire(before)),
    onCommit: (listener): Stop => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
