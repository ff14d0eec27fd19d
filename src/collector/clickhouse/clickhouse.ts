import type { Dump, Store } from '../types.js'
import { createWriter } from '../writer.js'
import { copy } from './copy.js'
import { clearStale, mapsOf } from './counts.js'
import { connect, DATABASE, type Engine, type Server } from './engine.js'
import { createEpoch } from './epoch.js'
import { legsOf } from './legs.js'
import { createLenient } from './lenient.js'
import { readsOf } from './reads.js'
import { createShards } from './shards.js'
import { CREATE_TABLES, TABLES_VERSION } from './tables.js'
import { tablesOf } from './tables-of.js'

export type { Server } from './engine.js'

/** Servers with their tables. */
async function groundOn(engines: readonly [Engine, ...Engine[]]) {
  const shards = createShards(engines)
  // What there is one of for all.
  const [meta] = engines
  await shards.each(async (engine) => {
    for (const statement of CREATE_TABLES) await engine.run(statement)
    await clearStale(engine)
  })
  const [found] = await meta.query(`SELECT max(n) AS n FROM progress WHERE name = 'tables'`)
  if (Number(found!.n) > TABLES_VERSION) throw new Error(`The tables were written by a newer release (version ${Number(found!.n)}, expected ${TABLES_VERSION}).`)
  if (!Number(found!.n)) await meta.insert('progress', [{ name: 'tables', n: TABLES_VERSION, epoch: 0 }])
  return { shards, meta, epoch: createEpoch(meta) }
}

/** A store over servers that are there. For tests, and for engines that speak no HTTP. */
export async function storeOn(engines: readonly [Engine, ...Engine[]]): Promise<Store> {
  const { shards, meta, epoch } = await groundOn(engines)
  const { engines: readable, away } = createLenient(engines)
  const reading = createShards(readable)
  let erasures = 0
  const fold = legsOf(shards, meta, epoch, () => erasures)
  return {
    ...createWriter(tablesOf(shards, meta, epoch, () => void erasures++)),
    ...readsOf(reading),
    ...mapsOf(reading),
    // Where a part is away nothing is committed, and what is there can be read.
    fold: async function* (models) {
      for (const model of models) if (!(await away())) yield* fold(model)
    },
    away,
    close: async () => void (await shards.each((engine) => engine.close())),
  }
}

/** Who may not make databases finds one that is there. */
async function createDatabase({ database = DATABASE, ...server }: Server): Promise<void> {
  const engine = connect({ ...server, database: 'default' })
  await engine.run(`CREATE DATABASE IF NOT EXISTS ${database}`).catch(() => {})
  await engine.close()
}

/** Connects to servers, and lets go of them where that fails. */
async function connectAll<T>(servers: readonly Server[], use: (engines: readonly [Engine, ...Engine[]]) => Promise<T>): Promise<T> {
  if (!Array.isArray(servers) || !servers.length) throw new TypeError('rihla: servers must be a list of at least one { url }')
  for (const [i, { url, database = DATABASE }] of servers.entries()) {
    if (typeof url !== 'string' || !/^https?:\/\//.test(url)) throw new TypeError(`rihla: servers[${i}].url must be an address such as http://127.0.0.1:8123`)
    if (!/^\w{1,64}$/.test(database)) throw new TypeError(`rihla: servers[${i}].database must be 1 to 64 of A-Z a-z 0-9 _`)
  }
  const engines = servers.map(connect) as [Engine, ...Engine[]]
  try {
    await Promise.all(servers.map(createDatabase))
    return await use(engines)
  } catch (error) {
    await Promise.all(engines.map((engine) => engine.close()))
    throw new Error(`ClickHouse cannot be used: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
  }
}

/**
 * Keeps what a collector was sent on ClickHouse servers, from 18.16 on, each with a part of it. Needs `@clickhouse/client-web` beside rihla; makes its database and tables on each server where they are absent. The order and
 * the number of the servers belong to the data: they stay as they were at first. One collector may write at a time. While a server is away nothing can be committed; what the others have is read, and `away` says
 * whose is not there. Rejects with one sentence for people where a server does not answer.
 */
export const openClickhouseStore = (servers: readonly Server[]): Promise<Store> => connectAll(servers, storeOn)

/**
 * Moves what another store has to ClickHouse servers where nothing is yet, as `await openDuckdbDump(path)` reads it; `onProgress` hears how many touchpoints are there. Resolves with how many there are. When it was broken off it may be
 * called again. Maps are folded by the collector that is started on it.
 */
export const copyToClickhouse = (dump: Dump, servers: readonly Server[], onProgress: (copied: number) => void = () => {}): Promise<number> =>
  connectAll(servers, async (engines) => {
    const { shards, meta, epoch } = await groundOn(engines)
    const copied = await copy(dump, shards, meta, epoch, onProgress)
    await shards.each((engine) => engine.close())
    return copied
  })
