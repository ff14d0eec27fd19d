// @ts-check
import { five } from 'rihla/stages/five'
import { orderId } from './random.js'

/** @typedef {import('./random.js').Random} Random */
/** @typedef {{ item_id: string, item_name: string, item_category: string, price: number, quantity: number }} Item */
/** @typedef {{ [name: string]: unknown }} Props */
/** @typedef {{ id: string, name: string, at: number, seq: number, page: string, source: string, props?: Props, stage?: { id: string, confidence: number } }} Touchpoint */
/** @typedef {{ tab: string, visit: string, url: string, title: string, kind: string, locale: string, user?: string }} Page */
/**
 * @typedef {{
 *   visitor: string, user: string | undefined, device: 'mobile' | 'tablet' | 'desktop', language: string, currency: string, traits: Props | undefined,
 *   visits: number, orders: number, left: { id: string, cart: string, items: Item[], value: number } | undefined, knows: boolean
 * }} Shopper What goes on with a shopper from visit to visit.
 */
/** @typedef {{ id: string, started: number, ended: number, device: Shopper['device'], channel: string, number: number, visitor: string, landing: string, pages: { [key: string]: Page }, touchpoints: Touchpoint[] }} Visit */

const second = 1000
const origin = 'https://shop.example'

/** @type {Item[]} */
const items = [
  ['FJ-101', 'Haraz natural', 'coffee', 19], ['FJ-102', 'Yirgacheffe washed', 'coffee', 14.5], ['FJ-105', 'Cardamom blend', 'coffee', 12],
  ['FJ-201', 'Lahijan spring tea', 'tea', 9.5], ['FJ-204', 'Mint and verbena', 'tea', 7],
  ['FJ-301', 'Finjan cups', 'pottery', 26], ['FJ-303', 'Meybod bowl', 'pottery', 34], ['FJ-304', 'Turquoise mug', 'pottery', 18],
  ['FJ-401', 'Brass dallah', 'brewing', 89], ['FJ-402', 'Pour-over dripper', 'brewing', 24],
].map(([id, name, category, price]) => ({ item_id: String(id), item_name: String(name), item_category: String(category), price: Number(price), quantity: 1 }))

/** Where a shopper goes from each place, by weight. The next place of `cart` and of the steps after it is decided by what goes wrong there. @type {{ [place: string]: import('./random.js').Weights }} */
const ways = {
  home: { list: 45, search: 15, product: 20, gone: 20 },
  list: { product: 60, list: 12, search: 8, gone: 20 },
  search: { product: 62, search: 15, gone: 23 },
  product: { cart: 22, product: 26, list: 16, gone: 36 },
}

/** The best guess from the name alone, as a tracker has it before it knows the shopper. @type {(name: string) => Touchpoint['stage']} */
const guess = (name) => {
  const rule = five.rules.find(({ on, if: given }) => !given && [on].flat().includes(name))
  return rule && { id: rule.stage, confidence: rule.confidence }
}

/** Cents do not add up exactly in binary. @type {(amount: number) => number} */
const round = (amount) => Math.round(amount * 100) / 100

/**
 * One visit of a shopper, as a walk from place to place. `trouble` is how often a card is declined, a share.
 * @type {(random: Random, shopper: Shopper, given: { at: number, channel: string, trouble: number }) => Visit}
 */
export const makeVisit = (random, shopper, { at: began, channel, trouble }) => {
  const id = random.id(began)
  let at = began
  /** @type {Visit['pages']} */
  const pages = {}
  /** @type {Touchpoint[]} */
  const touchpoints = []
  let page = ''
  let seq = 0
  let landing = ''

  const tell = (/** @type {string} */ name, /** @type {Props} */ props = {}, source = 'api') => {
    const stage = guess(name)
    touchpoints.push({ id: name === 'purchase' ? orderId(`${props.transaction_id}`) : random.id(at), name, at: Math.round(at), seq: ++seq, page, source, ...(Object.keys(props).length && { props }), ...(stage && { stage }) })
    at += random.between(2, 9) * second
  }
  const wait = (/** @type {number} */ from, /** @type {number} */ to) => (at += random.between(from, to) * second)
  const open = (/** @type {string} */ kind, /** @type {string} */ path, /** @type {string} */ title) => {
    wait(1, 4)
    const tab = random.word(8)
    page = `${tab}-1`
    seq = 0
    pages[page] = { tab, visit: id, url: origin + path, title, kind, locale: shopper.language, ...(shopper.user && shopper.knows && { user: shopper.user }) }
    landing ||= origin + path
    tell('page_view', {}, 'page-views')
    if (random.chance(0.03)) tell('slow_page', { rating: random.of(['poor', 'needs-improvement']), lcp: random.whole(2600, 7000) }, 'vitals')
    wait(4, 20)
  }
  const commerce = (/** @type {Item[]} */ list) => ({ currency: shopper.currency, value: round(list.reduce((sum, { price, quantity }) => sum + price * quantity, 0)), items: list })

  const cart = { id: shopper.left?.cart ?? random.id(began), items: shopper.left ? [...shopper.left.items] : /** @type {Item[]} */ ([]) }
  const inCart = () => ({ ...commerce(cart.items), cart_id: cart.id })

  const abandon = (/** @type {string} */ step, error = '', field = '') => {
    const abandonment = shopper.left?.id ?? random.id(at)
    const { value, currency, items: list } = commerce(cart.items)
    tell('cart_abandonment', { abandonment_id: abandonment, status: 'suspected', how: 'exit', cart_id: cart.id, currency, value, items: list, step, ...(error && { error }), ...(field && { field }) }, 'commerce')
    shopper.left = { id: abandonment, cart: cart.id, items: list, value }
  }

  const product = () => {
    const item = random.of(items)
    open('product', `/p/${item.item_id.toLowerCase()}`, item.item_name)
    tell('view_item', commerce([item]), 'data-layer')
    if (random.chance(0.02)) tell('rage_click', { control: 'add_to_cart', times: random.whole(3, 6), text: 'Add to cart' }, 'friction')
    if (random.chance(0.015)) tell('variant_loop', { kind: 'size', times: 4, variants: 3 }, 'commerce')
    if (random.chance(0.03)) tell('add_to_wishlist', commerce([item]), 'data-layer')
    return item
  }

  /** Until the order, or until something is too much. */
  const checkOut = () => {
    open('cart', '/cart', 'Cart')
    tell('view_cart', inCart(), 'commerce')
    if (random.chance(0.34)) return abandon('cart')
    if (random.chance(0.08)) {
      tell('coupon_refused', { coupon: 'WELCOME10', step: 'cart' }, 'commerce')
      if (random.chance(0.5)) return abandon('cart', 'coupon_refused')
    }
    open('checkout', '/checkout', 'Checkout')
    tell('begin_checkout', inCart(), 'commerce')
    if (random.chance(0.1)) {
      tell('checkout_error', { code: 'invalid', field: 'postcode', step: 'shipping' }, 'forms')
      if (random.chance(0.45)) return abandon('shipping', 'invalid', 'postcode')
    }
    // What it costs to send comes as a surprise.
    if (random.chance(0.17)) return abandon('shipping')
    tell('add_shipping_info', { ...inCart(), shipping_tier: random.of(['standard', 'express']) }, 'commerce')
    wait(10, 50)
    tell('add_payment_info', { ...inCart(), payment_type: random.of(['card', 'card', 'paypal']) }, 'commerce')
    for (let tries = 1; random.chance(trouble); tries++) {
      tell('checkout_error', { code: 'card_declined', step: 'payment' }, 'forms')
      if (random.chance(0.3)) tell('rage_click', { control: 'pay', times: 4, text: 'Pay', step: 'payment' }, 'friction')
      if (tries === 3 || random.chance(0.65)) return abandon('payment', 'card_declined', 'card')
    }
    if (random.chance(0.05)) return abandon('payment')
    const { value, ...order } = commerce(cart.items)
    open('thank_you', '/thanks', 'Thank you')
    tell('purchase', { ...order, value: round(value + 4.9), shipping: 4.9, transaction_id: `T-${random.word(8)}`, cart_id: cart.id }, 'commerce')
    if (shopper.left) {
      const { id: abandonment, cart: known, value: atStake } = shopper.left
      tell('cart_abandonment', { abandonment_id: abandonment, status: 'recovered', cart_id: known, value: atStake, currency: shopper.currency }, 'commerce')
    }
    shopper.left = undefined
    shopper.orders++
    cart.items = []
    if (random.chance(0.35)) tell('feedback', { kind: 'ces', score: random.whole(trouble > 0.2 ? 2 : 4, 7), about: 'checkout' })
  }

  /** A buyer comes back for what they have. */
  const lookAfter = () => {
    open('order_status', '/orders/last', 'Your order')
    tell('order_status_viewed')
    if (random.chance(0.3)) tell('feedback', { kind: 'nps', score: random.whole(random.chance(0.7) ? 8 : 2, 10) })
    if (random.chance(0.18)) tell('review_submitted', { rating: random.whole(3, 5), item_id: random.of(items).item_id })
    if (random.chance(0.12)) tell('share', { method: random.of(['whatsapp', 'copy', 'telegram']), content_type: 'product' })
    if (random.chance(0.05)) tell('support_contacted', { topic: 'delivery', via: 'chat' })
    if (random.chance(0.04)) tell('referral_sent', { program: 'friends' })
  }

  const walk = () => {
    let place = shopper.left ? 'checkOut' : shopper.orders && random.chance(0.4) ? 'orders' : random.weighed(channel === 'paid_social' || channel === 'paid_shopping' ? { product: 70, home: 30 } : channel === 'organic_search' ? { product: 40, list: 35, home: 25 } : { home: 70, list: 20, product: 10 })
    for (let steps = 0; steps < 12 && place !== 'gone'; steps++) {
      if (place === 'checkOut') {
        if (cart.items.length) checkOut()
        return
      }
      if (place === 'orders') {
        lookAfter()
        place = random.chance(0.3) ? 'list' : 'gone'
        continue
      }
      if (place === 'home') open('home', '/', 'Finjan')
      if (place === 'list') {
        open('category', `/c/${random.of(items).item_category}`, 'Our range')
        tell('view_item_list', { item_list_name: 'range' }, 'data-layer')
      }
      if (place === 'search') {
        open('search', '/search', 'Search')
        tell('search', { search_term: random.of(['cups', 'gift', 'decaf', 'green tea', 'dallah']) }, 'forms')
      }
      const item = place === 'product' ? product() : undefined
      // Who has bought before knows what they want.
      let next = item && shopper.orders && random.chance(0.4) ? 'cart' : random.weighed(ways[place] ?? {})
      if (item && next === 'cart') {
        cart.items = [...cart.items, { ...item, quantity: random.chance(0.2) ? 2 : 1 }]
        tell('add_to_cart', { ...commerce([item]), cart_id: cart.id }, 'commerce')
        next = random.chance(0.62) ? 'checkOut' : random.chance(0.5) ? 'list' : 'gone'
      }
      place = next
    }
    if (cart.items.length) abandon('product')
  }

  if (shopper.user && !shopper.knows && shopper.visits && random.chance(0.5)) {
    shopper.knows = true
    open('account', '/account', 'Log in')
    tell('login')
    tell('identify', { ...shopper.traits })
  }
  walk()
  if (!touchpoints.length) open('home', '/', 'Finjan')
  if (random.chance(0.02)) tell('js_error', { type: 'TypeError', message: 'x is undefined', file: '/theme.js' }, 'errors')
  shopper.visits++
  return { id, started: began, ended: at, device: shopper.device, channel, number: shopper.visits, visitor: shopper.visitor, landing, pages, touchpoints }
}
