import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { arrival, carrying, flush, numbers, setOutage, track, upTo, useShop } from '../harness/steps.js'

declare const rihla: (method: string, ...args: unknown[]) => Promise<boolean>

/** What a shopper does on one product page, as a store would track it. */
const browse = (): Promise<boolean> => {
  const item = (n: number): object => ({ item_id: `sku-${4100 + n}`, item_name: `Merino jumper ${n}`, price: 49 + n, item_category: 'jumpers', item_brand: 'Wolle' })
  const view = (n: number): void => void rihla('track', 'view_item', { currency: 'EUR', value: 49 + n, items: [item(n)] })
  for (let n = 0; n < 6; n++) view(n)
  for (let n = 0; n < 4; n++) void rihla('track', 'select_item', { item_list_id: 'related', items: [{ item_id: `sku-${4200 + n}`, index: n }] })
  for (let n = 0; n < 5; n++) void rihla('track', 'click', { element: 'a', text: `Size ${n}`, path: 'main > ul.sizes > li > a' })
  void rihla('track', 'search', { search_term: 'merino' })
  void rihla('track', 'view_item_list', { item_list_id: 'jumpers', item_list_name: 'Jumpers' })
  void rihla('track', 'add_to_wishlist', { currency: 'EUR', value: 51, items: [item(2)] })
  void rihla('track', 'view_promotion', { promotion_id: 'summer', creative_slot: 'top' })
  return rihla('saved')
}

describe.each(engines)('$name', (engine) => {
  const shop = useShop(engine)

  it('20 touchpoints of a product page are one body of at most 330 B each, 75 B in gzip', async () => {
    const { collector } = shop
    const url = shop.page({ title: 'Merino jumper, navy | Wolle', config: {}, set: { 'batch-after': 60_000 } }, '/en/women/jumpers/merino-jumper-navy')
    const tab = await shop.open(`${url}?utm_source=newsletter&utm_medium=email&utm_campaign=summer`)
    await tab.eval(browse)
    await flush(tab)
    expect(carrying(collector)).toHaveLength(1)
    const [{ batch, raw, text }] = carrying(collector)
    const count = batch!.touchpoints.length
    // With the two moves of the stage that follow.
    expect(count).toBe(22)
    const sizes = { plain: Buffer.byteLength(text) / count, gzip: gzipSync(text).length / count, sent: raw.length / count }
    console.log(`${engine.name}: bytes per touchpoint`, sizes)
    expect(sizes.plain).toBeLessThanOrEqual(330)
    expect(sizes.gzip).toBeLessThanOrEqual(75)
  })

  it('every request is one that no browser asks leave for, without cookie or header of its own', async () => {
    const { collector } = shop
    const before = `document.cookie = 'session=secret'`
    const tab = await shop.open(shop.page({ before }))
    // Set by the collector's own origin, as a tracker's third-party cookie would be.
    collector.answer = () => ({ headers: { 'set-cookie': 'id=1; SameSite=None; Path=/' } })
    await track(tab, 10)
    await arrival(collector, 10)
    // Catching up, at hide by fetch, at departure by beacon.
    await collector.stop()
    await track(tab, 200, 11)
    // A try fails with what was in hand then; another one after all are stored, so that all of them are caught up with.
    await flush(tab)
    await setOutage(tab, { nextAt: 0 })
    expect(await flush(tab)).toBe(false)
    await collector.start()
    await arrival(collector, 210)
    // Until the page has heard that the outage is over: before, it would leave the last one on the device.
    expect(await flush(tab)).toBe(true)
    await tab.eval((n: number) => void rihla('track', 'product_seen', { n }), 211)
    await tab.goto(shop.pages.url('/blank'))
    await arrival(collector, 211)
    expect(collector.preflights()).toBe(0)
    expect(collector.requests.some(({ raw }) => raw[0] === 0x1f)).toBe(true)
    // `sendBeacon` sends the cookies that the browser has for the host, and cannot be told not to; here shop and collector share a host.
    const isBeacon = (name: string | string[] | undefined): boolean => name === 'no-cors'
    expect(collector.requests.filter(({ headers }) => headers.cookie && !isBeacon(headers['sec-fetch-mode']))).toHaveLength(0)
    const usual = /^(cookie|host|connection|content-(length|type)|accept(-.*)?|user-agent|origin|referer|priority|te|sec-.*|pragma|cache-control|keep-alive|dnt)$/
    expect([...new Set(collector.requests.flatMap(({ headers }) => Object.keys(headers)))].filter((name) => !usual.test(name))).toEqual([])
    for (const { headers, raw } of collector.requests) expect(headers['content-type']?.toLowerCase()).toBe(raw[0] === 0x1f ? undefined : 'text/plain;charset=utf-8')
  })

  it('100 touchpoints, one after another, are at most 6 requests', async () => {
    const { collector } = shop
    const tab = await shop.open(shop.page({ set: { 'batch-after': 5000 } }))
    for (let n = 1; n <= 100; n += 5) await track(tab, 5, n)
    await flush(tab)
    expect(numbers(collector)).toEqual(upTo(100))
    expect([carrying(collector).length <= 6, collector.duplicates()]).toEqual([true, 0])
  })
})
