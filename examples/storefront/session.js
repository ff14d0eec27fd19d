// @ts-check
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { cartText, parseCart } from './cart.js'
import { isTier } from './checkout.js'

/** @typedef {import('hono').Context} Context */
/** What the next page says once: `begin_checkout` and the like for the tracker, `added` and the like for the shopper. */
/** @typedef {typeof notices[number]} Notice */

const notices = /** @type {const} */ (['added', 'coupon_refused', 'newsletter_invalid', 'begin_checkout', 'add_shipping_info', 'add_payment_info', 'newsletter_subscribed', 'sign_up'])

const options = /** @type {const} */ ({ path: '/', httpOnly: true, sameSite: 'Lax' })

/** @param {Context} c */
export const readCart = (c) => parseCart(getCookie(c, 'cart') ?? '')

/** @param {Context} c @param {import('./cart.js').Cart} cart */
export const writeCart = (c, cart) => setCookie(c, 'cart', cartText(cart), { ...options, maxAge: 30 * 86_400 })

/** @param {Context} c @returns {import('./checkout.js').Checkout} */
export const readCheckout = (c) => {
  try {
    const { address, tier, card } = JSON.parse(Buffer.from(getCookie(c, 'checkout') ?? '', 'base64url').toString())
    const isComplete = address && Object.values(address).every((value) => typeof value === 'string')
    return { ...(isComplete && { address }), ...(isTier(tier) && { tier }), ...(/^\d{4}$/.test(card) && { card }) }
  } catch {
    return {}
  }
}

/** Keeps what was answered so far; of a card only its last four digits. @param {Context} c @param {import('./checkout.js').Checkout} checkout */
export const writeCheckout = (c, checkout) => setCookie(c, 'checkout', Buffer.from(JSON.stringify(checkout)).toString('base64url'), options)

/** @param {Context} c */
export const endCheckout = (c) => {
  deleteCookie(c, 'cart', { path: '/' })
  deleteCookie(c, 'checkout', { path: '/' })
}

/** @param {Context} c @param {Notice[]} names */
export const leaveNotices = (c, names) => setCookie(c, 'notices', names.join('.'), options)

/** The notices that the last request left; they are gone afterwards. @param {Context} c @returns {Notice[]} */
export const takeNotices = (c) => {
  const left = getCookie(c, 'notices')
  if (left === undefined) return []
  deleteCookie(c, 'notices', { path: '/' })
  return notices.filter((name) => left.split('.').includes(name))
}

/** @param {Context} c @returns {'granted' | 'denied' | ''} */
export const consentOf = (c) => {
  const answer = getCookie(c, 'consent')
  return answer === 'granted' || answer === 'denied' ? answer : ''
}
