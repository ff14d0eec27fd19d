// @ts-check
import { Hono } from 'hono'
import { coupons, quantityOf, withQuantity } from '../cart.js'
import { toLatinDigits } from '../languages.js'
import { cartPage } from '../pages/cart.js'
import { formOf, show, viewOf } from '../respond.js'
import { leaveNotices, readCart, writeCart } from '../session.js'

/** @param {string} [text] */
const countIn = (text = '') => (/^\d{1,3}$/.test(toLatinDigits(text)) ? Number(toLatinDigits(text)) : undefined)

/** @param {import('../respond.js').Place} place */
export const basket = (place) => {
  const app = new Hono({ strict: false })
  const toCart = `/${place.lang}/cart`
  app.get('/cart', (c) => show(c, viewOf(c, place), cartPage))
  app.post('/cart/add', async (c) => {
    const { sku, variant, quantity } = await formOf(c)
    const cart = readCart(c)
    const key = `${sku}.${variant}`
    writeCart(c, withQuantity(cart, key, quantityOf(cart, key) + (countIn(quantity) || 1)))
    leaveNotices(c, ['added'])
    return c.redirect(toCart, 303)
  })
  app.post('/cart/update', async (c) => {
    const { key = '', quantity } = await formOf(c)
    const cart = readCart(c)
    writeCart(c, withQuantity(cart, key, countIn(quantity) ?? quantityOf(cart, key)))
    return c.redirect(toCart, 303)
  })
  app.post('/cart/coupon', async (c) => {
    const coupon = ((await formOf(c)).coupon ?? '').toUpperCase()
    const isKnown = coupon === '' || Object.hasOwn(coupons, coupon)
    if (isKnown) writeCart(c, { ...readCart(c), coupon })
    else leaveNotices(c, ['coupon_refused'])
    return c.redirect(toCart, 303)
  })
  return app
}
