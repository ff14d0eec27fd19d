// @vitest-environment node
import { expect, test } from 'vitest'
import { foldVisits } from '../../src/journey-map/fold.js'
import { choicesIn } from '../../src/journey-map/choices.js'
import { FUNNEL, mapOf } from '../../src/journey-map/journey-map.js'
import { createHinter } from '../../src/journey-map/leg.js'
import { shoppersIn } from '../../src/journey-map/shoppers.js'
import { aida } from '../../src/stages/aida.js'
import { five } from '../../src/stages/five.js'
import { DAY, NOON, visit } from './stories.js'

const order = (id: string, value: number, currency = 'EUR') => ['purchase', { transaction_id: id, value, currency }] as const
const declined = ['checkout_error', { code: 'card_declined', step: 'payment' }] as const
const left = (id: string, value: number) => ['cart_abandonment', { abandonment_id: id, status: 'confirmed', step: 'payment', error: 'card_declined', value, currency: 'EUR' }] as const

/** Amal buys twice, Bahar leaves when her card is declined, as Dara does; Cyrus looks at one page, and finds it bad. */
const told = [
  ...visit('a1', { visitor: 'amal', channel: 'organic_search' }, ['page_view'], ['view_item'], ['add_to_cart'], ['begin_checkout'], order('1', 20)),
  ...visit('a2', { visitor: 'amal', channel: 'email', at: NOON + 31 * DAY, user: 'amal@shop' }, ['page_view'], ['view_item'], order('2', 30.25), ['refund', { value: 5, currency: 'EUR' }], ['feedback', { kind: 'nps', score: 10 }]),
  ...visit('b1', { visitor: 'bahar', channel: 'paid_social' }, ['page_view'], ['view_item'], ['add_to_cart'], ['begin_checkout'], declined, left('b', 40)),
  ...visit('d1', { visitor: 'dara', channel: 'paid_social', device: 'desktop' }, ['identify', { segment: 'vip', persona: 'gifter' }], ['page_view'], ['add_to_cart'], ['begin_checkout'], declined, left('d', 2.5)),
  ...visit('c1', { visitor: 'cyrus', channel: 'paid_social', device: 'desktop' }, ['page_view']),
]

test('a map counts shoppers, visits, orders and money', () => {
  const { totals, revenue, funnel, goal, retention } = mapOf(told, five)
  expect(totals).toEqual({ shoppers: 5, visits: 5, touchpoints: 22, bounces: 1, orders: 2, buyers: 2, repeatBuyers: 0, unplaced: 0 })
  expect(revenue).toEqual({ EUR: 45.25 })
  expect(funnel).toEqual(FUNNEL.map((name, i) => ({ name, shoppers: [5, 4, 4, 4, 2, 2, 2][i] })))
  expect(goal).toEqual({ touchpoints: 4, visits: 1, ms: 60_000 })
  expect(retention).toEqual([{ month: '2026-01', buyers: 1, months: [1, 0] }, { month: '2026-02', buyers: 1, months: [1] }])
})

test('a visitor who has become a user is one shopper', () => {
  // A collector tells whose a visit was that came before the log-in.
  const known = told.map((each) => (each.visitor === 'amal' ? { ...each, person: 'amal@shop' } : each))
  const { totals, retention, goal } = mapOf(known, five)
  expect([totals.shoppers, totals.buyers, totals.repeatBuyers, goal]).toEqual([4, 1, 1, { touchpoints: 5, visits: 1, ms: 80_000 }])
  expect(retention).toEqual([{ month: '2026-01', buyers: 1, months: [1, 1] }])
})

test('a map tells of each stage who came, went on, and ended there', () => {
  const [awareness, consideration, conversion, loyalty, advocacy] = mapOf(told, five).stages
  expect(awareness).toMatchObject({ stage: 'awareness', shoppers: 4, entries: 4, on: 3, back: 0, exits: 1, median: 20_000, acts: [{ name: 'page_view', times: 4, shoppers: 4 }] })
  expect(consideration).toMatchObject({ entries: 3, on: 3, exits: 0 })
  expect(conversion).toMatchObject({ shoppers: 3, exits: 3, hurt: { shoppers: 2, times: 2 } })
  expect([loyalty!.shoppers, advocacy!.shoppers, advocacy!.feelings]).toEqual([1, 1, { positive: 1, neutral: 0, negative: 0 }])
  for (const { entries, on, back, exits } of mapOf(told, five).stages) expect(on + back + exits).toBe(entries)
})

test('a map tells of channels, flows and paths', () => {
  const { channels, flows, arrivals, stagePaths } = mapOf(told, five)
  expect(channels[0]).toEqual({ channel: 'paid_social', shoppers: 3, visits: 3, touchpoints: 12, bounces: 1, buyers: 0, orders: 0, revenue: {}, stages: { awareness: 3, consideration: 2, conversion: 2 } })
  expect(channels.map(({ channel, revenue }) => [channel, revenue])).toEqual([['paid_social', {}], ['email', { EUR: 25.25 }], ['organic_search', { EUR: 20 }]])
  expect(flows).toEqual([{ from: 'awareness', to: 'consideration', times: 3 }, { from: 'consideration', to: 'conversion', times: 3 }, { from: 'loyalty', to: 'advocacy', times: 1 }])
  expect(arrivals).toContainEqual({ channel: 'paid_social', stage: 'awareness', shoppers: 3 })
  expect(stagePaths[0]).toEqual({ path: ['awareness', 'consideration', 'conversion'], shoppers: 3 })
})

test('a map tells where carts are left, with the value, and what hurt', () => {
  const { abandonment, friction } = mapOf(told, five)
  expect(abandonment).toEqual([{ step: 'payment', field: '', error: 'card_declined', stage: 'conversion', carts: 2, shoppers: 2, recovered: 0, unknown: 0, atStake: { EUR: 42.5 } }])
  expect(friction).toEqual([{ name: 'checkout_error', about: 'card_declined', step: 'payment', stage: 'conversion', times: 2, shoppers: 2, left: 2 }])
})

test('a cart that was bought in a later visit is recovered, and nothing is at stake', () => {
  const back = visit('b2', { visitor: 'bahar', at: NOON + DAY }, ['page_view'], ['cart_abandonment', { abandonment_id: 'b', status: 'recovered' }], order('3', 40))
  expect(mapOf([...told, ...back], five).abandonment).toEqual([{ step: 'payment', field: '', error: 'card_declined', stage: 'conversion', carts: 2, shoppers: 2, recovered: 1, unknown: 0, atStake: { EUR: 2.5 } }])
})

test('opportunities are sentences with figures and an owner, the most worthwhile first', () => {
  const { opportunities } = mapOf(told, five)
  expect(opportunities.map(({ kind, sentence, owner }) => [kind, sentence, owner])).toEqual([
    ['abandonment', '2 carts were left after “card_declined”, in the step “payment”, with 42.50 EUR in them.', 'ecommerce'],
    ['friction', '2 shoppers met a checkout error (card declined) in the step “payment”; 2 of them left right after it.', 'ecommerce'],
  ])
  expect(opportunities[0]!.figures).toEqual({ step: 'payment', field: '', error: 'card_declined', carts: 2, value: { EUR: 42.5 } })
})

test('opportunities see stages that many leave, unhappy ones, bounces, and buyers who stay away', () => {
  const many = Array.from({ length: 12 }, (_, i) => [
    ...visit(`x${i}`, { visitor: `x${i}`, channel: 'display' }, ['page_view']),
    ...visit(`y${i}`, { visitor: `y${i}`, channel: 'email' }, ['page_view'], ['page_view'], order(`${i}`, 10), ['feedback', { kind: 'csat', score: 1 }]),
  ]).flat()
  const { opportunities } = mapOf(many, five)
  expect(opportunities.map(({ kind, sentence }) => [kind, sentence])).toEqual([
    ['feeling', '12 of 12 answers in Conversion are unhappy.'],
    ['exit', '50 % of the journeys that come to Awareness end there (12 of 24).'],
    ['bounce', '100 % of the visits by display see one page and leave (12 of 12).'],
    ['repeat', '12 of 12 buyers have bought only once.'],
  ])
})

test.each([
  [{ channel: 'email' }, 1],
  [{ device: 'desktop' }, 2],
  [{ segment: 'vip' }, 1],
  [{ persona: 'gifter', device: 'mobile' }, 0],
  [{ since: NOON + DAY }, 1],
  [{ until: NOON + DAY }, 4],
  [{ site: 'other' }, 0],
])('a map of %j has %i shoppers', (filters, shoppers) => {
  expect(mapOf(told, five, filters).totals.shoppers).toBe(shoppers)
})

test('a map of nothing has all stages, and no opportunities', () => {
  const { stages, opportunities, totals, goal, model } = mapOf([], aida)
  expect([stages.map(({ stage }) => stage), opportunities, totals.shoppers, goal]).toEqual([['attention', 'interest', 'desire', 'action'], [], 0, undefined])
  expect(model.stages[0]).toMatchObject({ id: 'attention', owner: 'marketing', label: { en: 'Attention' } })
})

test('a wrong model is refused by name', () => {
  expect(() => mapOf([], { ...five, stages: [] })).toThrow(/stages/)
})

test('shoppers are those seen last first, and in what stage they are', () => {
  const legs = foldVisits(createHinter(five), told)
  expect(shoppersIn(legs, { limit: 2 }).map(({ person, by, stage, orders, hurts }) => [person, by, stage, orders, hurts])).toEqual([['amal@shop', 'user', 'advocacy', 1, 0], ['bahar', 'visitor', 'conversion', 0, 1]])
  expect(shoppersIn(legs, { stage: 'awareness' }).map(({ person, channel, visits, touchpoints }) => [person, channel, visits, touchpoints])).toEqual([['cyrus', 'paid_social', 1, 1]])
})

test('what there is to filter by is known', () => {
  expect(choicesIn(foldVisits(createHinter(five), told))).toEqual({ sites: ['shop'], channels: ['email', 'organic_search', 'paid_social'], devices: ['desktop', 'mobile'], segments: ['vip'], personas: ['gifter'] })
})
