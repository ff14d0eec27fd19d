import { isFriction } from '../friction.js'
import type { isPaymentHost } from '../hosts.js'
import type { Placed } from '../part.js'
import { hostOf } from '../touchpoint.js'
import type { Cart } from '../types.js'
import type { Item } from '../vocabulary.js'
import { complete } from './cart.js'
import { type Complain, toItems } from './items.js'
import { toCurrency, toMoney } from './money.js'
import type { Change } from './state.js'

/** Makes numbers of amounts and tells what is wrong with what a page says of money and items. */
export interface Cleaner {
  /** A moment whose commerce parameters are right or left out, a copy where something is to be added to it, with what is known of its items; a payment provider is no referrer. */
  readonly moment: (moment: Placed, notes: readonly Item[]) => Placed
  /** A cart as a change. */
  readonly cart: (cart: Cart) => Pick<Change, 'props' | 'isHosted'>
}

const COMMERCE = /cart|checkout|shipping|payment|item|promotion|wishlist|^purchase$|^refund$|^subscription_renewed$|^order_cancelled$|^generate_lead$/
const AMOUNTS = ['value', 'tax', 'shipping']

/** A text of bounded length; `undefined` for anything else and for the empty one. */
export const toText = (value: unknown): string | undefined => (typeof value === 'string' && value ? value.slice(0, 1024) : undefined)

/** Makes a cleaner. */
export function createCleaner(isPayment: ReturnType<typeof isPaymentHost>, complain: Complain): Cleaner {
  /** What is absent is nobody's mistake. */
  const checked = <T>(value: unknown, to: (value: unknown) => T | undefined, message: string) => {
    const clean = to(value)
    if (clean === undefined && value !== undefined && value !== null) complain(`${message}; it was left out`)
    return clean
  }
  const amount = (key: string, value: unknown, code?: string) => checked(value, (given) => toMoney(given, { currency: code }), `${key} must be an unambiguous amount such as 18.00`)
  const currency = (value: unknown) => checked(value, toCurrency, 'currency must be a code of ISO 4217 such as EUR')

  const param = (key: string, value: unknown, notes: readonly Item[], code?: string) =>
    key === 'items' ? complete(toItems(value, complain), notes) : key === 'currency' ? currency(value) : AMOUNTS.includes(key) ? amount(key, value, code) : value

  return {
    moment: (moment, notes) => {
      const page = isPayment(hostOf(moment.page.referrer)) ? { ...moment.page, referrer: '' } : moment.page
      const isCommerce = COMMERCE.test(moment.name)
      if (!(isCommerce || isFriction(moment.name)) || typeof moment.props !== 'object' || !moment.props || Array.isArray(moment.props)) return { ...moment, page }
      const props: { [key: string]: unknown } = {}
      for (const key of Object.keys(moment.props)) {
        try {
          props[key] = isCommerce ? param(key, moment.props[key], notes, toCurrency(moment.props.currency)) : moment.props[key]
        } catch {
          complain(`${key} of ${moment.name} cannot be read; it was left out`)
        }
      }
      if (isCommerce && 'value' in props && !props.currency) complain(`${moment.name} has a value and no currency`)
      return { ...moment, page, props }
    },
    cart: ({ items, currency: code, coupon, url, minorUnits, hostedCheckout }) => ({
      props: { items: toItems(items, complain, minorUnits), currency: currency(code), coupon: toText(coupon), url: toText(url) },
      ...(hostedCheckout && { isHosted: true }),
    }),
  }
}
