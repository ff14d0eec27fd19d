// @vitest-environment node
import { expect, test } from 'vitest'
import { makeJourneys } from '../../examples/shoppers/journeys.js'
import { sendShoppers, toBatches } from '../../examples/shoppers/send.js'
import { validate } from '../../src/collector/validate.js'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 20)
const settings = { count: 300, days: 90, now: NOW, seed: 5 }

test('the same seed makes the same shoppers', () => {
  expect(makeJourneys(settings)).toEqual(makeJourneys(settings))
  expect(makeJourneys({ ...settings, seed: 6 })).not.toEqual(makeJourneys(settings))
})

test('visits lie within the period, in order, each touchpoint after the one before it', () => {
  const visits = makeJourneys(settings)
  expect(visits.map(({ started }) => started)).toEqual(visits.map(({ started }) => started).sort((a, b) => a - b))
  for (const { started, ended, touchpoints } of visits) {
    expect([started >= NOW - 90 * DAY, ended <= NOW]).toEqual([true, true])
    expect(touchpoints.map(({ at }) => at)).toEqual(touchpoints.map(({ at }) => at).sort((a, b) => a - b))
  }
})

// In these somebody would come too late for a visit to end by now.
test.each([137, 164, 218])('everybody comes, with the seed %i too', (seed) => {
  const visits = makeJourneys({ count: 500, days: 89, now: 1_795_339_784_000, seed })
  expect(new Set(visits.map(({ visitor }) => visitor)).size).toBe(500)
})

test('journeys are coherent: who buys has had a cart and a checkout, who comes back to a cart finds it, and carts are left for reasons', () => {
  const visits = makeJourneys({ ...settings, count: 800 })
  const all = visits.flatMap(({ touchpoints }) => touchpoints)
  const names = new Set(all.map(({ name }) => name))
  for (const name of ['page_view', 'search', 'view_item', 'add_to_cart', 'begin_checkout', 'purchase', 'cart_abandonment', 'checkout_error', 'coupon_refused', 'feedback', 'review_submitted', 'identify']) expect(names, name).toContain(name)
  for (const { touchpoints } of visits) {
    const bought = touchpoints.findIndex(({ name }) => name === 'purchase')
    if (bought >= 0) expect(touchpoints.slice(0, bought).map(({ name }) => name)).toEqual(expect.arrayContaining(['view_cart', 'begin_checkout', 'add_payment_info']))
  }
  const left = all.filter(({ name }) => name === 'cart_abandonment').map(({ props }) => props!)
  const suspected = new Set(left.filter(({ status }) => status === 'suspected').map((props) => props.abandonment_id))
  const recovered = left.filter(({ status }) => status === 'recovered')
  expect(recovered.length).toBeGreaterThan(5)
  expect(recovered.filter(({ abandonment_id: id }) => !suspected.has(id))).toEqual([])
  expect(new Set(left.map(({ error }) => error))).toEqual(new Set([undefined, 'card_declined', 'coupon_refused', 'invalid']))
})

test('a collector takes every touchpoint, and no id twice', () => {
  const visits = makeJourneys(settings)
  const batches = toBatches(visits, 'sample-shop', NOW).map(({ body }) => validate(JSON.parse(body), NOW))
  const rows = batches.flatMap((judged) => ('batch' in judged ? judged.batch.rows : []))
  expect(batches.map((judged) => ('batch' in judged ? judged.batch.refused : judged.reason)).flat()).toEqual([])
  expect(rows).toHaveLength(visits.flatMap(({ touchpoints }) => touchpoints).length)
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
})

test('a collector that refuses is told of in one sentence', async () => {
  await expect(sendShoppers(async () => new Response('{"reason":"no"}', { status: 503 }), { count: 3, days: 3, site: 's', seed: 1 })).rejects.toThrow('The collector answered 503: {"reason":"no"}')
})
