import type { Store } from '../types.js'
import { createWriter } from '../writer.js'
import { openDatabase } from './database.js'
import { readsOf } from './reads.js'
import { tablesOf } from './tables-of.js'

/**
 * Keeps what a collector was sent in one DuckDB file, made when it is absent. Needs `@duckdb/node-api` beside rihla. Rejects with one sentence for people when the file
 * cannot be opened: in use by another process, no database, or written by another release.
 */
export async function openDuckdbStore(path: string): Promise<Store> {
  const database = await openDatabase(path)
  const [reading, writing] = [await database.connect(), await database.connect()]
  return {
    ...createWriter(tablesOf(writing)),
    ...readsOf(reading),
    close: async () => {
      await writing.run('CHECKPOINT').catch(() => {})
      writing.disconnectSync()
      reading.disconnectSync()
      database.close()
    },
  }
}
