import type { Columns } from '../columns.js'
import type { Shards } from './shards.js'

/** What the rows of a visit are found by. */
export type Place = readonly [site: string, visit: string]

/** So many are looked for in one statement. */
export const MANY = 2000

/** Where a visit is, and its rows. By the visit, not by its visitor: who it is may become known later, and the same touchpoint would then be looked for somewhere else. */
export const placeOf = ({ site, visit }: { readonly site: string; readonly visit: string }): Place => [site, visit]

/** `site/name` in two. Sites have no slash. */
export const cut = (key: string): Place => [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)]

/** What servers hold of some keys, each asked for its own. */
export async function ask<Key>(shards: Shards, keys: Iterable<Key>, placeOfKey: (key: Key) => readonly string[], sqlFor: (own: readonly Key[]) => string): Promise<readonly Columns[]> {
  const asked = [...shards.split(keys, placeOfKey)].flatMap(([engine, own]) => Array.from({ length: Math.ceil(own.length / MANY) }, (_, i) => engine.query(sqlFor(own.slice(i * MANY, (i + 1) * MANY)))))
  return (await Promise.all(asked)).flat()
}
