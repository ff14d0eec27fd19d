import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataLayer, type DataLayerOptions } from '../../src/sources/data-layer.js'
import type { Mishap, Moment } from '../../src/types.js'
import { buyer, gtagCalls, gtm4wp, universal } from '../fixtures/pushes.js'

const page = window as unknown as { dataLayer?: unknown[]; shopLayer?: unknown[] }
const stops: (() => void)[] = []
beforeEach(() => {
  delete page.dataLayer
})
afterEach(() => stops.splice(0).forEach((stop) => stop()))

const watch = (options?: DataLayerOptions) => {
  const seen: (Moment | Mishap)[] = []
  const stop = dataLayer(options)((each) => seen.push(each as Moment | Mishap))
  stops.push(stop)
  return { seen, events: () => seen.map((moment) => ('failure' in moment ? moment : [moment.name, moment.props])), names: () => seen.map((moment) => ('failure' in moment ? 'failure' : moment.name)) }
}
const view = (item_id: unknown) => ({ event: 'view_item', ecommerce: { items: [{ item_id }] } })
const viewed = (item_id: unknown) => ['view_item', { items: [{ item_id }] }]

test('GTM4WP: what was pushed before the tracker came and what comes later, only the events of commerce', () => {
  page.dataLayer = gtm4wp.slice(0, 5)
  const { events } = watch()
  for (const push of gtm4wp.slice(5)) page.dataLayer.push(push)
  const item = { item_id: 13, item_name: 'Cap', sku: 'woo-cap', price: 16, item_category: 'Accessories' }
  const items = [{ ...item, quantity: 2 }]
  expect(events()).toEqual([
    ['view_item', { currency: 'EUR', value: 16, items: [item] }],
    ['add_to_cart', { currency: 'EUR', value: '32', items }],
    ['view_cart', { currency: 'EUR', value: 32, items }],
    ['begin_checkout', { currency: 'EUR', value: 32, items }],
    ['add_payment_info', { currency: 'EUR', payment_type: 'cod', value: 32, items }],
    ['purchase', { currency: 'EUR', transaction_id: 71, affiliation: '', value: 37, tax: 0, shipping: 5, coupon: '', items }],
  ])
})

test('gtag: calls of event, with and without parameters; its other calls say nothing', () => {
  page.dataLayer = [...gtagCalls]
  expect(watch().events()).toEqual([
    ['view_item', { currency: 'EUR', value: 16, items: [{ item_id: 'woo-cap', item_name: 'Cap', price: 16 }] }],
    ['begin_checkout', { items: [{ item_id: '#13', item_name: 'Cap', price: 32, quantity: 2 }] }],
    ['purchase', { transaction_id: 71, currency: 'EUR', value: 37, items: [{ item_id: 'woo-cap', price: 16, quantity: 2 }] }],
    ['login', {}],
  ])
})

test('Universal Analytics becomes GA4: several parts of one push, steps of the checkout, promotions, orders', () => {
  page.dataLayer = [...universal]
  expect(watch().events()).toEqual([
    ['view_item_list', { currency: 'GBP', items: [{ item_id: 'P1', item_name: 'Cap', item_list_name: 'Search', index: 1 }] }],
    ['view_item', { currency: 'GBP', item_list_name: 'Search', items: [{ item_id: 'P1', item_name: 'Cap', price: '18,00 €' }] }],
    ['add_to_cart', { currency: 'GBP', items: [{ item_id: 'P1', item_name: 'Cap', price: '16.00', item_brand: 'Nile', item_variant: 'red', quantity: 1 }] }],
    ['remove_from_cart', { items: [{ item_id: 'P1', quantity: 1 }] }],
    ['begin_checkout', { items: [{ item_id: 'P1', quantity: 1 }] }],
    ['checkout_step', { step: 2 }],
    ['select_promotion', { items: [{ promotion_id: 'summer', promotion_name: 'Summer', creative_name: 'banner', creative_slot: 'top' }] }],
    ['purchase', { transaction_id: 'T1', affiliation: 'web', value: '35.43', tax: '4.90', shipping: '5.99', coupon: 'SUMMER', items: [{ item_id: 'P1', price: '16.00', quantity: 1 }] }],
    ['refund', { transaction_id: 'T1' }],
  ])
})

test('nothing of the buyer is copied', () => {
  page.dataLayer = [...gtm4wp, ...gtagCalls, ...universal]
  const text = JSON.stringify(watch().seen)
  expect(Object.values(buyer).filter((value) => text.includes(value))).toEqual([])
  expect(text).toContain('purchase')
})

test('parameters beside the event count where a shop pushes no ecommerce', () => {
  page.dataLayer = [{ event: 'purchase', transaction_id: 'T9', value: 5, email: buyer.email }, { event: 'search', search_term: 'cap', ecommerce: null }]
  expect(watch().events()).toEqual([['purchase', { transaction_id: 'T9', value: 5 }], ['search', { search_term: 'cap' }]])
})

test('where a push speaks both languages, GA4 counts', () => {
  page.dataLayer = [{ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'cap' }], add: { products: [{ id: 'cap' }] } } }]
  expect(watch().events()).toEqual([['add_to_cart', { items: [{ item_id: 'cap' }] }]])
})

test('a global that cannot be redefined, and a layer of another name', () => {
  Object.defineProperty(page, 'shopLayer', { configurable: false, writable: true, value: [] })
  const { events } = watch({ name: 'shopLayer' })
  page.shopLayer!.push(view('cap'))
  expect(events()).toEqual([viewed('cap')])
})

test('several entries in one push, and what other scripts push around it', () => {
  const { events } = watch()
  const before = page.dataLayer!.push
  page.dataLayer!.push = function (...entries) {
    return before.apply(this, [...entries, { event: 'gtm.dom' }])
  }
  expect(page.dataLayer!.push(view(1), view(2))).toBe(3)
  expect([events(), page.dataLayer!.length]).toEqual([[viewed(1), viewed(2)], 3])
})

test('hostile pushes: getters that throw, cycles, proxies, no objects, ten thousand items', () => {
  const circular: { [key: string]: unknown } = { item_id: 'cap' }
  circular.item_brand = circular
  const throwing = { get item_name() { throw new Error('getter') }, item_id: 'cap' }
  const locked = new Proxy({}, { get: () => { throw new Error('proxy') }, ownKeys: () => { throw new Error('proxy') } })
  const { events, names, seen } = watch()
  const push = (...entries: unknown[]) => page.dataLayer!.push(...entries)
  push(null, undefined, 1, 'event', ['event'], ['event', 'view_item', null], ['event', 5], { event: {} }, { event: 'view_item', ecommerce: { items: 'none' } }, locked)
  push({ event: 'view_item', ecommerce: { value: NaN, items: [circular, throwing, null] } })
  push({ event: 'view_item_list', ecommerce: { items: Array.from({ length: 10_000 }, (_, i) => ({ item_id: i })) } })
  expect(events().slice(0, 4)).toEqual([['view_item', {}], ['view_item', {}], { failure: new Error('proxy') }, ['view_item', { value: NaN, items: [{ item_id: 'cap' }, { item_id: 'cap' }, {}] }]])
  expect([names().length, ((seen.at(-1) as Moment).props!.items as unknown[]).length]).toEqual([5, 200])
})

test('what leaves the page with the click is stored at once', () => {
  page.dataLayer = [{ event: 'select_item', ecommerce: { items: [{ item_id: 1 }] } }, view(1)]
  expect(watch().seen.map((moment) => (moment as Moment).leaving)).toEqual([true, false])
})
