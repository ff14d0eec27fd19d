import type { Columns } from '../columns.js'
import { list } from './engine.js'
import type { Shards } from './shards.js'

/** What the rows of a visit are found by. */
export type Place = readonly [site: string, visit: string]

/** So many are looked for in one statement. */
const MANY = 2000

/** Parts of a list that fit into a statement. */
export const parts = <Item>(items: readonly Item[]): readonly (readonly Item[])[] => Array.from({ length: Math.ceil(items.length / MANY) }, (_, i) => items.slice(i * MANY, (i + 1) * MANY))

/** Where a visit is, and its rows. By the visit, not by its visitor: who it is may become known later, and the same touchpoint would then be looked for somewhere else. */
export const placeOf = ({ site, visit }: { readonly site: string; readonly visit: string }): Place => [site, visit]

/** `site/name` in two. Sites have no slash. */
export const cut = (key: string): Place => [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)]

/** What servers hold of some keys, each asked for its own. */
export async function ask<Key>(shards: Shards, keys: Iterable<Key>, placeOfKey: (key: Key) => readonly string[], sqlFor: (own: readonly Key[]) => string): Promise<readonly Columns[]> {
  const asked = [...shards.split(keys, placeOfKey)].flatMap(([engine, own]) => parts(own).map((part) => engine.query(sqlFor(part))))
  return (await Promise.all(asked)).flat()
}

/** As whom visitors have logged in first; of both, keys are `site/visitor`. */
export async function usersOf(shards: Shards, visitors: Iterable<string>): Promise<Map<string, string>> {
  const found = await ask(shards, new Set(visitors), (key) => [key], (own) => `SELECT key, user FROM people FINAL WHERE key IN ${list(own)}`)
  return new Map(found.map(({ key, user }) => [String(key), String(user)]))
}
