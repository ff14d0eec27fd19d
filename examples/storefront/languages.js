// @ts-check
import { en } from './words/en.js'
import { ar } from './words/ar.js'
import { fa } from './words/fa.js'

/** @typedef {'en' | 'ar' | 'fa'} Lang */
/** @typedef {typeof en} Words */
/** @typedef {Record<Lang, string>} Localized */

/** @type {Record<Lang, { name: string, dir: 'ltr' | 'rtl', locale: string, words: Words }>} */
export const languages = {
  en: { name: 'English', dir: 'ltr', locale: 'en', words: en },
  // The Arabic-Indic digits have to be asked for: plain `ar` means Latin digits in some releases of ICU.
  ar: { name: 'العربية', dir: 'rtl', locale: 'ar-u-nu-arab', words: ar },
  fa: { name: 'فارسی', dir: 'rtl', locale: 'fa-u-nu-arabext', words: fa },
}

export const langs = /** @type {Lang[]} */ (Object.keys(languages))

export const currency = 'EUR'

/** @param {Lang} lang @returns {(amount: number) => string} */
export const priceIn = (lang) => {
  const format = new Intl.NumberFormat(languages[lang].locale, { style: 'currency', currency })
  return (amount) => format.format(amount)
}

/** @param {Lang} lang @returns {(value: number) => string} */
export const numberIn = (lang) => {
  const format = new Intl.NumberFormat(languages[lang].locale, { useGrouping: false })
  return (value) => format.format(value)
}

/**
 * The same text with Latin digits: shoppers type quantities and card numbers with the digits of their own keyboard.
 *
 * @param {string} text
 */
export const toLatinDigits = (text) =>
  text.replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660)).replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))

/**
 * The first language of an `Accept-Language` header that the shop speaks.
 *
 * @param {string | undefined} header
 * @returns {Lang}
 */
export const preferred = (header) => {
  const wanted = (header ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase())
  return langs.find((lang) => lang === wanted.find((code) => langs.some((known) => known === code))) ?? 'en'
}
