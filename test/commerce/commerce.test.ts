import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { commerce } from '../../src/commerce/commerce.js'
import type { CommerceOptions } from '../../src/commerce/commerce.js'
import { createTracker } from '../../src/index.js'
import type { Cart, Record as Recorder, Source } from '../../src/index.js'
import { createShop } from '../harness/shop.js'
import { setVisibility, transition } from '../harness/visibility.js'

const shop = createShop()
const { sent, errors, pass } = shop
const cap = { item_id: 'cap', price: 18, quantity: 1 }
const pot = { item_id: 'pot', price: 30, quantity: 2 }

const open = (options: CommerceOptions = {}, consent: 'granted' | 'pending' = 'granted', sources: readonly Source[] = []) =>
  createTracker({ sources, endpoint: 'https://collect.example/t', site: 'my-shop', consent, batchAfter: 100, onError: (error) => errors.push(error), commerce: commerce(options) })
type Shown = { readonly name: string; readonly at: number; readonly props?: { readonly [key: string]: unknown; readonly items?: readonly { readonly item_id: string; readonly quantity: number; readonly price?: number }[] } }
const touchpoints = (): Shown[] => sent.flatMap(({ batch }) => batch.touchpoints ?? [])
/** What the collector got, as words. */
const words = () =>
  touchpoints().map(({ name, props = {} }) =>
    [name, props.status, props.how, props.result ?? props.transaction_id, props.items?.map((item) => `${item.quantity} ${item.item_id}`).join('+')].filter(Boolean).join(' '),
  )
const trackers: ReturnType<typeof open>[] = []
const begin = (...args: Parameters<typeof open>) => {
  const tracker = open(...args)
  trackers.push(tracker)
  return tracker
}
/** The page goes, by a link to another address where there is one. */
const leave = async (tracker: ReturnType<typeof open>, to?: string) => {
  if (to) {
    const link = Object.assign(document.createElement('a'), { href: to })
    link.addEventListener('click', (event) => event.preventDefault())
    document.body.append(link)
    link.click()
    link.remove()
  }
  transition('pagehide')
  await pass(200)
  tracker.stop()
  await pass(200)
}
const minute = 60_000

beforeEach(() => void (trackers.length = 0))
afterEach(() => trackers.forEach((tracker) => tracker.stop()))

test('a snapshot becomes what was added and what was removed, with quantities', async () => {
  const tracker = begin()
  tracker.cart([cap], { currency: 'EUR' })
  tracker.cart([{ ...cap, quantity: 3 }, pot], { currency: 'EUR' })
  tracker.cart([pot], { currency: 'EUR' })
  tracker.cart([pot], { currency: 'EUR' })
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'add_to_cart 2 cap+2 pot', 'remove_from_cart 3 cap'])
  expect(touchpoints().map(({ props }) => [props!.value, props!.currency, props!.cart_version])).toEqual([[18, 'EUR', 1], [96, 'EUR', 2], [54, 'EUR', 3]])
})

test('an event and the snapshot after it say one thing once', async () => {
  const tracker = begin()
  tracker.track('add_to_cart', { currency: 'EUR', value: 18, items: [cap] })
  tracker.cart([cap])
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap'])
})

test('two tabs that change the cart at once neither lose nor double a line', async () => {
  const [one, two] = [begin(), begin()]
  await pass(1000)
  one.track('add_to_cart', { items: [cap] })
  two.track('add_to_cart', { items: [pot] })
  await pass(50)
  one.cart([cap, pot])
  two.cart([cap, pot])
  await pass(3000)
  expect(words().sort()).toEqual(['add_to_cart 1 cap', 'add_to_cart 2 pot'])
})

test('leaving for elsewhere with a full cart is suspected once, and heard by the page', async () => {
  const heard: unknown[] = []
  for (let i = 0; i < 2; i++) {
    const tracker = begin()
    tracker.onAbandonment(({ status }) => heard.push(status))
    await pass(1000)
    tracker.cart([cap], { currency: 'EUR', url: 'https://shop.example/cart' })
    tracker.track('begin_checkout', { items: [cap], currency: 'EUR', value: 18 })
    await pass(1000)
    await leave(tracker, 'https://elsewhere.example/')
  }
  await pass(5000)
  const reports = touchpoints().filter(({ name }) => name === 'cart_abandonment')
  expect([heard, new Set(reports.map(({ props }) => `${props!.status} ${props!.how} ${props!.value} ${props!.step} ${props!.url}`))]).toEqual([['suspected', 'recovered'], new Set(['suspected exit 18 checkout https://shop.example/cart', 'recovered return 18 checkout https://shop.example/cart'])])
})

test.each([
  [[['add_shipping_info', {}], ['checkout_error', { code: 'card_declined', field: 'card_number', step: 'payment' }]], ['payment', 'card_number', 'card_declined']],
  [[['add_shipping_info', {}], ['checkout_error', { code: 'card_declined' }]], ['shipping', undefined, 'card_declined']],
  [[['begin_checkout', {}], ['checkout_error', { code: 'missing', field: 'city', step: 'address' }], ['add_shipping_info', {}]], ['shipping', undefined, undefined]],
  [[['begin_checkout', {}], 'postcode', 'street'], ['checkout', 'street', undefined]],
  [[['begin_checkout', {}], 'postcode', ['add_shipping_info', {}]], ['shipping', undefined, undefined]],
  [['newsletter'], [undefined, undefined, undefined]],
  [['newsletter', ['begin_checkout', {}]], ['checkout', undefined, undefined]],
  [[['begin_checkout', {}], 'postcode', ['checkout_error', { code: 'missing', field: 'city' }], 'phone'], ['checkout', 'city', 'missing']],
] as const)('a cart is left in the step that its last error names, or else at the last field of the step: %j', async (happened, left) => {
  const note = { in: (_: string) => {} }
  const tracker = begin({}, 'granted', [(record) => ((note.in = (field) => (record({ field }), record({ items: [{ item_id: 'cap', item_brand: 'Atelier' }] }))), () => {})])
  await pass(1000)
  tracker.cart([cap], { currency: 'EUR' })
  for (const each of happened) {
    if (typeof each === 'string') note.in(each)
    else tracker.track(each[0], each[1])
  }
  await leave(tracker, 'https://elsewhere.example/')
  const { step, field, error } = touchpoints().find(({ name }) => name === 'cart_abandonment')!.props!
  expect([step, field, error]).toEqual(left)
})

test('the next visit says at which field a checkout was left by closing its tab', async () => {
  const first = begin({}, 'granted', [(record) => (setTimeout(() => record({ field: 'postcode' }), 2000), () => {})])
  first.cart([cap])
  first.track('begin_checkout')
  await pass(3000)
  await leave(first)
  await pass(2 * minute)
  begin()
  await pass(3000)
  expect(touchpoints().find(({ name }) => name === 'cart_abandonment')!.props).toMatchObject({ status: 'suspected', how: 'exit', step: 'checkout', field: 'postcode' })
})

test.each([['a link in the shop', '/next'], ['what cannot be told from a reload', undefined]])('%s is not leaving', async (_, to) => {
  const first = begin()
  first.cart([cap])
  await pass(1000)
  await leave(first, to && new URL(to, location.href).href)
  const second = begin()
  await pass(5000)
  second.track('view_cart')
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'view_cart 1 cap'])
})

test('a page that was closed is suspected by the next visit, dated when it was left, and confirmed when it became true', async () => {
  const first = begin()
  first.cart([cap])
  await pass(1000)
  const left = Date.now()
  await leave(first)
  await pass(40 * minute)
  const second = begin()
  await pass(3000)
  second.track('view_cart')
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'cart_abandonment suspected exit 1 cap', 'cart_abandonment confirmed return 1 cap', 'cart_abandonment recovered return 1 cap', 'view_cart 1 cap'])
  const [, suspected, confirmed, recovered] = touchpoints()
  expect(new Set([suspected, confirmed, recovered].map((each) => each!.props!.abandonment_id)).size).toBe(1)
  expect([suspected!.at - left, Math.round((confirmed!.at - left) / minute)]).toEqual([0, 30])
})

test('an idle tab is confirmed once, after the time that is set', async () => {
  const heard: unknown[] = []
  const tracker = begin({ abandonAfter: 5 * minute })
  tracker.onAbandonment(({ how }) => heard.push(how))
  tracker.cart([cap])
  await pass(4 * minute)
  tracker.track('click')
  await pass(4 * minute)
  expect(words()).toEqual(['add_to_cart 1 cap', 'click'])
  await pass(20 * minute)
  expect([words().slice(2), heard]).toEqual([['cart_abandonment confirmed idle 1 cap'], ['idle']])
})

test('what follows within the same second counts for an idle tab, too', async () => {
  const tracker = begin({ abandonAfter: 5 * minute })
  tracker.cart([cap])
  await pass(minute)
  tracker.track('click')
  await pass(900)
  tracker.track('search')
  await pass(5 * minute - 500)
  expect(words()).toEqual(['add_to_cart 1 cap', 'click', 'search'])
  await pass(1500)
  expect(words().slice(3)).toEqual(['cart_abandonment confirmed idle 1 cap'])
})

test.each([['a sleeping laptop', 8 * 60 * minute], ['a clock that is set forward', 400 * 24 * 60 * minute], ['a clock that is set back', -5 * 60 * minute]])('%s is no abandonment', async (_, jump) => {
  const tracker = begin()
  tracker.cart([cap])
  await pass(10 * minute)
  vi.setSystemTime(Date.now() + jump)
  await pass(25 * minute)
  tracker.track('click')
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'click'])
})

test('switching tabs and a restore from the back/forward cache are no abandonment', async () => {
  const tracker = begin()
  tracker.cart([cap])
  await pass(1000)
  setVisibility('hidden')
  await pass(minute)
  setVisibility('visible')
  transition('pagehide', true)
  transition('pageshow', true)
  await pass(10 * minute)
  expect(words()).toEqual(['add_to_cart 1 cap'])
})

test.each([
  ['an emptied cart', (tracker: ReturnType<typeof open>) => tracker.cart([])],
  ['a purchase in another tab', () => begin().track('purchase', { transaction_id: '1' })],
])('%s cancels it', async (_, act) => {
  const tracker = begin()
  tracker.cart([cap])
  await pass(1000)
  act(tracker)
  await pass(90 * minute)
  expect(words().filter((word) => word.startsWith('cart_abandonment'))).toEqual([])
})

test('a payment provider is gone to and come back from, and is no abandonment', async () => {
  const first = begin({ paymentHosts: ['pay.bank.example'] })
  first.cart([cap])
  first.track('begin_checkout')
  await pass(1000)
  await leave(first, 'https://www.pay.bank.example/3ds')
  await pass(10 * minute)
  history.replaceState({}, '', '/thank-you')
  begin().track('purchase', { transaction_id: 'T1', items: [cap] })
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'begin_checkout 1 cap', 'payment_redirect', 'payment_return paid', 'purchase T1 1 cap'])
})

/** Comes to a page from elsewhere, by a link or as the browser calls it. */
const arrive = (referrer: string, type = 'navigate') => {
  vi.spyOn(document, 'referrer', 'get').mockReturnValue(referrer)
  vi.spyOn(performance, 'getEntriesByType').mockReturnValue([{ type } as PerformanceNavigationTiming])
  return begin({ paymentHosts: ['pay.bank.example'] })
}
const bank = 'https://www.pay.bank.example/'

test('whoever comes from a payment provider in the middle of a checkout has tried to pay, though nobody heard how', async () => {
  const first = begin()
  first.cart([cap])
  first.track('add_payment_info')
  await pass(1000)
  await leave(first)
  await pass(10 * minute)
  const back = arrive(bank)
  await pass(3000)
  back.track('view_cart')
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'add_payment_info 1 cap', 'payment_return cancelled', 'view_cart 1 cap'])
  expect(touchpoints()[2]!.props).toEqual({ host: 'www.pay.bank.example', result: 'cancelled' })
  // A reload has the same referrer.
  await leave(back)
  arrive(bank, 'reload').track('view_cart')
  await pass(3000)
  expect(words().slice(4)).toEqual(['view_cart 1 cap'])
})

test('a payment that was heard to begin is told of the provider where it began', async () => {
  const first = begin()
  first.cart([cap])
  first.track('add_payment_info')
  await pass(1000)
  await leave(first, 'https://checkout.stripe.com/pay')
  await pass(minute)
  arrive(bank).track('view_cart')
  await pass(3000)
  expect(touchpoints().filter(({ name }) => name.startsWith('payment')).map(({ name, props }) => [name, props!.host])).toEqual([['payment_redirect', 'checkout.stripe.com'], ['payment_return', 'checkout.stripe.com']])
})

test.each<[string, (tracker: ReturnType<typeof open>) => void, number, () => ReturnType<typeof open>]>([
  ['outside a checkout', () => {}, 1, () => arrive(bank)],
  ['long after it', (tracker) => tracker.track('begin_checkout'), 31, () => arrive(bank)],
  ['by a reload', (tracker) => tracker.track('begin_checkout'), 1, () => arrive(bank, 'reload')],
  ['by the back button', (tracker) => tracker.track('begin_checkout'), 1, () => arrive(bank, 'back_forward')],
  ['in a window beside the shop', (tracker) => tracker.track('begin_checkout'), 1, () => (vi.spyOn(window, 'opener', 'get').mockReturnValue(window), arrive(bank))],
  ['from the bfcache', (tracker) => tracker.track('begin_checkout'), 1, () => {
    const tracker = arrive(bank, 'reload')
    transition('pagehide', true)
    transition('pageshow', true)
    return tracker
  }],
  ['in a frame', (tracker) => tracker.track('begin_checkout'), 1, () => (vi.spyOn(window, 'top', 'get').mockReturnValue(null as never), arrive(bank))],
  ['by way of another site', (tracker) => tracker.track('begin_checkout'), 1, () => arrive('https://search.example/')],
])('whoever comes from a payment provider %s has not', async (_, act, minutes, come) => {
  const first = begin()
  first.cart([cap])
  act(first)
  await pass(1000)
  await leave(first)
  await pass(minutes * minute)
  const back = come()
  await pass(1000)
  back.track('view_cart')
  back.track('purchase', { transaction_id: 'T1' })
  await pass(3000)
  expect(words().filter((word) => /^(payment|view_cart)/.test(word))).toEqual(['view_cart 1 cap'])
})

test('an order is told once, on this page and on the next', async () => {
  for (let i = 0; i < 3; i++) {
    const tracker = begin()
    tracker.track('purchase', { transaction_id: 'T1', value: 18, currency: 'EUR' })
    tracker.track('purchase', { transaction_id: 'T1', value: 18, currency: 'EUR' })
    await pass(2000)
    await leave(tracker)
  }
  expect(new Set(words())).toEqual(new Set(['purchase T1']))
  expect(new Set(sent.flatMap(({ batch }) => Object.keys(batch.documents))).size).toBe(1)
})

test('an order of a page that is gone before storage was read is told all the same', async () => {
  const tracker = begin()
  tracker.track('purchase', { transaction_id: 'T1' })
  setVisibility('hidden')
  transition('pagehide')
  setVisibility('visible')
  transition('pageshow', true)
  await pass(3000)
  expect(new Set(words())).toEqual(new Set(['purchase T1']))
})

test('while consent is pending nothing is stored, and a grant replays it', async () => {
  const tracker = begin({}, 'pending')
  tracker.cart([cap])
  tracker.track('purchase', { transaction_id: 'T1' })
  transition('pagehide', true)
  transition('pageshow', true)
  await pass(3000)
  expect([(await indexedDB.databases()).length, localStorage.length, sent.length]).toEqual([0, 0, 0])
  tracker.consent('granted')
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'purchase T1 1 cap'])
})

test('a denial forgets the cart', async () => {
  const tracker = begin()
  tracker.cart([cap])
  await pass(1000)
  tracker.consent('denied')
  await pass(1000)
  tracker.consent('granted')
  tracker.cart([cap])
  await pass(3000)
  expect([words(), localStorage.length]).toEqual([['add_to_cart 1 cap', 'add_to_cart 1 cap'], 0])
})

test('bad input is told once, bounded, and never thrown', async () => {
  const tracker = begin()
  const circular: { [key: string]: unknown } = { item_id: 'c' }
  circular.self = circular
  const trap = { item_id: 't', get price(): number { throw new Error('no') } }
  const items = [circular, trap, { item_id: 'n', quantity: -1 }, { price: 5 }, { item_id: 'big', price: 1e308 }, 'text', null, { item_id: 'ok', price: '18,00 €', quantity: '2' }]
  tracker.cart(items as never, { currency: 'EURO' } as never)
  for (const wrong of [undefined, null, 5, 'text', {}, Array.from({ length: 10_000 }, (_, i) => ({ item_id: `i${i}` }))]) tracker.cart(wrong as never, wrong as never)
  for (const props of [null, 'text', [1], { items: 5, value: 'x' }]) tracker.track('add_to_cart', props as never)
  await pass(3000)
  expect([errors.map(({ code }) => code), touchpoints().some(({ props }) => /NaN|null|Infinity/.test(JSON.stringify(props ?? {})))]).toEqual([['input'], false])
  expect(words()).toContain('add_to_cart 1 c+1 t+1 n+1 big+2 ok')
})

test('the address that brings a cart back keeps its parameters, without e-mails and cards; other addresses do not', async () => {
  const tracker = begin()
  tracker.cart([cap], { url: 'https://shop.example/restore/a1b2c3d4e5f6a7b8c9d0e1f2a3?token=eyJhbGciOi.eyJzdWIiOi.x&to=mina@shop.example&card=4242424242424242' })
  tracker.track('share', { url: 'https://shop.example/p?token=secret' })
  await pass(1000)
  await leave(tracker, 'https://elsewhere.example/')
  begin()
  await pass(5000)
  const urls = touchpoints().map(({ props }) => props!.url).filter(Boolean)
  expect(new Set(urls)).toEqual(new Set(['https://shop.example/p', 'https://shop.example/restore/a1b2c3d4e5f6a7b8c9d0e1f2a3?token=eyJhbGciOi.eyJzdWIiOi.x&to=[email]&card=[card]']))
})

test('prices in minor units', async () => {
  const tracker = begin()
  tracker.cart([{ ...cap, price: 1800 }], { currency: 'EUR', minorUnits: 2 })
  await pass(3000)
  expect(touchpoints().map(({ props }) => [props!.value, props!.items?.[0]?.price])).toEqual([[18, 18]])
})

test('what happens while consent is denied is not told later', async () => {
  const tracker = begin()
  await pass(1000)
  tracker.consent('denied')
  tracker.track('add_to_cart', { items: [cap] })
  tracker.cart([cap, pot])
  await pass(3000)
  tracker.consent('granted')
  tracker.track('add_to_cart', { items: [pot] })
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 2 pot'])
})

test('of many changes before consent none is lost', async () => {
  const tracker = begin({}, 'pending')
  for (let i = 0; i < 250; i++) tracker.track('add_to_cart', { items: [{ ...cap, item_id: `cap-${i}` }] })
  tracker.consent('granted')
  await pass(20_000)
  expect(new Set(words()).size).toBe(250)
})

test.each([
  [{ abandonAfter: 'soon' }, 'abandonAfter must be a number'],
  [{ abandonAfter: 0 }, 'abandonAfter must be a number'],
  [{ paymentHosts: 'pay.example' }, 'paymentHosts must be an array'],
  [{ hostedCheckout: 'yes' }, 'hostedCheckout must be true or false'],
])('%j throws at set-up', (options, message) => {
  expect(() => commerce(options as never)).toThrow(message)
})

test('something else in the place of commerce throws at set-up', () => {
  expect(() => createTracker({ endpoint: '/t', site: 's', commerce: commerce as never })).toThrow('rihla: commerce must be commerce()')
})

test('a callback that throws is told to the developer, and others are called all the same; its undo ends it', async () => {
  const heard: unknown[] = []
  const tracker = begin({ abandonAfter: 5 * minute })
  tracker.onAbandonment(() => {
    throw new Error('mine')
  })
  tracker.onAbandonment(({ how }) => heard.push(how))
  tracker.onAbandonment(() => heard.push('undone'))()
  tracker.cart([cap])
  await pass(10 * minute)
  expect([heard, errors.map(({ code, cause }) => [code, (cause as Error).message])]).toEqual([['idle'], [['source', 'mine']]])
})

/** A tracker with a source that says the cart may have changed; `carts` is what each reading finds. */
const reading = (consent: 'granted' | 'pending' = 'granted', options: CommerceOptions = {}) => {
  const carts: (Cart | undefined | Promise<Cart | undefined>)[] = []
  let record!: Recorder
  const hear = (to: Recorder) => {
    record = to
    return () => {}
  }
  const tracker = createTracker({ endpoint: 'https://collect.example/t', site: 'my-shop', consent, batchAfter: 100, onError: (error) => errors.push(error), commerce: commerce(options), sources: [hear] })
  trackers.push(tracker)
  const read = vi.fn(async () => carts.shift())
  return { tracker, carts, read, record, sight: () => record({ cart: read, source: 'store' }) }
}

test('a cart that a source has sighted is read, and what differs is told, dated when it was sighted', async () => {
  const { carts, sight } = reading()
  await pass(1000)
  const at = Date.now()
  carts.push(new Promise((resolve) => setTimeout(resolve, 700, { items: [{ ...cap, price: 1800 }], currency: 'EUR', minorUnits: 2 })), { items: [{ ...cap, quantity: 3 }, pot] })
  sight()
  await pass(2000)
  sight()
  await pass(2000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'add_to_cart 2 cap+2 pot'])
  expect([touchpoints()[0]!.at - at, touchpoints()[0]!.props!.value]).toEqual([0, 18])
})

test('of several readings the last one counts', async () => {
  const { carts, sight } = reading()
  await pass(1000)
  carts.push(new Promise((resolve) => setTimeout(resolve, 500, { items: [pot] })), { items: [cap] })
  sight()
  sight()
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap'])
})

test('while consent is pending no cart is read; with the grant it is, once', async () => {
  const { tracker, carts, read, sight } = reading('pending')
  carts.push({ items: [cap] })
  sight()
  sight()
  await pass(3000)
  expect(read).not.toHaveBeenCalled()
  tracker.consent('granted')
  await pass(3000)
  expect([read.mock.calls.length, words()]).toEqual([1, ['add_to_cart 1 cap']])
})

test('what happens while the cart is read comes after it, and knows it', async () => {
  const { tracker, carts, sight } = reading()
  carts.push(new Promise((resolve) => setTimeout(resolve, 800, { items: [cap], currency: 'EUR' })))
  sight()
  tracker.track('view_cart')
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'view_cart 1 cap'])
  expect(touchpoints()[1]!.props).toMatchObject({ currency: 'EUR', value: 18 })
})

test.each([
  ['that never answers', () => new Promise<undefined>(() => {}), 0],
  ['that fails', () => Promise.reject(new Error('500')), 1],
  ['that nobody knows', () => undefined, 0],
])('a cart %s holds nothing up', async (_, cart, mishaps) => {
  const { tracker, carts, sight } = reading()
  carts.push(cart())
  sight()
  tracker.track('begin_checkout', { items: [cap] })
  await pass(4000)
  expect([words(), errors.length, await tracker.saved()]).toEqual([['begin_checkout 1 cap'], mishaps, true])
})

test('a page that goes while its cart is read has told what was said', async () => {
  const { tracker, carts, sight } = reading()
  await pass(1000)
  carts.push(new Promise(() => {}))
  sight()
  tracker.track('begin_checkout', { items: [cap] })
  await leave(tracker)
  expect(words()).toEqual(['begin_checkout 1 cap'])
})

test('a cart that is empty after a checkout which no script sees is not told as emptied, and its abandonment is unknown', async () => {
  const { tracker, carts, sight } = reading('granted', { abandonAfter: 5 * minute })
  carts.push({ items: [cap], hostedCheckout: true }, { items: [], hostedCheckout: true }, { items: [pot], hostedCheckout: true })
  sight()
  await pass(3000)
  tracker.track('begin_checkout')
  await pass(10 * minute)
  sight()
  await pass(3000)
  sight()
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'begin_checkout 1 cap', 'cart_abandonment unknown idle 1 cap', 'add_to_cart 2 pot'])
})

test('what others know of the items fills in what the cart and the page do not say, also on the next page', async () => {
  const first = reading()
  await pass(1000)
  first.record({ items: [{ item_id: 'cap', item_brand: 'Sand', price: 99, quantity: 5 }, { item_id: 'P-30', item_category: 'Pots' }] })
  first.tracker.track('view_item', { items: [{ item_id: 'cap', price: 18 }] })
  await leave(first.tracker)
  const second = reading()
  second.carts.push({ items: [cap, { ...pot, sku: 'P-30' }] })
  second.sight()
  await pass(3000)
  const told = touchpoints().map(({ name, props }) => [name, props!.items])
  expect(told).toEqual([
    ['view_item', [{ item_id: 'cap', item_brand: 'Sand', price: 18 }]],
    ['add_to_cart', [{ ...cap, item_brand: 'Sand' }, { ...pot, sku: 'P-30', item_category: 'Pots' }]],
  ])
})

test('an order that names the products of the cart by their sku has them by the cart\'s ids', async () => {
  const { tracker, carts, sight } = reading()
  carts.push({ items: [{ ...cap, sku: 'C-18' }] })
  sight()
  await pass(3000)
  tracker.track('purchase', { transaction_id: 'T1', value: 18, currency: 'EUR', items: [{ item_id: 'C-18', price: 18, quantity: 1 }] })
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'purchase T1 1 cap'])
})

test('a page that is hidden by going elsewhere is left, also if nobody says so; told once', async () => {
  const tracker = begin()
  tracker.cart([cap])
  await pass(1000)
  const link = Object.assign(document.createElement('a'), { href: 'https://elsewhere.example/' })
  link.addEventListener('click', (event) => event.preventDefault())
  document.body.append(link)
  link.click()
  link.remove()
  setVisibility('hidden')
  transition('pagehide')
  await pass(1000)
  expect(words()).toEqual(['add_to_cart 1 cap', 'cart_abandonment suspected exit 1 cap'])
})

test('a step that is entered says which one it completes, and how long that took', async () => {
  const tracker = begin()
  tracker.cart([cap])
  const steps: [string, object?][] = [['begin_checkout'], ['add_shipping_info'], ['add_shipping_info'], ['checkout_step', { step: 3, name: 'review' }], ['purchase', { transaction_id: 'T1' }]]
  for (const [name, props] of steps) {
    tracker.track(name, props as never)
    await pass(5000)
  }
  const told = touchpoints().slice(1).map(({ name, props }) => [name, props!.completed, Math.round((props!.dwell as number) / 1000)])
  expect(told).toEqual([
    ['begin_checkout', undefined, NaN],
    ['add_shipping_info', 'checkout', 5],
    ['add_shipping_info', undefined, NaN],
    ['checkout_step', 'shipping', 10],
    ['purchase', 'review', 5],
  ])
})

test('what was put in by its sku is the same product in the cart that is read', async () => {
  const { tracker, carts, sight } = reading()
  tracker.track('add_to_cart', { items: [{ item_id: 'C-18', price: 18, quantity: 1 }] })
  await pass(2000)
  carts.push({ items: [{ ...cap, sku: 'C-18', quantity: 2 }] }, { items: [] })
  for (let i = 0; i < 2; i++) {
    sight()
    await pass(2000)
  }
  expect(words()).toEqual(['add_to_cart 1 C-18', 'add_to_cart 1 cap', 'remove_from_cart 2 cap'])
})

test('a tab that is hidden tells of no idle cart: another one may have bought it', async () => {
  const first = begin({ abandonAfter: 5 * minute })
  first.cart([cap])
  await pass(1000)
  setVisibility('hidden')
  await pass(6 * minute)
  transition('pagehide')
  await pass(1000)
  expect(words()).toEqual(['add_to_cart 1 cap'])
})

test('a cart that was read for a tab that is hidden by then is read again when it is looked at', async () => {
  const { carts, read, sight } = reading()
  carts.push(new Promise((resolve) => setTimeout(resolve, 500, { items: [cap] })), { items: [pot] })
  sight()
  setVisibility('hidden')
  await pass(2000)
  expect([read.mock.calls.length, words()]).toEqual([1, []])
  setVisibility('visible')
  await pass(3000)
  expect([read.mock.calls.length, words()]).toEqual([2, ['add_to_cart 2 pot']])
})

test('a page that goes before storage was read tells nothing of its cart: only the next page knows what differs', async () => {
  const first = begin()
  first.cart([cap, pot])
  await pass(2000)
  await leave(first)
  const second = begin()
  second.cart([cap, pot])
  await leave(second)
  begin()
  await pass(3000)
  expect(words()).toEqual(['add_to_cart 1 cap+2 pot'])
})

test('a cart that is read late is told all the same', async () => {
  const { carts, sight } = reading()
  carts.push(new Promise((resolve) => setTimeout(resolve, 5000, { items: [cap] })))
  sight()
  await pass(8000)
  expect(words()).toEqual(['add_to_cart 1 cap'])
})

test('an order says its own sum, and the cart its currency and what was in it', async () => {
  const tracker = begin()
  tracker.cart([cap], { currency: 'USD' })
  await pass(1000)
  tracker.track('purchase', { transaction_id: 'T1', value: undefined, currency: undefined } as never)
  await pass(3000)
  expect(touchpoints()[1]!.props).toMatchObject({ currency: 'USD', items: [cap] })
  expect(touchpoints()[1]!.props).not.toHaveProperty('value')
})

test('what hurts carries the checkout step and the cart where it struck, in this page and the next', async () => {
  const tracker = begin()
  tracker.cart([cap], { currency: 'EUR' })
  tracker.track('rage_click')
  await pass(500)
  tracker.track('add_payment_info')
  tracker.track('dead_click', { control: 'pay' })
  await leave(tracker)
  const next = begin()
  await pass(500)
  next.track('js_error', { message: 'no' })
  next.track('click')
  await pass(500)
  const steps = touchpoints().filter(({ name }) => /_click|error|^click/.test(name)).map(({ name, props }) => [name, props?.step, props?.cart_id])
  const cart = touchpoints().find(({ name }) => name === 'add_to_cart')!.props!.cart_id
  expect(steps).toEqual([['rage_click', undefined, undefined], ['dead_click', 'payment', cart], ['js_error', 'payment', cart], ['click', undefined, undefined]])
})

test('what hurts is told whatever its props are, and what can be read of them', async () => {
  const tracker = begin()
  await pass(500)
  tracker.track('add_payment_info')
  const hostile = Object.defineProperty({ control: 'pay' }, 'text', { enumerable: true, get: () => { throw new Error('theirs') } })
  tracker.track('dead_click', hostile as never)
  tracker.track('rage_click', 'three' as never)
  tracker.track('error_click', [1] as never)
  tracker.track('coupon_refused', hostile as never)
  tracker.track('js_error', { value: 'x' } as never)
  await pass(500)
  const propsOf = (name: string) => touchpoints().filter((each) => each.name === name).map(({ props }) => props)
  expect(['dead_click', 'coupon_refused', 'js_error'].map((name) => propsOf(name))).toMatchObject([[{ step: 'payment', control: 'pay' }], [{ control: 'pay', times: 1 }], [{ step: 'payment', value: 'x' }]])
  expect(['rage_click', 'error_click'].map((name) => propsOf(name))).toEqual([[undefined], [undefined]])
})
