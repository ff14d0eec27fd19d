// @ts-check
import { languages, numberIn, priceIn } from './languages.js'

/**
 * What a page is written with: the shopper's language, and what the shop knows of the shopper.
 *
 * @typedef {object} View
 * @property {import('./languages.js').Lang} lang
 * @property {import('./languages.js').Words} t
 * @property {(amount: number) => string} price
 * @property {(value: number) => string} number
 * @property {(path: string) => string} to A path of the shop in this language.
 * @property {string} path The page's own path without its language.
 * @property {string} endpoint
 * @property {'granted' | 'denied' | ''} consent
 * @property {import('./cart.js').Cart} cart
 * @property {import('./checkout.js').Checkout} checkout
 * @property {import('./session.js').Notice[]} notices
 */

/** @typedef {{ name: string, props: Record<string, unknown> }} Track */
/**
 * @typedef {object} PageData What /shop.js reads.
 * @property {Track[]} [events] To be tracked when the page opens.
 * @property {Record<string, object>} [lists]
 * @property {object} [product]
 * @property {Record<string, object>} [lines]
 */
/** @typedef {{ title: string, main: import('./html.js').Html, data?: PageData, status?: 200 | 404 | 422, bare?: boolean }} Page */

/**
 * @param {Omit<View, 't' | 'price' | 'number' | 'to'>} known
 * @returns {View}
 */
export const viewFor = (known) => ({
  ...known,
  t: languages[known.lang].words,
  price: priceIn(known.lang),
  number: numberIn(known.lang),
  to: (path) => `/${known.lang}${path}`,
})
