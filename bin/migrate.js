// @ts-check
import { parseArgs } from 'node:util'
import { addressesOf, loaded, serverAt } from '../examples/collector/servers.js'

const HELP = `Usage: npx rihla migrate --db <file> --clickhouse <urls>

Moves what is in a DuckDB file to ClickHouse servers, on which nothing is yet. Stop the collector first. The file stays as it
is. When it was broken off, run it again.

  --db <file>           the DuckDB file
  --clickhouse <urls>   the servers, with commas; their order stays
  --help                prints this`

/** @param {string[]} argv */
const optionsOf = (argv) => {
  try {
    return parseArgs({ args: argv, options: { db: { type: 'string' }, clickhouse: { type: 'string' }, help: { type: 'boolean' } } }).values
  } catch (error) {
    const [first] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new Error(`${first}; --help lists the options.`, { cause: error })
  }
}

/** @type {(argv: string[]) => Promise<void>} */
export const migrate = async (argv) => {
  const { db, clickhouse, help } = optionsOf(argv)
  if (help) return console.log(HELP)
  const servers = addressesOf('--clickhouse', clickhouse, /^https?:/)
  if (db === undefined || !servers) throw new Error('migrate: --db and --clickhouse are needed; --help shows how.')
  const { openDuckdbDump } = await loaded(() => import('rihla/collector/duckdb'), '--db', '@duckdb/node-api')
  const { copyToClickhouse } = await loaded(() => import('rihla/collector/clickhouse'), '--clickhouse', '@clickhouse/client-web')
  const dump = await openDuckdbDump(db)
  const { isTTY } = process.stdout
  try {
    const copied = await copyToClickhouse(dump, servers.map(serverAt), (done) => isTTY && process.stdout.write(`\r${done} of ${dump.touchpoints} touchpoints`))
    console.log(`${isTTY ? '\n' : ''}${copied} touchpoints are on ${servers.length} server${servers.length > 1 ? 's' : ''}. Start the collector with --clickhouse ${servers.map((address) => new URL(address).origin).join()} now.`)
  } finally {
    await dump.close()
  }
}
