import { describe, expect, onTestFinished, test } from 'vitest'
import type { Batch, Row, Store, Touchpoint } from '../../src/collector/types.js'
import { newId, orderId } from '../examples/collector-harness.js'

const DAY = 86_400_000
const NOW = 1_763_769_600_000

export const row = (fields: Partial<Row> = {}): Row => ({ n: 0, id: newId(), born: NOW, site: 's', name: 'view_item', at: NOW, received_at: NOW, happened_at: NOW, tab: 'k3v9x2ab', seq: 1, page: 'p', visit: 'visit-1', url: 'https://shop.example/', source: 'api', sdk: 'x', ...fields })
const visitOf = (visit: string, visitor?: string) => ({ site: 's', visit, visitor, started: NOW, channel: visit === 'visit-2' ? 'email' : 'direct' })
export const batch = (fields: Partial<Batch> = {}): Batch => ({ site: 's', received: NOW, rows: [], visits: [], refused: [], documents: [], loss: [], ...fields })
const cart = (name: string, at: number, props = {}) => row({ name, happened_at: at, props: { cart_id: 'cart-1', ...props } })

/** What each store of the collector must do. */
export const describeStore = (name: string, open: () => Promise<Store>): unknown => describe(`a store in ${name}`, () => {
  const opened = async () => {
    const store = await open()
    onTestFinished(() => store.close())
    const read = async (filters = {}) => (await store.touchpoints(filters)).touchpoints
    return { store, read, names: async (filters = {}) => (await read(filters)).map(({ name }) => name) }
  }

  test('gives back what it was given, whole, with its visit and its person', async () => {
    const { store, read } = await opened()
    const full = row({ user: 'u', model: 'five@2', title: 'Cap', referrer: 'https://x.example/', kind: 'product', locale: 'fa', marks: ['bot'], denied: ['ads'], props: { value: 1.5, items: [{ item_id: 'گ' }] }, stage: 'consideration', confidence: 0.7, rule: 'view_item' })
    const visit = { ...visitOf('visit-1', 'v'), landing: 'https://shop.example/', referrer: 'https://r.example/', number: 2, first: { at: 1, channel: 'email' }, campaign: { utm_source: 'x' }, device: 'mobile' }
    await store.commit([batch({ rows: [full], visits: [visit] })])
    const { born: _born, stage: _stage, confidence: _confidence, rule: _rule, ...plain } = full
    const { visit: _visit, referrer, number, first, ...known } = visit
    expect(await read()).toEqual([{ ...plain, n: 1, stage: { id: 'consideration', confidence: 0.7, rule: 'view_item' }, person: 'u', ...known, visit_referrer: referrer, visit_number: number, first_touch: first }])
  })

  test('stores an id once, and says how many were new', async () => {
    const { store, read } = await opened()
    const one = row()
    const order = row({ id: orderId(1), name: 'purchase' })
    expect((await store.commit([batch({ rows: [one, one, order] }), batch({ rows: [{ ...one }] })])).map(({ stored }) => stored)).toEqual([2, 0])
    expect((await store.commit([batch({ rows: [{ ...order, tab: 'h7m2c0qe' }, row()] })])).map(({ stored }) => stored)).toEqual([1])
    expect((await read()).map(({ n }) => n)).toEqual([3, 2, 1])
  })

  test('keeps all of a commit, or nothing', async () => {
    const { store, read } = await opened()
    await store.commit([batch({ rows: [row({ name: 'search' })], visits: [visitOf('visit-1', 'v')] })])
    // What is asked for last, when all else is written.
    const bad = Object.defineProperty(batch({ rows: [row()] }), 'forget', { get: () => { throw new Error('disk full') } })
    const visits = [visitOf('visit-2', 'w')]
    await expect(store.commit([batch({ rows: [row({ visit: 'visit-2', user: 'u' })], visits, documents: [['h7m2c0qe', 9]] }), bad])).rejects.toThrow('disk full')
    expect([(await read()).map(({ name, n }) => `${name} ${n}`), (await store.documents({})).map(({ tab }) => tab)]).toEqual([['search 1'], ['k3v9x2ab']])
    await store.commit([batch({ rows: [row({ name: 'next', visit: 'visit-2' })], visits })])
    expect((await read()).map(({ name, n, person }) => `${name} ${n} ${person}`)).toEqual(['next 2 w', 'search 1 v'])
  })

  test('answers what it holds, and keeps the account', async () => {
    const { store } = await opened()
    const rows = [row({ seq: 1 }), row({ seq: 2 }), row({ seq: 4 }), row({ seq: 0, tab: 'offline' })]
    const [committed] = await store.commit([batch({ rows, loss: [{ tab: 'k3v9x2ab', from: 6, to: 6, reason: 'evicted' }], documents: [['k3v9x2ab', 7]], ask: [{ tab: 'k3v9x2ab', from: 2, to: 9 }] })])
    expect(committed!.held).toEqual([{ tab: 'k3v9x2ab', from: 2, to: 2 }, { tab: 'k3v9x2ab', from: 4, to: 4 }])
    expect(await store.documents({})).toEqual([{ site: 's', tab: 'k3v9x2ab', updated_at: NOW, complete: 2, highest: 7, missing: [{ from: 3, to: 3 }, { from: 5, to: 5 }, { from: 7, to: 7 }], lost: [{ from: 6, to: 6, reason: 'evicted' }] }])
    expect(await store.documents({ site: 'other' })).toEqual([])
    expect(await store.documents({ tab: 'k3v9x2ab', limit: 1 })).toHaveLength(1)
  })

  test('filters by everything, and goes on page by page', async () => {
    const { store, names } = await opened()
    await store.commit([
      batch({
        rows: [row({ name: 'a', happened_at: 1, props: { cart_id: 'c' } }), row({ name: 'b', happened_at: 2, visit: 'visit-2', tab: 'h7m2c0qe' }), row({ name: 'c', happened_at: 2, stage: 'loyalty', confidence: 1, rule: 'x', source: 'clicks' }), row({ name: 'd', happened_at: 3, site: 'other' })],
        visits: [visitOf('visit-1', 'v1'), visitOf('visit-2', 'v2')],
      }),
    ])
    const by: [object, string][] = [[{}, 'dcba'], [{ site: 's' }, 'cba'], [{ name: 'a,d' }, 'da'], [{ visitor: 'v2' }, 'b'], [{ visit: 'visit-1' }, 'dca'], [{ channel: 'email' }, 'b'], [{ tab: 'h7m2c0qe' }, 'b'], [{ stage: 'loyalty' }, 'c'], [{ source: 'clicks' }, 'c'], [{ cart: 'c' }, 'a'], [{ since: 2, until: 3 }, 'cb'], [{ site: 's', name: 'a', visitor: 'v1' }, 'a']]
    for (const [filters, expected] of by) expect([filters, (await names(filters)).join('')]).toEqual([filters, expected])
    for (const [one, ofOne] of by) {
      for (const [other, ofOther] of by) {
        const both = { ...other, ...one }
        // Where both name the same filter, only one of them counts.
        if (Object.keys(both).length === Object.keys(one).length + Object.keys(other).length) expect([both, (await names(both)).join('')]).toEqual([both, [...ofOne].filter((name) => ofOther.includes(name)).join('')])
      }
    }
    const seen: Touchpoint[] = []
    let before: { happened_at: number; n: number } | undefined
    do {
      const page = await store.touchpoints({ limit: 1, ...(before && { before }) })
      seen.push(...page.touchpoints)
      before = page.next
    } while (before)
    expect(seen.map(({ name }) => name).join('')).toBe('dcba')
  })

  test('joins what a visitor did before the log-in, in this visit and in earlier ones, and not what another user did', async () => {
    const { store, read, names } = await opened()
    await store.commit([batch({ rows: [row({ name: 'early', visit: 'visit-2' })], visits: [visitOf('visit-2', 'v')] })])
    await store.commit([batch({ rows: [row({ name: 'before' }), row({ name: 'login', user: 'u' }), row({ name: 'theirs', user: 'w' })], visits: [visitOf('visit-1', 'v')] })])
    expect((await names({ user: 'u' })).sort()).toEqual(['before', 'early', 'login'])
    expect((await read()).map(({ name, person }) => `${name} ${person}`).sort()).toEqual(['before u', 'early u', 'login u', 'theirs w'])
  })

  test('erases a user with all of that, says how much, and takes nothing of it again', async () => {
    const { store, names } = await opened()
    const early = row({ name: 'early', visit: 'visit-2' })
    await store.commit([batch({ rows: [early], visits: [visitOf('visit-2', 'v')] })])
    await store.commit([batch({ rows: [row({ name: 'login', user: 'u' }), row({ name: 'theirs', user: 'w' })], visits: [visitOf('visit-1', 'v')] })])
    const [committed] = await store.commit([batch({ forget: { user: 'u' } })])
    expect(committed!.erased).toEqual({ touchpoints: 2, visits: 1 })
    expect(await names()).toEqual(['theirs'])
    await store.commit([batch({ rows: [early], visits: [visitOf('visit-2', 'v')] })])
    expect(await names()).toEqual(['theirs'])
    expect((await store.commit([batch({ forget: { visitor: 'v' } })]))[0]!.erased).toEqual({ touchpoints: 1, visits: 1 })
  })

  test('tells listeners what is new, after the commit, until they have enough', async () => {
    const { store, names } = await opened()
    const heard: string[] = []
    const stop = store.onCommit((read) => heard.push(...read().map(({ name, person }) => `${name} ${person}`)))
    const one = row({ name: 'a' })
    await store.commit([batch({ rows: [one], visits: [visitOf('visit-1', 'v')] })])
    await store.commit([batch({ rows: [one, row({ name: 'b' })] })])
    stop()
    stop()
    await store.commit([batch({ rows: [row({ name: 'c' })] })])
    expect([heard, (await names()).length]).toEqual([['a v', 'b v'], 3])
  })

  test('lists carts that nothing has settled, by when they were touched last', async () => {
    const { store } = await opened()
    const open = async (since = 0, until = NOW + DAY) => (await store.openCarts({ since, until })).map((each) => each.cart)
    await store.commit([batch({ rows: [cart('add_to_cart', 10), cart('cart_abandonment', 20, { status: 'suspected' }), cart('add_to_cart', 15, { cart_id: 'cart-2' }), row({ name: 'search', happened_at: 99 })] })])
    expect([await open(), await open(16), await open(0, 16), await store.openCarts({ since: 20, until: 21 })]).toEqual([['cart-2', 'cart-1'], ['cart-1'], ['cart-2'], [{ site: 's', cart: 'cart-1', n: 2 }]])
    await store.commit([batch({ rows: [cart('cart_abandonment', 30, { status: 'confirmed' }), cart('purchase', 40, { cart_id: 'cart-2' })] })])
    expect(await open()).toEqual([])
    await store.commit([batch({ rows: [cart('add_to_cart', 50)] })])
    expect(await open()).toEqual(['cart-1'])
  })

  test('tells what happened to each of some carts, in order, whole, the last so many', async () => {
    const { store } = await opened()
    const other = { site: 't', props: { cart_id: 'cart-1' } }
    await store.commit([batch({ rows: [cart('purchase', 30), cart('add_to_cart', 10, { value: 5 }), cart('add_to_cart', 15, { cart_id: 'cart-2' }), cart('view_cart', 10), row({ name: 'search' })], visits: [visitOf('visit-1', 'v')] }), batch({ site: 't', rows: [row({ ...other, name: 'begin_checkout' })] })])
    const carts = [{ site: 's', cart: 'cart-2', n: 3 }, { site: 's', cart: 'cart-1', n: 1 }, { site: 't', cart: 'cart-1', n: 6 }, { site: 't', cart: 'cart-2', n: 0 }]
    const names = async (most: number) => (await store.histories(carts, most)).map((happened) => happened.map(({ name }) => name))
    expect(await names(10)).toEqual([['add_to_cart'], ['add_to_cart', 'view_cart', 'purchase'], ['begin_checkout'], []])
    expect(await names(2)).toEqual([['add_to_cart'], ['view_cart', 'purchase'], ['begin_checkout'], []])
    const [, [first]] = (await store.histories(carts, 10)) as [unknown, Touchpoint[]]
    expect(first).toMatchObject({ n: 2, visitor: 'v', person: 'v', channel: 'direct', props: { cart_id: 'cart-1', value: 5 } })
    expect(await store.histories([], 10)).toEqual([])
  })

  test('tells when shoppers were last seen, in any visit of a visitor, and not what the collector told of them', async () => {
    const { store } = await opened()
    await store.commit([
      batch({ rows: [row({ happened_at: 10 }), row({ happened_at: 30, visit: 'visit-2' }), row({ happened_at: 20 }), row({ happened_at: 40, visit: 'visit-3' }), row({ happened_at: 90, source: 'collector' }), row({ happened_at: 60, visit: 'visit-4' })], visits: [visitOf('visit-1', 'v'), visitOf('visit-2', 'v'), visitOf('visit-3', 'w')] }),
      batch({ site: 't', rows: [row({ site: 't', happened_at: 50 })], visits: [{ ...visitOf('visit-1', 'v'), site: 't' }] }),
    ])
    const seen = await store.lastSeen([{ site: 's', visit: 'visit-1', visitor: 'v' }, { site: 't', visit: 'visit-1', visitor: 'v' }, { site: 's', visit: 'visit-4' }, { site: 's', visit: 'visit-9', visitor: 'nobody' }])
    expect(['s/v', 't/v', 's/visit-4', 's/nobody'].map((shopper) => seen.get(shopper))).toEqual([30, 50, 60, undefined])
    expect(await store.lastSeen([])).toEqual(new Map())
  })

  test('erases what is too old, with visits and accounts of which nothing is left', async () => {
    const { store, names } = await opened()
    const old = { happened_at: 5, visit: 'visit-2', tab: 'h7m2c0qe' }
    await store.commit([batch({ received: 5, rows: [row({ ...old, name: 'old' })], visits: [{ ...visitOf('visit-2', 'v'), started: 5 }] })])
    await store.commit([batch({ rows: [row({ name: 'new' })], visits: [visitOf('visit-1', 'w')] })])
    expect(await store.expire(6)).toEqual({ touchpoints: 1, visits: 1 })
    expect([await names(), (await store.documents({})).map(({ tab }) => tab)]).toEqual([['new'], ['k3v9x2ab']])
    expect(await store.expire(6)).toEqual({ touchpoints: 0, visits: 0 })
  })
})
