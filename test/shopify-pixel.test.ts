// @vitest-environment node
import type { WireBatch } from './harness/collector.js'
import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import resolve from '@rollup/plugin-node-resolve'
import type { ExtensionApi } from '@shopify/web-pixels-extension'
import { Ajv } from 'ajv'
import { rollup } from 'rollup'
import { beforeEach, expect, test, vi } from 'vitest'
import { uuidv8 } from '../src/ids.js'
import { shopifyPixel, type ShopifyPixelOptions } from '../src/shopify-pixel/shopify-pixel.js'
import type { PixelApi } from '../src/shopify-pixel/types.js'

const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync('docs/protocol.schema.json', 'utf8')))
const options: ShopifyPixelOptions = { endpoint: 'https://collect.example/t', site: 'my-shop' }
const T0 = Date.parse('2026-11-28T10:00:00Z')

/** The shop's storage, which outlives pages. */
let storage: Map<string, string>
let sent: { url: string; init: RequestInit; batch: WireBatch }[]
let answer: () => number | undefined

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  storage = new Map()
  sent = []
  answer = () => 204
  globalThis.fetch = (async (url, init) => {
    const status = answer()
    sent.push({ url: String(url), init: init!, batch: JSON.parse(String(init!.body)) })
    if (status === undefined) throw new TypeError('no network')
    return { status, text: async () => '', headers: new Headers() }
  }) as typeof fetch
  return () => void vi.useRealTimers()
})

/** A page in whose sandbox the pixel runs, as Shopify hands it what it needs. */
const open = (more: Partial<ShopifyPixelOptions> = {}, isAllowed = true, run: (api: PixelApi, options: ShopifyPixelOptions) => void = shopifyPixel) => {
  const heard = new Map<string, (event: object) => void>()
  const consent = new Map<string, (event: object) => void>()
  const api: PixelApi = {
    analytics: { subscribe: (name, callback) => heard.set(name, callback as (event: object) => void) },
    browser: { localStorage: { getItem: async (key) => storage.get(key) ?? null, setItem: async (key, value) => storage.set(key, String(value)), removeItem: async (key) => storage.delete(key) } },
    init: { customerPrivacy: { analyticsProcessingAllowed: isAllowed } },
    customerPrivacy: { subscribe: (name, callback) => consent.set(name, callback as (event: object) => void) },
  }
  run(api, { ...options, ...more })
  let n = 0
  return {
    emit: (name: string, data: object = {}, path = '/checkouts/cn/1') => heard.get('all_standard_events')!({ id: `sh-${name}`, name, clientId: 'client-1', seq: n++, timestamp: new Date(T0 + n * 1000).toISOString(), type: 'standard', data, context: { document: { location: { href: `https://shop.example${path}` }, title: 'Checkout', referrer: 'https://shop.example/cart' }, navigator: { language: 'en-GB' } } }),
    publish: (customData: unknown) => heard.get('rihla')!({ name: 'rihla', customData }),
    agree: (analyticsProcessingAllowed: boolean) => consent.get('visitorConsentCollected')!({ customerPrivacy: { analyticsProcessingAllowed, marketingAllowed: false, preferencesProcessingAllowed: false, saleOfDataAllowed: false } }),
  }
}
const settled = async (steps = 3000) => {
  for (let i = 0; i < steps; i++) await Promise.resolve()
}
const touchpoints = () => sent.flatMap(({ batch }) => batch.touchpoints ?? [])
const told = () => touchpoints().map(({ name, props = {} }) => [name, props])

const variant = { id: 'gid://shopify/ProductVariant/42', title: 'Red', sku: 'cap-red', price: { amount: 16, currencyCode: 'EUR' }, product: { id: '7', title: 'Cap', type: 'Hats', vendor: 'Nile', url: '/products/cap', untranslatedTitle: 'Cap' }, image: null, untranslatedTitle: 'Red' }
const checkout = {
  token: 'tok-1', currencyCode: 'EUR', email: 'mina@shop.example', phone: '+491701234567', totalPrice: { amount: 37, currencyCode: 'EUR' }, totalTax: { amount: 3, currencyCode: 'EUR' }, shippingLine: { title: 'Standard', price: { amount: 5, currencyCode: 'EUR' } },
  shippingAddress: { firstName: 'Mina', address1: 'Long Lane 1' }, delivery: { selectedDeliveryOptions: [{ title: 'Express' }] }, discountApplications: [{ title: 'SPRING' }], transactions: [{ gateway: 'shopify_payments', paymentMethod: { name: 'visa', type: 'creditCard' }, amount: { amount: 37, currencyCode: 'EUR' } }],
  lineItems: [{ id: 'l1', title: 'Cap', quantity: 2, variant, finalLinePrice: { amount: 32, currencyCode: 'EUR' } }, { id: 'l2', title: 'Gift wrap', quantity: 1, variant: null }], order: { id: 'gid://shopify/Order/1001', customer: { id: '5', isFirstOrder: true } },
}
const item = { item_id: '42', item_name: 'Cap', item_brand: 'Nile', item_category: 'Hats', item_variant: 'Red', price: 16 }
const bought = { currency: 'EUR', value: 37, coupon: 'SPRING', items: [{ ...item, quantity: 2 }, { item_name: 'Gift wrap', quantity: 1 }] }

test("takes what Shopify's own types say it is handed", () => {
  expect((api: ExtensionApi): PixelApi => api).toBeTypeOf('function')
})

test('the checkout arrives step by step in GA4’s words, with stages, valid by the protocol, and nothing of the buyer', async () => {
  const { emit } = open()
  emit('page_viewed')
  emit('checkout_started', { checkout })
  emit('checkout_contact_info_submitted', { checkout })
  emit('checkout_address_info_submitted', { checkout })
  emit('checkout_shipping_info_submitted', { checkout })
  emit('alert_displayed', { alert: { type: 'PAYMENT_ERROR', target: 'cart.payment.cardNumber', message: 'mina@shop.example was declined', value: '4242424242424242' } })
  emit('alert_displayed', { alert: { type: 'DISCOUNT_ERROR', target: 'cart.discountCodes', message: 'no', value: 'NO' } })
  emit('payment_info_submitted', { checkout })
  emit('ui_extension_errored', { error: { type: 'EXTENSION_USAGE_ERROR', message: 'x is not a function', extensionName: 'upsell', trace: 'at a' } })
  emit('clicked', { element: {} })
  emit('checkout_completed', { checkout })
  await settled()
  expect(told()).toEqual([
    ['begin_checkout', bought],
    ['checkout_step', { step: 'contact' }],
    ['checkout_step', { step: 'address' }],
    ['add_shipping_info', { ...bought, shipping_tier: 'Express' }],
    ['checkout_error', { code: 'payment_error', field: 'cardNumber' }],
    ['coupon_refused', {}],
    ['add_payment_info', { ...bought, payment_type: 'visa' }],
    ['js_error', { cause: 'extension', type: 'EXTENSION_USAGE_ERROR', message: 'x is not a function', file: 'upsell' }],
    ['purchase', { transaction_id: '1001', ...bought, tax: 3, shipping: 5, payment_type: 'visa' }],
  ])
  for (const { url, init, batch } of sent) expect([url, init.method, init.keepalive, init.credentials, validate(batch), validate.errors]).toEqual([options.endpoint, 'POST', true, 'omit', true, null])
  expect(touchpoints().map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(touchpoints()[0]).toMatchObject({ at: T0 + 2000, source: 'shopify-pixel', stage: { id: 'conversion' } })
  // The order has the id that a page of the shop would give it.
  expect(touchpoints().at(-1)!.id).toBe(uuidv8('my-shop|purchase|1001|'))
  expect(JSON.stringify(sent.map(({ batch }) => batch))).not.toMatch(/mina|Long Lane|4242|\+49170/)
})

test('with `all`, the shop’s own pages, too', async () => {
  const { emit } = open({ all: true })
  emit('page_viewed', {}, '/')
  emit('collection_viewed', { collection: { id: '9', title: 'Hats', productVariants: [variant] } })
  emit('search_submitted', { searchResult: { query: 'caps', productVariants: [variant] } })
  emit('product_viewed', { productVariant: { ...variant, title: 'Default Title' } })
  emit('product_added_to_cart', { cartLine: { merchandise: variant, quantity: 2, cost: { totalAmount: { amount: 32, currencyCode: 'EUR' } } } })
  emit('product_removed_from_cart', { cartLine: null })
  emit('cart_viewed', { cart: { lines: [{ merchandise: variant, quantity: 2 }], cost: { totalAmount: { amount: 32, currencyCode: 'EUR' } } } })
  await settled()
  const { item_variant: _, ...plain } = item
  expect(told()).toEqual([
    ['page_view', { navigation: 'load' }],
    ['view_item_list', { item_list_id: '9', item_list_name: 'Hats', items: [item] }],
    ['search', { search_term: 'caps', results: 1 }],
    ['view_item', { currency: 'EUR', value: 16, items: [plain] }],
    ['add_to_cart', { currency: 'EUR', items: [{ ...item, quantity: 2 }] }],
    ['remove_from_cart', { items: [] }],
    ['view_cart', { value: 32, currency: 'EUR', items: [{ ...item, quantity: 2 }] }],
  ])
})

test('goes on with the visit that the script tag has told of, over pages, for 30 minutes', async () => {
  const visit = { id: '019aa8dc-4800-7c3e-9b1f-4d2a8c6e0b57', visitor: '019aa8dc-4800-71d2-8a3b-5e6f7a8b9c0d', user: 'u-7' }
  const entry = `"${visit.id}":{"visitor":"${visit.visitor}","started":5,"channel":"email","landing":"https://shop.example/","referrer":"","campaign":{}}`
  open().publish({ ...visit, entry })
  await settled()
  const { emit } = open()
  emit('checkout_started', { checkout })
  await settled()
  expect(sent[0]!.batch.visits).toEqual({ [visit.id]: expect.objectContaining({ visitor: visit.visitor, channel: 'email' }) })
  expect(Object.values(sent[0]!.batch.pages)).toMatchObject([{ visit: visit.id, user: 'u-7', kind: 'checkout', model: 'five@2' }])
  vi.setSystemTime(T0 + 3_600_000)
  const later = open()
  storage.set('rihla-my-shop-pixel', JSON.stringify({ ...visit, entry, last: T0 - 1_800_001 }))
  later.emit('checkout_started', { checkout })
  await settled()
  const [next] = Object.entries(sent[1]!.batch.visits) as [string, any][]
  expect([next![0] === visit.id, next![1].visitor]).toEqual([false, visit.visitor])
})

test('without a script tag, a visitor is who Shopify says, on every page', async () => {
  open().emit('checkout_started', { checkout })
  await settled()
  storage.clear()
  open().emit('checkout_started', { checkout })
  await settled()
  const visitors = sent.flatMap(({ batch }) => Object.values(batch.visits).map(({ visitor }) => visitor))
  expect(visitors).toEqual([uuidv8('client-1'), uuidv8('client-1')])
})

test('what the collector does not take is kept for the next page', async () => {
  answer = () => undefined
  open().emit('checkout_started', { checkout })
  await settled()
  answer = () => 503
  await vi.advanceTimersByTimeAsync(10_000)
  await settled()
  expect([sent.length, [...storage.keys()]]).toEqual([2, ['rihla-my-shop-pixel', 'rihla-my-shop-pixel-queue']])
  answer = () => 204
  open()
  await settled()
  expect([sent.length, new Set(touchpoints().map(({ id }) => id)).size, storage.has('rihla-my-shop-pixel-queue')]).toEqual([3, 1, false])
})

test('one touchpoint that is refused does not hold the others', async () => {
  answer = () => undefined
  const { emit } = open()
  for (const name of ['checkout_started', 'checkout_contact_info_submitted', 'payment_info_submitted']) emit(name, { checkout })
  await settled()
  sent.length = 0
  const taken: string[] = []
  globalThis.fetch = (async (_url: string, init: RequestInit) => {
    const names = (JSON.parse(String(init.body)) as WireBatch).touchpoints.map(({ name }) => name)
    if (names.includes('checkout_step')) return { status: 400, text: async () => '', headers: new Headers() }
    taken.push(...names)
    return { status: 204, text: async () => '', headers: new Headers() }
  }) as never
  open()
  await settled()
  // What was refused is told with the next.
  expect([taken, JSON.parse(storage.get('rihla-my-shop-pixel-queue')!)]).toEqual([['begin_checkout', 'add_payment_info'], { waiting: [], lost: [{ tab: expect.any(String), from: 2, to: 2, reason: 'quarantined' }] }])
})

test('a collector that refuses everything loses nothing', async () => {
  answer = () => 400
  const { emit } = open()
  for (const name of ['checkout_started', 'checkout_contact_info_submitted']) emit(name, { checkout })
  await settled()
  answer = () => 204
  sent.length = 0
  open()
  await settled()
  expect([told().map(([name]) => name), sent.flatMap(({ batch }) => batch.loss ?? [])]).toEqual([['begin_checkout', 'checkout_step'], []])
})

test('two hundred that wait leave in bodies that outlive a page; what is beyond them is counted as lost', async () => {
  answer = () => undefined
  const { emit } = open()
  for (let i = 0; i < 210; i++) emit('checkout_started', { checkout: { ...checkout, lineItems: Array(3).fill(checkout.lineItems[0]) } })
  await settled(60_000)
  sent.length = 0
  answer = () => 204
  open()
  await settled(60_000)
  expect([touchpoints().length, sent.length > 1, Math.max(...sent.map(({ init }) => String(init.body).length)) < 60_000]).toEqual([200, true, true])
  const seqs = touchpoints().map(({ seq }) => seq)
  expect([Math.min(...seqs), sent.flatMap(({ batch }) => batch.loss ?? []).map(({ from, to, reason }) => `${reason} ${from}-${to}`)]).toEqual([11, Array.from({ length: 10 }, (_, i) => `evicted ${i + 1}-${i + 1}`)])
  expect([sent.every(({ batch }) => validate(batch)), storage.has('rihla-my-shop-pixel-queue')]).toEqual([true, false])
})

test('nothing is stored or sent before analytics are allowed, and all is gone when they are not any more', async () => {
  const { emit, publish, agree } = open({}, false)
  emit('checkout_started', { checkout })
  publish({ id: 'x', visitor: 'y', entry: 'z' })
  await settled()
  expect([sent, storage.size]).toEqual([[], 0])
  agree(true)
  await settled()
  expect(told().map(([name]) => name)).toEqual(['begin_checkout'])
  agree(false)
  emit('payment_info_submitted', { checkout })
  await settled()
  expect([sent.length, storage.size]).toEqual([1, 0])
})

test.each<[string, object]>([
  ['endpoint must be an http(s) URL', { endpoint: '/collect' }],
  ['site must be 1 to 64 of A-Z a-z 0-9 . _ -', { site: 'my shop' }],
])('%s', (message, wrong) => {
  expect(() => open(wrong)).toThrow(`rihla: ${message}`)
})

test('odd events and a storage that refuses neither throw nor stop the next', async () => {
  const { emit } = open({ all: true })
  for (const name of ['checkout_started', 'checkout_completed', 'product_viewed', 'collection_viewed', 'search_submitted', 'cart_viewed', 'alert_displayed', 'ui_extension_errored', 'constructor', 'toString']) expect(() => emit(name, {})).not.toThrow()
  await settled()
  expect(touchpoints().length).toBe(8)
  storage.set('rihla-my-shop-pixel-queue', '{broken')
  emit('checkout_started', { checkout })
  await settled()
  expect(touchpoints().at(-1)!.name).toBe('begin_checkout')
})

test('the custom pixel of the examples loads the script and hands it what it needs', async () => {
  let script: { src?: string; onload?: () => void } = {}
  const document = { createElement: () => (script = {}), head: { append: () => {} } }
  const heard = new Map<string, (event: object) => void>()
  const page = createContext({ document, fetch, crypto, URL, setTimeout, clearTimeout, analytics: { subscribe: (name: string, hear: () => void) => heard.set(name, hear) }, browser: { localStorage: { getItem: async (key: string) => storage.get(key) ?? null, setItem: async (key: string, value: string) => storage.set(key, value), removeItem: async (key: string) => storage.delete(key) } }, init: { customerPrivacy: { analyticsProcessingAllowed: true } }, api: { customerPrivacy: { subscribe: () => {} } } })
  runInContext(readFileSync('examples/shopify/custom-pixel.js', 'utf8'), page)
  expect(script.src).toBe('https://shop.example/rihla.shopify-pixel.js')
  runInContext(`var self = globalThis\n${readFileSync('dist/rihla.shopify-pixel.js', 'utf8')}`, page)
  script.onload!()
  heard.get('all_standard_events')!({ name: 'checkout_completed', data: { checkout } })
  await settled()
  expect([sent[0]!.url, told().map(([name]) => name)]).toEqual(['https://collector.example/collect', ['purchase']])
})

test('runs where there is nothing but what a web worker has: no document, no window, no storage', async () => {
  const virtual = { name: 'virtual', resolveId: (id: string) => (id === 'pixel' ? id : null), load: (id: string) => (id === 'pixel' ? `export { shopifyPixel } from './dist/shopify-pixel/shopify-pixel.js'` : null) }
  const built = await rollup({ input: 'pixel', plugins: [virtual, resolve({ browser: true, rootDir: process.cwd() })], onwarn: ({ message }) => expect.unreachable(message) })
  const { output } = await built.generate({ format: 'iife', name: 'pixel' })
  const { fetch, crypto, URL, TextEncoder, setTimeout, clearTimeout } = globalThis
  const worker = createContext({ fetch, crypto, URL, TextEncoder, setTimeout, clearTimeout, Date })
  const { shopifyPixel: inWorker } = runInContext(`${output[0].code}\npixel`, worker) as { shopifyPixel: typeof shopifyPixel }
  open({}, true, inWorker).emit('checkout_completed', { checkout })
  await settled()
  expect(told().map(([name]) => name)).toEqual(['purchase'])
})
