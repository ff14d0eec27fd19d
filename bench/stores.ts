import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { makeJourneys } from '../examples/shoppers/journeys.js'
import { agents, toBatches } from '../examples/shoppers/send.js'
import { findBrowsers } from '../scripts/browsers.js'
import { clickhouse } from '../scripts/cluster/servers.js'
import { openClickhouseStore } from '../src/collector/clickhouse/clickhouse.js'
import { createCollector } from '../src/collector/collector.js'
import { openDuckdbStore } from '../src/collector/duckdb/duckdb.js'
import type { Batch, Store } from '../src/collector/types.js'
import { five } from '../src/stages/five.js'
import { foldAll, sorted } from '../test/contracts/collector-maps.js'
import { ROUNDS, say } from './lab.js'
import { median, type Row, spread } from './table.js'

/** Made-up shoppers whose journeys are more than a million touchpoints. */
const SHOPPERS = Number(process.env.BENCH_SHOPPERS ?? 87_000)
/** As many requests are committed at once. */
const GROUP = 500

/** Requests as a collector judges them. */
async function* judged(): AsyncGenerator<Batch[]> {
  let batches: Batch[] = []
  const taking = { commit: async (given: readonly Batch[]) => (batches.push(...given), given.map(() => ({ stored: 0, erased: { touchpoints: 0, visits: 0 } }))), onCommit: () => () => {}, fold: async function* () {} } as unknown as Store
  const collector = createCollector({ store: taking, maintainEvery: 0 })
  for (const { device, body } of toBatches(makeJourneys({ count: SHOPPERS, days: 90, now: Date.now(), seed: 7 }), 'sample-shop', Date.now(), 20)) {
    await collector(new Request('http://127.0.0.1/collect', { method: 'POST', body, headers: { 'user-agent': agents[device] } }))
    if (batches.length < GROUP) continue
    yield batches
    batches = []
  }
  yield batches
  await collector.close()
}

/** The same touchpoints in a DuckDB file and on two ClickHouse servers. Fails where a map differs. */
export async function stores(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rihla-bench-'))
  const command = findBrowsers().servers.clickhouse ?? ''
  const servers = await Promise.all([1, 2].map((i) => clickhouse({ folder: join(folder, `${i}`), command })))
  try {
    await Promise.all(servers.map((server) => server.start()))
    const [duckdb, house] = [await openDuckdbStore(join(folder, 'touchpoints.duckdb')), await openClickhouseStore(servers.map(({ url }) => ({ url })))]
    const took = { duckdb: 0, house: 0 }
    const timed = async (name: 'duckdb' | 'house', work: () => Promise<unknown>) => {
      const began = performance.now()
      await work()
      took[name] += performance.now() - began
    }
    let touchpoints = 0
    let bytesLogged = 0
    for await (const batches of judged()) {
      touchpoints += batches.reduce((sum, { rows }) => sum + rows.length, 0)
      bytesLogged += batches.reduce((sum, batch) => sum + JSON.stringify(batch).length, 0)
      // Each store numbers rows by itself.
      await timed('duckdb', () => duckdb.commit(structuredClone(batches)))
      await timed('house', () => house.commit(structuredClone(batches)))
    }
    say(`stores: ${touchpoints} touchpoints are stored`)
    const commits = { ...took }
    ;[took.duckdb, took.house] = [0, 0]
    await timed('duckdb', () => foldAll(duckdb, five))
    await timed('house', () => foldAll(house, five))
    const folds = { ...took }
    const filters = [{}, { channel: 'email' }, { device: 'mobile', since: Date.now() - 2_592_000_000 }, { segment: 'vip' }]
    for (const each of filters) if (!isDeepStrictEqual(sorted(await duckdb.counts(five, each)), sorted(await house.counts(five, each)))) throw new Error(`the maps differ with ${JSON.stringify(each)}`)
    const maps: number[] = []
    const house30: number[] = []
    const duck30: number[] = []
    const since = Date.now() - 2_592_000_000
    for (let round = 0; round < ROUNDS; round++) {
      const clock = async (work: () => Promise<unknown>) => {
        const began = performance.now()
        await work()
        return performance.now() - began
      }
      // What a DuckDB store has counted once it remembers: another end each time.
      const until = Date.now() + round
      const ratio = (await clock(() => house.counts(five, { until }))) / (await clock(() => duckdb.counts(five, { until })))
      maps.push(ratio)
      house30.push(await clock(() => house.counts(five, { since, until })))
      duck30.push(await clock(() => duckdb.counts(five, { since, until })))
    }
    const bytes = async () => {
      const answers = await Promise.all(servers.map(async ({ url }) => Number(await (await fetch(`${url}/?database=rihla`, { method: 'POST', body: 'SELECT sum(bytes_on_disk) FROM system.parts WHERE active' })).text())))
      return answers.reduce((sum, each) => sum + each, 0)
    }
    const onServers = await bytes()
    await Promise.all([duckdb.close(), house.close()])
    return [
      { what: 'touchpoints; all maps are equal', value: String(touchpoints) },
      { what: 'time to commit, of DuckDB’s', value: spread([commits.house / commits.duckdb], '×') },
      { what: 'touchpoints committed a second, ClickHouse', value: (touchpoints / (commits.house / 1000)).toFixed(0) },
      { what: 'bytes of JSON a touchpoint, as a log has it', value: (bytesLogged / touchpoints).toFixed(0) },
      { what: 'time to fold all of it, of DuckDB’s', value: spread([folds.house / folds.duckdb], '×') },
      { what: 'time of a map, of DuckDB’s', value: spread(maps, '×') },
      { what: 'time of a map of the last 30 days, of DuckDB’s', value: spread([median(house30) / median(duck30)], '×') },
      { what: 'bytes on disk a touchpoint, DuckDB', value: (statSync(join(folder, 'touchpoints.duckdb')).size / touchpoints).toFixed(0) },
      { what: 'bytes on disk a touchpoint, ClickHouse', value: (onServers / touchpoints).toFixed(0) },
    ]
  } finally {
    await Promise.all(servers.map((server) => server.kill()))
    rmSync(folder, { recursive: true, force: true })
  }
}
