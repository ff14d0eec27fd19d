// @vitest-environment node
import { expect, test } from 'vitest'
import { foldVisits } from '../../src/journey-map/fold.js'
import { createHinter, pathOf, toLeg } from '../../src/journey-map/leg.js'
import type { Happened } from '../../src/journey-map/types.js'
import { funnel } from '../../src/stages/funnel.js'
import { five } from '../../src/stages/five.js'
import type { StageModel } from '../../src/types.js'
import { DAY, NOON, visit } from './stories.js'

const legOf = (touchpoints: readonly Happened[], model: StageModel = five) => toLeg(createHinter(model), touchpoints).leg
const stagesOf = (touchpoints: readonly Happened[], model?: StageModel) => legOf(touchpoints, model).runs.map(({ stage }) => stage)
const bought = ['purchase', { transaction_id: 'A1', value: 30.5, currency: 'EUR' }] as const

test('a visit is its touchpoints in the order in which they happened, with its stages, acts, pages and money', () => {
  const told = visit('visit-1', { channel: 'email', user: 'u' }, ['page_view'], ['view_item'], ['add_to_cart'], ['page_view'], ['begin_checkout'], bought, ['refund', { value: 10.5, currency: 'EUR' }], ['stage_change'])
  expect(legOf([...told].reverse())).toEqual({
    site: 'shop', visit: 'visit-1', visitor: 'v', user: 'u', channel: 'email', device: 'mobile', segment: undefined, persona: undefined,
    started: NOON + 50, ended: NOON + 140_050,
    touchpoints: 7, isBounce: false, reached: 6, goalAfter: 6, goalAt: NOON + 100_050,
    runs: [{ stage: 'awareness', from: NOON + 50, to: NOON + 20_050 }, { stage: 'consideration', from: NOON + 20_050, to: NOON + 80_050 }, { stage: 'conversion', from: NOON + 80_050, to: NOON + 120_050 }, { stage: 'loyalty', from: NOON + 120_050, to: NOON + 140_050 }],
    acts: [
      { stage: 'awareness', name: 'page_view', times: 1 }, { stage: 'consideration', name: 'view_item', times: 1 }, { stage: 'consideration', name: 'add_to_cart', times: 1 }, { stage: 'consideration', name: 'page_view', times: 1 },
      { stage: 'conversion', name: 'begin_checkout', times: 1 }, { stage: 'conversion', name: 'purchase', times: 1 }, { stage: 'loyalty', name: 'refund', times: 1 },
    ],
    pages: ['/page_view'],
    payments: [{ id: 'A1', at: NOON + 100_050, isOrder: true, amount: 30_500, currency: 'EUR' }, { id: '', at: NOON + 120_050, isOrder: false, amount: -10_500, currency: 'EUR' }],
    abandoned: [], hurts: [], feelings: [],
  })
})

test.each([
  ['one page and gone is a bounce', [['page_view']], true],
  ['two pages are none', [['page_view'], ['page_view']], false],
  ['a page looked at for 10 s is none', [['page_view'], ['click']], false],
  ['an order is none', [bought], false],
])('%s', (_, steps, isBounce) => {
  expect(legOf(visit('visit-1', {}, ...(steps as [string][]))).isBounce).toBe(isBounce)
})

test('what the staff, a bot or a program did does not count', () => {
  const leg = legOf(visit('visit-1', { marks: ['staff'] }, ['page_view'], bought))
  expect([leg.touchpoints, leg.runs, leg.payments]).toEqual([0, [], []])
})

test('a device with a wrong clock does not mix up the order', () => {
  const [first, second] = visit('visit-1', {}, ['view_item'], ['begin_checkout']) as [Happened, Happened]
  const late = { ...first, happened_at: first.happened_at + 60_000 }
  expect(stagesOf([second, late])).toEqual(['consideration', 'conversion'])
})

test('hints of the same model stay as they were recorded, and those of another are made anew', () => {
  const told = visit('visit-1', { model: 'five@2', stage: { id: 'loyalty', confidence: 0.9, rule: 'own' } }, ['view_item'])
  expect(stagesOf(told)).toEqual(['loyalty'])
  expect(stagesOf(told, funnel)).toEqual(['middle'])
  expect(stagesOf(told.map((each) => ({ ...each, model: 'five@1' })))).toEqual(['consideration'])
})

test('a stage that the page has named is found in another model by the same of the five', () => {
  const told = (stage: string) => visit('visit-1', { model: 'own@1', stage: { id: stage, confidence: 1, rule: 'explicit' } }, ['view_item'])
  expect([stagesOf(told('conversion')), stagesOf(told('conversion'), funnel), stagesOf(told('elsewhere'))]).toEqual([['conversion'], ['bottom'], ['consideration']])
})

test('what was done in earlier visits decides the stage of a later one', () => {
  const legs = foldVisits(createHinter(five), [...visit('visit-2', { at: NOON + 3 * DAY }, ['page_view']), ...visit('visit-1', {}, ['page_view'], bought)])
  expect(legs.map(({ runs }) => runs.map(({ stage }) => stage))).toEqual([['awareness', 'conversion'], ['loyalty']])
  const apart = foldVisits(createHinter(five), [...visit('visit-2', { at: NOON + 3 * DAY, visitor: 'w' }, ['page_view']), ...visit('visit-1', {}, ['page_view'], bought)])
  expect(apart.map(({ runs }) => runs.map(({ stage }) => stage))).toEqual([['awareness', 'conversion'], ['awareness']])
})

test('what hurt is counted by what it was about, and whether the shopper left after it', () => {
  const declined = ['checkout_error', { code: 'card_declined', step: 'payment' }] as const
  const leg = legOf(visit('visit-1', {}, ['view_item'], ['rage_click', { control: 'add' }], ['begin_checkout'], declined, declined, ['page_leave']))
  expect(leg.hurts).toEqual([
    { name: 'rage_click', about: 'add', step: '', stage: 'consideration', times: 1, isLast: false },
    { name: 'checkout_error', about: 'card_declined', step: 'payment', stage: 'conversion', times: 2, isLast: true },
  ])
  expect(legOf(visit('visit-1', {}, ['slow_page', { rating: 'good' }], ['slow_page', { rating: 'poor' }])).hurts).toHaveLength(1)
})

test('a cart is told of once, where it was left, with what became of it', () => {
  const left = ['cart_abandonment', { abandonment_id: 'a', status: 'suspected', step: 'payment', field: 'card', error: 'declined', value: 12.5, currency: 'EUR' }] as const
  const leg = legOf(visit('visit-1', {}, ['begin_checkout'], left, ['page_view'], ['cart_abandonment', { abandonment_id: 'a', status: 'recovered' }]))
  expect(leg.abandoned).toEqual([{ id: 'a', at: NOON + 60_050, status: 'recovered', toldAt: NOON + 20_050, step: 'payment', field: 'card', error: 'declined', amount: 12_500, currency: 'EUR', stage: 'conversion' }])
})

test.each([
  [{ kind: 'nps', score: 10 }, 'positive'],
  [{ kind: 'csat', score: 1 }, 'negative'],
  [{ sentiment: 'neutral' }, 'neutral'],
  [{ kind: 'constructor', score: 1 }, undefined],
  [{ text: 'hm' }, undefined],
])('what was said %j is %s', (props, expected) => {
  const [told] = legOf(visit('visit-1', {}, ['view_item'], ['feedback', props])).feelings
  expect(told && (['positive', 'neutral', 'negative'] as const).find((each) => told[each])).toBe(expected)
})

test('nothing that a shop may send breaks it', () => {
  const strange = visit('visit-1', { url: undefined, page: undefined }, ['purchase', { value: 'x', currency: 7, transaction_id: {} }], ['cart_abandonment', { value: NaN, status: null }], ['checkout_error', { code: [] }], ['feedback', { score: 'a', kind: {} }], ['__proto__'], ['constructor'])
  const leg = legOf(strange)
  expect(leg.payments).toEqual([{ id: '', at: NOON + 50, isOrder: true, amount: 0, currency: '' }])
  expect(leg.acts.map(({ name }) => name)).toContain('__proto__')
})

test.each([['https://shop.example/a/b?c#d', '/a/b'], ['https://shop.example', ''], ['/x?y', '/x'], ['', '']])('the path of %s is %s', (url, path) => {
  expect(pathOf(url)).toBe(path)
})
