// @ts-check
import { categories, products, searchProducts, sortProducts } from '../catalog.js'
import { html } from '../html.js'
import { listSeen, productGrid, toItemList } from '../lists.js'

/** @typedef {import('../view.js').View} View */
/** @typedef {import('../catalog.js').Sort} Sort */
/** @typedef {{ category?: string, sort?: string, q?: string }} Wish */

/** @param {View} view @param {Sort} chosen @param {string} q */
const sortLinks = ({ t, to, path }, chosen, q) => html`<nav class="sorts" aria-label="${t.sort}"><span class="quiet">${t.sort}</span>${Object.entries(t.sorts).map(([sort, label]) => {
  const query = new URLSearchParams({ ...(q && { q }), ...(sort !== 'featured' && { sort }) }).toString()
  return html`<a id="sort-${sort}" href="${to(path.split('?')[0] + (query && `?${query}`))}"${sort === chosen && html` aria-current="true"`}>${label}</a>`
})}</nav>`

/**
 * The products of a category, or those a search finds; nothing for a category that the shop does not have.
 *
 * @param {View} view
 * @param {Wish} wish
 * @returns {import('../view.js').Page | undefined}
 */
export const listPage = (view, wish) => {
  const { t, lang } = view
  const category = categories.find(({ id }) => id === wish.category)
  if (wish.category && !category) return undefined
  const q = (wish.q ?? '').trim().slice(0, 80)
  const sort = /** @type {Sort} */ (Object.hasOwn(t.sorts, wish.sort ?? '') ? wish.sort : 'featured')
  const found = sortProducts(searchProducts(category?.products ?? products, q), sort, lang)
  const list = { id: q ? 'search' : (category?.id ?? 'all'), name: q ? 'Search results' : (category?.name.en ?? 'All products'), products: found }
  const title = q ? t.resultsFor(q) : (category?.name[lang] ?? t.shopTitle)
  const searched = q ? [{ name: 'search', props: { search_term: q, results: found.length } }] : []
  return {
    title,
    data: { events: [...searched, ...listSeen(list)], lists: { [list.id]: toItemList(list) } },
    main: html`<section class="wrap list"><h1>${title}</h1><div class="title-row"><p class="quiet" id="product-count">${t.productCount(view.number(found.length))}</p>${found.length > 1 && sortLinks(view, sort, q)}</div>${found.length > 0 ? productGrid(view, list) : html`<p class="empty">${t.nothingFound}</p><p><a class="button" href="${view.to('/shop')}">${t.browse}</a></p>`}</section>`,
  }
}
