import { describe, expect, test, vi } from 'vitest'
import { ndjson } from '../src/formats/ndjson.js'
import { otlp } from '../src/formats/otlp.js'
import type { TrackerOptions } from '../src/types.js'
import { createShop, type Sent } from './harness/shop.js'
import { setVisibility, transition } from './harness/visibility.js'

const shop = createShop()
const { sent, errors, pass, stored } = shop
const LAKE = 'https://lake.example/in'
const start = (options: Partial<TrackerOptions> = {}) => shop.start({ destinations: [{ endpoint: LAKE }], ...options })
const at = (endpoint: string) => sent.filter(({ url }) => url === endpoint)
const namesAt = (endpoint: string) => at(endpoint).flatMap(({ batch }) => batch.touchpoints?.map(({ name }) => name) ?? [])
const MAIN = 'https://collect.example/t'
const isLake = ({ url }: Sent) => url === LAKE

describe('several endpoints', () => {
  test('are sent the same touchpoints, under the same ids, and the device is empty when all have them', async () => {
    const tracker = start()
    for (const name of ['a', 'b', 'c']) tracker.track(name)
    await pass(8000)
    const idsAt = (endpoint: string) => at(endpoint).flatMap(({ batch }) => batch.touchpoints.map(({ id }) => id))
    expect([namesAt(MAIN), idsAt(LAKE), await stored()]).toEqual([['a', 'b', 'c'], idsAt(MAIN), []])
  })

  test('have each a format of their own, with its content type', async () => {
    const tracker = start({ destinations: [{ endpoint: LAKE, format: ndjson }, { endpoint: 'https://otel.example/v1/logs', format: otlp }] })
    tracker.track('a')
    await pass(8000)
    expect(sent.map(({ url, init }) => [url, (init.headers as { [name: string]: string })['content-type']]).sort()).toEqual([
      [MAIN, 'text/plain;charset=UTF-8'],
      [LAKE, 'text/plain;charset=UTF-8'],
      ['https://otel.example/v1/logs', 'application/json'],
    ])
  })

  test('do not wait for one that is down; it gets all of it when it is back, once', async () => {
    shop.answer = (request) => (isLake(request) ? undefined : 204)
    const tracker = start()
    for (let i = 0; i < 5; i++) {
      tracker.track('a')
      await pass(6000)
    }
    expect(namesAt(MAIN).length).toBe(5)
    expect((await stored()).length).toBe(5)
    const before = sent.length
    shop.answer = () => 204
    await pass(300_000)
    const later = sent.slice(before)
    expect(later.every(isLake)).toBe(true)
    expect(later.flatMap(({ batch }) => batch.touchpoints).length).toBe(5)
    expect(await stored()).toEqual([])
  })

  test('do not wait for one that does not answer', async () => {
    shop.answer = () => 204
    const { fetch } = globalThis
    globalThis.fetch = (url, init) => (String(url) === LAKE ? new Promise(() => {}) : fetch(url, init))
    const tracker = start()
    tracker.track('a')
    await pass(1000)
    tracker.track('purchase', { transaction_id: '1' })
    await pass(1000)
    expect(namesAt(MAIN)).toEqual(['a', 'purchase'])
  })

  test('have each an account of their own: what one refuses, the other keeps', async () => {
    shop.answer = (request) => (isLake(request) && request.batch.touchpoints?.length ? { status: 200, body: { rejected: [{ id: request.batch.touchpoints[0]!.id, reason: 'no' }] } } : 204)
    const tracker = start()
    tracker.track('a')
    await pass(8000)
    tracker.track('b')
    await pass(8000)
    const lossAt = (endpoint: string) => at(endpoint).flatMap(({ batch }) => batch.loss ?? [])
    expect([lossAt(MAIN), lossAt(LAKE).map(({ reason }) => reason)]).toEqual([[], ['quarantined']])
    expect(errors.map(({ code, message }) => [code, message.endsWith(` (${LAKE})`)])).toEqual([['quarantined', true]])
  })

  test('that want nothing of the site are left alone, and the others go on', async () => {
    shop.answer = (request) => (isLake(request) ? { status: 200, body: { off: true } } : 204)
    const tracker = start()
    tracker.track('a')
    await pass(8000)
    tracker.track('b')
    await pass(8000)
    expect([namesAt(MAIN), namesAt(LAKE)]).toEqual([['a', 'b'], ['a']])
    shop.answer = () => ({ status: 200, body: { off: true } })
    tracker.track('c')
    await pass(8000)
    tracker.track('d')
    await pass(8000)
    expect(namesAt(MAIN)).toEqual(['a', 'b', 'c'])
  })

  test('share what a page may send as it goes, 60,000 bytes', async () => {
    const beacons: [url: string, size: number][] = []
    vi.stubGlobal('fetch', () => new Promise(() => {}))
    navigator.sendBeacon = (url, body) => (beacons.push([String(url), (body as Blob).size]), true)
    const tracker = start({ batchAfter: 60_000, batchSize: 1000, batchBytes: 1_000_000 })
    await pass(3000)
    const text = 'x'.repeat(1000)
    for (let i = 0; i < 40; i++) tracker.track('own', { text })
    transition('pagehide', true)
    setVisibility('hidden')
    expect(beacons.map(([url]) => url)).toEqual([MAIN, LAKE])
    const total = beacons.reduce((sum, [, size]) => sum + size, 0)
    expect([total > 50_000, total <= 60_000]).toEqual([true, true])
    vi.unstubAllGlobals()
  })

  test('are all asked to forget, where their format can', async () => {
    const tracker = start({ destinations: [{ endpoint: LAKE }, { endpoint: 'https://rows.example/', format: ndjson }] })
    await pass(3000)
    shop.answer = ({ url }) => (url === LAKE ? 500 : 204)
    expect(await tracker.forget()).toBe(false)
    expect(sent.filter(({ body }) => body.includes('"forget"')).map(({ url }) => url)).toEqual([MAIN, LAKE])
    expect([(await indexedDB.databases()).length, errors.map(({ code }) => code)]).toEqual([0, ['consent']])
  })

  test('saved and flush speak for all of them', async () => {
    shop.answer = (request) => (isLake(request) ? undefined : 204)
    const tracker = start()
    tracker.track('a')
    expect(await tracker.saved()).toBe(true)
    expect(await tracker.flush()).toBe(false)
  })
})

test.each([
  [{ endpoint: LAKE }, 'of type array'],
  [[{ endpoint: '' }], 'an array of { endpoint, format }'],
  [[null], 'an array of { endpoint, format }'],
  [[{ endpoint: LAKE, format: {} }], 'an array of { endpoint, format }'],
  [[{ endpoint: MAIN }], 'of different endpoints'],
  [[{ endpoint: LAKE }, { endpoint: LAKE }], 'of different endpoints'],
])('destinations %j are wrong at set-up', (destinations, expected) => {
  expect(() => start({ destinations } as never)).toThrow(`rihla: destinations must be ${expected}`)
})
