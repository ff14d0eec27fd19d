// @ts-check
import { icon } from '../art.js'
import { commerceOf, totalsOf } from '../cart.js'
import { html } from '../html.js'
import { orderedItems, sums } from '../sums.js'

/** @typedef {{ number: string, cart: import('../cart.js').Cart, tier: import('../cart.js').Tier }} Order */

/**
 * Every visit of this page tracks the purchase again, as in most shops: the order number keeps it one purchase.
 *
 * @param {import('../view.js').View} view
 * @param {Order} order
 * @returns {import('../view.js').Page}
 */
export const thanksPage = (view, { number, cart, tier }) => {
  const { t, to } = view
  const totals = totalsOf(cart, tier)
  return {
    title: t.orderNumber,
    data: { events: [{ name: 'purchase', props: { transaction_id: number, ...commerceOf(cart), tax: totals.tax, shipping: totals.shipping } }] },
    main: html`<section class="wrap thanks"><span class="seal">${icon('check')}</span><h1>${t.thanksTitle}</h1><p class="lead">${t.thanksText}</p><p>${t.orderNumber} <strong id="order-number"><bdi dir="ltr">${number}</bdi></strong></p><div class="panel">${orderedItems(view, cart)}${sums(view, totals, tier)}</div><p><a class="button" id="keep-shopping" href="${to('')}">${t.keepShopping}</a></p></section>`,
  }
}
