import { sha256 } from '../sha256.js'
import type { Row } from './types.js'

/** Somebody who was erased, or a visit of theirs. A `guest` is a visit before its log-in. */
export interface Erased {
  readonly kind: 'visitor' | 'user' | 'visit' | 'guest'
  readonly site: string
  readonly name: string
}

/** What stays of those who were forgotten: a hash and a time, so that what is still on its way, or comes a second time, is not stored again. A tracker keeps what it could not send for 7 days, unless its `maxAge` says otherwise, ms. */
export const KEPT = 30 * 86_400_000

/** The hash that stays of somebody. */
export const hashOf = ({ kind, site, name }: Erased): Promise<string> => sha256(JSON.stringify([kind, site, name]))

/** The rows that did not happen before those they are about were forgotten. Who comes back later is somebody new. Costs nothing as long as nobody was. */
export async function withoutForgotten(rows: readonly Row[], known: ReadonlyMap<string, number>, visitorOf: (row: Row) => string | undefined): Promise<readonly Row[]> {
  if (known.size === 0) return rows
  const isGone = await Promise.all(rows.map(async (row) => {
    const { site, visit, user, happened_at: happened } = row
    const visitor = visitorOf(row)
    const about: Erased[] = [{ kind: 'visit', site, name: visit }, user === undefined ? { kind: 'guest', site, name: visit } : { kind: 'user', site, name: user }]
    if (visitor !== undefined) about.push({ kind: 'visitor', site, name: visitor })
    const times = await Promise.all(about.map(async (each) => known.get(await hashOf(each)) ?? -Infinity))
    return times.some((time) => happened <= time)
  }))
  return rows.filter((_, i) => !isGone[i])
}
