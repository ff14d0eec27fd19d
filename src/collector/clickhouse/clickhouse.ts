import type { Store } from '../types.js'
import { createWriter } from '../writer.js'
import { mapsOf } from './counts.js'
import { connect, type Engine, type Server } from './engine.js'
import { legsOf } from './legs.js'
import { createLenient } from './lenient.js'
import { readsOf } from './reads.js'
import { createShards } from './shards.js'
import { CREATE_TABLES, TABLES_VERSION } from './tables.js'
import { tablesOf } from './tables-of.js'

export type { Server } from './engine.js'

/** A store over servers that are there. For tests, and for engines that speak no HTTP. */
export async function storeOn(engines: readonly [Engine, ...Engine[]]): Promise<Store> {
  const shards = createShards(engines)
  // What there is one of for all.
  const [meta] = engines
  await shards.each(async (engine) => {
    for (const statement of CREATE_TABLES) await engine.run(statement)
  })
  const [found] = await meta.query(`SELECT max(n) AS n FROM progress WHERE name = 'tables'`)
  if (Number(found!.n) > TABLES_VERSION) throw new Error(`The tables were written by a newer release (version ${Number(found!.n)}, expected ${TABLES_VERSION}).`)
  if (!Number(found!.n)) await meta.insert('progress', [{ name: 'tables', n: TABLES_VERSION }])
  const { engines: readable, away } = createLenient(engines)
  const reading = createShards(readable)
  const fold = legsOf(shards, meta, () => erasures)
  let erasures = 0
  return {
    ...createWriter(tablesOf(shards, meta, () => void erasures++)),
    ...readsOf(reading),
    ...mapsOf(reading),
    // Where a part is away nothing is committed, and what is there can be read.
    fold: async (model) => ((await away()) ? undefined : fold(model)),
    away,
    close: async () => void (await shards.each((engine) => engine.close())),
  }
}

/**
 * Keeps what a collector was sent on ClickHouse servers, from 18.16 on, each with a part of it. Needs `@clickhouse/client-web` beside rihla; makes its tables in each server's database, which must be there. The order and
 * the number of the servers belong to the data: they stay as they were at first. One collector may write at a time. While a server is away nothing can be committed; what the others have is read, and `away` says
 * whose is not there. Rejects with one sentence for people where a server does not answer.
 */
export async function openClickhouseStore(servers: readonly Server[]): Promise<Store> {
  if (!Array.isArray(servers) || !servers.length) throw new TypeError('rihla: servers must be a list of at least one { url }')
  for (const [i, { url }] of servers.entries()) if (typeof url !== 'string' || !/^https?:\/\//.test(url)) throw new TypeError(`rihla: servers[${i}].url must be an address such as http://127.0.0.1:8123`)
  const engines = servers.map(connect) as [Engine, ...Engine[]]
  try {
    return await storeOn(engines)
  } catch (error) {
    await Promise.all(engines.map((engine) => engine.close()))
    throw new Error(`ClickHouse cannot be used: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
  }
}
