// @ts-check
import { html } from './html.js'
import { productArt } from './art.js'
import { detailed, totalsOf } from './cart.js'

/** @typedef {import('./view.js').View} View */

/** The sums under a cart or an order. @param {View} view @param {ReturnType<typeof totalsOf>} totals @param {import('./cart.js').Tier} [tier] */
export const sums = ({ t, price }, totals, tier) => html`<dl class="sums"><div><dt>${t.subtotal}</dt><dd><bdi>${price(totals.subtotal)}</bdi></dd></div>${totals.discount > 0 && html`<div class="discount"><dt>${t.discount}</dt><dd><bdi>${price(-totals.discount)}</bdi></dd></div>`}<div><dt>${t.shipping}</dt><dd>${!tier ? html`<span class="quiet">${t.atCheckout}</span>` : totals.shipping === 0 ? t.free : html`<bdi>${price(totals.shipping)}</bdi>`}</dd></div><div><dt>${t.tax}</dt><dd><bdi>${price(totals.tax)}</bdi></dd></div><div class="total"><dt>${t.total}</dt><dd id="total"><bdi>${price(totals.total)}</bdi></dd></div></dl>`

/** What is ordered, in small. @param {View} view @param {import('./cart.js').Cart} cart */
export const orderedItems = ({ lang, number, price }, cart) => html`<ul class="ordered">${detailed(cart).map(({ product, variant, quantity, amount }) => html`<li><span class="picture">${productArt(product)}<span class="count">${number(quantity)}</span></span><span class="line-text"><strong>${product.name[lang]}</strong><span class="quiet">${variant.label[lang]}</span></span><bdi>${price(amount)}</bdi></li>`)}</ul>`
