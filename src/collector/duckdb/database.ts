import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { CREATE_TABLES, MIGRATIONS, TABLES_VERSION } from './tables.js'

/** An open file. */
export interface Database {
  readonly connect: () => Promise<DuckDBConnection>
  readonly close: () => void
}

function sentence(path: string, message: string): string {
  if (message.includes('Could not set lock')) return `The database ${path} is in use by another process: stop that one, or choose another file.`
  if (message.includes('not a valid DuckDB')) return `The file ${path} is not a DuckDB database: choose another file.`
  return `The database ${path} cannot be opened: ${message.split('\n')[0]}`
}

/**
 * How DuckDB is opened. A checkpoint writes whole groups of rows anew and holds up all commits meanwhile: with its usual threshold of 16 MB a busy collector has one every few seconds. What is in the log
 * instead is read again after a crash.
 */
const SETTINGS = { threads: '2', memory_limit: '1GB', checkpoint_threshold: '128MB', autoinstall_known_extensions: 'false', enable_external_access: 'false' }

/** Brings the tables to this release's version. */
async function prepare(connection: DuckDBConnection): Promise<void> {
  await connection.run(CREATE_TABLES[0]!)
  const found = (await connection.runAndReadAll('SELECT version FROM rihla')).getRows()[0]?.[0]
  if (found !== undefined && found !== TABLES_VERSION && !(Number(found) in MIGRATIONS)) throw new Error(`it was written by another release (tables of version ${String(found)}, expected ${TABLES_VERSION}).`)
  await connection.run('BEGIN')
  for (let version = Number(found ?? TABLES_VERSION); version < TABLES_VERSION; version++) for (const statement of MIGRATIONS[version]!) await connection.run(statement)
  for (const statement of CREATE_TABLES) await connection.run(statement)
  await connection.run('DELETE FROM rihla')
  await connection.run(`INSERT INTO rihla VALUES (${TABLES_VERSION})`)
  await connection.run('COMMIT')
}

/**
 * Opens (or creates) the database file and its tables. Throws one sentence for people when it is locked, no database, or of another version.
 * Only one process can have it open; within one process, open it once, because the lock of DuckDB sees other processes only.
 */
export async function openDatabase(path: string): Promise<Database> {
  let instance: DuckDBInstance | undefined
  try {
    const opened = (instance = await DuckDBInstance.create(path, SETTINGS))
    const connection = await opened.connect()
    await prepare(connection)
    connection.disconnectSync()
    return { connect: () => opened.connect(), close: () => opened.closeSync() }
  } catch (error) {
    instance?.closeSync()
    throw Object.assign(new Error(sentence(path, error instanceof Error ? error.message : String(error))), { cause: error })
  }
}
