// @ts-check
import { createServer, STATUS_CODES } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { createCollector, isLoopback } from 'rihla/collector'
import { createMemoryStore } from 'rihla/collector/memory'
import { withPages } from './pages.js'
import { isAbsent, loaded, natsAt, serverAt } from './servers.js'

/** @typedef {import('node:http').Server} Server */
/**
 * @typedef {Omit<import('rihla/collector').CollectorOptions, 'store' | 'log'> & {
 *   port?: number, host?: string, db?: string, clickhouse?: string[], nats?: string[], headersTimeout?: number, requestTimeout?: number
 * }} StartOptions
 * `port`: 0 takes a free one. @default 4400 · `host` @default '127.0.0.1' · `db`: DuckDB file. @default 'touchpoints.duckdb', or memory where DuckDB is not installed · `clickhouse`: servers instead of a file, as `http://user:password@host:8123/database` · `nats`: servers of a log before them, for several collectors · `headersTimeout`,
 * `requestTimeout`: ms until a sender that dawdles is cut off. @default 10000, 30000
 */

// Health checks of balancers speak HTTP/1.0 and name no host. Nobody is trusted by this one.
const unnamed = 'unnamed.invalid'
// What is in flight gets this long to finish, ms.
const patience = 10_000

/** @type {(server: Server, port: number, host: string) => Promise<number>} */
const listen = (server, port, host) =>
  new Promise((resolve, reject) => {
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      const taken = error.code === 'EADDRINUSE'
      const why = taken ? `Port ${port} of ${host} is already taken: choose another with --port.` : `Cannot listen on ${host}, port ${port}: ${error.message}.`
      reject(new Error(why, { cause: error }))
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })

/** @type {{ [code: string]: number }} */
const statusOf = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

/** Answers what is no HTTP, or comes too slowly, with JSON like everything else. */
const refuseGarbage = (/** @type {NodeJS.ErrnoException} */ error, /** @type {import('node:stream').Duplex} */ socket) => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = statusOf[error.code ?? ''] ?? 400
  const body = JSON.stringify({ reason: status === 408 ? 'the request came too slowly' : 'expected an HTTP/1.1 request' })
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
}

/** @typedef {import('rihla/collector').Store} Store */
/** What a collector stands on; `close` lets go of it. @typedef {{ store: Store, log?: import('rihla/collector').CollectorOptions['log'], place: string, close: () => Promise<void> }} Ground */

/** @type {(db: string | undefined) => Promise<Ground>} */
const openFile = async (db) => {
  const groundOf = (/** @type {Store} */ store, /** @type {string} */ place) => ({ store, place, close: store.close })
  try {
    const { openDuckdbStore } = await import('rihla/collector/duckdb')
    return groundOf(await openDuckdbStore(db ?? 'touchpoints.duckdb'), db ?? 'touchpoints.duckdb')
  } catch (error) {
    if (!isAbsent(error)) throw error
    if (db !== undefined) throw new Error('--db needs the package @duckdb/node-api: npm install @duckdb/node-api', { cause: error })
    return groundOf(createMemoryStore(), 'memory, until it stops (npm install @duckdb/node-api keeps them in a file)')
  }
}

/** @type {(clickhouse: string[], nats: string[] | undefined, options: Omit<StartOptions, 'db'>) => Promise<Ground>} */
const openServers = async (clickhouse, nats, { models, retention, abandonAfter, maintainEvery, onError }) => {
  const { openClickhouseStore } = await loaded(() => import('rihla/collector/clickhouse'), '--clickhouse', '@clickhouse/client-web')
  const open = () => openClickhouseStore(clickhouse.map(serverAt))
  const place = `ClickHouse (${clickhouse.map((address) => new URL(address).host).join(', ')})`
  const store = await open()
  if (!nats) return { store, place, close: store.close }
  try {
    const { openJetStream } = await loaded(() => import('rihla/collector/jetstream'), '--nats', '@nats-io/transport-node @nats-io/jetstream @nats-io/kv')
    const { createLogWriter } = await import('rihla/collector/log')
    const log = await openJetStream({ ...natsAt(nats), replicas: Math.min(3, nats.length) })
    const settings = { models, retention, abandonAfter, maintainEvery, onError }
    const writer = createLogWriter({ log, open, ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) })
    const close = async () => {
      await writer.close()
      await log.close()
      await store.close()
    }
    return { store, log, place: `${place}, through NATS (${nats.map((address) => new URL(address).host).join(', ')})`, close }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** @type {(server: Server) => Promise<void>} */
const stopServer = (server) =>
  new Promise((resolve) => {
    server.close(() => resolve())
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    const deadline = setTimeout(() => server.closeAllConnections(), patience)
    server.once('close', () => {
      clearInterval(sweep)
      clearTimeout(deadline)
    })
  })

/**
 * Starts a collector on this machine, ready when the promise resolves. `place` says where touchpoints are kept; `close()` stops accepting, finishes what is in flight, and moves everything into the
 * database file; safe to call twice. Throws one sentence for people when the port is taken, the database is in use or no database, or when others could
 * reach it and there is no token.
 * @param {StartOptions} [options]
 */
export const startCollector = async ({ port = 4400, host = '127.0.0.1', db, clickhouse, nats, headersTimeout = 10_000, requestTimeout = 30_000, ...others } = {}) => {
  if (!isLoopback(host) && !others.adminToken) {
    throw new Error(`Others can reach ${host}, so reading needs a token: set RIHLA_ADMIN_TOKEN or --admin-token, or use --host 127.0.0.1.`)
  }
  const { store, log, place, close: closeGround } = await (clickhouse ? openServers(clickhouse, nats, others) : openFile(db))
  const collector = createCollector({ store, ...(log && { log }), ...others })
  const answer = withPages(collector)
  const serverOptions = { headersTimeout, requestTimeout, connectionsCheckingInterval: Math.min(1000, headersTimeout) }
  const server = /** @type {Server} */ (createAdaptorServer({ fetch: (request, { incoming }) => answer(request, { ip: incoming.socket.remoteAddress }), createServer, serverOptions, overrideGlobalObjects: false, hostname: unnamed }))
  server.on('clientError', refuseGarbage)
  const shut = async () => {
    await Promise.all([server.listening ? stopServer(server) : undefined, collector.close()])
    await collector.close()
    await closeGround()
  }
  /** @type {Promise<void> | undefined} */
  let closing
  const close = () => (closing ??= shut())
  try {
    const bound = await listen(server, port, host)
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
    return { url: `http://${name}:${bound}`, place, close }
  } catch (error) {
    await close()
    throw error
  }
}
