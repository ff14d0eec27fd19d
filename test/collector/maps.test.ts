// @vitest-environment node
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openDuckdbStore } from '../../src/collector/duckdb/duckdb.js'
import { createMaps } from '../../src/collector/maps.js'
import { createMemoryStore } from '../../src/collector/memory.js'
import type { Batch, Row, Store, Visit } from '../../src/collector/types.js'
import type { Counts } from '../../src/journey-map/counts.js'
import { aida } from '../../src/stages/aida.js'
import { five } from '../../src/stages/five.js'
import type { StageModel } from '../../src/types.js'
import { freshDatabase, newId } from '../examples/collector-harness.js'

const MINUTE = 60_000
const DAY = 86_400_000
const NOON = Date.UTC(2026, 0, 31, 12)
const SEED = Number(process.env.FC_SEED ?? 6)

/** As five, but with rules that look at what only these touchpoints say. */
const own: StageModel = {
  ...five,
  id: 'own',
  rules: [...five.rules, { id: 'blog', on: 'page_view', if: { path: '/blog' }, stage: 'advocacy', confidence: 0.9 }, { id: 'big', on: 'custom', if: { 'props.size': { gte: 2 } }, stage: 'loyalty', confidence: 0.9 }],
}

const PROPS: { readonly [name: string]: fc.Arbitrary<Row['props']> } = {
  purchase: fc.record({ transaction_id: fc.constantFrom('A', 'B', 'C', 'D'), value: fc.constantFrom(10, 0.1, 0.2, -3, 1e15), currency: fc.constantFrom('EUR', 'USD', 'x'), items: fc.constant([{ item_id: 'x' }]) }, { requiredKeys: [] }),
  refund: fc.record({ value: fc.constantFrom(1, 2.5), currency: fc.constantFrom('EUR', 'USD') }),
  identify: fc.record({ segment: fc.constantFrom('vip', 'new', ''), persona: fc.constantFrom('gifter', 'saver') }, { requiredKeys: [] }),
  cart_abandonment: fc.record({ abandonment_id: fc.constantFrom('a', 'b'), status: fc.constantFrom('suspected', 'confirmed', 'recovered', 'unknown'), step: fc.constantFrom('', 'payment', "it's"), error: fc.constantFrom('', 'declined'), value: fc.constantFrom(5, 7.25), currency: fc.constantFrom('EUR', '') }, { requiredKeys: ['status'] }),
  feedback: fc.record({ kind: fc.constantFrom('nps', 'csat', 'constructor'), score: fc.integer({ min: 0, max: 10 }) }),
  checkout_error: fc.record({ code: fc.constantFrom('declined', 'گ "quoted"'), step: fc.constantFrom('payment', '') }, { requiredKeys: [] }),
  custom: fc.record({ size: fc.integer({ min: 0, max: 3 }) }),
}
const NAMES = ['page_view', 'page_view', 'view_item', 'add_to_cart', 'begin_checkout', 'rage_click', 'page_leave', 'stage_change', 'login', ...Object.keys(PROPS)]
/** Whose each visit is: two of one visitor, of which one has logged in, and two of nobody. */
const VISITORS: { readonly [visit: string]: string | undefined } = { v1: 'amal', v2: 'amal', v3: 'bahar', v4: 'bahar', v5: 'cyrus', v6: undefined, v7: undefined }
const CHANNELS = ['direct', 'email', 'paid_social']

const touchpoint = fc.constantFrom(...NAMES).chain((name) =>
  fc.record({
    name: fc.constant(name),
    visit: fc.constantFrom(...Object.keys(VISITORS)),
    site: fc.constantFrom('s', 's', 's', 't'),
    at: fc.integer({ min: 0, max: 90 }).map((minutes) => minutes * 20_000),
    late: fc.constantFrom(0, 0, 40, 90_000),
    props: PROPS[name] ?? fc.constant(undefined),
    user: fc.constantFrom(undefined, undefined, undefined, undefined, 'u1', 'u2'),
    marks: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, ['bot']),
    source: fc.constantFrom('api', 'api', 'api', 'collector'),
    model: fc.constantFrom('five@2', 'five@1', undefined),
    stage: fc.constantFrom(undefined, 'awareness', 'loyalty', 'gone'),
    rule: fc.constantFrom('view_item', 'explicit'),
    confidence: fc.constantFrom(0.3, 0.6, 1),
    kind: fc.constantFrom(undefined, 'product', 'cart'),
    url: fc.constantFrom('https://shop.example/blog?x', 'https://shop.example/'),
  }),
)
const forgetting = fc.constantFrom<NonNullable<Batch['forget']>[]>({ visitor: 'amal' }, { user: 'u1' }, { visitor: 'cyrus', user: 'u2' })
const steps = fc.array(fc.oneof({ weight: 6, arbitrary: fc.array(touchpoint, { minLength: 1, maxLength: 12 }) }, { weight: 1, arbitrary: forgetting }, { weight: 1, arbitrary: fc.constant('expire' as const) }), { minLength: 1, maxLength: 6 })
const filters = fc.record(
  { site: fc.constantFrom('s', 't'), channel: fc.constantFrom(...CHANNELS), device: fc.constantFrom('mobile', 'desktop'), segment: fc.constantFrom('vip', 'new'), persona: fc.constantFrom('gifter'), since: fc.constantFrom(NOON, NOON + DAY), until: fc.constantFrom(NOON + DAY, NOON + 3 * DAY) },
  { requiredKeys: [] },
)

let seq = 0
const startOf = (visit: string) => NOON + (Number(visit.slice(1)) - 2) * 12 * 60 * MINUTE
const toRow = ({ late, at, stage, rule, confidence, ...given }: { readonly late: number; readonly at: number; readonly visit: string; readonly [field: string]: unknown }): Row =>
  ({ ...given, ...(stage !== undefined && { stage, rule, confidence }), n: 0, id: newId(), born: NOON, at: startOf(given.visit) + at, received_at: NOON, happened_at: startOf(given.visit) + at + late, tab: 'k3v9x2ab', seq: ++seq, page: `p${at % 3}`, sdk: 'x' }) as unknown as Row
const visitOf = ({ site, visit }: Row): Visit => ({ site, visit, visitor: VISITORS[visit], started: startOf(visit), channel: CHANNELS[Number(visit.slice(1)) % 3], device: Number(visit.slice(1)) % 2 ? 'mobile' : 'desktop', number: visit === 'v2' || visit === 'v4' ? 2 : 1 })
const batches = (rows: readonly Row[]): Batch[] => ['s', 't'].map((site) => ({ site, received: NOON, rows: rows.filter((row) => row.site === site), visits: rows.filter((row) => row.site === site).map(visitOf), refused: [], documents: rows.length % 3 ? [] : [['k3v9x2ab', seq + 1] as const], loss: rows.length % 2 ? [] : [{ tab: 'm1v9x2ab', from: 1, to: rows.length, reason: 'full' }] }))

/** Rows come in any order, but for paths. */
const sorted = (counts: Counts) => Object.fromEntries(Object.entries(counts).map(([table, rows]) => [table, /Paths$/.test(table) ? rows : (rows as object[]).map((row) => JSON.stringify(Object.entries(row).sort())).sort()]))
const foldAll = async (store: Store, model: StageModel) => {
  const write = await store.fold(model)
  return write ? write() : undefined
}

test('what a database counts is what memory counts, whatever happened, was forgotten or expired, however it was folded piece by piece', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.array(filters, { minLength: 2, maxLength: 4 }), fc.constantFrom(five, aida, own), fc.infiniteStream(fc.boolean()), async (given, asked, model, folds) => {
      const [memory, database] = [createMemoryStore(), await openDuckdbStore(freshDatabase())]
      try {
        for (const step of given) {
          if (step === 'expire') for (const store of [memory, database]) await store.expire(NOON + DAY / 4)
          else {
            const sent = Array.isArray(step) ? batches(step.map(toRow)) : ['s', 't'].map((site): Batch => ({ ...batches([])[0]!, site, forget: step }))
            for (const store of [memory, database]) await store.commit(sent)
          }
          if (folds.next().value) await foldAll(database, model)
        }
        await foldAll(database, model)
        for (const each of [{}, ...asked]) {
          expect(sorted(await database.counts(model, each))).toEqual(sorted(await memory.counts(model, each)))
          expect(await database.shoppers(model, { ...each, limit: 5 })).toEqual(await memory.shoppers(model, { ...each, limit: 5 }))
        }
        expect(await database.choices(model)).toEqual(await memory.choices(model))
        for (const each of [{}, { site: 's' }, { since: NOON }, { since: NOON + 1 }]) expect(await database.losses(each)).toEqual(await memory.losses(each))
      } finally {
        await database.close()
      }
    }),
    { seed: SEED, numRuns: 25 },
  )
}, 120_000)

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
    const fold: Store['fold'] = async ({ id }) => {
      expect(running++).toBe(0)
      await new Promise((resolve) => setTimeout(resolve))
      running--
      folded.push(id)
      return undefined
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

  test('are folded again where somebody was erased meanwhile', async () => {
    const outcomes = [false, false, true]
    const { maps } = open({ fold: async () => (outcomes.length ? async () => outcomes.shift()! : undefined) })
    await maps.map(five, {})
    expect(outcomes).toEqual([])
  })

  test('fold what is new by themselves, after many commits once: soon for the models that are looked at, within a minute for all', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const folded: string[] = []
    const foldedAfter = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms)
      return folded.splice(0).join(' ')
    }
    const { maps } = open({ fold: async ({ id }) => void folded.push(id) })
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

  test('tell of a fold that failed, and fail where it was asked for', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { maps, errors } = open({ fold: async () => { throw new Error('disk full') } })
    await expect(maps.map(five, {})).rejects.toThrow('disk full')
    maps.touch()
    await vi.advanceTimersByTimeAsync(1000)
    expect(errors).toEqual([new Error('disk full')])
    await maps.close()
  })
})
