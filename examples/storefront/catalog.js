// @ts-check
import { coffee } from './catalog/coffee.js'
import { tea } from './catalog/tea.js'
import { pottery } from './catalog/pottery.js'
import { brewing } from './catalog/brewing.js'

/** @typedef {import('./languages.js').Localized} Localized */
/** @typedef {{ id: string, label: Localized, price: number, soldOut?: boolean }} Variant */
/** @typedef {'bag' | 'tin' | 'cups' | 'bowl' | 'mug' | 'dallah' | 'dripper' | 'kettle'} Shape */
/**
 * @typedef {object} Product
 * @property {string} sku
 * @property {string} slug
 * @property {Localized} name
 * @property {Localized} blurb
 * @property {Localized} story
 * @property {Localized} origin
 * @property {Localized} [notes] How it tastes; what is not drunk has `made` instead.
 * @property {Localized} [made]
 * @property {'size' | 'colour'} option What its variants differ in.
 * @property {Variant[]} variants
 * @property {Shape} shape
 * @property {import('./art.js').Palette} palette
 * @property {boolean} [featured]
 * @property {boolean} [isNew]
 */
/** @typedef {{ id: string, name: Localized, products: Product[] }} Category */

/** @type {Category[]} */
export const categories = [
  { id: 'coffee', name: { en: 'Coffee', ar: 'قهوة', fa: 'قهوه' }, products: coffee },
  { id: 'tea', name: { en: 'Tea', ar: 'شاي', fa: 'چای' }, products: tea },
  { id: 'pottery', name: { en: 'Pottery', ar: 'فخّار', fa: 'سفال' }, products: pottery },
  { id: 'brewing', name: { en: 'Brewing', ar: 'أدوات التحضير', fa: 'ابزار دم‌آوری' }, products: brewing },
]

export const products = categories.flatMap((category) => category.products)

/** @param {Product} product */
export const categoryOf = (product) => /** @type {Category} */ (categories.find((category) => category.products.includes(product)))

/** @param {Product} product */
export const lowestPrice = (product) => Math.min(...product.variants.map((variant) => variant.price))

/** The variant that is chosen when the page opens. @param {Product} product */
export const firstVariant = (product) => product.variants.find((variant) => !variant.soldOut) ?? product.variants[0]

/**
 * What a line of a cart points at, by its key `sku.variant`.
 *
 * @param {string} key
 */
export const findByKey = (key) => {
  const [sku, id] = key.split('.')
  const product = products.find((candidate) => candidate.sku === sku)
  const variant = product?.variants.find((candidate) => candidate.id === id && !candidate.soldOut)
  return product && variant ? { product, variant } : undefined
}

/** Arabic and Persian keyboards write the same letter differently. @param {string} text */
const fold = (text) => text.toLowerCase().replace(/[يى]/g, 'ی').replace(/ك/g, 'ک').replace(/ة/g, 'ه').replace(/[أإآ]/g, 'ا').replace(/[ً-ْ\u200c]/g, '')

/** @param {Product} product */
const searchText = (product) => fold([product.name, product.blurb, product.origin, categoryOf(product).name].flatMap((text) => Object.values(text)).join(' '))

/**
 * The products that contain every word, in any of the three languages.
 *
 * @param {Product[]} among
 * @param {string} query
 */
export const searchProducts = (among, query) => {
  const words = fold(query).split(/\s+/).filter(Boolean)
  return among.filter((product) => words.every((word) => searchText(product).includes(word)))
}

/** @typedef {'featured' | 'low' | 'high' | 'name'} Sort */

/** @param {Product[]} list @param {Sort} sort @param {import('./languages.js').Lang} lang */
export const sortProducts = (list, sort, lang) => {
  if (sort === 'featured') return [...list].sort((a, b) => Number(b.featured ?? false) - Number(a.featured ?? false))
  if (sort === 'name') return [...list].sort((a, b) => a.name[lang].localeCompare(b.name[lang], lang))
  return [...list].sort((a, b) => (lowestPrice(a) - lowestPrice(b)) * (sort === 'low' ? 1 : -1))
}
