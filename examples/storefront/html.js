// @ts-check

/** @typedef {{ readonly html: string }} Html */
/** @typedef {Html | string | number | false | null | undefined} Leaf */
/** @typedef {Leaf | readonly Leaf[] | readonly (readonly Leaf[])[]} Fragment */

/** @type {Record<string, string>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"']/g, (sign) => entities[sign])

/** @param {Fragment} value @returns {string} */
const render = (value) => {
  if (Array.isArray(value)) return value.map(render).join('')
  if (value === false || value === null || value === undefined) return ''
  return typeof value === 'object' && 'html' in value ? value.html : escape(String(value))
}

/**
 * Markup as a tagged template: whatever is put in is escaped, unless it is markup itself.
 *
 * @param {TemplateStringsArray} strings
 * @param {...Fragment} values
 * @returns {Html}
 */
export const html = (strings, ...values) => ({
  html: strings.reduce((text, string, index) => text + render(values[index - 1]) + string),
})

/**
 * JSON for a `<script type="application/json">`: no `<`, so that no value can end the element.
 *
 * @param {unknown} value
 * @returns {Html}
 */
export const jsonFor = (value) => ({ html: JSON.stringify(value).replaceAll('<', '\\u003c') })
