import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openClickhouseStore } from '../../src/collector/clickhouse/clickhouse.js'
import { createMemoryStore } from '../../src/collector/memory.js'
import type { Store } from '../../src/collector/types.js'
import { aida } from '../../src/stages/aida.js'
import { five } from '../../src/stages/five.js'
import { foldAll, sorted, testMaps } from '../contracts/collector-maps.js'
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

  test('what is left of journeys is folded again when somebody is erased, also after what was old has gone', async () => {
    const stores = [createMemoryStore(), await openClickhouseStore(await fresh(2))]
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))))
    const at = (n: number) => 1_763_769_600_000 + n * 3_600_000
    const visit = (name: string, n: number, visitor: string) => ({ site: 's', visit: name, visitor, started: at(n), channel: 'email', number: n })
    const bought = (name: string, n: number, user?: string) => row({ name: 'purchase', visit: name, at: at(n), happened_at: at(n), user, props: { transaction_id: `${name}-${n}`, value: 5, currency: 'EUR' } })
    const sent = [
      batch({ rows: [row({ visit: 'old', at: at(-1000), happened_at: at(-1000) })], visits: [visit('old', -1000, 'gone')] }),
      batch({ rows: [bought('v1', 1, 'u'), bought('v1', 2, 'w'), row({ visit: 'v2', at: at(9), happened_at: at(9), name: 'page_view' })], visits: [visit('v1', 1, 'a'), visit('v2', 9, 'a')] }),
      batch({ rows: [bought('v3', 3)], visits: [visit('v3', 3, 'b')] }),
    ]
    const tell = async (store: Store) => {
      await foldAll(store, five)
      const counts = await store.counts(five, {})
      return { counts: sorted(counts), totals: counts.totals, shoppers: await store.shoppers(five, {}) }
    }
    for (const store of stores) for (const each of sent) await store.commit([each])
    expect(await tell(stores[1]!)).toEqual(await tell(stores[0]!))
    for (const store of stores) await store.expire(at(-900))
    expect(await tell(stores[1]!)).toEqual(await tell(stores[0]!))
    for (const store of stores) await store.commit([batch({ forget: { user: 'u' } })])
    const left = await tell(stores[1]!)
    expect(left).toEqual(await tell(stores[0]!))
    expect(left.totals[0]).toMatchObject({ shoppers: 2, visits: 2 })
    // And in another model, which looks at all of it for the first time.
    await foldAll(stores[1]!, aida)
    expect(sorted(await stores[1]!.counts(aida, {}))).toEqual(sorted(await stores[0]!.counts(aida, {})))
  })

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
      for await (const write of store.fold([five])) expect(write).toBeUndefined()
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
