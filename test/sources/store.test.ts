import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { store } from '../../src/sources/store.js'
import type { PageRequest, Record as Recorder, Store } from '../../src/types.js'
import { countListeners } from '../harness/listeners.js'
import { resetVisibility, setVisibility, transition } from '../harness/visibility.js'

const left = countListeners()
const stops: (() => void)[] = []
const page = window as Window & { fetch: unknown }
let original: typeof fetch

beforeEach(() => {
  vi.useFakeTimers()
  history.replaceState({}, '', '/')
  original = page.fetch as typeof fetch
  page.fetch = vi.fn(async () => new Response('{}'))
})
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  vi.restoreAllMocks()
  vi.useRealTimers()
  resetVisibility()
  page.fetch = original
  document.body.innerHTML = ''
  delete document.documentElement.dataset.rihlaPage
})

/** A shop whose adapter answers what the test says, and what its source records, as words. */
const open = (adapter: Partial<Store> = {}) => {
  const words: unknown[] = []
  const mine: Store = { name: 'shop', isHere: () => true, kind: () => undefined, product: () => undefined, changesCart: () => false, readCart: async () => ({ items: [] }), ...adapter }
  const source = store(mine)
  const record: Recorder = (seen) => {
    if ('failure' in seen) words.push((seen.failure as Error).message)
    else if ('cart' in seen) words.push(`cart of ${seen.source}`)
    else if ('name' in seen) words.push([seen.name, seen.source === 'shop' ? '' : seen.source, seen.leaving ? 'leaving' : '', seen.props && Object.keys(seen.props).length ? JSON.stringify(seen.props) : ''].filter(Boolean).join(' '))
  }
  const stop = source(record)
  stops.push(stop)
  return { words, stop, source, record }
}
const request = (path: string, method = 'POST') => fetch(path, { method }).then(() => vi.advanceTimersByTimeAsync(0))
const cap = { item_id: 'cap', price: 18 }

test('the cart is read when the page is seen, and after a request that may change it', async () => {
  const asked: string[] = []
  const { words } = open({ changesCart: ({ method, url, button }: PageRequest) => (asked.push([method, url.pathname, button].filter(Boolean).join(' ')), url.pathname === '/add') })
  expect(words).toEqual(['cart of shop'])
  await request('/add')
  await request('/search', 'GET')
  expect([words, asked]).toEqual([['cart of shop', 'cart of shop'], ['POST /add', 'GET /search']])
})

test('a page tells what it shows once, and a product again when another is chosen', async () => {
  let product = { currency: 'EUR', items: [cap] }
  const { words } = open({ kind: () => 'product', product: () => product })
  history.replaceState({}, '', '/?filter=1')
  window.dispatchEvent(new Event('popstate'))
  await vi.advanceTimersByTimeAsync(1000)
  product = { currency: 'EUR', items: [{ ...cap, price: 20 }] }
  history.replaceState({}, '', '/?variant=2')
  window.dispatchEvent(new Event('popstate'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(words.filter((word) => word !== 'cart of shop')).toEqual(['view_item {"currency":"EUR","items":[{"item_id":"cap","price":18}]}', 'view_item {"currency":"EUR","items":[{"item_id":"cap","price":20}]}'])
})

test('what a page chooses itself at its start is not another product', () => {
  let product = { currency: 'EUR', items: [cap] }
  const { words } = open({ kind: () => 'product', product: () => product })
  product = { currency: 'EUR', items: [{ ...cap, price: 20 }] }
  window.dispatchEvent(new Event('load'))
  expect(words.filter((word) => word !== 'cart of shop').length).toBe(1)
})

test('a product is told again where a shopper chooses another without a new address, soon after, also on a page that has just begun', async () => {
  let product = { currency: 'EUR', items: [cap] }
  const { words } = open({ kind: () => 'product', product: () => product })
  const choose = (isTrusted: boolean) => document.body.dispatchEvent(Object.defineProperty(new Event('change', { bubbles: true }), 'isTrusted', { value: isTrusted }))
  product = { currency: 'EUR', items: [{ ...cap, price: 20 }] }
  choose(true)
  await vi.advanceTimersByTimeAsync(399)
  expect(words.length).toBe(2)
  await vi.advanceTimersByTimeAsync(1)
  choose(true)
  await vi.advanceTimersByTimeAsync(400)
  product = { currency: 'EUR', items: [{ ...cap, price: 22 }] }
  choose(false)
  await vi.advanceTimersByTimeAsync(400)
  expect(words.filter((word) => word !== 'cart of shop')).toEqual(['view_item {"currency":"EUR","items":[{"item_id":"cap","price":18}]}', 'view_item {"currency":"EUR","items":[{"item_id":"cap","price":20}]}'])
})

test('a coupon that is refused is told once the page has had time to show it', async () => {
  page.fetch = vi.fn(async (path: string) => new Response('{}', { status: path.endsWith('bad') ? 400 : 200 }))
  const asked: unknown[] = []
  const { words } = open({ changesCart: ({ url }) => url.pathname === '/coupon', refusesCoupon: ({ url }, status) => (asked.push(`${url.search} ${status}`), status === 400) })
  for (const path of ['/coupon?good', '/other?bad', '/coupon?bad']) await request(path)
  await vi.advanceTimersByTimeAsync(399)
  expect(asked).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect([asked, words.filter((word) => word !== 'cart of shop')]).toEqual([['?good 200', '?bad 400'], ['coupon_refused']])
})

test('the kind of page follows the route', async () => {
  let kind = 'product'
  open({ kind: () => kind })
  kind = 'cart'
  history.replaceState({}, '', '/cart')
  window.dispatchEvent(new Event('popstate'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(document.documentElement.dataset.rihlaPage).toBe('cart')
})

test('of an adapter that fails in one thing the others are told, and on pages of another system none', () => {
  const broken = () => {
    throw new Error('mine')
  }
  expect(open({ kind: () => 'cart', order: broken }).words).toEqual(['cart of shop', 'view_cart', 'mine'])
  expect(open({ isHere: () => false, kind: () => 'cart', changesCart: () => true }).words).toEqual([])
})

test.each([
  ['cart', ['cart of shop', 'view_cart']],
  ['checkout', ['cart of shop', 'begin_checkout']],
  ['list', ['cart of shop']],
])('a page of the kind %s is what it says', (kind, expected) => {
  expect(open({ kind: () => kind }).words).toEqual(expected)
  expect(document.documentElement.dataset.rihlaPage).toBe(kind)
})

test('the page of an order tells the order, and reads no cart, which is empty by then', () => {
  const { words } = open({ kind: () => 'thank_you', order: () => ({ transaction_id: '12', value: '52,00 €' }) })
  expect(words).toEqual(['purchase {"transaction_id":"12","value":"52,00 €"}'])
})

test('a page that is not all there yet is waited for', () => {
  const state = vi.spyOn(document, 'readyState', 'get').mockReturnValue('loading')
  const { words } = open({ kind: () => 'cart' })
  expect(words).toEqual([])
  state.mockReturnValue('interactive')
  document.dispatchEvent(new Event('DOMContentLoaded'))
  expect(words).toEqual(['cart of shop', 'view_cart'])
})

test('a tab in the background says and reads nothing before it is looked at', () => {
  setVisibility('hidden')
  const { words } = open({ kind: () => 'cart' })
  document.dispatchEvent(new Event('DOMContentLoaded'))
  expect(words).toEqual([])
  setVisibility('visible')
  expect(words).toEqual(['cart of shop', 'view_cart'])
})

test('what the checkout finds fault with is told after each try to order, by field', async () => {
  let errors: { code: string; field?: string }[] = [{ code: 'invalid', field: 'billing_email' }, { code: 'checkout' }]
  const { words } = open({ placesOrder: ({ url }) => url.pathname === '/order', checkoutErrors: () => errors })
  words.length = 0
  await request('/order')
  expect(words).toEqual([])
  await vi.advanceTimersByTimeAsync(1000)
  errors = [{ code: 'declined' }]
  await request('/order')
  await vi.advanceTimersByTimeAsync(1000)
  errors = []
  await request('/order')
  await vi.advanceTimersByTimeAsync(1000)
  expect(words).toEqual(['checkout_error {"code":"invalid","field":"billing_email"}', 'checkout_error {"code":"declined"}'])
})

test('what the checkout finds fault with before it asks its server is told after each press of the button to order, by field', async () => {
  document.body.innerHTML = '<button id="order"><b id="label">Order</b></button><button id="other">More</button>'
  let errors: { code: string; field?: string }[] = [{ code: 'invalid', field: 'billing_phone' }, { code: 'checkout' }]
  const { words } = open({ orderButton: '#order', placesOrder: ({ url }) => url.pathname === '/order', checkoutErrors: () => errors })
  const press = async (id: string, then?: () => unknown) => {
    words.length = 0
    document.querySelector<HTMLElement>(id)!.click()
    await then?.()
    await vi.advanceTimersByTimeAsync(1000)
    return [...words]
  }
  const told = ['checkout_error {"code":"invalid","field":"billing_phone"}']
  expect(await press('#label')).toEqual(told)
  expect(await press('#other')).toEqual([])
  expect(await press('#order', () => document.querySelector<HTMLElement>('#order')!.click())).toEqual(told)
  // Once, where its server is asked after all.
  expect(await press('#order', () => request('/order'))).toEqual(told)
  // The banner of an earlier try, and a click on nothing at all.
  errors = [{ code: 'declined' }]
  expect(await press('#order', () => document.dispatchEvent(new Event('click')))).toEqual([])
})

test('a checkout that is on no page of the shop begins with the button, form or link that leads there, once, and again after a return', async () => {
  document.body.innerHTML = '<form action="/cart" method="post"><input name="action"><button name="checkout">go</button></form>'
  const { words } = open({ beginsCheckout: ({ method, url, button }) => method === 'POST' && url.pathname === '/cart' && button === 'checkout' })
  const form = document.querySelector('form')!
  const send = () => form.dispatchEvent(Object.assign(new Event('submit', { bubbles: true, cancelable: true }), { submitter: document.querySelector('button') }))
  // The shop holds it back at first.
  const hold = (event: Event) => event.preventDefault()
  form.addEventListener('submit', hold)
  send()
  await vi.advanceTimersByTimeAsync(10)
  form.removeEventListener('submit', hold)
  send()
  await vi.advanceTimersByTimeAsync(10)
  send()
  transition('pagehide')
  transition('pageshow', true)
  send()
  transition('pagehide')
  expect(words).toEqual(['cart of shop', 'begin_checkout leaving', 'cart of shop', 'begin_checkout leaving'])
})

test('a cart says whether its checkout is on pages that no script sees', async () => {
  const carts: unknown[] = []
  const hear: Recorder = (seen) => void ('cart' in seen && carts.push(seen.cart()))
  const adapter = { name: 'shop', isHere: () => true, kind: () => undefined, product: () => undefined, changesCart: () => false, readCart: async () => ({ items: [cap] }) }
  stops.push(store(adapter)(hear), store({ ...adapter, beginsCheckout: () => false })(hear), store({ ...adapter, readCart: async () => undefined })(hear))
  expect(await Promise.all(carts)).toEqual([{ items: [cap], hostedCheckout: false }, { items: [cap], hostedCheckout: true }, undefined])
})

test('an adapter that throws is a mishap, and the page goes on', async () => {
  const broken = () => {
    throw new Error('mine')
  }
  const { words, source } = open({ kind: broken, changesCart: broken, itemId: broken })
  await expect(request('/add')).resolves.toBeDefined()
  expect([new Set(words), source.itemId({ item_id: '1' })]).toEqual([new Set(['mine']), undefined])
})

test('stop takes back what it put on the page, and what it waits for', async () => {
  const before = page.fetch
  const { stop, words } = open({ kind: () => 'cart', placesOrder: () => true, checkoutErrors: () => [{ code: 'late' }] })
  await request('/order')
  stop()
  await vi.advanceTimersByTimeAsync(2000)
  expect([page.fetch, left(), vi.getTimerCount(), document.documentElement.dataset.rihlaPage, words]).toEqual([before, [], 0, undefined, ['cart of shop', 'view_cart']])
})

test('the kind of page that the shop names itself stays', () => {
  document.documentElement.dataset.rihlaPage = 'landing'
  const { stop } = open({ kind: () => 'cart' })
  stop()
  expect(document.documentElement.dataset.rihlaPage).toBe('landing')
})
