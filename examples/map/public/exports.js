// @ts-check
// The map as a file.
import { element } from '/element.js'

/** @typedef {import('rihla/journey-map').JourneyMap} JourneyMap */

/** @param {Blob} blob @param {string} name */
export const save = (blob, name) => {
  const link = element('a', { href: URL.createObjectURL(blob), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** A cell that no spreadsheet takes for a formula. @param {unknown} value */
const cell = (value) => {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Every figure of a map, one a line: the part, what it is of, the measure, the value. @param {JourneyMap} map */
export const toCsv = (map) => {
  /** @type {unknown[][]} */
  const lines = [['part', 'of', 'measure', 'value']]
  const add = (/** @type {string} */ part, /** @type {string} */ of, /** @type {object} */ figures) => {
    for (const [measure, value] of Object.entries(figures)) {
      if (typeof value === 'number') lines.push([part, of, measure, value])
      else if (value && typeof value === 'object' && !Array.isArray(value)) add(part, of, Object.fromEntries(Object.entries(value).map(([key, each]) => [`${measure} ${key}`, each])))
    }
  }
  add('totals', '', map.totals)
  add('revenue', '', map.revenue)
  for (const stage of map.stages) {
    add('stage', stage.stage, stage)
    for (const { name, times, shoppers } of stage.acts) add('act', `${stage.stage}: ${name}`, { times, shoppers })
  }
  for (const { from, to, times } of map.flows) add('flow', `${from} > ${to}`, { times })
  for (const channel of map.channels) add('channel', channel.channel, channel)
  for (const { name, shoppers } of map.funnel) add('funnel', name, { shoppers })
  for (const cart of map.abandonment) add('abandonment', [cart.step, cart.field, cart.error].filter(Boolean).join(' / '), cart)
  for (const pain of map.friction) add('friction', [pain.name, pain.about, pain.step].filter(Boolean).join(' / '), pain)
  for (const { month, months } of map.retention) months.forEach((buyers, i) => add('retention', month, { [`month ${i}`]: buyers }))
  for (const { path, shoppers } of map.stagePaths) add('stage path', path.join(' > '), { shoppers })
  for (const { path, visits } of map.pagePaths) add('page path', path.join(' > '), { visits })
  return lines.map((line) => line.map(cell).join(',')).join('\r\n')
}
