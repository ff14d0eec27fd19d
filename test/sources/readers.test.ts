import { AnalyticsBrowser } from '@segment/analytics-next'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createStorefront } from '../../src/storefront.js'
import { adobeDataLayer } from '../../src/sources/adobe-data-layer.js'
import { matomoQueue } from '../../src/sources/matomo-queue.js'
import { metaPixel } from '../../src/sources/meta-pixel.js'
import { segmentEvents } from '../../src/sources/segment-events.js'
import { toSegment, segmentName } from '../../src/segment-words.js'
import type { Cart, Seen, Source } from '../../src/types.js'
import { everyTouchpoint } from '../fixtures/touchpoints.js'

type Global = 'analytics' | 'adobeDataLayer' | 'fbq' | '_paq' | 'ajs'
// Any: other people's globals, in shapes that nobody promises, right ones and wrong ones.
const page = window as unknown as { [name in Global]?: any }
const stops: (() => void)[] = []
beforeEach(() => {
  for (const name of ['analytics', 'adobeDataLayer', 'fbq', '_paq', 'ajs'] as const) delete page[name]
})
afterEach(() => stops.splice(0).forEach((stop) => stop()))

const watch = (source: Source) => {
  const seen: Seen[] = []
  const stop = source((moment) => seen.push(moment))
  stops.push(stop)
  const defined = (value: unknown) => JSON.parse(JSON.stringify(value ?? {}))
  return { seen, stop, events: () => seen.map((each) => ('name' in each ? [each.name, defined(each.props)] : each)), mishaps: () => seen.filter((each) => 'failure' in each) }
}
/** As the document goes on loading. */
const loaded = () => document.dispatchEvent(new Event('readystatechange'))
/** What must never be read of what a page says. */
const evil = { get name(): never { throw new Error('theirs') }, toString: () => { throw new Error('theirs') } }

describe('segmentEvents', () => {
  const buyer = { email: 'mina@shop.example', customer: { name: 'Mina' }, address: 'Long Lane 1' }

  /** Segment's own library, without its network. */
  const library = async (name = 'analytics') => {
    const [analytics] = await AnalyticsBrowser.load({ writeKey: 'wk', cdnSettings: { integrations: { 'Segment.io': {} } } as never }, { integrations: { All: false, 'Segment.io': false }, disableClientPersistence: true })
    page[name as 'analytics'] = analytics
    return analytics
  }

  test("what Segment's own library is told arrives in GA4's words, and nothing of the buyer", async () => {
    const analytics = await library()
    const { events } = watch(segmentEvents())
    const product = { product_id: '507f1f77', sku: 'G-32', name: 'Cap', brand: 'Nile', category: 'Hats', variant: 'red', price: 16, quantity: 2, position: 3, coupon: 'MAY', image_url: 'https://shop.example/x.jpg' }
    await analytics.track('Product List Viewed', { list_id: 'hats', category: 'Hats', products: [product] })
    await analytics.track('Product Viewed', { ...product, currency: 'EUR', value: 16, ...buyer })
    await analytics.track('Product Added', { ...product, cart_id: 'c1' })
    await analytics.track('Cart Viewed', { products: [product, { product_id: '2', price: 5 }] })
    await analytics.track('Checkout Started', { order_id: 'o1', value: 37, currency: 'EUR', products: [product] })
    await analytics.track('Checkout Step Viewed', { step: 2, shipping_method: 'Express' })
    await analytics.track('Checkout Step Completed', { step: 2, shipping_method: 'Express' })
    await analytics.track('Checkout Step Completed', { step: 1 })
    await analytics.track('Order Completed', { order_id: 'o1', total: 37, revenue: 30, value: 1, shipping: 5, tax: 2, coupon: 'MAY', currency: 'EUR', products: [product], ...buyer })
    await analytics.track('Coupon Denied', { coupon_name: 'NO', reason: 'expired' })
    await analytics.track('Some Own Event', { currency: 'EUR' })
    const item = { item_id: 'G-32', item_name: 'Cap', item_brand: 'Nile', item_category: 'Hats', item_variant: 'red', price: 16, quantity: 2, index: 3, coupon: 'MAY' }
    expect(events()).toEqual([
      ['view_item_list', { item_list_id: 'hats', item_list_name: 'Hats', items: [item] }],
      ['view_item', { currency: 'EUR', value: 16, items: [item] }],
      ['add_to_cart', { items: [item] }],
      ['view_cart', { items: [item, { item_id: '2', price: 5 }] }],
      ['begin_checkout', { value: 37, currency: 'EUR', items: [item] }],
      ['checkout_step', { step: 2, shipping_tier: 'Express' }],
      ['add_shipping_info', { shipping_tier: 'Express' }],
      ['purchase', { transaction_id: 'o1', value: 37, shipping: 5, tax: 2, coupon: 'MAY', currency: 'EUR', items: [item] }],
      ['coupon_refused', { coupon: 'NO' }],
    ])
  })

  test('version 1 of the spec, which has the verb first', async () => {
    const analytics = await library()
    const { events } = watch(segmentEvents())
    await analytics.track('Viewed Product', { sku: 'a' })
    await analytics.track('Added Product', { id: 'x', sku: 'a' })
    await analytics.track('Viewed Product Category', { category: 'Hats' })
    await analytics.track('Completed Order', { order_id: 1, total: 5 })
    expect(events()).toEqual([['view_item', { items: [{ item_id: 'a' }] }], ['add_to_cart', { items: [{ item_id: 'a' }] }], ['view_item_list', { item_list_name: 'Hats' }], ['purchase', { transaction_id: 1, value: 5 }]])
  })

  test('what the format segment writes, it reads', () => {
    const emitter = { heard: [] as ((name: string, props: object) => void)[], on: (_: string, hear: () => void) => emitter.heard.push(hear) }
    page.analytics = emitter
    const { events } = watch(segmentEvents())
    const names = ['view_item', 'select_item', 'add_to_cart', 'remove_from_cart', 'add_to_wishlist', 'view_cart', 'begin_checkout', 'purchase', 'refund', 'search'] as const
    for (const name of names) emitter.heard[0]!(segmentName(name), toSegment(name, everyTouchpoint[name]))
    const read = events() as [string, { [param: string]: unknown }][]
    expect(read.map(([name]) => name)).toEqual(names)
    for (const [name, props] of read) expect(props).toMatchObject({ ...(name === 'search' ? { search_term: 'cups' } : { currency: 'EUR', items: (everyTouchpoint as { [name: string]: { items?: unknown } })[name]!.items }) })
  })

  test('the stub that pages begin with: what it queued is told once, though the library takes its place', async () => {
    const queue: unknown[][] = []
    page.analytics = Object.assign(queue, { on: (...args: unknown[]) => queue.push(['on', ...args]), off: (...args: unknown[]) => queue.push(['off', ...args]), track: (...args: unknown[]) => queue.push(['track', ...args]) })
    page.analytics.track('Product Viewed', { sku: 'early' })
    const { events } = watch(segmentEvents())
    page.analytics.track('Product Viewed', { sku: 'queued' })
    const analytics = await library()
    for (const [method, ...args] of queue.filter(([method]) => method === 'on')) (analytics as unknown as { [method: string]: (...args: unknown[]) => unknown })[method as string]!(...args)
    loaded()
    for (const [, ...args] of queue.filter(([method]) => method === 'track')) await (analytics.track as (...args: unknown[]) => Promise<unknown>)(...args)
    await analytics.track('Product Viewed', { sku: 'late' })
    expect(events()).toEqual(['early', 'queued', 'late'].map((item_id) => ['view_item', { items: [{ item_id }] }]))
  })

  test('a library that comes later, under a name of its own; stop ends it', async () => {
    const { events, stop } = watch(segmentEvents({ name: 'ajs' }))
    const analytics = await library('ajs')
    document.dispatchEvent(new MouseEvent('click'))
    await analytics.track('Product Viewed', { sku: 'a' })
    stop()
    await analytics.track('Product Viewed', { sku: 'b' })
    expect(events()).toEqual([['view_item', { items: [{ item_id: 'a' }] }]])
  })

  test.each([[5], ['text'], [{}], [{ on: 5 }], [[]]])('a global that is something else (%j) is left alone', (value) => {
    page.analytics = value
    const { seen, stop } = watch(segmentEvents())
    stop()
    expect(seen.filter((each) => !('failure' in each))).toEqual([])
  })

  test('what cannot be read reaches the developer, never the page', () => {
    const emitter = { hear: undefined as undefined | ((...args: unknown[]) => void), on: (_: string, hear: () => void) => (emitter.hear = hear) }
    page.analytics = emitter
    const { events } = watch(segmentEvents())
    for (const args of [[], [evil, {}], ['Product Viewed', evil], ['Product Viewed', null], ['Product Viewed', { products: 'x' }], ['Order Completed', { products: [null, evil, 5] }]]) expect(() => emitter.hear!(...args)).not.toThrow()
    expect(events().length).toBeGreaterThan(0)
  })
})

describe('adobeDataLayer', () => {
  let layer: unknown
  /** Adobe Commerce's own SDK on Adobe's own layer, which a page has once and which repeats what it was told before. */
  const commerceSdk = async () => {
    if (layer) page.adobeDataLayer = layer
    const sdk = ((await import('@adobe/magento-storefront-events-sdk')) as unknown as { default: { [part: string]: { [method: string]: (...args: unknown[]) => void } } }).default
    layer = page.adobeDataLayer
    return sdk
  }
  const product = { productId: 5, name: 'Cap', sku: 'cap-red', categories: ['Hats', 'Sale'], pricing: { regularPrice: 20, specialPrice: 16, currencyCode: 'EUR' } }
  const shoppingCart = { id: 'c1', totalQuantity: 2, items: [{ id: '1', quantity: 2, product, prices: { price: { value: 15, currency: 'EUR' } } }] }
  const item = { item_id: 'cap-red', item_name: 'Cap', item_category: 'Hats' }

  test("what Adobe Commerce's own SDK publishes arrives in GA4's words, before and after the tracker came", async () => {
    const sdk = await commerceSdk()
    sdk.context.setProduct(product)
    sdk.publish.productPageView()
    const { events } = watch(adobeDataLayer())
    sdk.context.setShoppingCart(shoppingCart)
    sdk.context.setShopper({ shopperId: 'logged-in' })
    sdk.context.setAccount({ firstName: 'Mina', emailAddress: 'mina@shop.example' })
    sdk.publish.addToCart()
    sdk.publish.shoppingCartView()
    sdk.publish.initiateCheckout()
    sdk.context.setSearchInput({ units: [{ searchUnitId: 'popover', phrase: 'other' }, { searchUnitId: 'page', phrase: 'caps' }] })
    sdk.publish.searchRequestSent('page')
    sdk.publish.signIn()
    sdk.publish.createAccount()
    sdk.publish.pageView()
    sdk.context.setOrder({ orderId: 1001, grandTotal: 35, appliedCouponCode: '', email: 'mina@shop.example', salesTax: 3, shipping: { shippingAmount: 5 }, payments: [{ paymentMethodCode: 'checkmo', total: 35 }] })
    sdk.publish.placeOrder()
    const line = { ...item, price: 15, quantity: 2 }
    expect(events()).toEqual([
      ['view_item', { currency: 'EUR', items: [{ ...item, price: 16 }] }],
      ['add_to_cart', { currency: 'EUR', items: [{ ...item, price: 16, quantity: 1 }] }],
      ['view_cart', { currency: 'EUR', items: [line] }],
      ['begin_checkout', { currency: 'EUR', items: [line] }],
      ['search', { search_term: 'caps' }],
      ['login', {}],
      ['sign_up', {}],
      ['purchase', { currency: 'EUR', transaction_id: 1001, value: 35, tax: 3, shipping: 5, payment_type: 'checkmo', items: [line] }],
    ])
  })

  test('names in camel case, and a cart that says what has changed in it', async () => {
    await commerceSdk()
    const { events } = watch(adobeDataLayer())
    const before = events().length
    page.adobeDataLayer.push({ event: 'addToCart', eventInfo: { productContext: product, changedProductsContext: { items: [{ product, quantity: 3 }] } } })
    page.adobeDataLayer.push({ event: 'removeFromCart', eventInfo: {} })
    expect(events().slice(before)).toEqual([['add_to_cart', { currency: 'EUR', items: [{ ...item, price: 16, quantity: 3 }] }], ['remove_from_cart', {}]])
  })

  test('stop ends it, also before the layer has come; the array that it made stays', async () => {
    const { seen, stop } = watch(adobeDataLayer())
    stop()
    const heard = new Set()
    for (const each of page.adobeDataLayer) each({ addEventListener: (_: string, hear: unknown) => heard.add(hear), removeEventListener: (_: string, hear: unknown) => heard.delete(hear) })
    await commerceSdk()
    const { seen: late, stop: end } = watch(adobeDataLayer())
    end()
    const before = late.length
    page.adobeDataLayer.push({ event: 'sign-in', eventInfo: {} })
    expect([heard.size, seen, late.length - before]).toEqual([0, [], 0])
  })

  test('what cannot be read reaches the developer, never the page', async () => {
    await commerceSdk()
    const { seen } = watch(adobeDataLayer())
    for (const eventInfo of [null, 5, { productContext: 5 }, { searchInputContext: { units: [null] } }, { shoppingCartContext: { items: [null, 5, {}, { product: {} }] } }, { orderContext: { payments: 'x', shipping: 5 } }, { productContext: { pricing: 5, categories: 5 } }]) {
      for (const event of ['product-page-view', 'shopping-cart-view', 'place-order', 'search-request-sent', 'cmp:show']) expect(() => page.adobeDataLayer.push({ event, eventInfo })).not.toThrow()
    }
    expect(seen.length).toBeGreaterThan(5)
  })
})

describe('metaPixel', () => {
  /** The pixel as its snippet leaves it: a function with a queue, and `callMethod` once its script is there. */
  const snippet = () => {
    // Any: a function that gets its members below, as in Meta's snippet.
    const fbq: any = (...args: unknown[]) => (fbq.callMethod ? fbq.callMethod(...args) : fbq.queue.push(args))
    return (page.fbq = Object.assign(fbq, { queue: [] as unknown[][], push: fbq, loaded: true, version: '2.0' }))
  }

  test('standard events in GA4’s words: those of the queue, and those that come later', () => {
    const own = snippet()
    page.fbq('init', '123', { em: 'mina@shop.example' })
    page.fbq('track', 'PageView')
    page.fbq('track', 'ViewContent', { content_ids: ['cap'], content_name: 'Cap', content_category: 'Hats', content_type: 'product', currency: 'EUR', value: 16 })
    const { events } = watch(metaPixel())
    const calls: unknown[][] = []
    // Its script has come: it finds its function behind ours.
    page.fbq.callMethod = (...args: unknown[]) => calls.push(args)
    expect([own.callMethod, page.fbq.version]).toEqual([page.fbq.callMethod, '2.0'])
    page.fbq('track', 'AddToCart', { contents: [{ id: 'cap', quantity: 2, item_price: 16 }], currency: 'EUR', value: 32 })
    page.fbq('trackSingle', '123', 'InitiateCheckout', { content_ids: ['cap', 'mug'], num_items: 2 })
    page.fbq('trackCustom', 'Own', { value: 5 })
    page.fbq('track', 'ViewContent', { content_type: 'product_group', content_name: 'Hats', content_ids: 'group' })
    page.fbq('track', 'Search', { search_string: 'caps' })
    page.fbq('track', 'CompleteRegistration')
    page.fbq('track', 'Purchase', { contents: [{ id: 'cap', quantity: 2 }], currency: 'EUR', value: 37, email: 'mina@shop.example' }, { eventID: 'o-1' })
    expect(calls.length).toBe(7)
    expect(events()).toEqual([
      ['view_item', { currency: 'EUR', value: 16, items: [{ item_id: 'cap', item_name: 'Cap', item_category: 'Hats' }] }],
      ['add_to_cart', { currency: 'EUR', value: 32, items: [{ item_id: 'cap', price: 16, quantity: 2 }] }],
      ['begin_checkout', { items: [{ item_id: 'cap' }, { item_id: 'mug' }] }],
      ['view_item_list', { item_list_name: 'Hats', items: [{ item_id: 'group', item_name: 'Hats' }] }],
      ['search', { search_term: 'caps' }],
      ['sign_up', {}],
      ['purchase', { currency: 'EUR', value: 37, transaction_id: 'o-1', items: [{ item_id: 'cap', quantity: 2 }] }],
    ])
  })

  test('a pixel that comes later; stop gives it back', () => {
    const { events, stop } = watch(metaPixel())
    const own = snippet()
    loaded()
    page.fbq('track', 'Lead')
    stop()
    expect([events(), page.fbq === own]).toEqual([[['generate_lead', {}]], true])
  })

  test('is heard once, however often the page is looked at, and again where the shop puts another in its place', () => {
    const own = snippet()
    page.fbq('track', 'Lead')
    const { events, stop } = watch(metaPixel())
    for (let i = 0; i < 3; i++) {
      document.dispatchEvent(new MouseEvent('click'))
      loaded()
    }
    page.fbq('track', 'Lead')
    expect([events().length, own.queue.length]).toEqual([2, 2])
    const other = snippet()
    loaded()
    page.fbq('track', 'Search', { search_string: 'caps' })
    stop()
    expect([events().length, other.queue.length, page.fbq === other]).toEqual([3, 1, true])
  })

  test('what cannot be read reaches the developer, and the pixel gets its call', () => {
    const own = snippet()
    const { seen, mishaps } = watch(metaPixel())
    for (const args of [[], ['track'], ['track', evil], ['track', 'Purchase', evil], ['track', 'AddToCart', { contents: [null, evil, 5] }], [evil]]) page.fbq(...args)
    expect([own.queue.length, seen.length - mishaps().length, mishaps().length]).toEqual([6, 2, 1])
    page.fbq = 'no function'
    expect(() => loaded()).not.toThrow()
  })
})

describe('matomoQueue', () => {
  const carts = async (seen: readonly Seen[]) => Promise.all(seen.flatMap((each) => ('cart' in each ? [each.cart() as Promise<Cart>] : [])))

  test("products, categories, searches, orders and the whole cart in GA4's words", async () => {
    page._paq = [['setTrackerUrl', '/matomo.php'], ['setUserId', 'mina@shop.example'], ['setEcommerceView', 'cap', 'Cap', ['Hats', 'Sale'], 16], ['trackPageView']]
    const { seen, events } = watch(matomoQueue({ currency: 'EUR' }))
    page._paq.push(['setEcommerceView', false, false, 'Hats'], ['trackSiteSearch', 'caps', 'Hats', 3])
    page._paq.push(['addEcommerceItem', 'cap', 'Cap', 'Hats', 16, 2], ['addEcommerceItem', 'mug', 'Mug', '', 5], ['removeEcommerceItem', 'mug'], ['trackEcommerceCartUpdate', 32])
    page._paq.push(['trackEcommerceOrder', 'o-1', 37, 32, false, 5])
    page._paq.push(['addEcommerceItem', 'mug', 'Mug', '', 5], ['clearEcommerceCart'], ['trackEcommerceCartUpdate', 0])
    const item = { item_id: 'cap', item_name: 'Cap', item_category: 'Hats', price: 16, quantity: 2 }
    expect(events().filter((each) => Array.isArray(each))).toEqual([
      ['view_item', { currency: 'EUR', value: 16, items: [{ item_id: 'cap', item_name: 'Cap', item_category: 'Hats', price: 16 }] }],
      ['view_item_list', { item_list_name: 'Hats' }],
      ['search', { search_term: 'caps' }],
      ['purchase', { currency: 'EUR', transaction_id: 'o-1', value: 37, shipping: 5, items: [item] }],
    ])
    expect(await carts(seen)).toEqual([{ currency: 'EUR', items: [item] }, { currency: 'EUR', items: [] }])
  })

  test('once its script has put something else in the place of the array', () => {
    page._paq = [['setEcommerceView', 'a']]
    const { events, stop } = watch(matomoQueue())
    const took: unknown[] = []
    page._paq = { push: (...entries: unknown[]) => took.push(...entries) }
    const { push } = page._paq
    loaded()
    page._paq.push(['setEcommerceView', 'b'], ['trackPageView'])
    stop()
    expect([(events() as [string, { items: { item_id: string }[] }][]).map(([, { items }]) => items[0]!.item_id), took.length, page._paq.push === push]).toEqual([['a', 'b'], 2, true])
  })

  test('what cannot be read reaches the developer, never the page', () => {
    page._paq = []
    const { events } = watch(matomoQueue())
    for (const entry of [null, 5, 'x', [], [evil], ['constructor'], ['setEcommerceView', evil, evil, evil, evil], ['addEcommerceItem'], ['trackEcommerceOrder'], { 0: 'trackSiteSearch' }]) expect(() => page._paq.push(entry)).not.toThrow()
    expect(events().length).toBeGreaterThan(0)
  })
})

test('in a storefront, what a reader and the dataLayer both say is told once', async () => {
  vi.useFakeTimers()
  page._paq = []
  const tracker = createStorefront({ endpoint: 'https://collect.example/t', site: 'my-shop', consent: 'granted', readers: [matomoQueue({ currency: 'EUR' })] })
  const names: string[] = []
  tracker.inspect(({ touchpoint }) => touchpoint && names.push(JSON.parse(touchpoint.line).name))
  page._paq.push(['setEcommerceView', 'cap', 'Cap', 'Hats', 16], ['trackSiteSearch', 'caps'], ['addEcommerceItem', 'cap', 'Cap', 'Hats', 16, 2], ['trackEcommerceCartUpdate', 32])
  ;(window as unknown as { dataLayer: unknown[] }).dataLayer.push({ event: 'view_item', ecommerce: { currency: 'EUR', items: [{ item_id: 'cap' }] } })
  for (let i = 0; i < 60; i++) {
    await vi.advanceTimersByTimeAsync(100)
    await new Promise((done) => setImmediate(done))
  }
  tracker.stop()
  vi.useRealTimers()
  expect(['view_item', 'search', 'add_to_cart'].map((each) => names.filter((name) => name === each).length)).toEqual([1, 1, 1])
})
