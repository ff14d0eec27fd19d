import { describe, expect, it } from 'vitest'
import { buyer, gtm4wp, universal } from '../fixtures/pushes.js'
import { engines, type Tab } from '../harness/engines.js'
import { holds, holdsNoGap, useShop } from '../harness/shop-page.js'

/** What Google Tag Manager does to a layer once it is there: a `push` of its own around whatever is in place. */
const tagManager = `(() => {
  const layer = window.dataLayer, push = layer.push
  layer.push = function (...entries) {
    const length = push.apply(layer, entries)
    while (layer.length > 300) layer.shift()
    return length
  }
})()`

describe.each(engines)('what a shop tells Google, in $name', (engine) => {
  const shop = useShop(engine)
  const told = () =>
    shop.collector
      .stored()
      .filter(({ source }) => source === 'data-layer')
      .map(({ name, props }) => [name, props?.value ?? props?.transaction_id])
  const push = (tab: Tab, ...entries: unknown[]) => tab.eval((all: unknown[]) => void all.forEach((entry) => (window as unknown as { dataLayer: unknown[] }).dataLayer.push(entry)), entries)

  it('arrives once each: pushed before the tracker came, later, through a tag manager, and by gtag', async () => {
    const before = `var dataLayer = ${JSON.stringify(gtm4wp.slice(0, 5))}\nfunction gtag() { dataLayer.push(arguments) }`
    const tab = await shop.visit('/', { before })
    await tab.eval(tagManager)
    await push(tab, ...gtm4wp.slice(5))
    await tab.eval("gtag('event', 'login', { method: 'Google' })")
    await push(tab, ...universal.slice(6))
    await holds(shop.collector, ['login', 'refund'])
    // In any order: what changes the cart waits for storage, the rest does not.
    expect(told().sort()).toEqual([
      ['view_item', 16],
      ['add_to_cart', 32],
      ['view_cart', 32],
      ['begin_checkout', 32],
      ['add_payment_info', 32],
      ['purchase', 37],
      ['login', undefined],
      ['purchase', 35.43],
      ['refund', 'T1'],
    ].sort())
    await holdsNoGap(shop.collector)
    const wire = shop.collector.requests.map(({ text }) => text).join()
    expect(Object.values(buyer).filter((value) => wire.includes(value))).toEqual([])
  })

  it('arrives when the page is left in the same task', async () => {
    const tab = await shop.visit('/')
    const next = shop.add('/next')
    await tab.eval(`dataLayer.push({ event: 'add_to_cart', ecommerce: { currency: 'EUR', value: 5, items: [{ item_id: 'cap' }] } }), location.href = ${JSON.stringify(next)}, 0`)
    await holds(shop.collector, ['add_to_cart'])
    expect(told()).toEqual([['add_to_cart', 5]])
  })

  it('a layer of another name, as the tag names it', async () => {
    const tab = await shop.visit('/', { tag: { layer: 'shopEvents' }, before: 'var shopEvents = []' })
    await tab.eval("shopEvents.push({ event: 'search', search_term: 'cap' }), 0")
    await holds(shop.collector, ['search'])
    expect(await tab.eval("'dataLayer' in window")).toBe(false)
  })
})
