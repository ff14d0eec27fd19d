import { guarded } from '../browser/listen.js'
import { onLifecycle } from '../browser/on-lifecycle.js'
import { onOutward } from '../browser/on-outward.js'
import { currentPage, loadType } from '../browser/page.js'
import { isFriction } from '../friction.js'
import { isPaymentHost } from '../hosts.js'
import type { Host, Part, PartStarter } from '../part.js'
import { hostOf } from '../touchpoint.js'
import type { Cart, Moment, Props, Stop } from '../types.js'
import type { Item } from '../vocabulary.js'
import { ABANDON_AFTER, type AbandonmentOptions } from './abandonment.js'
import { annotate } from './cart.js'
import { createChanges } from './changes.js'
import { createCleaner } from './clean.js'
import { createIdleness } from './idleness.js'
import { toItems } from './items.js'
import { createReadings } from './readings.js'
import { reduce } from './reduce.js'
import { createVariants } from './variants.js'

/** Settings of `commerce`. */
export interface CommerceOptions extends AbandonmentOptions {
  /** Hosts of payment providers besides the well-known ones. @default [] */
  readonly paymentHosts?: readonly string[]
}

/** What commerce adds to a tracker. */
export interface CartMethods {
  /** Says what the cart holds now, all of it. What is new or gone since becomes `add_to_cart` and `remove_from_cart`. */
  readonly cart: (items: readonly Item[], details?: Omit<Cart, 'items'>) => void
  /** Calls back with the props of each report of an abandoned cart, while the page is still there or as it goes: the moment to ask why. */
  readonly onAbandonment: (callback: (props: Props) => void) => Stop
}

/** What has to wait for the state: the cart's differences, and whether an order is known. */
const CHANGES = /^(add_to_cart|remove_from_cart|view_cart|begin_checkout|add_shipping_info|add_payment_info|checkout_step|checkout_error|coupon_refused|purchase)$/
/** How long a navigation takes at most to leave the page, ms. */
const UNDER_WAY = 30_000
/** A page that is hidden so soon after a navigation has begun is being left by it, ms. */
const JUST_NOW = 5000

/** Keeps the cart, the checkout and the orders of a device, and tells when a cart is abandoned. Pass it to `createTracker`. Throws a `TypeError` for a wrong option. */
export function commerce(options: CommerceOptions = {}): PartStarter<CartMethods> {
  const { abandonAfter = ABANDON_AFTER, paymentHosts = [], hostedCheckout = false } = options
  const expect = (isRight: boolean, option: string, expected: string) => {
    if (!isRight) throw new TypeError(`rihla: ${option} must be ${expected}`)
  }
  expect(typeof abandonAfter === 'number' && abandonAfter > 0, 'abandonAfter', 'a number of milliseconds above 0')
  expect(Array.isArray(paymentHosts) && paymentHosts.every((host) => typeof host === 'string'), 'paymentHosts', 'an array of hosts')
  expect(typeof hostedCheckout === 'boolean', 'hostedCheckout', 'true or false')
  return Object.assign((host: Host) => start(host, options), { inert: { cart: () => {}, onAbandonment: () => () => {} } })
}

function start(host: Host, options: CommerceOptions): Part<CartMethods> {
  const { now, isOn, emit, report, fail } = host
  const { abandonAfter = ABANDON_AFTER, paymentHosts } = options
  const isPayment = isPaymentHost(paymentHosts)
  const clean = createCleaner(isPayment, (message) => report('input', message))
  const hearers = new Set<(props: Props) => void>()
  let going: { readonly url: string; readonly at: number } | undefined
  let isLeft = false
  let notes: readonly Item[] = []

  /** With the cart, and the checkout step, at which it hurts. */
  const located = (moment: Moment): Moment => {
    const { step, cart } = changes.state() ?? {}
    const { name, props } = moment
    const canSay = props === undefined || (typeof props === 'object' && !Array.isArray(props))
    return step && isFriction(name) && canSay ? { ...moment, props: { step, cart_id: cart, ...props } } : moment
  }
  const variants = createVariants((moment) => emit(located(moment)))
  const tell = (moment: Moment) => {
    emit(moment)
    variants(moment)
    if (moment.name === 'cart_abandonment') for (const hear of hearers) hear(moment.props!)
  }

  const changes = createChanges({
    ...host,
    reduce: (state, change, out) => reduce(state, change, out, options),
    emit: tell,
    isHeld: () => readings.isOn(),
    onChange: () => idleness.watch(),
  })
  const { push, soon } = changes
  const idleness = createIdleness({ changes, now, abandonAfter, fail })
  const readings = createReadings({
    ...host,
    mark: changes.mark,
    take: (cart, { at, page, after }) => push('cart', { at, page, ...clean.cart(cart) }, after),
    onEnd: () => void changes.work().catch(fail),
  })

  const note = (items: readonly Item[]) => {
    const known = toItems(items, () => {})
    notes = annotate(notes, known)
    // Not worth a transaction of its own.
    if (known.length) push('note', { props: { items: known } })
  }

  const ready = async () => {
    await readings.read()
    await changes.work()
  }

  /** This page's own beginning. Its referrer stays when it is shown again; and what opened beside the shop, or in a frame, is not the shopper's way. */
  const begin = (isNew: boolean) => {
    const from = hostOf(document.referrer)
    push('start', { isPayment: isPayment(from), host: isNew && window.top === window && !window.opener ? from : undefined })
    isLeft = false
  }

  const leave = (isLast: boolean) => {
    if (!isOn()) return
    isLeft ||= isLast
    const to = going && now() - going.at < (isLast ? UNDER_WAY : JUST_NOW) ? hostOf(going.url) : ''
    // A page of Firefox may be hidden and gone without having been left.
    if ((isLast || to) && to !== location.host && changes.state()) push('leave', { host: to, isPayment: isPayment(to) })
    changes.keep()
  }
  /** The tracker's own listener comes after, and makes storage usable again. */
  const back = () => void setTimeout(() => ready().catch(fail), 0)
  const restored = () => {
    changes.restart()
    going = undefined
    if (isLeft) begin(false)
    back()
  }

  begin(loadType() === 'load')
  const stops = [onLifecycle({ hidden: () => leave(false), left: () => leave(true), seen: back, restored }, fail), onOutward((url) => (going = { url, at: now() }), fail)]

  return {
    see: (seen) => {
      if ('cart' in seen) return readings.sight(seen, currentPage())
      if ('items' in seen) return note(seen.items)
      if ('field' in seen) return push('note', { props: { field: seen.field } })
      const moment = clean.moment(seen, notes)
      if (CHANGES.test(moment.name) && (!moment.props || typeof moment.props === 'object')) {
        const { props, at, page } = moment
        push('moment', { moment, ...(props && { props }), at, page })
        // A known state answers at once: the page may be gone before storage does.
        changes.hurry()
        soon()
      } else tell(located(moment))
      idleness.touch()
    },
    ready,
    clear: () => {
      notes = []
      changes.clear()
      readings.clear()
      idleness.stop()
    },
    stop: () => {
      if (isOn()) changes.keep()
      readings.clear()
      idleness.stop()
      for (const stop of stops) stop()
    },
    methods: {
      cart: guarded((items: readonly Item[], details: Omit<Cart, 'items'> = {}) => {
        push('cart', clean.cart({ ...details, items }))
        idleness.touch()
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
