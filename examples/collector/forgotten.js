// @ts-check
// What stays of those who were forgotten: a hash and a time, so that what is still on its way, or comes a second time, is not stored again.
import { createHash } from 'node:crypto'
import { writeRows } from './tables.js'

/** @typedef {import('./query.js').Query} Query */
/** @typedef {import('./validate.js').Row} Row */
/** @typedef {{ kind: 'visitor' | 'user' | 'visit' | 'guest', site: string, name: string }} Erased A `guest` is a visit before its log-in. */

/** A tracker keeps what it could not send for 7 days, unless its `maxAge` says otherwise, ms. */
const kept = 30 * 86_400_000

const expire = `DELETE FROM forgotten WHERE "at" < ($1->>'before')::BIGINT`

/** @type {(erased: Erased) => string} */
const hash = ({ kind, site, name }) => createHash('sha256').update(JSON.stringify([kind, site, name])).digest('hex')

/** Remembers whom forgetting erased. Costs the hot path nothing as long as there is nobody. @param {Query} query */
export const createForgotten = (query) => {
  /** @type {Map<string, number> | undefined} */
  let times
  const load = async () => (times ??= new Map((await query('SELECT key, "at" FROM forgotten')).map(({ key, at }) => [String(key), Number(at)])))

  return {
    /** Reads anew what is known: a transaction was rolled back. */
    reset: () => void (times = undefined),
    /**
     * Writes down who was erased; what is older than 30 days goes.
     * @type {(erased: Erased[], at: number) => Promise<void>}
     */
    add: async (erased, at) => {
      const known = await load()
      const rows = erased.map((each) => ({ key: hash(each), at }))
      await query(writeRows('forgotten'), rows)
      await query(expire, { before: at - kept })
      for (const [key, time] of known) if (time < at - kept) known.delete(key)
      for (const { key } of rows) known.set(key, at)
    },
    /**
     * The rows that did not happen before those they are about were forgotten. Who comes back later is somebody new.
     * @type {(rows: Row[], visitorOf: (row: Row) => string | undefined) => Promise<Row[]>}
     */
    without: async (rows, visitorOf) => {
      const known = await load()
      if (known.size === 0) return rows
      return rows.filter((row) => {
        const { site, visit, user, happened_at: happened } = row
        const visitor = visitorOf(row)
        /** @type {Erased[]} */
        const about = [{ kind: 'visit', site, name: visit }, user === undefined ? { kind: 'guest', site, name: visit } : { kind: 'user', site, name: user }]
        if (visitor !== undefined) about.push({ kind: 'visitor', site, name: visitor })
        return !about.some((each) => happened <= (known.get(hash(each)) ?? -Infinity))
      })
    },
  }
}
