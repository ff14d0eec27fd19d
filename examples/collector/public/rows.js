// @ts-check
// How one touchpoint and one document look.
import { element } from './element.js'

/** @typedef {{ [field: string]: unknown }} Fields */
/** @typedef {{ from: number, to: number }} Range */
/**
 * @typedef {{
 *   n: number, happened_at: number, site: string, name: string, url: string, title?: string, source: string, visitor?: string,
 *   stage?: { id: string, confidence: number, rule: string }, props?: Fields
 * }} Touchpoint What `/touchpoints` and `/live` give.
 */
/** @typedef {{ tab: string, site: string, complete: number, highest: number, missing: Range[], lost: (Range & { reason: string })[], updated_at: number }} Account What `/documents` gives. */

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const calendar = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })

// Beyond this, a Date is invalid: a device may claim any time.
const lastDate = 8.64e15

/** @type {(ms: number) => HTMLElement} */
const timeOf = (ms) => {
  if (!(Math.abs(ms) <= lastDate)) return element('span', {}, '?')
  const date = new Date(ms)
  const today = date.toDateString() === new Date().toDateString()
  return element('time', { datetime: date.toISOString(), title: date.toString() }, today ? clock.format(date) : `${calendar.format(date)}, ${clock.format(date)}`)
}

/** @type {(label: string, className: string, ...children: (Node | string)[]) => HTMLElement} */
const cell = (label, className, ...children) => element('td', { ...(label ? { 'data-label': label } : {}), class: className }, ...children)

/** @type {(value: unknown) => string} */
const short = (value) => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

/** What the parameters say, in one line. @type {(props: Fields) => string} */
export const summaryOf = (props) => {
  const { items, value, currency, ...others } = props
  const parts = []
  if (value !== undefined) parts.push([short(value), currency === undefined ? '' : short(currency)].join(' ').trim())
  if (Array.isArray(items)) {
    const names = items.slice(0, 2).map((item) => short(item?.item_name ?? item?.item_id ?? '?'))
    parts.push(items.length > 2 ? `${names.join(', ')} and ${items.length - 2} more` : names.join(', ') || 'no items')
  }
  for (const [name, entry] of Object.entries(others).slice(0, 3)) parts.push(`${name.slice(0, 40)}: ${short(entry)}`)
  return parts.join(' · ')
}

/** @type {(props: Fields | undefined) => Node[]} */
const detailsOf = (props) => {
  const summary = summaryOf(props ?? {})
  return summary ? [element('details', {}, element('summary', {}, summary), element('pre', {}, JSON.stringify(props, null, 2)))] : []
}

/** @type {(stage: Touchpoint['stage']) => Node[]} */
const badgeOf = (stage) => {
  if (!stage) return []
  return [element('span', { class: 'badge', 'data-stage': stage.id, title: `${Math.round(stage.confidence * 100)} % by the rule ${stage.rule}` }, stage.id)]
}

/** @type {(touchpoint: Touchpoint) => (Node | string)[]} */
const placeOf = ({ title, url }) => [...(title ? [String(title)] : []), element('span', { class: 'url', title: url }, String(url))]

/** @type {(visitor: string | undefined) => Node} */
const visitorOf = (visitor) => (visitor ? element('span', { class: 'id', title: visitor }, `…${visitor.slice(-8)}`) : element('span', { class: 'quiet' }, 'unknown'))

/**
 * One touchpoint as a table row.
 * @type {(touchpoint: Touchpoint) => HTMLElement}
 */
export const touchpointRow = (touchpoint) =>
  element(
    'tr',
    { class: 'touchpoint' },
    cell('', 'inline', timeOf(touchpoint.happened_at)),
    cell('', 'inline', touchpoint.site),
    cell('', 'inline', ...badgeOf(touchpoint.stage)),
    cell('', 'name inline whole', touchpoint.name),
    cell('', 'long', ...placeOf(touchpoint)),
    cell('', 'long', ...detailsOf(touchpoint.props)),
    cell('source', 'inline whole quiet', touchpoint.source),
    cell('visitor', 'inline whole', visitorOf(touchpoint.visitor)),
  )

/** @type {(range: Range) => string} */
const rangeText = ({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`)

/** @type {(entries: string[]) => string} */
const listed = (entries) => (entries.length > 8 ? `${entries.slice(0, 8).join(', ')} and ${entries.length - 8} more ranges` : entries.join(', '))

/**
 * One document's loss account as a table row: complete up to which number, what is missing, what is lost and why.
 * @type {(account: Account) => HTMLElement}
 */
export const documentRow = ({ tab, site, complete, highest, missing, lost, updated_at: updatedAt }) =>
  element(
    'tr',
    {},
    cell('', 'id', tab),
    cell('', '', site),
    cell('', complete === highest ? 'good number' : 'bad number', `complete up to ${complete}${complete === highest ? '' : ` of ${highest}`}`),
    cell('missing', missing.length > 0 ? 'bad' : 'quiet', listed(missing.map(rangeText)) || 'nothing'),
    cell('lost', '', listed(lost.map((loss) => `${rangeText(loss)}: ${loss.reason}`)) || element('span', { class: 'quiet' }, 'nothing')),
    cell('last heard', '', timeOf(updatedAt)),
  )
