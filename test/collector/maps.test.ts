// @vitest-environment node
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openDuckdbStore } from '../../src/collector/duckdb/duckdb.js'
import { createMaps } from '../../src/collector/maps.js'
import { createMemoryStore } from '../../src/collector/memory.js'
import type { Store } from '../../src/collector/types.js'
import type { MapFilters } from '../../src/journey-map/types.js'
import { aida } from '../../src/stages/aida.js'
import { five } from '../../src/stages/five.js'
import type { StageModel } from '../../src/types.js'
import { batches, foldAll, happened, sorted, testMaps, toRow } from '../contracts/collector-maps.js'
import { freshDatabase } from '../examples/collector-harness.js'

testMaps('DuckDB', () => openDuckdbStore(freshDatabase()), 25)

const NEVER = Date.UTC(3000, 0)

describe('counts that were asked for follow what is folded', () => {
  test('while they are counted, without a fold being counted twice or not at all', async () => {
    const [memory, database] = [createMemoryStore(), await openDuckdbStore(freshDatabase())]
    onTestFinished(() => database.close())
    const asked: (readonly [filters: MapFilters, counts: Promise<unknown>])[] = []
    for (let round = 0; round < 6; round++) {
      const rows = ['v1', 'v3', 'v5', 'v6'].map((visit) => happened(visit, round, { name: round % 3 ? 'view_item' : 'page_view' }))
      for (const store of [memory, database]) await store.commit(batches(rows))
      // Maps that nobody has asked for so far, of which one waits for the other, and one that is there.
      asked.push(...[{ since: round }, { until: NEVER + round }, { since: round, until: NEVER }, {}].map((filters) => [filters, database.counts(five, filters)] as const))
      await foldAll(database, five)
    }
    await Promise.all(asked.map(([, counts]) => counts))
    for (const filters of asked.map(([filters]) => filters)) expect(sorted(await database.counts(five, filters))).toEqual(sorted(await memory.counts(five, filters)))
  }, 60_000)
})

describe('maps', () => {
  const open = (store: Partial<Store>) => {
    const errors: unknown[] = []
    const maps = createMaps({ ...createMemoryStore(), ...store }, [five, aida], (work) => work(), (error) => errors.push(error))
    return { maps, errors }
  }
  const page = (name: string) => batches([toRow({ name, visit: 'v1', site: 's', at: 0, late: 0, source: 'api' })])

  test('are of all that was committed before they were asked for', async () => {
    const store = await openDuckdbStore(freshDatabase())
    onTestFinished(() => store.close())
    const { maps } = open(store)
    for (let visits = 1; visits <= 3; visits++) {
      await store.commit(page('page_view'))
      expect([(await maps.map(five, {})).totals.touchpoints, (await maps.map(aida, {})).totals.touchpoints]).toEqual([visits, visits])
    }
  })

  test('have all folded once, what is asked for at the same time, too', async () => {
    const folded: string[] = []
    let running = 0
    const fold: Store['fold'] = async function* (models) {
      for (const { id } of models) {
        expect(running++).toBe(0)
        yield () => new Promise((resolve) => setTimeout(resolve))
        running--
        folded.push(id)
      }
    }
    const { maps } = open({ fold })
    await Promise.all([maps.map(five, {}), maps.shoppers(aida, {}), maps.choices(five)])
    expect(folded).toEqual(['five', 'aida', 'five'])
  })

  test('are the same again until something is folded or erased', async () => {
    const store = await openDuckdbStore(freshDatabase())
    onTestFinished(() => store.close())
    await store.commit(page('page_view'))
    await foldAll(store, five)
    const first = await store.counts(five, {})
    expect(await store.counts(five, {})).toBe(first)
    expect(await store.counts(five, { channel: 'none' })).not.toEqual(first)
    await store.commit(page('page_view'))
    await foldAll(store, five)
    expect((await store.counts(five, {})).totals[0]!.touchpoints).toBe(2)
    await store.commit([{ ...batches([])[0]!, forget: { visitor: 'amal' } }])
    expect((await store.counts(five, {})).totals[0]!.touchpoints).toBe(0)
  })

  test('fold what is new by themselves, after many commits once: soon for the models that are looked at, within a minute for all', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const folded: string[] = []
    const foldedAfter = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms)
      return folded.splice(0).join(' ')
    }
    const { maps } = open({ fold: async function* (models) { folded.push(...models.map(({ id }) => id)) } })
    // As the collector starts: there may be an old database.
    expect([await foldedAfter(999), await foldedAfter(1), await foldedAfter(58_999), await foldedAfter(1)]).toEqual(['', 'five', '', 'five aida'])
    await maps.map(aida, {})
    for (let commits = 0; commits < 3; commits++) maps.touch()
    expect([await foldedAfter(0), await foldedAfter(1000)]).toEqual(['aida', 'aida'])
    maps.touch()
    expect([await foldedAfter(1000), await foldedAfter(58_000), await foldedAfter(3_600_000)]).toEqual(['aida', 'five aida', ''])
    maps.touch()
    expect(await foldedAfter(1000)).toBe('')
    await maps.close()
    maps.touch()
    expect(await foldedAfter(3_600_000)).toBe('')
  })

  test('of many touchpoints leave a turn to whoever waits for an answer', async () => {
    const store = await openDuckdbStore(freshDatabase())
    onTestFinished(() => store.close())
    // 100 visits of 100 touchpoints.
    await store.commit(Array.from({ length: 100 }, (_, visit) => batches(Array.from({ length: 100 }, (_, at) => ({ ...toRow({ name: 'page_view', visit: 'v1', site: 's', at, late: 0, source: 'api' }), visit: `w${visit}` }))).slice(0, 1)).flat())
    let [inARow, most] = [0, 0]
    const parse = JSON.parse
    vi.spyOn(JSON, 'parse').mockImplementation((text: string, reviver) => {
      if (text.startsWith('[[')) most = Math.max(most, ++inARow)
      return parse(text, reviver) as unknown
    })
    let turns = setImmediate(function turn() {
      inARow = 0
      turns = setImmediate(turn)
    })
    onTestFinished(() => {
      clearImmediate(turns)
      vi.restoreAllMocks()
    })
    await foldAll(store, five)
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThan(50)
  })

  test('of an earlier version of a model go when the next one is folded', async () => {
    const store = await openDuckdbStore(freshDatabase())
    onTestFinished(() => store.close())
    const shoppers = async (...models: StageModel[]) => Promise.all(models.map(async (model) => (await store.shoppers(model, {})).length))
    const next = { ...five, version: five.version + 1 }
    await store.commit(page('page_view'))
    await foldAll(store, five, aida)
    expect(await shoppers(five, next, aida)).toEqual([1, 0, 1])
    await foldAll(store, next)
    expect(await shoppers(five, next, aida)).toEqual([0, 1, 1])
  })

  test('of more than is read at once are of all of it, with visits that go on', async () => {
    const [memory, database] = [createMemoryStore({ most: 200_000 }), await openDuckdbStore(freshDatabase())]
    onTestFinished(() => database.close())
    // 101,000 touchpoints in 1,000 visits that take turns, of one visitor each two.
    for (let round = 0; round < 101; round++) {
      const rows = Array.from({ length: 1000 }, (_, visit) => ({ ...happened('v5', round, { name: round % 7 ? 'page_view' : 'view_item' }), visit: `w${visit}` }))
      const visits = rows.map(({ visit }, i) => ({ site: 's', visit, visitor: `visitor-${i >> 1}`, started: i, channel: 'email' }))
      for (const store of [memory, database]) await store.commit([{ ...batches([])[0]!, rows: rows.map((row) => ({ ...row })), visits: round ? [] : visits }])
    }
    let writes = 0
    for await (const write of database.fold([five, aida])) {
      writes++
      await write()
    }
    expect(writes).toBe(4)
    for (const model of [five, aida]) expect(sorted(await database.counts(model, {}))).toEqual(sorted(await memory.counts(model, {})))
  }, 60_000)

  test('that are asked for do not wait until all other models are folded, which go on afterwards', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const folded: string[] = []
    // A long history: pieces of 100 ms, as many as are left of each model.
    const left: { [model: string]: number } = { five: 1, aida: 4 }
    const fold: Store['fold'] = async function* (models) {
      for (const { id } of models) {
        while (left[id]!) {
          yield async () => {
            await new Promise((resolve) => setTimeout(resolve, 100))
            left[id]!--
            folded.push(id)
          }
        }
      }
    }
    const { maps } = open({ fold })
    await vi.advanceTimersByTimeAsync(60_150)
    expect(folded).toEqual(['five', 'aida'])
    left.five = 1
    await Promise.all([maps.map(five, {}).then(() => folded.push('map')), vi.advanceTimersByTimeAsync(400)])
    expect(folded).toEqual(['five', 'aida', 'aida', 'five', 'map', 'aida', 'aida'])
    left.aida = 2
    maps.touch()
    await vi.advanceTimersByTimeAsync(60_050)
    await Promise.all([maps.close(), vi.advanceTimersByTimeAsync(400)])
    expect(left.aida).toBe(1)
  })

  test('tell of a fold that failed, and fail where it was asked for', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { maps, errors } = open({ fold: async function* () { throw new Error('disk full') } })
    await expect(maps.map(five, {})).rejects.toThrow('disk full')
    maps.touch()
    await vi.advanceTimersByTimeAsync(1000)
    expect(errors).toEqual([new Error('disk full')])
    await maps.close()
  })
})
