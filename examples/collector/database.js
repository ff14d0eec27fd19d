// @ts-check
import { DuckDBInstance } from '@duckdb/node-api'
import { createTables, version } from './tables.js'

/** @typedef {import('@duckdb/node-api').DuckDBConnection} Connection */

/** @type {(path: string, message: string) => string} */
const sentence = (path, message) => {
  if (message.includes('Could not set lock')) return `The database ${path} is in use by another process: stop that one, or choose another file with --db.`
  if (message.includes('not a valid DuckDB')) return `The file ${path} is not a DuckDB database: choose another file with --db.`
  return `The database ${path} cannot be opened: ${message.split('\n')[0]}`
}

/**
 * Opens (or creates) the database file and its tables. Throws one sentence for people when it is locked, no database, or of another version.
 * Only one process can have it open; within one process, open it once, because the lock of DuckDB sees other processes only.
 * @type {(path: string) => Promise<{ connect: () => Promise<Connection>, close: () => void }>}
 */
export const openDatabase = async (path) => {
  /** @type {DuckDBInstance | undefined} */
  let instance
  try {
    instance = await DuckDBInstance.create(path, { threads: '2', memory_limit: '512MB', autoinstall_known_extensions: 'false', enable_external_access: 'false' })
    const connection = await instance.connect()
    for (const statement of createTables) await connection.run(statement)
    const found = (await connection.runAndReadAll('SELECT version FROM rihla')).getRows()[0]?.[0]
    if (found === undefined) await connection.run('INSERT INTO rihla VALUES ($1)', [version])
    if (found !== undefined && found !== version) throw new Error(`it was written by another release (tables of version ${found}, expected ${version}).`)
    connection.disconnectSync()
    const opened = instance
    return { connect: () => opened.connect(), close: () => opened.closeSync() }
  } catch (error) {
    instance?.closeSync()
    throw new Error(sentence(path, error instanceof Error ? error.message : String(error)), { cause: error })
  }
}
