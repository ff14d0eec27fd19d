// @ts-check
import { icon, productArt } from '../art.js'
import { categoryOf, firstVariant, products } from '../catalog.js'
import { toItem } from '../cart.js'
import { html } from '../html.js'
import { listSeen, productGrid, toItemList } from '../lists.js'

/** @typedef {import('../view.js').View} View */
/** @typedef {import('../catalog.js').Product} Product */

/** Two of other categories: what is bought together. @param {Product} product */
const relatedTo = (product) => {
  const others = products.filter((candidate) => categoryOf(candidate) !== categoryOf(product))
  const start = products.indexOf(product)
  return [0, 3, 6, 1].map((step) => others[(start + step) % others.length])
}

/** @param {View} view @param {Product} product */
const variants = ({ t, lang }, product) => html`<fieldset class="choices"><legend>${t[product.option]}</legend>${product.variants.map((variant) => html`<label class="choice"><input type="radio" name="variant" id="variant-${variant.id}" value="${variant.id}"${variant === firstVariant(product) && html` checked`}${variant.soldOut && html` disabled`}><span>${variant.label[lang]}${variant.soldOut && html` <small>${t.soldOut}</small>`}</span></label>`)}</fieldset>`

/** @param {View} view */
const stepper = ({ t, number }) => html`<div class="field"><label for="quantity">${t.quantity}</label><div class="stepper"><button type="button" id="less" aria-label="${t.less}" aria-controls="quantity">−</button><input id="quantity" name="quantity" inputmode="numeric" autocomplete="off" maxlength="2" value="${number(1)}"><button type="button" id="more" aria-label="${t.more}" aria-controls="quantity">+</button></div></div>`

/** @param {View} view @param {Product} product */
const facts = ({ t, lang }, product) => html`<dl class="facts"><div><dt>${t.origin}</dt><dd>${product.origin[lang]}</dd></div>${product.notes && html`<div><dt>${t.notes}</dt><dd>${product.notes[lang]}</dd></div>`}${product.made && html`<div><dt>${t.made}</dt><dd>${product.made[lang]}</dd></div>`}<div><dt>${t.sku}</dt><dd><bdi dir="ltr">${product.sku}</bdi></dd></div></dl>`

/** @param {View} view @param {Product} product @returns {import('../view.js').Page} */
export const productPage = (view, product) => {
  const { t, to, lang } = view
  const category = categoryOf(product)
  const chosen = firstVariant(product)
  const related = { id: 'related', name: 'Goes well with', products: relatedTo(product) }
  return {
    title: product.name[lang],
    data: {
      events: [{ name: 'view_item', props: { currency: 'EUR', value: chosen.price, items: [toItem(product, chosen)] } }, ...listSeen(related)],
      lists: { related: toItemList(related) },
      product: { variants: Object.fromEntries(product.variants.map((variant) => [variant.id, { item: toItem(product, variant), price: view.price(variant.price) }])) },
    },
    main: html`<div class="wrap"><nav class="crumbs"><a href="${to('')}">${t.home}</a><a href="${to(`/shop/${category.id}`)}">${category.name[lang]}</a><span aria-current="page">${product.name[lang]}</span></nav>
<section class="product"><div class="picture">${productArt(product)}</div><div class="product-text"><p class="eyebrow">${category.name[lang]}</p><h1>${product.name[lang]}</h1><p class="lead">${product.blurb[lang]}</p><p class="price big" id="price" aria-live="polite"><bdi>${view.price(chosen.price)}</bdi></p>
<form id="add-to-cart-form" method="post" action="${to('/cart/add')}"><input type="hidden" name="sku" value="${product.sku}">${variants(view, product)}<div class="buy">${stepper(view)}<button class="button big-button" id="add-to-cart">${t.addToCart}</button></div></form>
<p class="promise">${icon('check')}${t.promise}</p><p>${product.story[lang]}</p>${facts(view, product)}</div></section></div>
<section class="wrap" aria-labelledby="related-title"><h2 id="related-title">${t.related}</h2>${productGrid(view, related)}</section>`,
  }
}
