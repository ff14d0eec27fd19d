import { createQueue } from '../queue.js'
import type { Dump, Store } from '../types.js'
import { createWriter } from '../writer.js'
import { mapsOf } from './counts.js'
import { openDatabase } from './database.js'
import { dumpOf } from './dump.js'
import { legsOf } from './legs.js'
import { readsOf } from './reads.js'
import { tablesOf } from './tables-of.js'

/**
 * Keeps what a collector was sent in one DuckDB file, made when it is absent. Needs `@duckdb/node-api` beside rihla. Rejects with one sentence for people when the file
 * cannot be opened: in use by another process, no database, or written by another release.
 */
export async function openDuckdbStore(path: string): Promise<Store> {
  const database = await openDatabase(path)
  const connect = async () => {
    const connection = await database.connect()
    connections.push(connection)
    return connection
  }
  const connections: Awaited<ReturnType<typeof database.connect>>[] = []
  let erasures = 0
  const writing = await connect()
  const apart = createQueue()
  const { follows, change, clear, ...maps } = mapsOf([await connect(), await connect()], apart)
  const erased = () => {
    erasures++
    clear()
  }
  return {
    ...createWriter(tablesOf(writing, erased)),
    ...readsOf(await connect()),
    ...maps,
    fold: legsOf(await connect(), await connect(), { erasures: () => erasures, apart, follows, change }),
    close: async () => {
      await writing.run('CHECKPOINT').catch(() => {})
      for (const connection of connections) connection.disconnectSync()
      database.close()
    },
  }
}

/** Opens a DuckDB file, that no collector has open, to move what is in it to another store. Rejects as `openDuckdbStore`. */
export async function openDuckdbDump(path: string): Promise<Dump> {
  const database = await openDatabase(path)
  return dumpOf(await database.connect(), database.close)
}
