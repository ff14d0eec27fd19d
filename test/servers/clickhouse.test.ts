import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openClickhouseStore } from '../../src/collector/clickhouse/clickhouse.js'
import { five } from '../../src/stages/five.js'
import { foldAll, testMaps } from '../contracts/collector-maps.js'
import { batch, describeStore, row } from '../contracts/collector-store.js'
import { isInstalled, useClickhouse } from '../harness/clickhouse.js'

const { fresh, processes } = useClickhouse(2)
const until = (isSo: () => Promise<boolean>) => vi.waitUntil(isSo, { timeout: 10_000, interval: 100 })

describe.skipIf(!isInstalled)('ClickHouse', () => {
  for (const servers of [1, 2]) {
    const open = async () => openClickhouseStore(await fresh(servers))
    describeStore(`ClickHouse on ${servers} server${servers > 1 ? 's' : ''}`, open)
    testMaps(`ClickHouse on ${servers}`, open, 8)
  }

  describe('a server that is away', () => {
    const opened = async () => {
      const store = await openClickhouseStore(await fresh(2))
      onTestFinished(() => store.close())
      const rows = Array.from({ length: 20 }, (_, i) => row({ visit: `visit-${i}`, seq: i + 1 }))
      const visits = rows.map(({ site, visit }) => ({ site, visit, visitor: `of-${visit}`, started: 1 }))
      await store.commit([batch({ rows, visits })])
      await foldAll(store, five)
      return { store, rows, shoppers: async () => (await store.counts(five, {})).totals.reduce((sum, each) => sum + each.shoppers, 0) }
    }
    const kill = async (i: number) => {
      await processes[i]!.kill()
      onTestFinished(() => processes[i]!.start())
    }

    test.each([0, 1])('%i: what the other has is read, and said to be a part; nothing is committed by halves, and all is once it is back', async (i) => {
      const { store, shoppers } = await opened()
      expect([await shoppers(), await store.away!()]).toEqual([20, undefined])
      await processes[i]!.kill()
      const more = batch({ rows: Array.from({ length: 20 }, (_, n) => row({ visit: `late-${n}`, seq: 21 + n, user: `u${n}` })), documents: [['k3v9x2ab', 40]], ask: [{ tab: 'k3v9x2ab', from: 1, to: 40 }] })
      await expect(store.commit([more])).rejects.toThrow()
      await until(async () => (await store.away!()) !== undefined)
      expect(await store.away!()).toEqual({ parts: [i + 1], of: 2 })
      const some = await shoppers()
      expect(some).toBeGreaterThan(0)
      expect(some).toBeLessThan(20)
      expect((await store.touchpoints({ limit: 50 })).touchpoints.length).toBeGreaterThan(0)
      expect(await store.fold(five)).toBeUndefined()
      await processes[i]!.start()
      await until(async () => (await store.away!()) === undefined)
      const [committed] = await store.commit([more])
      expect(committed!.held).toEqual([{ tab: 'k3v9x2ab', from: 1, to: 40 }])
      await foldAll(store, five)
      expect([await shoppers(), (await store.touchpoints({ limit: 100 })).touchpoints.length]).toEqual([40, 40])
    })

    test('all of them: reading says so', async () => {
      const { store } = await opened()
      await kill(0)
      await kill(1)
      await until(async () => (await store.away!())?.parts.length === 2)
      await expect(store.touchpoints({})).rejects.toThrow('no server of the store answers')
      await expect(store.counts(five, {})).rejects.toThrow('no server of the store answers')
    })
  })
})

test('what is no server is said in one sentence', async () => {
  await expect(openClickhouseStore([{ url: 'http://127.0.0.1:1' }])).rejects.toThrow(/^ClickHouse cannot be used: /)
  await expect(openClickhouseStore([])).rejects.toThrow('servers must be a list of at least one { url }')
  await expect(openClickhouseStore([{ url: 'x' }])).rejects.toThrow('servers[0].url must be an address')
})
