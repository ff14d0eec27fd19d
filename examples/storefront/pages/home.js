// @ts-check
import { heroArt, icon, productArt } from '../art.js'
import { categories, products } from '../catalog.js'
import { html } from '../html.js'
import { listSeen, productGrid, toItemList } from '../lists.js'

const featured = { id: 'featured', name: 'Loved this week', products: products.filter((product) => product.featured).slice(0, 4) }

const valueIcons = /** @type {const} */ (['fire', 'hand', 'back'])

/** @param {import('../view.js').View} view @returns {import('../view.js').Page} */
export const homePage = (view) => {
  const { t, to, lang } = view
  return {
    title: t.tagline,
    data: { events: listSeen(featured), lists: { featured: toItemList(featured) } },
    main: html`<section class="wrap hero" data-rihla="view_promotion" data-rihla-promotion_id="hero" data-rihla-promotion_name="Coffee"><div class="hero-text"><p class="eyebrow">${t.heroEyebrow}</p><h1>${t.heroTitle}</h1><p class="lead">${t.heroText}</p><p class="actions"><a class="button" id="hero-shop" href="${to('/shop/coffee')}" data-rihla="select_promotion">${t.heroButton}</a><a class="button quiet-button" href="${to('/shop/pottery')}">${t.heroSecond}</a></p></div><div class="hero-art">${heroArt()}</div></section>
<section class="wrap" aria-labelledby="categories-title"><h2 id="categories-title">${t.categoriesTitle}</h2><ul class="tiles">${categories.map((category) => html`<li><a class="tile" href="${to(`/shop/${category.id}`)}"><span class="tile-picture">${productArt(category.products[0])}</span><span class="tile-name">${category.name[lang]}</span></a></li>`)}</ul></section>
<section class="wrap" aria-labelledby="featured-title"><div class="title-row"><h2 id="featured-title">${t.featured}</h2><a href="${to('/shop')}">${t.seeAll}</a></div>${productGrid(view, featured)}</section>
<section class="wrap"><ul class="values">${t.values.map(({ title, text }, index) => html`<li>${icon(valueIcons[index])}<div><h3>${title}</h3><p>${text}</p></div></li>`)}</ul></section>`,
  }
}
