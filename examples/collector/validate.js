// @ts-check
// The protocol, as checks. Stricter than docs/protocol.schema.json only where a schema cannot look: see `touchpointReason` and `rangeReason`.
import { anything, either, integer, isObject, listOf, mapOf, matching, numberWithin, oneOf, shape, text } from './checks.js'

/** @typedef {import('./checks.js').Check} Check */
/** @typedef {import('./checks.js').Fields} Fields */
/** @typedef {{ tab: string, from: number, to: number }} TabRange */
/** @typedef {{ id: string, reason: string, tab?: string, seq?: number }} Refusal */
/** @typedef {{ visitor?: string, user?: string }} Forget */
/**
 * @typedef {{
 *   n: number, id: string, born: number, site: string, name: string, at: number, received_at: number, happened_at: number,
 *   tab: string, seq: number, page: string, visit: string, user?: string, model?: string, url: string, title?: string, referrer?: string, kind?: string,
 *   locale?: string, marks?: string[], denied?: string[], props?: Fields, stage?: string, confidence?: number, rule?: string, source: string, sdk: string
 * }} Row A touchpoint as it is stored; `n` counts arrivals and is 0 until the writer knows.
 */
/** @typedef {{ site: string, visit: string, visitor?: string, started: number, landing?: string, referrer?: string, channel?: string, number?: number, first?: Fields, campaign?: Fields }} Visit */
/**
 * @typedef {{
 *   site: string, received: number, rows: Row[], visits: Visit[], refused: Refusal[],
 *   documents: [tab: string, seq: number][], loss: (TabRange & { reason: string })[], ask: TabRange[] | undefined, forget: Forget | undefined
 * }} Batch A request, judged.
 */

// What one request may name beside its touchpoints, so that a small body cannot become much work.
const mostEntries = 10_000

const time = integer(0, 'ms since epoch, an integer from 0')
const seq = integer(1, 'an integer from 1')
const tab = matching(/^[a-z0-9]{8,16}$/, '8 to 16 of a-z 0-9')
const id = matching(/^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'a UUID of version 7 or 8 in lower case')
const range = { tab, from: seq, to: seq }
const tables = { visits: mapOf(anything), pages: mapOf(anything), touchpoints: listOf(anything) }

const checkEnvelope = shape(
  { v: oneOf(1), site: matching(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 . _ -'), sdk: text(64), sent_at: time },
  {
    ...tables,
    documents: mapOf(seq, { key: tab, most: mostEntries }),
    loss: listOf(shape({ ...range, reason: oneOf('evicted', 'quarantined', 'pending', 'memory', 'forgotten') }), mostEntries),
    ask: listOf(shape(range), mostEntries),
    forget: shape({}, { visitor: text(128), user: text(256) }),
  },
)

const channel = matching(/^[a-z_]{1,32}$/, 'a channel, 1 to 32 of a-z _')

const checkVisit = shape(
  { started: time },
  {
    visitor: text(128),
    landing: text(2048),
    referrer: text(2048),
    channel,
    number: integer(1, 'an integer from 1'),
    first: shape({ at: time, channel }, { source: text(256), medium: text(256), campaign: text(256) }),
    campaign: mapOf(either(text(2048), listOf(text(32)), 'a string of at most 2048 characters, or an array of strings of at most 32')),
  },
)

const checkPage = shape(
  { tab, visit: text(64), url: text(2048) },
  { user: text(256), model: text(64), title: text(2048), referrer: text(2048), kind: text(64), locale: text(35), marks: listOf(text(16)), denied: listOf(text(16)) },
)

const checkTouchpoint = shape(
  { id, name: matching(/^[a-z][a-z0-9_]{0,63}$/, 'a-z, then up to 63 of a-z 0-9 _'), at: time, seq, page: text(64) },
  { props: mapOf(anything), stage: shape({ id: text(64), confidence: numberWithin(0, 1) }, { rule: text(64) }), source: text(64) },
)

/** @type {(value: unknown, levels: number) => boolean} */
const deeperThan = (value, levels) => typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((entry) => deeperThan(entry, levels - 1)))

/**
 * Why one touchpoint cannot be stored. Beyond the schema: its page must be in `pages`, the page's visit (if named) must be well, `props.items` is a list, and
 * `props` holds at most 5 levels.
 * @type {(touchpoint: unknown, tables: { pages: Fields, visits: Fields }) => string | undefined}
 */
const touchpointReason = (touchpoint, { pages, visits }) => {
  const reason = checkTouchpoint(touchpoint, '')
  if (reason) return reason.startsWith('body: ') ? 'expected an object' : reason
  const { page: key, props } = /** @type {{ page: string, props?: Fields }} */ (touchpoint)
  if (!Object.hasOwn(pages, key)) return 'page: expected a key of pages'
  const page = /** @type {{ visit: string }} */ (pages[key])
  const pageReason = checkPage(page, 'page')
  if (pageReason) return pageReason
  const visitReason = Object.hasOwn(visits, page.visit) ? checkVisit(visits[page.visit], 'visit') : undefined
  if (visitReason) return visitReason
  if (props && Object.hasOwn(props, 'items') && !Array.isArray(props.items)) return 'props.items: expected an array'
  return Object.values(props ?? {}).some((value) => deeperThan(value, 5)) ? 'props: nested deeper than 5' : undefined
}

/** @type {(name: string, ranges: TabRange[] | undefined) => string | undefined} */
const rangeReason = (name, ranges) => {
  const index = (ranges ?? []).findIndex(({ from, to }) => from > to)
  return index < 0 ? undefined : `${name}[${index}].to: expected at least from`
}

/**
 * Names a refused touchpoint and, where it can be told, its place in the loss account.
 * @type {(touchpoint: unknown, reason: string, pages: Fields) => Refusal}
 */
const refusalOf = (touchpoint, reason, pages) => {
  const given = isObject(touchpoint) ? touchpoint : {}
  const name = typeof given.id === 'string' ? given.id.slice(0, 64) : ''
  const page = typeof given.page === 'string' && Object.hasOwn(pages, given.page) ? pages[given.page] : undefined
  const known = isObject(page) && !tab(page.tab, '') && !seq(given.seq, '')
  return known ? { id: name, reason, tab: String(page.tab), seq: Number(given.seq) } : { id: name, reason }
}

/** @type {(id: string, otherwise: number) => number} */
const bornAt = (id, otherwise) => (id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : otherwise)

/**
 * @typedef {{ id: string, name: string, at: number, seq: number, page: string, props?: Fields, stage?: { id: string, confidence: number, rule?: string }, source?: string }} Touchpoint
 * As `checkTouchpoint` lets it pass.
 */
/** @typedef {{ tab: string, visit: string, url: string, user?: string, model?: string, title?: string, referrer?: string, kind?: string, locale?: string, marks?: string[], denied?: string[] }} Page As `checkPage` lets it pass. */
/**
 * @typedef {{
 *   site: string, sdk: string, sent_at: number, visits?: Fields, pages?: Fields, touchpoints?: unknown[],
 *   documents?: { [tab: string]: number }, loss?: Batch['loss'], ask?: TabRange[], forget?: Forget
 * }} Envelope As `checkEnvelope` lets it pass.
 */

// Named one by one: objects made by spreading and adding are three times as slow, and this is the hot path.
/** @type {(touchpoint: Touchpoint, page: Page, context: { site: string, sdk: string, sentAt: number, received: number }) => Row} */
const rowOf = (touchpoint, page, { site, sdk, sentAt, received }) => ({
  n: 0,
  id: touchpoint.id,
  born: bornAt(touchpoint.id, received),
  site,
  name: touchpoint.name,
  at: touchpoint.at,
  received_at: received,
  // The device's clock may be wrong by years, but it was wrong by the same when the request left.
  happened_at: touchpoint.at + (received - sentAt),
  tab: page.tab,
  seq: touchpoint.seq,
  page: touchpoint.page,
  visit: page.visit,
  user: page.user,
  model: page.model,
  url: page.url,
  title: page.title,
  referrer: page.referrer,
  kind: page.kind,
  locale: page.locale,
  marks: page.marks,
  denied: page.denied,
  props: touchpoint.props,
  stage: touchpoint.stage?.id,
  confidence: touchpoint.stage?.confidence,
  // Absent on the wire where they are the usual.
  rule: touchpoint.stage && (touchpoint.stage.rule ?? touchpoint.name),
  source: touchpoint.source ?? 'api',
  sdk,
})

/** @type {(site: string, rows: Row[], visits: Fields) => Visit[]} */
const visitsOf = (site, rows, visits) =>
  [...new Set(rows.map((row) => row.visit))]
    .filter((visit) => Object.hasOwn(visits, visit))
    .map((visit) => ({ site, visit, .../** @type {Omit<Visit, 'site' | 'visit'>} */ (visits[visit]) }))

/**
 * Judges a request: `{ reason }` when the envelope is broken, else `{ batch }` with what can be stored and what is refused.
 * A bad touchpoint (or a bad page or visit of it) never costs its neighbours. Does not throw, whatever the body is.
 * @type {(body: unknown, received: number) => { reason: string, batch?: undefined } | { batch: Batch, reason?: undefined }}
 */
export const validate = (body, received) => {
  const given = /** @type {Envelope} */ (body)
  const reason = checkEnvelope(body, '') ?? rangeReason('loss', given.loss) ?? rangeReason('ask', given.ask)
  if (reason) return { reason }
  const { site, sdk, sent_at: sentAt, visits = {}, pages = {}, touchpoints = [], documents = {}, loss = [], ask, forget } = given
  /** @type {Row[]} */
  const rows = []
  /** @type {Refusal[]} */
  const refused = []
  for (const touchpoint of touchpoints) {
    const bad = touchpointReason(touchpoint, { pages, visits })
    if (bad) {
      refused.push(refusalOf(touchpoint, bad, pages))
      continue
    }
    const good = /** @type {Touchpoint} */ (touchpoint)
    rows.push(rowOf(good, /** @type {Page} */ (pages[good.page]), { site, sdk, sentAt, received }))
  }
  return { batch: { site, received, rows, visits: visitsOf(site, rows, visits), refused, documents: Object.entries(documents), loss, ask, forget } }
}
