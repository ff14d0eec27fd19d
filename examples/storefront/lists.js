// @ts-check
import { firstVariant, lowestPrice } from './catalog.js'
import { toItem } from './cart.js'
import { productArt } from './art.js'
import { html } from './html.js'

/** @typedef {import('./view.js').View} View */
/** @typedef {import('./catalog.js').Product} Product */
/** @typedef {{ id: string, name: string, products: Product[] }} List */

/** What GA4 knows of a list of products that a page shows. @param {List} list */
export const toItemList = ({ id, name, products }) => ({
  item_list_id: id,
  item_list_name: name,
  items: products.map((product, index) => ({ ...toItem(product, firstVariant(product)), index })),
})

/** @param {List} list @returns {import('./view.js').Track[]} */
export const listSeen = (list) => (list.products.length > 0 ? [{ name: 'view_item_list', props: { currency: 'EUR', ...toItemList(list) } }] : [])

/** @param {View} view @param {List} list */
export const productGrid = (view, list) => html`<ul class="grid" id="list-${list.id}">${list.products.map((product) => html`<li><a class="card" href="${view.to(`/product/${product.slug}`)}" data-list="${list.id}" data-item="${product.sku}"><span class="picture">${productArt(product)}${product.isNew && html`<span class="badge">${view.t.isNew}</span>`}</span><span class="card-text"><strong>${product.name[view.lang]}</strong><span class="quiet">${product.blurb[view.lang]}</span><span class="price">${product.variants.some(({ price }) => price !== lowestPrice(product)) && html`<small>${view.t.from}</small> `}<bdi>${view.price(lowestPrice(product))}</bdi></span></span></a></li>`)}</ul>`
