// @ts-check
import { html } from './html.js'

/** @typedef {import('./view.js').View} View */
/** @typedef {import('./checkout.js').Field} Field */
/** @typedef {import('./checkout.js').ErrorCode} ErrorCode */

/** @type {Partial<Record<Field, { type?: string, autocomplete: string, inputmode?: string, isLatin?: boolean }>>} */
const kinds = {
  email: { type: 'email', autocomplete: 'email', isLatin: true },
  name: { autocomplete: 'name' },
  street: { autocomplete: 'street-address' },
  city: { autocomplete: 'address-level2' },
  postcode: { autocomplete: 'postal-code' },
  country: { autocomplete: 'country' },
  phone: { type: 'tel', autocomplete: 'tel', isLatin: true },
  card_name: { autocomplete: 'cc-name' },
  card_number: { autocomplete: 'cc-number', inputmode: 'numeric', isLatin: true },
  card_expiry: { autocomplete: 'cc-exp', inputmode: 'numeric', isLatin: true },
  card_cvc: { autocomplete: 'cc-csc', inputmode: 'numeric', isLatin: true },
}

/** @param {Field} field @param {ErrorCode} [error] */
const complaint = (field, error) => error && html` aria-invalid="true" aria-describedby="${field}-error"`

/** @param {View} view @param {Field} field @param {ErrorCode} [error] */
const errorText = ({ t }, field, error) => error && html`<p class="error" id="${field}-error">${t.errors[error]}</p>`

/** @param {View} view @param {Field} field @param {string} [value] @param {ErrorCode} [error] */
export const fieldFor = (view, field, value = '', error = undefined) => {
  const { type = 'text', autocomplete, inputmode, isLatin } = kinds[field] ?? { autocomplete: 'off' }
  return html`<div class="field field-${field}"><label for="${field}">${view.t.fields[field]}</label><input id="${field}" name="${field}" type="${type}" value="${value}" autocomplete="${autocomplete}"${inputmode && html` inputmode="${inputmode}"`}${isLatin && html` dir="ltr"`}${field !== 'phone' && html` required`} maxlength="80"${complaint(field, error)}>${errorText(view, field, error)}</div>`
}

/** @param {View} view @param {'country'} field @param {string} [value] @param {ErrorCode} [error] */
export const selectFor = (view, field, value = '', error = undefined) => html`<div class="field field-${field}"><label for="${field}">${view.t.fields[field]}</label><select id="${field}" name="${field}" autocomplete="country" required${complaint(field, error)}><option value="">${view.t.chooseCountry}</option>${Object.entries(view.t.countries).map(([code, name]) => html`<option value="${code}"${code === value && html` selected`}>${name}</option>`)}</select>${errorText(view, field, error)}</div>`
