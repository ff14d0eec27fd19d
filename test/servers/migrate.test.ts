import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeJourneys } from '../../examples/shoppers/journeys.js'
import { agents, toBatches } from '../../examples/shoppers/send.js'
import { copyToClickhouse, openClickhouseStore } from '../../src/collector/clickhouse/clickhouse.js'
import { createCollector } from '../../src/collector/collector.js'
import { openDuckdbDump, openDuckdbStore } from '../../src/collector/duckdb/duckdb.js'
import type { Store } from '../../src/collector/types.js'
import { five } from '../../src/stages/five.js'
import { foldAll, sorted } from '../contracts/collector-maps.js'
import { batch, row } from '../contracts/collector-store.js'
import { freshDatabase, orderId } from '../examples/collector-harness.js'
import { isInstalled, useClickhouse } from '../harness/clickhouse.js'

const { fresh } = useClickhouse(2)

/** A file with made-up shoppers, somebody who was forgotten, an order of theirs, and what is missing and lost. */
const filled = async () => {
  const path = freshDatabase()
  const store = await openDuckdbStore(path)
  const collector = createCollector({ store, maintainEvery: 0 })
  for (const { device, body } of toBatches(makeJourneys({ count: 60, days: 30, now: Date.now(), seed: 4 }), 'sample-shop', Date.now())) {
    const answer = await collector(new Request('http://127.0.0.1/collect', { method: 'POST', body, headers: { 'user-agent': agents[device] } }))
    expect(await answer.json()).toEqual({})
  }
  await collector.close()
  const order = row({ id: orderId(7), name: 'purchase', user: 'gone', visit: 'visit-1' })
  await store.commit([batch({ rows: [order, row({ seq: 3, visit: 'visit-2' })], documents: [['k3v9x2ab', 5]], loss: [{ tab: 'k3v9x2ab', from: 4, to: 4, reason: 'evicted' }], visits: [{ site: 's', visit: 'visit-1', visitor: 'v', started: 1 }] })])
  await store.commit([batch({ forget: { user: 'gone', visitor: 'v' } })])
  return { path, store, order }
}

/** All that can be read of a store. */
const told = async (store: Store) => {
  await foldAll(store, five)
  const { touchpoints } = await store.touchpoints({ limit: 100_000 })
  const documents = [...(await store.documents({ limit: 100_000 }))].sort((a, b) => (a.tab < b.tab ? -1 : 1))
  return { counts: sorted(await store.counts(five, {})), touchpoints, documents, losses: await store.losses({}), carts: await store.openCarts({ since: 0, until: 1e15 }), shoppers: await store.shoppers(five, {}) }
}

describe.skipIf(!isInstalled)('moving from a DuckDB file to ClickHouse', () => {
  test.each([1, 2])('all is there as it was, on %i', async (count) => {
    const { path, store, order } = await filled()
    const before = await told(store)
    await store.close()
    const servers = await fresh(count)
    const heard: number[] = []
    for (let times = 0; times < 2; times++) {
      const dump = await openDuckdbDump(path)
      // The second time as after it was broken off.
      expect(await copyToClickhouse(dump, servers, (copied) => heard.push(copied))).toBe(dump.touchpoints)
      await dump.close()
    }
    expect(heard.length).toBeGreaterThan(1)
    const moved = await openClickhouseStore(servers)
    onTestFinished(() => moved.close())
    expect(await told(moved)).toEqual(before)
    // The order still counts as known, and whom it was of as forgotten.
    const [first, second] = await moved.commit([batch({ rows: [{ ...order, visit: 'visit-9' }] }), batch({ rows: [row({ user: 'gone', happened_at: 1 })] })])
    expect([first!.stored, second!.stored]).toEqual([0, 0])
    expect((await moved.commit([batch({ rows: [row({ name: 'next', visit: 'visit-8' })] })]))[0]!.stored).toBe(1)
  })

  test('is refused where something else is', async () => {
    const { path, store } = await filled()
    await store.close()
    const servers = await fresh(1)
    const other = await openClickhouseStore(servers)
    await other.commit([batch({ rows: [row()] })])
    await other.close()
    const dump = await openDuckdbDump(path)
    onTestFinished(() => dump.close())
    await expect(copyToClickhouse(dump, servers)).rejects.toThrow('there is something in it already, that was not copied')
  })

  test('is a command', async () => {
    const { path, store } = await filled()
    await store.close()
    const servers = await fresh(2)
    const addresses = servers.map(({ url, database }) => `${url}/${database}`).join()
    const run = (...args: string[]) => promisify(execFile)(process.execPath, ['bin/rihla.js', 'migrate', ...args]).catch((error: { stderr: string }) => error)
    expect(await run('--db', path, '--clickhouse', addresses)).toMatchObject({ stdout: expect.stringMatching(/^\d+ touchpoints are on 2 servers\. Start the collector with --clickhouse http/), stderr: '' })
    expect(await run('--db', path)).toMatchObject({ stderr: 'migrate: --db and --clickhouse are needed; --help shows how.\n' })
    expect(await run('--help')).toMatchObject({ stdout: expect.stringContaining('Usage: npx rihla migrate') })
  })
})
