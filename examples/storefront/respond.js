// @ts-check
import { layout } from './layout.js'
import { consentOf, readCart, readCheckout, takeNotices } from './session.js'
import { viewFor } from './view.js'

/** @typedef {import('hono').Context} Context */
/** @typedef {import('./view.js').View} View */
/** @typedef {{ lang: import('./languages.js').Lang, endpoint: string, orders: ReturnType<typeof import('./orders.js').createOrders> }} Place */

/** What this request says of its shopper. Takes the notices that wait for the next page. @param {Context} c @param {Place} place @returns {View} */
export const viewOf = (c, { lang, endpoint }) => {
  const { pathname, search } = new URL(c.req.url)
  const path = pathname.replace(/^\/(en|ar|fa)(?=\/|$)/, '').replace(/\/$/, '') + search
  return viewFor({ lang, endpoint, path, consent: consentOf(c), cart: readCart(c), checkout: readCheckout(c), notices: takeNotices(c) })
}

/**
 * Answers with a page. Its own copy is never reused, since it shows a cart.
 *
 * @param {Context} c
 * @param {View} view
 * @param {(view: View) => import('./view.js').Page} write
 */
export const show = (c, view, write) => {
  const page = write(view)
  return c.html(layout(view, page).html, page.status ?? 200, { 'cache-control': 'private, no-cache' })
}

/**
 * The text fields of a posted form, trimmed and short.
 *
 * @param {Context} c
 * @returns {Promise<Record<string, string>>}
 */
export const formOf = async (c) => Object.fromEntries(Object.entries(await c.req.parseBody()).map(([name, value]) => [name, typeof value === 'string' ? value.trim().slice(0, 80) : '']))
