// @ts-check
import { categoryOf, findByKey } from './catalog.js'

/** @typedef {{ key: string, quantity: number }} Line */
/** @typedef {{ lines: Line[], coupon: string }} Cart */
/** @typedef {keyof typeof tiers} Tier */

const maxLines = 20
export const maxQuantity = 20
export const freeShippingFrom = 60
const taxRate = 0.09

/** @type {Record<string, number>} */
export const coupons = { WELCOME10: 0.1, HARVEST20: 0.2 }
export const tiers = { standard: 4.9, express: 12.9, pickup: 0 }

/** @param {number} amount */
const round = (amount) => Math.round(amount * 100) / 100

/**
 * Reads the cookie `FJ-101.250g:2,FJ-301.sand:1;WELCOME10`. What the shop does not sell is left out.
 *
 * @param {string} text
 * @returns {Cart}
 */
export const parseCart = (text) => {
  const [list = '', coupon = ''] = text.split(';')
  const lines = list.split(',').map((entry) => {
    const [key, quantity] = entry.split(':')
    return { key, quantity: Math.min(Math.trunc(Number(quantity)), maxQuantity) }
  })
  const known = lines.filter(({ key, quantity }, index) => quantity > 0 && findByKey(key) && lines.findIndex((line) => line.key === key) === index)
  return { lines: known.slice(0, maxLines), coupon: Object.hasOwn(coupons, coupon) ? coupon : '' }
}

/** @param {Cart} cart */
export const cartText = ({ lines, coupon }) => `${lines.map(({ key, quantity }) => `${key}:${quantity}`).join(',')};${coupon}`

/**
 * The cart with another quantity of one thing; none of it takes the line out.
 *
 * @param {Cart} cart
 * @param {string} key
 * @param {number} quantity
 * @returns {Cart}
 */
export const withQuantity = (cart, key, quantity) => {
  if (!findByKey(key)) return cart
  const known = cart.lines.some((line) => line.key === key)
  const lines = known ? cart.lines.map((line) => (line.key === key ? { key, quantity } : line)) : [...cart.lines, { key, quantity }]
  return { ...cart, lines: lines.filter((line) => line.quantity > 0).map((line) => ({ ...line, quantity: Math.min(line.quantity, maxQuantity) })).slice(0, maxLines) }
}

/** @param {Cart} cart @param {string} key */
export const quantityOf = (cart, key) => cart.lines.find((line) => line.key === key)?.quantity ?? 0

/** @param {Cart} cart */
export const countOf = (cart) => cart.lines.reduce((sum, line) => sum + line.quantity, 0)

/** @param {Cart} cart */
export const detailed = (cart) => cart.lines.flatMap((line) => {
  const found = findByKey(line.key)
  return found ? [{ ...line, ...found, amount: round(found.variant.price * line.quantity) }] : []
})

/**
 * What the cart costs; delivery counts once a tier is chosen.
 *
 * @param {Cart} cart
 * @param {Tier} [tier]
 */
export const totalsOf = (cart, tier) => {
  const subtotal = round(detailed(cart).reduce((sum, line) => sum + line.amount, 0))
  const discount = round(subtotal * (coupons[cart.coupon] ?? 0))
  const value = round(subtotal - discount)
  const shipping = tier ? shippingFor(tier, value) : 0
  const tax = round(value * taxRate)
  return { subtotal, discount, value, shipping, tax, total: round(value + shipping + tax) }
}

/** @param {Tier} tier @param {number} value */
export const shippingFor = (tier, value) => (tier === 'standard' && value >= freeShippingFrom ? 0 : tiers[tier])

/**
 * A product as GA4 names its parts. In English whatever the page speaks, so that one product is one row in every report.
 *
 * @param {import('./catalog.js').Product} product
 * @param {import('./catalog.js').Variant} variant
 * @param {number} [quantity]
 */
export const toItem = (product, variant, quantity = 1) => ({
  item_id: product.sku,
  item_name: product.name.en,
  item_brand: 'Finjan',
  item_category: categoryOf(product).name.en,
  item_variant: variant.label.en,
  price: variant.price,
  quantity,
})

/** What GA4's cart events carry. @param {Cart} cart */
export const commerceOf = (cart) => ({
  currency: 'EUR',
  value: totalsOf(cart).value,
  ...(cart.coupon && { coupon: cart.coupon }),
  items: detailed(cart).map(({ product, variant, quantity }) => toItem(product, variant, quantity)),
})
