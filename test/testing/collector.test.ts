import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createStorefront } from '../../src/storefront.js'
import { createTestCollector, type TestCollector } from '../../src/testing/testing.js'
import { createTracker } from '../../src/tracker.js'
import type { Tracker, TrackerOptions } from '../../src/types.js'
import { setVisibility, transition } from '../harness/visibility.js'

let collector: TestCollector
const stops: (() => void)[] = []

beforeEach(() => {
  collector = createTestCollector()
  stops.push(collector.listen())
})
afterEach(async () => {
  stops.splice(0).reverse().forEach((stop) => stop())
  setVisibility('visible')
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name!)
})

const start = (options: Partial<TrackerOptions> = {}): Tracker => {
  const tracker = createTracker({ endpoint: collector.endpoint, site: 'my-shop', consent: 'granted', ...options })
  stops.push(tracker.stop)
  return tracker
}

describe('a test', () => {
  test('sees what has arrived, in order, with the page and the visit', async () => {
    const tracker = start()
    tracker.track('view_item', { currency: 'EUR', items: [{ item_id: 'cap', price: 16 }] })
    tracker.track('add_to_cart', { currency: 'EUR', value: 16 })
    await tracker.flush()
    const all = await collector.touchpoints()
    expect(all.map(({ name, seq }) => [name, seq])).toEqual([['view_item', 1], ['add_to_cart', 2]])
    expect(all[0]).toMatchObject({ site: 'my-shop', url: location.href, visitor: expect.any(String), props: { items: [{ item_id: 'cap' }] } })
    expect(await collector.touchpoints('add_to_cart')).toEqual([all[1]])
    expect(await collector.losses()).toMatchObject({ documents: 1, touchpoints: 2, missing: 0 })
  })

  test('waits for a touchpoint by some of its props', async () => {
    const tracker = start({ batchAfter: 100 })
    setTimeout(() => tracker.track('add_to_cart', { currency: 'EUR', items: [{ item_id: 'cap', price: 16 }] }), 50)
    expect(await collector.holds('add_to_cart', { items: [{ item_id: 'cap' }] })).toMatchObject({ name: 'add_to_cart', props: { currency: 'EUR' } })
  })

  test.each([
    [{ currency: 'USD' }],
    [{ items: [{ item_id: 'tie' }] }],
    [{ items: [] }],
    [{ items: { 0: { item_id: 'cap' } } }],
    [{ coupon: undefined, value: 1 }],
  ])('is told what there is where nothing has %j', async (props) => {
    const tracker = start()
    tracker.track('add_to_cart', { currency: 'EUR', items: [{ item_id: 'cap' }] })
    tracker.track('search')
    await tracker.flush()
    await expect(collector.holds('add_to_cart', props, 60)).rejects.toThrow(`rihla: no add_to_cart with ${JSON.stringify(props)} came within 60 ms; there were add_to_cart {"currency":"EUR","items":[{"item_id":"cap"}]}, search`)
  })

  test('is told, too, that there was nothing', async () => {
    await expect(collector.holds('purchase', {}, 0)).rejects.toThrow('rihla: no purchase with {} came within 0 ms; there was none')
  })

  test('waits in real time, also where its timers are fake', async () => {
    vi.useFakeTimers()
    try {
      await expect(collector.holds('purchase', {}, 50)).rejects.toThrow('within 50 ms')
    } finally {
      vi.useRealTimers()
    }
  })

  test('sees what a page sends when it is left', async () => {
    const tracker = start({ batchAfter: 60_000 })
    tracker.track('add_to_cart')
    await tracker.saved()
    setVisibility('hidden')
    transition('pagehide', false)
    await collector.holds('add_to_cart')
  })

  test('sees the whole storefront', async () => {
    const tracker = createStorefront({ endpoint: collector.endpoint, site: 'my-shop', consent: 'granted', batchAfter: 50 })
    stops.push(tracker.stop)
    tracker.cart([{ item_id: 'cap', price: 16, quantity: 1 }], { currency: 'EUR' })
    expect(await collector.holds('add_to_cart', { value: 16 })).toMatchObject({ stage: { id: 'consideration' } })
  })
})

describe('an outage', () => {
  test.each([503, 'network'] as const)('of kind %s keeps what is told, and all of it arrives afterwards, once', async (how) => {
    collector.fail(how)
    const tracker = start()
    tracker.track('add_to_cart')
    expect([await tracker.flush(), await collector.touchpoints()]).toEqual([false, []])
    collector.fail()
    tracker.track('purchase', { transaction_id: 'T-1' })
    await vi.waitFor(async () => {
      await tracker.flush()
      expect(await collector.touchpoints()).toHaveLength(2)
    }, { timeout: 10_000, interval: 200 })
  })

  test('of another collector is not seen here', async () => {
    const other = createTestCollector({ endpoint: 'https://other.example/t' })
    stops.push(other.listen())
    other.fail(503)
    const tracker = start({ batchAfter: 50, destinations: [{ endpoint: other.endpoint }] })
    tracker.track('add_to_cart')
    await collector.holds('add_to_cart')
    expect(await other.touchpoints()).toEqual([])
  })
})

describe('the network', () => {
  test('of the page is left alone but for the endpoint, and is as before when nobody listens', async () => {
    const undo = collector.listen()
    const listening = window.fetch
    undo()
    expect(window.fetch).not.toBe(listening)
    stops.splice(0).forEach((stop) => stop())
    const theirs = vi.fn(async () => new Response('theirs'))
    const before = window.fetch
    window.fetch = theirs as typeof fetch
    const stop = collector.listen()
    expect(await (await window.fetch('https://other.example/')).text()).toBe('theirs')
    stop()
    expect([window.fetch, theirs.mock.calls.length]).toEqual([theirs, 1])
    window.fetch = before
  })

  test('takes requests as drivers of browsers have them', async () => {
    const body = JSON.stringify({ v: 1, site: 'my-shop', sdk: 'x/1', sent_at: Date.now(), documents: {}, visits: {}, pages: {}, touchpoints: [] })
    const bytes = new TextEncoder().encode(body)
    for (const each of [body, bytes]) expect(await collector.answer({ method: 'POST', body: each })).toMatchObject({ status: expect.toSatisfy((status: number) => status < 300), headers: { 'access-control-allow-origin': '*' } })
    const { status } = await window.fetch(collector.endpoint, { method: 'POST', body: new Uint8Array([...new TextEncoder().encode('--'), ...bytes]).subarray(2) })
    expect(status).toBeLessThan(300)
    expect(await collector.answer({ method: 'POST', body: 'none' })).toMatchObject({ status: 400 })
    expect((await collector.answer({ method: 'OPTIONS', body: null }))!.status).toBeLessThan(300)
  })
})

test.each(['', '/collect', 5, 'ftp://collector.example/'])('an endpoint that is none is refused: %s', (endpoint) => {
  expect(() => createTestCollector({ endpoint: endpoint as string })).toThrow('rihla: endpoint of a test collector must be an http(s) URL')
})
