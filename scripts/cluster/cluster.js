// @ts-check
// The command: `npm run cluster -- --seconds 60 --shoppers 200`.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { createCollector } from 'rihla/collector'
import { createMemoryStore } from 'rihla/collector/memory'
import { findBrowsers, installMissing } from '../browsers.js'
import { Load } from './load.js'
import { clickhouse, collector, haproxy, nats } from './servers.js'

/** @typedef {import('./servers.js').Server} Server */

const help = `Usage: npm run cluster -- [options]

Three NATS servers, two ClickHouse servers and two collectors behind a balancer, on this machine, with made-up
shoppers at them. One of each kind is killed meanwhile, and comes back. Everything is removed at the end.

  --seconds <number>   how long shoppers come               (60)
  --shoppers <number>  how many are made up at a time       (500)
  --senders <number>   how many devices send at a time      (8)
  --calm               kills nothing: to see how much it takes
  --single             one collector on a DuckDB file instead, to compare; kills nothing
  --help               print this`

/** @type {(flag: string, text: string, least: number, most: number) => number} */
const wholeOf = (flag, text, least, most) => {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new Error(`--${flag}: expected a number from ${least} to ${most}, got "${text}".`)
}

const readOptions = () => {
  /** @type {(usual: string) => { type: 'string', default: string }} */
  const text = (usual) => ({ type: 'string', default: usual })
  const { values } = parseArgs({ options: { seconds: text('60'), shoppers: text('500'), senders: text('8'), calm: { type: 'boolean', default: false }, single: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } })
  const calm = values.calm || values.single
  return { ...values, calm, seconds: wholeOf('seconds', values.seconds, calm ? 1 : 30, 86_400), shoppers: wholeOf('shoppers', values.shoppers, 1, 10_000), senders: wholeOf('senders', values.senders, 1, 1000) }
}

/** Of a process and all threads of it, since it began, s. @type {(pid: number | undefined) => number} */
const cpuOf = (pid) => {
  try {
    const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? []
    return (user + system) / 100
  } catch {
    return 0
  }
}

const { isTTY } = process.stdout
/** @type {(share: number, about: string) => void} */
const progress = (share, about) => {
  if (isTTY) process.stdout.write(`\r${'█'.repeat(Math.round(share * 30)).padEnd(30, '░')} ${about}`.padEnd(100))
}
/** @type {(line: string) => void} */
const say = (line) => console.log(`${isTTY ? '\r'.padEnd(100) + '\r' : ''}${line}`)

/** @type {(what: string, isSo: () => Promise<boolean>, ms: number) => Promise<number>} Resolves with how long it took, ms. */
const until = async (what, isSo, ms) => {
  const began = Date.now()
  while (!(await isSo().catch(() => false))) {
    if (Date.now() - began > ms) throw new Error(`not within ${ms / 1000} s: ${what}`)
    await sleep(100)
  }
  return Date.now() - began
}

/** @type {(url: string) => Promise<any>} */
const read = async (url) => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return answer.json()
}

/** Asks all ClickHouse servers, for lines. @type {(stores: readonly Server[], sql: string) => Promise<string[]>} */
const ask = async (stores, sql) => {
  const answers = await Promise.all(stores.map(async ({ url }) => (await fetch(`${url}/?database=rihla`, { method: 'POST', body: `${sql} FORMAT TSV` })).text()))
  return answers.flatMap((answer) => answer.split('\n').filter(Boolean))
}

/** All ids that are stored, each as often as it is there. @type {(stores: readonly Server[], endpoint: string) => Promise<Map<string, number>>} */
const idsIn = async (stores, endpoint) => {
  /** @type {Map<string, number>} */
  const ids = new Map()
  const count = (/** @type {string} */ id) => ids.set(id, (ids.get(id) ?? 0) + 1)
  for (const id of await ask(stores, 'SELECT toString(id) AS i FROM touchpoints')) count(id)
  for (let next = stores.length ? undefined : ''; next !== undefined; ) {
    const page = await read(`${endpoint}/touchpoints?limit=1000${next && `&before=${next}`}`)
    for (const { id } of page.touchpoints) count(id)
    next = page.next
  }
  return ids
}

/** What the store takes on disk, bytes. @type {(stores: readonly Server[], folder: string) => Promise<number>} */
const bytesOf = async (stores, folder) => {
  if (!stores.length) return statSync(`${folder}/touchpoints.duckdb`).size
  return (await ask(stores, 'SELECT sum(bytes_on_disk) AS b FROM system.parts WHERE active')).reduce((sum, line) => sum + Number(line), 0)
}

/** What does not depend on when a request came. @type {(map: any) => object} */
const figuresOf = ({ totals, funnel, revenue }) => ({ totals, funnel, revenue })

/** What a collector in memory makes of the same requests. @type {(bodies: readonly { body: string, agent: string }[]) => Promise<object>} */
const expectedOf = async (bodies) => {
  const alone = createCollector({ store: createMemoryStore({ most: 1e9 }), maintainEvery: 0 })
  for (const { body, agent } of bodies) await alone(new Request('http://127.0.0.1/collect', { method: 'POST', body, headers: { 'user-agent': agent } }))
  const map = await (await alone(new Request('http://127.0.0.1/map'))).json()
  await alone.close()
  return figuresOf(map)
}

/** A kill of each kind, one after the other, each when the one before is healed. @type {(given: { logs: Server[], stores: Server[], collectors: Server[], endpoint: string, load: Load, pause: number }) => Promise<void>} */
const disturb = async ({ logs, stores, collectors, endpoint, load, pause }) => {
  const kinds = [[logs[0], 'a log server'], [collectors[0], 'a collector'], [stores[1], 'a store server']]
  for (const [server, kind] of /** @type {[Server, string][]} */ (kinds)) {
    await sleep(pause * 0.4)
    const before = load.seen.ids.size
    await server.kill()
    say(`killed ${kind} (${server.name})`)
    await until('something is acknowledged', async () => load.seen.ids.size > before, 60_000)
    if (server === stores[1]) {
      const told = await until('the map says which part is away', async () => (await read(`${endpoint}/map`)).away?.parts.join() === '2', 30_000)
      say(`  the map says that part 2 of 2 is away, after ${(told / 1000).toFixed(1)} s`)
    }
    await sleep(pause * 0.3)
    await server.start()
    say(`  started again`)
  }
}

/** @typedef {{ logs: Server[], stores: Server[], collectors: Server[], balancers: Server[], endpoint: string }} Cluster */
/** @typedef {(own: Server[]) => Promise<Server[]>} Begin Starts servers, and remembers to stop them. */

/** @type {(folder: string, begin: Begin) => Promise<Cluster>} */
const startSingle = async (folder, begin) => {
  const collectors = await begin([await collector({ number: 1, db: `${folder}/touchpoints.duckdb` })])
  return { logs: [], stores: [], collectors, balancers: [], endpoint: collectors[0]?.url ?? '' }
}

/** @type {(folder: string, begin: Begin) => Promise<Cluster>} */
const startCluster = async (folder, begin) => {
  const kinds = /** @type {const} */ (['clickhouse', 'nats', 'haproxy'])
  const missing = kinds.some((name) => findBrowsers().missing[name]) ? installMissing() : {}
  const absent = kinds.flatMap((name) => missing[name] ?? [])
  if (absent.length) throw new Error(`Not on this machine: ${absent.join(', ')}. On Debian, install them with apt-get; elsewhere name the binaries in CLICKHOUSE_BIN, NATS_BIN and HAPROXY_BIN.`)
  const { servers } = findBrowsers()
  const commandOf = (/** @type {string | undefined} */ command) => (command === undefined ? {} : { command })
  const logs = await begin(await nats({ folder: `${folder}/nats`, ...commandOf(servers.nats) }))
  const stores = await begin(await Promise.all([1, 2].map((i) => clickhouse({ folder: `${folder}/clickhouse-${i}`, ...commandOf(servers.clickhouse) }))))
  const addresses = { clickhouse: stores.map(({ url }) => url), nats: logs.map(({ url }) => url) }
  const collectors = await Promise.all([1, 2].map((number) => collector({ number, ...addresses })))
  // One after the other: the first makes the stream, when the log's servers have found each other.
  for (const each of collectors) await until(`${each.name} starts`, () => begin([each]).then(() => true), 60_000)
  const balancers = await begin([await haproxy({ folder: `${folder}/haproxy`, backends: collectors.map(({ url }) => url), ...commandOf(servers.haproxy) })])
  return { logs, stores, collectors, balancers, endpoint: balancers[0]?.url ?? '' }
}

/** @param {ReturnType<typeof readOptions>} options @param {string} folder @param {Begin} begin */
const run = async ({ seconds, shoppers, senders, calm, single }, folder, begin) => {
  const { logs, stores, collectors, balancers, endpoint } = await (single ? startSingle : startCluster)(folder, begin)
  say(single ? `one collector on DuckDB at ${endpoint}` : `${logs.length} NATS servers, ${stores.length} ClickHouse servers and ${collectors.length} collectors at ${endpoint}`)

  const kinds = { 'log (NATS)': logs, 'store (ClickHouse)': stores, collectors, balancer: balancers }
  const cpu = () => Object.fromEntries([...Object.entries(kinds).map(([kind, own]) => [kind, own.reduce((sum, each) => sum + cpuOf(each.pid()), 0)]), ['shoppers', process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6]])
  const before = cpu()
  const began = Date.now()
  const load = new Load({ endpoint: `${endpoint}/collect`, senders, shoppers })
  const ticking = setInterval(() => progress(Math.min(1, (Date.now() - began) / 1000 / seconds), `${load.seen.ids.size} touchpoints acknowledged`), 200)
  let stored = new Map()
  try {
    const disturbing = calm ? Promise.resolve() : disturb({ logs, stores, collectors, endpoint, load, pause: (seconds * 1000) / 3 })
    disturbing.catch(() => {})
    await sleep(seconds * 1000)
    await disturbing
    await load.stop()
  } finally {
    clearInterval(ticking)
  }
  const took = (Date.now() - began) / 1000
  const after = cpu()
  const { ids, refused, longestGap, bodies } = load.seen
  const lag = await until('all that was acknowledged is stored', async () => (stored = await idsIn(stores, endpoint)).size >= ids.size, 180_000)
  const expected = await expectedOf(bodies)
  const isEqual = async () => isDeepStrictEqual(figuresOf(await read(`${endpoint}/map`)), expected)
  const missingIds = [...ids].filter((id) => !stored.has(id)).length
  const double = [...stored.values()].filter((times) => times > 1).length
  const folded = await until('the map has all of it', isEqual, 60_000).catch(() => undefined)
  if (folded === undefined) say(`expected ${JSON.stringify(expected)}\nfound    ${JSON.stringify(figuresOf(await read(`${endpoint}/map`)))}`)

  say(`acknowledged ${ids.size}, stored ${stored.size}, missing ${missingIds}, double ${double}`)
  say(`the map ${folded === undefined ? 'differs from' : 'equals'} that of a collector in memory with the same requests`)
  say(`${Math.round(ids.size / took)} touchpoints a second for ${Math.round(took)} s; ${single ? '' : `all stored ${(lag / 1000).toFixed(1)} s after the last one; `}longest time without an acknowledgement ${(longestGap / 1000).toFixed(1)} s`)
  const refusals = [...refused].map(([status, times]) => `${times} × ${status || 'no answer'}`).join(', ')
  if (refusals) say(`refused for now, and sent again: ${refusals}`)
  const used = Object.entries(after).map(([kind, s]) => /** @type {const} */ ([kind, s - (before[kind] ?? 0)]))
  const all = used.reduce((sum, [, s]) => sum + s, 0)
  say(`on disk: ${(await bytesOf(stores, folder) / ids.size).toFixed(0)} bytes a touchpoint, all tables`)
  // What was killed has taken its figures along.
  if (calm) say(`processor time on ${cpus().length} cores: ${used.filter(([, s]) => s).map(([kind, s]) => `${kind} ${Math.round((s / all) * 100)} %`).join(', ')}; ${((all - (used.at(-1)?.[1] ?? 0)) / (ids.size / 1e6)).toFixed(0)} s for a million touchpoints, without the shoppers`)
  if (missingIds || double || folded === undefined || longestGap > 15_000) process.exitCode = 1
}

const main = async () => {
  const options = readOptions()
  if (options.help) return console.log(help)
  const folder = mkdtempSync(join(tmpdir(), 'rihla-cluster-'))
  /** @type {Server[]} */
  const running = []
  const clear = async () => {
    await Promise.all(running.splice(0).map((each) => each.kill()))
    rmSync(folder, { recursive: true, force: true })
  }
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => void clear().finally(() => process.exit(130)))
  try {
    const begin = async (/** @type {Server[]} */ own) => {
      running.push(...own)
      await Promise.all(own.map((each) => each.start()))
      return own
    }
    await run(options, folder, begin)
  } finally {
    await clear()
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
