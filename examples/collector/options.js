// @ts-check
import { parseArgs } from 'node:util'
import { addressesOf } from './servers.js'

/** @typedef {{ port: number, host: string, db: string | undefined, adminToken: string | undefined, clickhouse: string[] | undefined, nats: string[] | undefined, help: boolean }} Options */

/** What `--help` prints. */
export const helpFor = (/** @type {string} */ command) => `Usage: ${command} [options]

  --port <number>        port to listen on; 0 takes a free one   (RIHLA_PORT, 4400)
  --host <name>          address to listen on                    (RIHLA_HOST, 127.0.0.1)
  --db <file>            DuckDB file, created when absent        (RIHLA_DB, touchpoints.duckdb)
  --admin-token <token>  who reads must have it; required when   (RIHLA_ADMIN_TOKEN)
                         --host is not this machine
  --clickhouse <urls>    ClickHouse servers instead of a file,   (RIHLA_CLICKHOUSE)
                         with commas; their order stays
  --nats <urls>          all NATS servers: several collectors    (RIHLA_NATS)
                         before the same ClickHouse
  --help                 print this

An option wins over its environment variable.`

/** @type {(text: string) => number} */
const portOf = (text) => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new Error(`--port: expected a number from 0 to 65535, got "${text}".`)
}

/** @type {(argv: string[]) => { port?: string, host?: string, db?: string, 'admin-token'?: string, clickhouse?: string, nats?: string, help?: boolean }} */
const parse = (argv) => {
  /** @type {{ type: 'string' }} */
  const text = { type: 'string' }
  try {
    return parseArgs({ args: argv, options: { port: text, host: text, db: text, 'admin-token': text, clickhouse: text, nats: text, help: { type: 'boolean' } } }).values
  } catch (error) {
    const [first] = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.split('. ') ?? []
    throw new Error(`${first}; --help lists the options.`, { cause: error })
  }
}

/**
 * Reads the command line and the environment (empty variables count as absent). Throws one sentence for people.
 * @type {(argv: string[], env: NodeJS.ProcessEnv) => Options}
 */
export const readOptions = (argv, env) => {
  const given = parse(argv)
  const clickhouse = addressesOf('--clickhouse', given.clickhouse ?? env.RIHLA_CLICKHOUSE, /^https?:/)
  const nats = addressesOf('--nats', given.nats ?? env.RIHLA_NATS, /^(?:nats|tls):/)
  if (nats && !clickhouse) throw new Error('--nats needs --clickhouse: several collectors cannot share a file.')
  if (clickhouse && given.db !== undefined) throw new Error('--db and --clickhouse: choose one.')
  return {
    port: portOf(given.port ?? (env.RIHLA_PORT || '4400')),
    host: given.host ?? (env.RIHLA_HOST || '127.0.0.1'),
    db: given.db ?? (env.RIHLA_DB || undefined),
    adminToken: given['admin-token'] ?? (env.RIHLA_ADMIN_TOKEN || undefined),
    clickhouse,
    nats,
    help: given.help ?? false,
  }
}
