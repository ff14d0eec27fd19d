import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrive, blank, factsOf, learn, move, show } from '../../src/journey/past.js'
import type { Said } from '../../src/journey/said.js'
import type { Past } from '../../src/part.js'
import type { StageHint } from '../../src/types.js'

const DAY = 86_400_000
const start = 1_763_769_600_000
const said = (name: string, given: Partial<Said> = {}): Said => ({ name, order: '', value: 0, currency: '', ...given })
const model = { stages: ['awareness', 'consideration', 'conversion', 'loyalty', 'advocacy'].map((id) => ({ id })) }
const hint = (id: string, confidence = 0.8, rule = 'a'): StageHint => ({ id, confidence, rule })

describe('a visit that begins', () => {
  const email = { at: start, channel: 'email', source: 'letter' } as const
  const direct = { at: start + DAY, channel: 'direct' } as const
  const search = { at: start + 2 * DAY, channel: 'organic_search', source: 'google' } as const

  test('counts, and is the first and the last touch where it is not direct', () => {
    const first = arrive(blank, email)
    expect([first.visits, first.channel, first.first, first.last]).toEqual([1, 'email', email, email])
    const third = arrive(arrive(first, direct), search)
    expect([third.visits, third.channel, third.first, third.last]).toEqual([3, 'organic_search', email, search])
  })

  test('that is direct leaves the touches as they are', () => {
    const second = arrive(arrive(blank, email), direct)
    expect([second.channel, second.first, second.last]).toEqual(['direct', email, email])
    expect(arrive(blank, direct)).toMatchObject({ visits: 1, channel: 'direct', first: undefined, last: undefined })
  })
})

describe('an order', () => {
  const bought = learn(blank, said('purchase', { order: 'o1', value: 10.1, currency: 'EUR' }), start)

  test('counts with its time and its value, by currency', () => {
    const both = learn(bought, said('purchase', { order: 'o2', value: 5.2, currency: 'EUR' }), start + 1)
    expect(both).toMatchObject({ purchases: 2, bought: [start, start + 1], total: { EUR: 15.3 } })
    expect(learn(both, said('purchase', { order: 'o3', value: 7, currency: 'AED' }), start).total).toEqual({ EUR: 15.3, AED: 7 })
  })

  test('counts once, however often its page is reloaded', () => {
    expect(learn(bought, said('purchase', { order: 'o1', value: 10.1, currency: 'EUR' }), start + DAY)).toBe(bought)
  })

  test('without an id counts each time, and without a currency adds to no total', () => {
    const twice = learn(learn(blank, said('purchase', { value: 3 }), start), said('purchase', { value: 3 }), start)
    expect(twice).toMatchObject({ purchases: 2, total: {} })
  })

  test('that is refunded in parts leaves the purchase, lowers the total, never below nothing', () => {
    const part = said('refund', { order: 'o1', value: 4.1, currency: 'EUR' })
    const once = learn(bought, part, start)
    expect([once.purchases, once.total, learn(once, part, start) === once]).toEqual([1, { EUR: 6 }, true])
    expect(learn(once, said('refund', { order: 'o1', value: 99, currency: 'EUR' }), start).total).toEqual({ EUR: 0 })
  })

  test('is remembered with the 50 before it', () => {
    let past: Past = blank
    for (let i = 0; i < 60; i++) past = learn(past, said('purchase', { order: `o${i}` }), start + i)
    expect([past.purchases, past.bought.length, past.bought[0], past.orders.length]).toEqual([60, 50, start + 10, 50])
  })
})

test('persona and segment are what identify told last; anything else leaves the past as it is', () => {
  const known = learn(blank, said('identify', { persona: 'gift giver' }), start)
  expect(learn(known, said('identify', { segment: 'vip' }), start)).toMatchObject({ persona: 'gift giver', segment: 'vip' })
  for (const name of ['view_item', 'identify', 'order_cancelled']) expect(learn(known, said(name), start)).toBe(known)
})

describe('the stage', () => {
  const go = (past: Past, visit: string, ...hints: StageHint[]) => hints.reduce((before, each, i) => move(before, model, each, visit, start + i), past)

  test('is that of the latest hint of 0.6 and more', () => {
    const past = go(blank, 'v1', hint('awareness', 0.6), hint('conversion', 0.59), hint('consideration', 0.7))
    expect([past.stage, past.since, past.history]).toEqual(['consideration', start + 2, [{ stage: 'awareness', since: start }, { stage: 'consideration', since: start + 2 }]])
  })

  test('does not go back within a visit, but where the page says so itself', () => {
    const bought = go(blank, 'v1', hint('conversion', 1), hint('consideration'))
    expect(bought.stage).toBe('conversion')
    expect(go(bought, 'v1', hint('awareness', 1, 'explicit')).stage).toBe('awareness')
  })

  test('may go anywhere with the next visit: the journey is cyclic', () => {
    const loyal = go(blank, 'v1', hint('loyalty'))
    expect(go(loyal, 'v2', hint('consideration')).stage).toBe('consideration')
    // What the new visit has settled holds.
    expect(go(loyal, 'v2', hint('loyalty'), hint('consideration')).stage).toBe('loyalty')
  })

  test('that another model knew is left for any of this one', () => {
    expect(go({ ...blank, stage: 'gone', settled: 'v1' }, 'v1', hint('awareness')).stage).toBe('awareness')
  })

  test('stays the same object where nothing changes', () => {
    const past = go(blank, 'v1', hint('loyalty'))
    expect([move(past, model, hint('loyalty'), 'v1', start), move(past, model, undefined, 'v1', start), move(past, model, hint('advocacy', 0.5), 'v1', start)].map((next) => next === past)).toEqual([true, true, true])
  })

  test('keeps a history of 20', () => {
    let past: Past = blank
    for (let i = 0; i < 30; i++) past = move(past, model, hint(i % 2 ? 'loyalty' : 'awareness'), `v${i}`, start + i)
    expect([past.history.length, past.history.at(-1)]).toEqual([20, { stage: 'loyalty', since: start + 29 }])
  })

  test('is always the last of its history, and its history never has the same one twice in a row', () => {
    const step = fc.record({ id: fc.constantFrom(...model.stages.map(({ id }) => id)), confidence: fc.double({ min: 0, max: 1, noNaN: true }), visit: fc.constantFrom('v1', 'v2', 'v3'), rule: fc.constantFrom('a', 'explicit') })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const past = steps.reduce((before: Past, { visit, ...each }, i) => move(before, model, each, visit, start + i), blank)
        const ids = past.history.map(({ stage }) => stage)
        return ids.at(-1) === past.stage && ids.every((id, i) => id !== ids[i + 1])
      }),
    )
  })
})

describe('a message', () => {
  const may = (past: Past, frequency: { visits?: number; days?: number }, at: number) => show(past, 'sale', frequency, at) !== past
  const shown = show({ ...blank, visits: 3 }, 'sale', {}, start)

  test('is shown once in so many visits', () => {
    expect([3, 4, 5].map((visits) => may({ ...shown, visits }, { visits: 2 }, start))).toEqual([false, false, true])
  })

  test('is shown once in so many days', () => {
    expect([0, 6.9, 7].map((days) => may(shown, { days: 7 }, start + days * DAY))).toEqual([false, false, true])
  })

  test('waits for both where both are given', () => {
    expect([may({ ...shown, visits: 4 }, { visits: 1, days: 7 }, start), may(shown, { visits: 1, days: 7 }, start + 8 * DAY), may({ ...shown, visits: 4 }, { visits: 1, days: 7 }, start + 8 * DAY)]).toEqual([false, false, true])
  })

  test('of another key does not count, and the 50 shown last are remembered', () => {
    expect(show(shown, 'gift', { visits: 1 }, start)).not.toBe(shown)
    let past: Past = blank
    for (let i = 0; i < 60; i++) past = show(past, `m${i}`, { visits: 1 }, start)
    expect([Object.keys(past.shown).length, 'm9' in past.shown, 'm10' in past.shown]).toEqual([50, false, true])
  })
})

test('rules may ask how long ago the last purchase was, in whole days', () => {
  expect(factsOf({ ...blank, visits: 2, channel: 'email', purchases: 1, bought: [start], stage: 'loyalty' }, start + 2.5 * DAY)).toEqual({ channel: 'email', visits: 2, purchases: 1, stage: 'loyalty', daysSincePurchase: 2 })
  expect(factsOf(blank, start).daysSincePurchase).toBeUndefined()
})
