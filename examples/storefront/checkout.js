// @ts-check
import { toLatinDigits } from './languages.js'
import { en } from './words/en.js'
import { tiers } from './cart.js'

/** @typedef {keyof typeof en.steps} Step */
/** @typedef {keyof typeof en.fields} Field */
/** @typedef {keyof typeof en.errors} ErrorCode */
/** @typedef {Partial<Record<Field, ErrorCode>>} Errors */
/** @typedef {Record<string, string>} Values */
/** @typedef {{ address?: Values, tier?: import('./cart.js').Tier, card?: string }} Checkout */

export const steps = /** @type {Step[]} */ (Object.keys(en.steps))
export const addressFields = /** @type {const} */ (['email', 'name', 'street', 'city', 'postcode', 'country', 'phone'])
export const cardFields = /** @type {const} */ (['card_name', 'card_number', 'card_expiry', 'card_cvc'])

/** The first step that still lacks its answer. @param {Checkout} checkout @returns {Step} */
export const nextStep = ({ address, tier, card }) => (!address ? 'address' : !tier ? 'shipping' : !card ? 'payment' : 'review')

/** @param {string} text */
export const looksLikeEmail = (text) => /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text)

/** @type {Partial<Record<Field, (value: string) => ErrorCode | undefined>>} */
const checks = {
  email: (value) => (looksLikeEmail(value) ? undefined : 'email'),
  postcode: (value) => (/^[\p{L}\d][\p{L}\d -]{2,8}[\p{L}\d]$/u.test(toLatinDigits(value)) ? undefined : 'postcode'),
  country: (value) => (Object.hasOwn(en.countries, value) ? undefined : 'option'),
  card_number: (value) => (/^\d{13,19}$/.test(digitsOf(value)) ? undefined : 'card_number'),
  card_expiry: (value) => expiryError(toLatinDigits(value)),
  card_cvc: (value) => (/^\d{3,4}$/.test(toLatinDigits(value)) ? undefined : 'cvc'),
}

/** @param {string} value */
export const digitsOf = (value) => toLatinDigits(value).replace(/[\s-]/g, '')

/** @param {string} value @returns {ErrorCode | undefined} */
const expiryError = (value) => {
  const [, month, year] = /^(0[1-9]|1[0-2])\s*\/\s*(?:20)?(\d\d)$/.exec(value) ?? []
  if (!month) return 'expiry'
  return new Date(2000 + Number(year), Number(month)) > new Date() ? undefined : 'expired'
}

/**
 * What is wrong with the answers, by field, in the order of the fields.
 *
 * @param {readonly Field[]} fields
 * @param {Values} values
 * @returns {Errors}
 */
export const errorsIn = (fields, values) => Object.fromEntries(fields.flatMap((field) => {
  const error = values[field] ? checks[field]?.(values[field]) : field === 'phone' ? undefined : 'required'
  return error ? [[field, error]] : []
}))

/**
 * The bank of this demonstration: it knows one card that it does not like.
 *
 * @param {string} number
 */
export const isDeclined = (number) => digitsOf(number).endsWith('0002')

/** @param {string} text @returns {text is import('./cart.js').Tier} */
export const isTier = (text) => Object.hasOwn(tiers, text)
