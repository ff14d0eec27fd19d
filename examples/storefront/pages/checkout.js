// @ts-check
import { commerceOf, shippingFor, tiers, totalsOf } from '../cart.js'
import { addressFields, cardFields, nextStep, steps } from '../checkout.js'
import { fieldFor, selectFor } from '../fields.js'
import { html } from '../html.js'
import { orderedItems, sums } from '../sums.js'

/** @typedef {import('../view.js').View} View */
/** @typedef {import('../checkout.js').Step} Step */
/** @typedef {import('../checkout.js').Values} Values */
/** @typedef {import('../checkout.js').Errors} Errors */
/** @typedef {import('../checkout.js').Field} Field */
/** @typedef {import('../cart.js').Tier} Tier */
/** @typedef {{ values: Values, errors: Errors }} Answers */

/** @param {View} view @param {Answers} answers */
const addressForm = (view, { values, errors }) => html`${addressFields.map((field) => (field === 'country' ? selectFor(view, field, values[field], errors[field]) : fieldFor(view, field, values[field], errors[field])))}<label class="check"><input type="checkbox" id="create_account" name="create_account" value="yes"> <span>${view.t.createAccount}</span></label>`

/** @param {View} view @param {Answers} answers */
const shippingForm = ({ t, price, cart }, { values, errors }) => html`<fieldset class="tiers"${errors.shipping && html` aria-describedby="shipping-error"`}><legend class="visually-hidden">${t.fields.shipping}</legend>${errors.shipping && html`<p class="error" id="shipping-error">${t.errors[errors.shipping]}</p>`}${/** @type {Tier[]} */ (Object.keys(tiers)).map((tier) => {
  const cost = shippingFor(tier, totalsOf(cart).value)
  return html`<label class="tier"><input type="radio" name="shipping" id="shipping-${tier}" value="${tier}"${values.shipping === tier && html` checked`}><span><strong>${t.tiers[tier].name}</strong><span class="quiet">${t.tiers[tier].text}</span></span><bdi>${cost === 0 ? t.free : price(cost)}</bdi></label>`
})}</fieldset>`

/** @param {View} view @param {Answers} answers */
const paymentForm = (view, { values, errors }) => html`<p class="hint">${view.t.paymentHint}</p>${cardFields.map((field) => fieldFor(view, field, values[field], errors[field]))}`

/** @param {View} view */
const reviewForm = ({ t, to, checkout: { address = {}, tier, card } }) => {
  /** @type {[string, Step, import('../html.js').Fragment][]} */
  const parts = [
    [t.deliverTo, 'address', html`${[address.name, address.street, `${address.postcode} ${address.city}`, t.countries[/** @type {keyof typeof t.countries} */ (address.country)], address.email].map((line) => html`<bdi>${line}</bdi><br>`)}`],
    [t.shipping, 'shipping', tier && html`${t.tiers[tier].name}<br><span class="quiet">${t.tiers[tier].text}</span>`],
    [t.payWith, 'payment', t.cardEnding(card ?? '')],
  ]
  return html`<dl class="review">${parts.map(([label, step, text]) => html`<div><dt>${label}</dt><dd>${text}</dd><dd><a id="edit-${step}" href="${to(`/checkout/${step}`)}" aria-label="${t.edit}: ${label}">${t.edit}</a></dd></div>`)}</dl>`
}

/** @param {View} view @param {Step} current */
const progress = ({ t, to, number, checkout }, current) => html`<ol class="progress" aria-label="${t.checkout}">${steps.map((step, index) => {
  const label = html`<span class="step-number">${number(index + 1)}</span><span>${t.steps[step]}</span>`
  const isReachable = steps.indexOf(nextStep(checkout)) >= index && step !== current
  return html`<li${step === current && html` aria-current="step"`}>${isReachable ? html`<a href="${to(`/checkout/${step}`)}">${label}</a>` : label}</li>`
})}</ol>`

/** @param {View} view @param {Errors} errors */
const errorSummary = ({ t }, errors) => Object.keys(errors).length > 0 && html`<div class="errors" id="errors" role="alert" tabindex="-1"><p>${t.errorsTitle}</p><ul>${Object.entries(errors).map(([field, code]) => html`<li><a href="#${field === 'shipping' ? 'shipping-standard' : field}">${t.fields[/** @type {Field} */ (field)]}</a>: ${t.errors[code]}</li>`)}</ul></div>`

/** What the steps before have told the tracker, once. @param {View} view */
const progressMade = ({ cart, checkout, notices }) => {
  const commerce = commerceOf(cart)
  const props = { begin_checkout: commerce, add_shipping_info: { ...commerce, shipping_tier: checkout.tier }, add_payment_info: { ...commerce, payment_type: 'card' }, sign_up: { method: 'email' } }
  return Object.entries(props).filter(([name]) => notices.some((notice) => notice === name)).map(([name, value]) => ({ name, props: value }))
}

const forms = { address: addressForm, shipping: shippingForm, payment: paymentForm, review: reviewForm }

/** The answers that a step opens with. @param {View} view @param {Step} step @returns {Values} */
const givenAnswers = ({ checkout }, step) => (step === 'address' ? (checkout.address ?? {}) : step === 'shipping' ? { shipping: checkout.tier ?? 'standard' } : {})

/**
 * One step of the checkout; with the answers that were refused, and why, after a form that was.
 *
 * @param {View} view
 * @param {Step} step
 * @param {Answers} [refused]
 * @returns {import('../view.js').Page}
 */
export const checkoutPage = (view, step, refused) => {
  const { t, to, cart, checkout } = view
  const { values, errors } = refused ?? { values: givenAnswers(view, step), errors: {} }
  const titles = { address: t.addressTitle, shipping: t.shippingTitle, payment: t.paymentTitle, review: t.reviewTitle }
  const before = steps[steps.indexOf(step) - 1]
  const failures = Object.entries(errors).map(([field, code]) => ({ name: 'checkout_error', props: { code: code === 'declined' ? 'payment_declined' : code, field, step } }))
  return {
    title: titles[step],
    status: refused && 422,
    bare: true,
    data: { events: [...progressMade(view), ...failures] },
    main: html`<div class="wrap">${progress(view, step)}<div class="split"><section><h1>${titles[step]}</h1>${errorSummary(view, errors)}<form class="checkout-form" id="${step}-form" method="post" action="${to(`/checkout/${step}`)}" novalidate>${forms[step](view, { values, errors })}<div class="form-end"><a href="${to(before ? `/checkout/${before}` : '/cart')}" id="back">${t.back}</a><button class="button big-button" id="${step === 'review' ? 'place-order' : 'continue'}">${step === 'review' ? t.placeOrder : t.next}</button></div></form></section><aside class="panel" aria-labelledby="summary-title"><h2 id="summary-title">${t.summary}</h2>${orderedItems(view, cart)}${sums(view, totalsOf(cart, checkout.tier), checkout.tier)}</aside></div></div>`,
  }
}
