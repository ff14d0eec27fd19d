import type { Engine } from './engine.js'

/** Servers that share what there is: each row is on one of them, by a hash of what it is found by. */
export interface Shards {
  readonly all: readonly Engine[]
  /** The one that has what is found by this. */
  readonly homeOf: (...key: readonly string[]) => Engine
  /** Asks all of them at once. */
  readonly each: <T>(ask: (engine: Engine) => Promise<T>) => Promise<T[]>
  /** Entries by the server that has them. */
  readonly split: <Entry>(entries: Iterable<Entry>, keyOf: (entry: Entry) => readonly string[]) => ReadonlyMap<Engine, Entry[]>
  /** As `split`, and writes them all. */
  readonly insert: <Entry extends object>(table: string, entries: Iterable<Entry>, keyOf: (entry: Entry) => readonly string[]) => Promise<void>
  /** Erases rows on all of them, and resolves when they are gone. */
  readonly erase: (table: string, condition: string) => Promise<void>
}

/** FNV-1a of 32 bits, with the last mixing of MurmurHash3, so that names that differ in their last letter spread. */
export function hashOf(value: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** How often a mutation is asked about, and until when, ms. */
const POLL = 20
const MUTATION_DEADLINE = 600_000

async function eraseAt(engine: Engine, table: string, condition: string): Promise<void> {
  const [found] = await engine.query(`SELECT count() AS rows FROM ${table} WHERE ${condition}`)
  if (!Number(found!.rows)) return
  await engine.run(`ALTER TABLE ${table} DELETE WHERE ${condition}`)
  const deadline = Date.now() + MUTATION_DEADLINE
  for (;;) {
    const [open] = await engine.query(`SELECT count() AS open FROM system.mutations WHERE database = currentDatabase() AND table = '${table}' AND is_done = 0`)
    if (!Number(open!.open)) return
    if (Date.now() > deadline) throw new Error(`ClickHouse has not erased from ${table} within ${MUTATION_DEADLINE} ms`)
    await new Promise((resolve) => setTimeout(resolve, POLL))
  }
}

/** The order of the servers must stay, and so must their number. */
export function createShards(all: readonly Engine[]): Shards {
  const homeOf: Shards['homeOf'] = (...key) => all[hashOf(key.join('/')) % all.length]!
  const split: Shards['split'] = (entries, keyOf) => {
    const parts = new Map<Engine, (typeof entries extends Iterable<infer Entry> ? Entry : never)[]>()
    for (const entry of entries) {
      const home = homeOf(...keyOf(entry))
      const own = parts.get(home)
      if (own) own.push(entry)
      else parts.set(home, [entry])
    }
    return parts
  }
  return {
    all,
    homeOf,
    split,
    each: (ask) => Promise.all(all.map(ask)),
    insert: async (table, entries, keyOf) => void (await Promise.all([...split(entries, keyOf)].map(([engine, rows]) => engine.insert(table, rows)))),
    erase: async (table, condition) => void (await Promise.all(all.map((engine) => eraseAt(engine, table, condition)))),
  }
}
