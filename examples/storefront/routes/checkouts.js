// @ts-check
import { randomInt } from 'node:crypto'
import { Hono } from 'hono'
import { addressFields, cardFields, digitsOf, errorsIn, isDeclined, isTier, nextStep, steps } from '../checkout.js'
import { checkoutPage } from '../pages/checkout.js'
import { missingPage } from '../pages/missing.js'
import { thanksPage } from '../pages/thanks.js'
import { formOf, show, viewOf } from '../respond.js'
import { endCheckout, leaveNotices, readCart, readCheckout, writeCheckout } from '../session.js'

/** @typedef {import('../checkout.js').Step} Step */
/** @typedef {import('../checkout.js').Values} Values */
/** @typedef {import('../checkout.js').Errors} Errors */
/** @typedef {import('../checkout.js').Checkout} Checkout */
/** @typedef {{ errors: Errors } | { keep: Checkout, notices: import('../session.js').Notice[] }} Outcome */

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const orderNumber = () => `FJ-${Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')}`

/** What a posted step comes to: an answer to keep, or what is wrong with it. @type {Record<Exclude<Step, 'review'>, (values: Values) => Outcome>} */
const judge = {
  address: (values) => {
    const errors = errorsIn(addressFields, values)
    const address = Object.fromEntries(addressFields.map((field) => [field, values[field] ?? '']))
    return Object.keys(errors).length > 0 ? { errors } : { keep: { address }, notices: values.create_account ? ['sign_up'] : [] }
  },
  shipping: ({ shipping = '' }) => (isTier(shipping) ? { keep: { tier: shipping }, notices: ['add_shipping_info'] } : { errors: { shipping: 'option' } }),
  payment: (values) => {
    const errors = errorsIn(cardFields, values)
    if (Object.keys(errors).length > 0) return { errors }
    if (isDeclined(values.card_number)) return { errors: { card_number: 'declined' } }
    return { keep: { card: digitsOf(values.card_number).slice(-4) }, notices: ['add_payment_info'] }
  },
}

/** Whether a step cannot be taken yet. @param {Step} step @param {Checkout} checkout */
const isAhead = (step, checkout) => steps.indexOf(step) > steps.indexOf(nextStep(checkout))

/** @param {import('../respond.js').Place} place */
export const checkouts = (place) => {
  const app = new Hono({ strict: false })
  const home = `/${place.lang}`

  app.get('/checkout', (c) => {
    if (readCart(c).lines.length === 0) return c.redirect(`${home}/cart`, 303)
    leaveNotices(c, ['begin_checkout'])
    return c.redirect(`${home}/checkout/address`, 303)
  })

  app.use('/checkout/:step', async (c, next) => {
    const step = steps.find((known) => known === c.req.param('step'))
    if (!step) return c.notFound()
    if (readCart(c).lines.length === 0) return c.redirect(`${home}/cart`, 303)
    const checkout = readCheckout(c)
    return isAhead(step, checkout) ? c.redirect(`${home}/checkout/${nextStep(checkout)}`, 303) : next()
  })

  app.get('/checkout/:step', (c) => show(c, viewOf(c, place), (view) => checkoutPage(view, /** @type {Step} */ (c.req.param('step')))))

  app.post('/checkout/review', (c) => {
    const { tier = 'standard' } = readCheckout(c)
    const order = { number: orderNumber(), cart: readCart(c), tier }
    place.orders.keep(order)
    endCheckout(c)
    return c.redirect(`${home}/thank-you/${order.number}`, 303)
  })

  app.post('/checkout/:step', async (c) => {
    const step = /** @type {Exclude<Step, 'review'>} */ (c.req.param('step'))
    const values = await formOf(c)
    const outcome = judge[step](values)
    if ('errors' in outcome) {
      // A card number and its code are never sent back.
      const { card_number, card_cvc, ...shown } = values
      return show(c, viewOf(c, place), (view) => checkoutPage(view, step, { values: shown, errors: outcome.errors }))
    }
    const checkout = { ...readCheckout(c), ...outcome.keep }
    writeCheckout(c, checkout)
    if (outcome.notices.length > 0) leaveNotices(c, outcome.notices)
    return c.redirect(`${home}/checkout/${steps[steps.indexOf(step) + 1]}`, 303)
  })

  app.get('/thank-you/:number', (c) => {
    const order = place.orders.find(c.req.param('number'))
    return show(c, viewOf(c, place), (view) => (order ? thanksPage(view, order) : missingPage(view)))
  })
  return app
}
