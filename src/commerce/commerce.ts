import { guarded } from '../browser/listen.js'
import { onLifecycle } from '../browser/on-lifecycle.js'
import { onOutward } from '../browser/on-outward.js'
import { currentPage } from '../browser/page.js'
import { randomName, uuidv7 } from '../ids.js'
import type { Host, Part, PartStarter, Placed } from '../part.js'
import type { Moment, Props, Stop } from '../types.js'
import type { Item } from '../vocabulary.js'
import { abandonment, type AbandonmentOptions } from './abandonment.js'
import { differ, merge } from './cart.js'
import { checkout, isPaymentHost } from './checkout.js'
import { toItems, valueOf } from './items.js'
import { toCurrency, toMoney } from './money.js'
import { enter } from './purchases.js'
import { blank, type Change, type Emit, type State } from './state.js'

/** Settings of `commerce`. */
export interface CommerceOptions extends AbandonmentOptions {
  /** Hosts of payment providers besides the well-known ones. @default [] */
  readonly paymentHosts?: readonly string[]
}

/** What `tracker.cart` takes besides the items. */
export interface CartDetails {
  /** ISO 4217. */
  readonly currency?: string
  readonly coupon?: string
  /** An address that brings this cart back, told with an abandonment; only e-mails and cards are cut out of it. */
  readonly url?: string
  /** How many digits of the items' whole prices are minor units: 2 where 1800 means 18.00. @default 0 */
  readonly minorUnits?: number
}

/** What commerce adds to a tracker. */
export interface CartMethods {
  /** Says what the cart holds now, all of it. What is new or gone since becomes `add_to_cart` and `remove_from_cart`. */
  readonly cart: (items: readonly Item[], details?: CartDetails) => void
  /** Calls back with the props of each report of an abandoned cart, while the page is still there or as it goes: the moment to ask why. */
  readonly onAbandonment: (callback: (props: Props) => void) => Stop
}

const KEY = 'commerce'
const COMMERCE = /cart|checkout|shipping|payment|item|promotion|wishlist|^purchase$|^refund$|^subscription_renewed$|^order_cancelled$|^generate_lead$/
/** What has to wait for the state: the cart's differences, and whether an order is known. */
const CHANGES = /^(add_to_cart|remove_from_cart|view_cart|begin_checkout|add_shipping_info|add_payment_info|checkout_step|checkout_error|purchase)$/
const AMOUNTS = ['value', 'tax', 'shipping']
/** How exactly the last activity is stored, ms: each put costs a transaction. */
const PRECISION = 60_000
/** How late a timer may be before the machine must have slept, ms. */
const SLEPT = 90_000
/** How many changes wait in memory, and how many are remembered as made. */
const MOST = 200
/** How long a navigation takes at most to leave the page, ms. */
const UNDER_WAY = 30_000

/** What follows from a change. */
type Told = readonly [change: Change, moment: Moment]

/** Keeps the cart, the checkout and the orders of a device, and tells when a cart is abandoned. Pass it to `createTracker`. Throws a `TypeError` for a wrong option. */
export function commerce(options: CommerceOptions = {}): PartStarter<CartMethods> {
  const { abandonAfter = 1, paymentHosts = [], hostedCheckout = false } = options
  const expect = (isRight: boolean, option: string, expected: string) => {
    if (!isRight) throw new TypeError(`rihla: ${option} must be ${expected}`)
  }
  expect(typeof abandonAfter === 'number' && abandonAfter > 0, 'abandonAfter', 'a number of milliseconds above 0')
  expect(Array.isArray(paymentHosts) && paymentHosts.every((host) => typeof host === 'string'), 'paymentHosts', 'an array of hosts')
  expect(typeof hostedCheckout === 'boolean', 'hostedCheckout', 'true or false')
  return Object.assign((host: Host) => start(host, options), { inert: { cart: () => {}, onAbandonment: () => () => {} } })
}

/** One change of the state, and in order what follows from it. Pure; a change that was made before changes nothing. */
export function reduce(state: State, change: Change, emit: Emit, options: AbandonmentOptions): State {
  if (state.done.includes(change.id)) return state
  const { moment, props, kind, at } = change
  const name = moment?.name ?? ''
  const done = [...state.done, change.id].slice(-MOST)
  const isOrder = name === 'purchase'
  const orders = isOrder ? enter(state.orders, `${props?.transaction_id ?? ''}`) : state.orders
  if (!orders) return { ...state, done }
  const known = checkout(abandonment(state, change, emit, options), change, emit)
  const next = kind === 'cart' || /^(add_to|remove_from)_cart$/.test(name) ? withCart(known, change, emit) : known
  if (moment) emit({ ...moment, props: { ...props, cart_id: known.cart, cart_version: next.cart === known.cart ? next.version : known.version + 1 } })
  // What is bought or emptied has had its story: what comes next is another cart.
  const isOver = isOrder || (known.lines.length > 0 && !next.lines.length)
  return { ...(isOver ? { ...blank(uuidv7(at), at), told: next.told } : next), orders, done }
}

function withCart(state: State, { moment, props = {}, at, page }: Change, emit: Emit): State {
  const items = props.items ?? []
  const lines = moment ? merge(state.lines, items, moment.name === 'add_to_cart' ? 1 : -1) : merge([], items)
  const { added, removed } = differ(state.lines, lines)
  const [currency = state.currency, coupon = state.coupon, url = state.url] = [text(props.currency), text(props.coupon), text(props.url)]
  const version = state.version + +(added.length + removed.length > 0)
  const tell = (name: string, list: readonly Item[]) =>
    !moment && list.length && emit({ name, source: 'commerce', at, page, props: { currency, value: valueOf(list), coupon, items: list, cart_id: state.cart, cart_version: version } })
  tell('remove_from_cart', removed)
  tell('add_to_cart', added)
  return { ...state, lines, version, currency, coupon, url }
}

const text = (value: unknown) => (typeof value === 'string' && value ? value.slice(0, 1024) : undefined)

function start({ database, spill, now, isHidden, isOn, isDenied, emit, report, fail }: Host, options: CommerceOptions): Part<CartMethods> {
  const { abandonAfter = 1_800_000, paymentHosts } = options
  const isPayment = isPaymentHost(paymentHosts)
  const complain = (message: string) => report('input', message)
  const hearers = new Set<(props: Props) => void>()
  const tell: Emit = (moment) => {
    emit(moment)
    if (moment.name === 'cart_abandonment') for (const hear of hearers) hear(moment.props!)
  }

  let state: State | undefined
  let queue: Change[] = []
  let working: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = now()
  let going: { readonly url: string; readonly at: number } | undefined
  let isLeft = false
  let era = 0

  const push = (kind: Change['kind'], more: Partial<Change> = {}) => {
    if (isDenied()) return
    queue = [...queue, { id: randomName(), at: now(), kind, page: currentPage(), ...more }]
    if (queue.length <= MOST) return
    // Too long without storage or consent: the oldest goes its way without the cart.
    const { moment, told } = queue.shift()!
    if (moment && !told) emit(moment)
  }

  const apply = (old: State, changes: readonly Change[], out: Told[]) =>
    changes.reduce((before, change) => {
      try {
        return reduce(before, change, (moment) => out.push([change, moment]), options)
      } catch (cause) {
        // One that cannot be made must not stand in the way of the others.
        fail(cause)
        return before
      }
    }, old)

  const tellAll = (changes: readonly Change[], out: readonly Told[]) => {
    const fresh = out.filter(([change]) => !change.told)
    for (const change of changes) change.told = true
    for (const [, moment] of fresh) tell(moment)
  }

  /** Makes what waits part of the state of all tabs, then tells what follows. */
  const work = (mine = era): Promise<void> => {
    const all = async () => {
      while (mine === era && isOn() && !isHidden() && queue.length && (await settle(mine)));
      if (mine === era) working = undefined
    }
    return (working ??= Promise.resolve().then(all))
  }

  /** `false` when it has to wait. */
  const settle = async (mine: number): Promise<boolean> => {
    const changes = queue
    let out: Told[] = []
    const next = (old: State = blank(uuidv7(now()), now())) => {
      out = []
      return apply(old, changes, out)
    }
    const read = await database.update<State>(KEY, next).catch((cause) => {
      // Hidden or left: the queue waits. Where storage refuses, this page has a cart of its own.
      return cause?.name === 'AbortError' ? undefined : next(state)
    })
    if (!read || mine !== era) return false
    state = read
    queue = queue.filter((change) => !changes.includes(change))
    spill.remove()
    tellAll(changes, out)
    watch()
    return true
  }

  /** The first time is the tracker's to choose: not in the task that starts the page. */
  const soon = () => state && void work().catch(fail)

  /** The timer counts time in which the machine was awake; a clock that is set does not move it. */
  const watch = () => {
    clearTimeout(timer)
    if (!state?.lines.length || state.abandoned) return
    const due = last + abandonAfter
    const rang = () => {
      if (Math.abs(now() - due) > SLEPT) return touch(now())
      push('active', { at: last })
      push('idle')
      soon()
    }
    timer = setTimeout(guarded(rang, fail), abandonAfter)
  }

  const touch = (at: number) => {
    last = at
    watch()
    if (!state || queue.length || Math.abs(at - state.active) < PRECISION) return
    push('active')
    soon()
  }

  /** What storage need not or cannot be asked for happens on what is known; it becomes part of the state of all tabs later. */
  const hurry = () => {
    const waiting = queue.filter((change) => !change.told)
    const out: Told[] = []
    state = apply(state ?? blank(uuidv7(now()), now()), waiting, out)
    tellAll(waiting, out)
  }

  const keep = () => {
    if (!queue.length) return
    hurry()
    spill.write(queue.map(({ moment, ...change }) => [change.id, JSON.stringify({ ...change, ...(moment && { moment: { name: moment.name } }) })]))
  }

  /** What earlier pages could not finish, then this page's own beginning. */
  const begin = (isFresh: boolean) => {
    const host = hostOf(document.referrer)
    if (isFresh || isLeft) push('start', { host, isPayment: isPayment(host) })
    isLeft = false
  }

  const recall = guarded(() => {
    for (const [name, entries] of spill.read()) {
      queue.unshift(...entries.map(([, json]) => JSON.parse(json) as Change))
      spill.remove(name)
    }
  }, fail)

  const ready = async () => {
    if (isOn() && !state && !isHidden()) recall()
    await work()
  }

  const clean = (moment: Placed): Placed => {
    const page = isPayment(hostOf(moment.page.referrer ?? '')) ? { ...moment.page, referrer: '' } : moment.page
    if (!COMMERCE.test(moment.name) || typeof moment.props !== 'object' || !moment.props) return { ...moment, page }
    const props: { [key: string]: unknown } = {}
    for (const key of Object.keys(moment.props)) {
      try {
        props[key] = key === 'items' ? toItems(moment.props[key], complain) : key === 'currency' ? currency(moment.props[key]) : AMOUNTS.includes(key) ? amount(key, moment.props[key]) : moment.props[key]
      } catch {
        complain(`${key} of ${moment.name} cannot be read; it was left out`)
      }
    }
    if ('value' in props && !props.currency) complain(`${moment.name} has a value and no currency`)
    return { ...moment, page, props }
  }
  const amount = (key: string, value: unknown) => {
    const money = toMoney(value)
    if (money === undefined && value !== undefined && value !== null) complain(`${key} must be an unambiguous amount such as 18.00; it was left out`)
    return money
  }
  const currency = (value: unknown) => {
    const code = toCurrency(value)
    if (!code && value !== undefined && value !== null) complain('currency must be a code of ISO 4217 such as EUR; it was left out')
    return code
  }

  const leave = (isLast: boolean) => {
    if (!isOn()) return
    if (isLast) {
      isLeft = true
      const to = going && now() - going.at < UNDER_WAY ? hostOf(going.url) : ''
      if (to !== location.host && state) push('leave', { host: to, isPayment: isPayment(to) })
    }
    keep()
  }
  /** The tracker's own listener comes after, and makes storage usable again. */
  const back = () => void setTimeout(() => ready().catch(fail), 0)
  const restored = () => {
    era++
    working = going = undefined
    begin(false)
    back()
  }

  begin(true)
  const stops = [onLifecycle({ hidden: () => leave(false), left: () => leave(true), seen: back, restored }, fail), onOutward((url) => (going = { url, at: now() }), fail)]

  return {
    see: (seen) => {
      const moment = clean(seen)
      if (CHANGES.test(moment.name) && (!moment.props || typeof moment.props === 'object')) {
        const { props } = moment
        push('moment', { moment, ...(props && { props }), at: moment.at, page: moment.page })
        // A known state answers at once: the page may be gone before storage does.
        if (state && isOn() && !working) hurry()
        soon()
      } else emit(moment)
      touch(now())
    },
    ready,
    clear: () => {
      era++
      state = working = undefined
      queue = []
      clearTimeout(timer)
      spill.clear()
    },
    stop: () => {
      if (isOn()) keep()
      clearTimeout(timer)
      for (const stop of stops) stop()
    },
    methods: {
      cart: guarded((items: readonly Item[], details: CartDetails = {}) => {
        const { currency: code, coupon, url, minorUnits } = Object(details) as CartDetails
        push('cart', { props: { items: toItems(items, complain, minorUnits), currency: currency(code), coupon: text(coupon), url: text(url) } })
        touch(now())
        soon()
      }, fail),
      onAbandonment: (callback) => {
        const hear = guarded(callback, fail)
        hearers.add(hear)
        return () => void hearers.delete(hear)
      },
    },
  }
}

/** The host of a URL; empty where it is none. */
const hostOf = (url: string): string => /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? ''
