// @ts-check
import { icon, productArt } from '../art.js'
import { commerceOf, detailed, freeShippingFrom, maxQuantity, toItem, totalsOf } from '../cart.js'
import { html } from '../html.js'
import { sums } from '../sums.js'

/** @typedef {import('../view.js').View} View */
/** @typedef {ReturnType<typeof detailed>[number]} Detail */

/** @param {View} view @param {Detail} line */
const quantityForm = ({ t, to, number }, { key, quantity }) => html`<form class="stepper" method="post" action="${to('/cart/update')}" data-line="${key}" data-was="${quantity}"><input type="hidden" name="key" value="${key}"><button name="quantity" value="${quantity - 1}" class="line-less" aria-label="${t.less}">−</button><span class="line-quantity"><span class="visually-hidden">${t.quantity} </span>${number(quantity)}</span><button name="quantity" value="${quantity + 1}" class="line-more" aria-label="${t.more}"${quantity >= maxQuantity && html` disabled`}>+</button></form>`

/** @param {View} view @param {Detail} line */
const row = (view, line) => {
  const { t, to, lang } = view
  return html`<li class="line" id="line-${line.key.replace('.', '-')}"><a class="picture" href="${to(`/product/${line.product.slug}`)}" tabindex="-1" aria-hidden="true">${productArt(line.product)}</a><div class="line-text"><a href="${to(`/product/${line.product.slug}`)}"><strong>${line.product.name[lang]}</strong></a><span class="quiet">${line.variant.label[lang]} · <bdi>${view.price(line.variant.price)}</bdi></span></div>${quantityForm(view, line)}<span class="price"><bdi>${view.price(line.amount)}</bdi></span><form method="post" action="${to('/cart/update')}" data-line="${line.key}" data-was="${line.quantity}"><input type="hidden" name="key" value="${line.key}"><button class="link line-remove" name="quantity" value="0" aria-label="${t.remove}: ${line.product.name[lang]}">${t.remove}</button></form></li>`
}

/** @param {View} view */
const couponForm = ({ t, to, cart, notices }) => {
  const isRefused = notices.includes('coupon_refused')
  return html`<form class="coupon" id="coupon-form" method="post" action="${to('/cart/coupon')}"><label for="coupon">${t.coupon}</label><div class="joined"><input id="coupon" name="coupon" dir="ltr" autocomplete="off" autocapitalize="characters" maxlength="20" value="${cart.coupon}"${isRefused && html` aria-invalid="true"`} aria-describedby="coupon-note"><button class="button quiet-button" id="apply-coupon">${t.apply}</button></div>${isRefused ? html`<p class="error" id="coupon-note" role="alert">${t.couponRefused}</p>` : html`<p class="quiet" id="coupon-note">${cart.coupon ? t.couponApplied : t.couponHint}</p>`}</form>`
}

/** How far it is to free delivery. @param {View} view @param {number} value */
const freeDelivery = ({ t, price }, value) => html`<div class="free"><label for="free-progress">${value >= freeShippingFrom ? t.freeReached : t.freeIn(price(freeShippingFrom - value))}</label><progress id="free-progress" max="${freeShippingFrom}" value="${Math.min(value, freeShippingFrom)}"></progress></div>`

/** @param {View} view @returns {import('../view.js').Page} */
const emptyCart = ({ t, to }) => ({
  title: t.cartTitle,
  main: html`<section class="wrap middle"><h1>${t.cartEmpty}</h1><p class="lead">${t.cartEmptyText}</p><p><a class="button" href="${to('/shop')}">${t.browse}</a></p></section>`,
})

/** @param {View} view @returns {import('../view.js').Page} */
export const cartPage = (view) => {
  const { t, to, cart, notices } = view
  const lines = detailed(cart)
  if (lines.length === 0) return emptyCart(view)
  const refused = notices.includes('coupon_refused') ? [{ name: 'coupon_refused', props: { reason: 'unknown' } }] : []
  return {
    title: t.cartTitle,
    data: {
      events: [{ name: 'view_cart', props: commerceOf(cart) }, ...refused],
      lines: Object.fromEntries(lines.map(({ key, product, variant }) => [key, toItem(product, variant)])),
    },
    main: html`<section class="wrap"><h1>${t.cartTitle}</h1>${notices.includes('added') && html`<p class="notice" role="status">${icon('check')}${t.added}</p>`}<div class="split"><ul class="lines">${lines.map((line) => row(view, line))}</ul><aside class="panel" aria-labelledby="summary-title"><h2 id="summary-title">${t.summary}</h2>${freeDelivery(view, totalsOf(cart).value)}${couponForm(view)}${sums(view, totalsOf(cart))}<a class="button big-button" id="to-checkout" href="${to('/checkout')}">${t.toCheckout}</a></aside></div></section>`,
  }
}
