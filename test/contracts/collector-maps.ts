import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createMemoryStore } from '../../src/collector/memory.js'
import type { Batch, Row, Store, Visit } from '../../src/collector/types.js'
import type { Counts } from '../../src/journey-map/counts.js'
import { aida } from '../../src/stages/aida.js'
import { five } from '../../src/stages/five.js'
import type { MapFilters } from '../../src/journey-map/types.js'
import type { StageModel } from '../../src/types.js'
import { newId } from '../examples/collector-harness.js'

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

export const touchpoint = fc.constantFrom(...NAMES).chain((name) =>
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
export const filters = fc.record(
  { site: fc.constantFrom('s', 't'), channel: fc.constantFrom(...CHANNELS), device: fc.constantFrom('mobile', 'desktop'), segment: fc.constantFrom('vip', 'new'), persona: fc.constantFrom('gifter'), since: fc.constantFrom(NOON, NOON + DAY), until: fc.constantFrom(NOON + DAY, NOON + 3 * DAY) },
  { requiredKeys: [] },
)

let seq = 0
const startOf = (visit: string) => NOON + (Number(visit.slice(1)) - 2) * 12 * 60 * MINUTE
export const toRow = ({ late, at, stage, rule, confidence, ...given }: { readonly late: number; readonly at: number; readonly visit: string; readonly [field: string]: unknown }): Row =>
  ({ ...given, ...(stage !== undefined && { stage, rule, confidence }), n: 0, id: newId(), born: NOON, at: startOf(given.visit) + at, received_at: NOON, happened_at: startOf(given.visit) + at + late, tab: 'k3v9x2ab', seq: ++seq, page: `p${at % 3}`, sdk: 'x' }) as unknown as Row
export const visitOf = ({ site, visit }: Row): Visit => ({ site, visit, visitor: VISITORS[visit], started: startOf(visit), channel: CHANNELS[Number(visit.slice(1)) % 3], device: Number(visit.slice(1)) % 2 ? 'mobile' : 'desktop', number: visit === 'v2' || visit === 'v4' ? 2 : 1 })
export const batches = (rows: readonly Row[]): Batch[] => ['s', 't'].map((site) => ({ site, received: NOON, rows: rows.filter((row) => row.site === site), visits: rows.filter((row) => row.site === site).map(visitOf), refused: [], documents: rows.length % 3 ? [] : [['k3v9x2ab', seq + 1] as const], loss: rows.length % 2 ? [] : [{ tab: 'm1v9x2ab', from: 1, to: rows.length, reason: 'full' }] }))

/** Rows come in any order, but for paths. */
export const sorted = (counts: Counts) => Object.fromEntries(Object.entries(counts).map(([table, rows]) => [table, /Paths$/.test(table) ? rows : (rows as object[]).map((row) => JSON.stringify(Object.entries(row).sort())).sort()]))
/** Folds all that is new. */
export const foldAll = async (store: Store, ...models: StageModel[]): Promise<void> => {
  for await (const write of store.fold(models)) await write()
}

/** A touchpoint so many minutes after a visit began. */
export const happened = (visit: string, minute: number, given: object = {}): Row => toRow({ name: 'page_view', visit, site: 's', at: minute * MINUTE, late: 0, source: 'api', ...given })
const left = (visit: string, minute: number, id: string, step = 'payment', status = 'suspected') => happened(visit, minute, { name: 'cart_abandonment', props: { abandonment_id: id, status, step, value: 5, currency: 'EUR' } })
const isVip = (visit: string, given: object = {}) => happened(visit, 0, { name: 'identify', props: { segment: 'vip' }, ...given })

/** What hardly any history has by chance: what comes piece by piece. */
const STORIES: { readonly [what: string]: readonly (readonly Row[])[] } = {
  'a cart comes back with somebody else': [[left('v5', 1, 'a'), left('v6', 1, 'b')], [left('v7', 2, 'a', 'payment', 'recovered')]],
  'a cart is left later by somebody else, who has left another one together with a third': [[left('v5', 1, 'a'), left('v6', 1, 'b'), left('v7', 1, 'b')], [left('v6', 2, 'a')], [left('v5', 3, 'a')]],
  'a visit turns out to be another user’s, while the first one stays': [[happened('v1', 5, { user: 'u1' }), happened('v3', 1, { user: 'u1' })], [happened('v1', 1, { user: 'u2' })]],
  'somebody of that name is at another site': [[happened('v5', 1, { user: 'u1' }), happened('v6', 1, { user: 'u1', site: 't' })], [happened('v5', 2, { name: 'purchase', props: { transaction_id: 'A', value: 1, currency: 'EUR' } })]],
  'a cart is shared with somebody of whom another visit tells what they are': [[isVip('v1'), left('v1', 1, 'a'), isVip('v3'), happened('v3', 1), left('v4', 1, 'a', 'shipping')], [left('v1', 2, 'a', 'cart')]],
  'somebody turns out to be what another is, with whom an earlier visit shares a cart': [[isVip('v3'), left('v3', 1, 'a'), left('v5', 1, 'a', 'shipping'), happened('v5', 2, { user: 'u1' })], [isVip('v1', { user: 'u1' }), happened('v1', 1, { user: 'u1' })]],
  'a visit has nothing but what somebody is': [[happened('v1', 1)], [isVip('v2')]],
}

/** A store in a database counts what memory counts. `runs`: how many histories are tried. */
export function testMaps(name: string, open: () => Promise<Store>, runs: number): void {
  test.for(Object.entries(STORIES))(`what ${name} counts is what memory counts, where %s`, { timeout: 60_000 }, async ([, steps]) => {
    const [memory, database] = [createMemoryStore(), await open()]
    onTestFinished(() => database.close())
    for (const [step, rows] of steps.entries()) {
      for (const store of [memory, database]) await store.commit(batches(rows))
      await foldAll(database, five)
      // As before, and as nobody has asked so far.
      const asked = [{}, { site: 's' }, { channel: 'email' }, { segment: 'vip' }].flatMap((each) => [each, { ...each, since: step }])
      for (const each of asked) expect(sorted(await database.counts(five, each))).toEqual(sorted(await memory.counts(five, each)))
    }
  })

  test(`${name} folds again what was folded while somebody was erased`, async () => {
    const [memory, database] = [createMemoryStore(), await open()]
    onTestFinished(() => database.close())
    for (const store of [memory, database]) await store.commit(batches([happened('v1', 0), happened('v5', 0), happened('v6', 0)]))
    const erase = async () => {
      for (const store of [memory, database]) await store.commit([{ ...batches([])[0]!, forget: { visitor: VISITORS.v1 } }])
    }
    let writes = 0
    for await (const write of database.fold([five, aida])) {
      // What was folded of this model knows nothing of it.
      if (++writes === 1) await erase()
      await write()
    }
    expect(writes).toBeGreaterThan(2)
    for (const model of [five, aida]) expect(sorted(await database.counts(model, {}))).toEqual(sorted(await memory.counts(model, {})))
  }, 60_000)

  test(`what ${name} counts is what memory counts, whatever happened, was forgotten or expired, however it was folded and looked at piece by piece`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.array(filters, { minLength: 2, maxLength: 4 }), fc.constantFrom(five, aida, own), fc.infiniteStream(fc.boolean()), async (given, asked, model, folds) => {
        const [memory, database] = [createMemoryStore(), await open()]
        const compare = async (all: readonly MapFilters[], of = model) => {
          for (const each of all) expect(sorted(await database.counts(of, each))).toEqual(sorted(await memory.counts(of, each)))
        }
        try {
          for (const step of given) {
            if (step === 'expire') for (const store of [memory, database]) await store.expire(NOON + DAY / 4)
            else {
              const sent = Array.isArray(step) ? batches(step.map(toRow)) : ['s', 't'].map((site): Batch => ({ ...batches([])[0]!, site, forget: step }))
              for (const store of [memory, database]) await store.commit(sent)
            }
            if (folds.next().value) await foldAll(database, model)
            else if (folds.next().value) await foldAll(database, five, aida, own)
            else continue
            if (folds.next().value) await compare([{}, ...asked])
          }
          await foldAll(database, five, aida, own)
          await compare([{}, ...asked])
          for (const each of [five, aida, own]) await compare([{}], each)
          for (const each of [{}, ...asked]) {
            expect(await database.shoppers(model, { ...each, limit: 5 })).toEqual(await memory.shoppers(model, { ...each, limit: 5 }))
          }
          expect(await database.choices(model)).toEqual(await memory.choices(model))
          for (const each of [{}, { site: 's' }, { since: NOON }, { since: NOON + 1 }]) expect(await database.losses(each)).toEqual(await memory.losses(each))
        } finally {
          await database.close()
        }
      }),
      { seed: SEED, numRuns: runs },
    )
  }, 300_000)
}
