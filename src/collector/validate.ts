import { anything, either, has, integer, isDeeperThan, isObject, listOf, mapOf, matching, numberWithin, oneOf, shape, text } from './checks.js'
import type { Batch, Fields, Forget, Refusal, Row, TabRange, Visit } from './types.js'

/** What one request may name beside its touchpoints, so that a small body cannot become much work. */
const MOST_ENTRIES = 10_000

const time = integer(0, 'ms since epoch, an integer from 0')
const seq = integer(1, 'an integer from 1')
const tab = matching(/^[a-z0-9]{8,16}$/, '8 to 16 of a-z 0-9')
const range = { tab, from: seq, to: seq }

/** How a site may be called. */
export const checkSite = matching(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 . _ -')
/** How a touchpoint may be called. */
export const checkName = matching(/^[a-z][a-z0-9_]{0,63}$/, 'a-z, then up to 63 of a-z 0-9 _')
/** How a touchpoint is identified. */
export const checkId = matching(/^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'a UUID of version 7 or 8 in lower case')
/** How a channel may be called. */
export const checkChannel = matching(/^[a-z_]{1,32}$/, 'a channel, 1 to 32 of a-z _')
/** Whom to forget. */
export const checkForget = shape({}, { visitor: text(128), user: text(256) })

const checkEnvelope = shape(
  { v: oneOf(1), site: checkSite, sdk: text(64), sent_at: time },
  {
    visits: mapOf(anything),
    pages: mapOf(anything),
    touchpoints: listOf(anything),
    documents: mapOf(seq, { key: tab, most: MOST_ENTRIES }),
    loss: listOf(shape({ ...range, reason: oneOf('evicted', 'quarantined', 'pending', 'memory', 'forgotten') }), MOST_ENTRIES),
    ask: listOf(shape(range), MOST_ENTRIES),
    forget: checkForget,
  },
)

const checkVisit = shape(
  { started: time },
  {
    visitor: text(128),
    landing: text(2048),
    referrer: text(2048),
    channel: checkChannel,
    number: integer(1, 'an integer from 1'),
    first: shape({ at: time, channel: checkChannel }, { source: text(256), medium: text(256), campaign: text(256) }),
    campaign: mapOf(either(text(2048), listOf(text(32)), 'a string of at most 2048 characters, or an array of strings of at most 32')),
  },
)

const checkPage = shape(
  { tab, visit: text(64), url: text(2048) },
  { user: text(256), model: text(64), title: text(2048), referrer: text(2048), kind: text(64), locale: text(35), marks: listOf(text(16)), denied: listOf(text(16)) },
)

const checkTouchpoint = shape(
  { id: checkId, name: checkName, at: time, seq, page: text(64) },
  { props: mapOf(anything), stage: shape({ id: text(64), confidence: numberWithin(0, 1) }, { rule: text(64) }), source: text(64) },
)

/** As `checkTouchpoint` lets it pass. */
interface Given {
  readonly id: string
  readonly name: string
  readonly at: number
  readonly seq: number
  readonly page: string
  readonly props?: Fields
  readonly stage?: { readonly id: string; readonly confidence: number; readonly rule?: string }
  readonly source?: string
}

/** As `checkPage` lets it pass. */
type GivenPage = Pick<Row, 'tab' | 'visit' | 'url' | 'user' | 'model' | 'title' | 'referrer' | 'kind' | 'locale' | 'marks' | 'denied'>

/** As `checkEnvelope` lets it pass. */
interface Envelope {
  readonly site: string
  readonly sdk: string
  readonly sent_at: number
  readonly visits?: Fields
  readonly pages?: Fields
  readonly touchpoints?: readonly unknown[]
  readonly documents?: { readonly [tab: string]: number }
  readonly loss?: Batch['loss']
  readonly ask?: readonly TabRange[]
  readonly forget?: Forget
}

/** What is wrong with the parameters of a touchpoint, if anything. */
export function propsReason(props: Fields = {}): string | undefined {
  if (has(props, 'items') && !Array.isArray(props.items)) return 'props.items: expected an array'
  return Object.values(props).some((value) => isDeeperThan(value, 5)) ? 'props: nested deeper than 5' : undefined
}

/**
 * Why one touchpoint cannot be stored. Beyond the schema: its page must be in `pages`, the page's visit (if named) must be well, `props.items` is a list, and
 * `props` holds at most 5 levels.
 */
function touchpointReason(touchpoint: unknown, pages: Fields, visits: Fields): string | undefined {
  const reason = checkTouchpoint(touchpoint, '')
  if (reason) return reason.startsWith('body: ') ? 'expected an object' : reason
  const { page: key, props } = touchpoint as Given
  if (!has(pages, key)) return 'page: expected a key of pages'
  const pageReason = checkPage(pages[key], 'page')
  if (pageReason) return pageReason
  const { visit } = pages[key] as GivenPage
  return (has(visits, visit) ? checkVisit(visits[visit], 'visit') : undefined) ?? propsReason(props)
}

function rangeReason(name: string, ranges: readonly TabRange[] = []): string | undefined {
  const index = ranges.findIndex(({ from, to }) => from > to)
  return index < 0 ? undefined : `${name}[${index}].to: expected at least from`
}

/** Names a refused touchpoint and, where it can be told, its place in the loss account. */
function refusalOf(touchpoint: unknown, reason: string, pages: Fields): Refusal {
  const given = isObject(touchpoint) ? touchpoint : {}
  const name = typeof given.id === 'string' ? given.id.slice(0, 64) : ''
  const page = typeof given.page === 'string' && has(pages, given.page) ? pages[given.page] : undefined
  const isKnown = isObject(page) && !tab(page.tab, '') && !seq(given.seq, '')
  return isKnown ? { id: name, reason, tab: String(page.tab), seq: Number(given.seq) } : { id: name, reason }
}

/** The time inside an id of version 7; of another, when it came. */
export const bornAt = (id: string, otherwise: number): number => (id[14] === '7' ? parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : otherwise)

// Named one by one: objects made by spreading and adding are three times as slow, and this is the hot path.
const rowOf = (touchpoint: Given, page: GivenPage, { site, sdk, sent_at: sentAt }: Envelope, received: number, marks: readonly string[] | undefined): Row => ({
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
  marks: marks && page.marks ? [...new Set([...page.marks, ...marks])] : (marks ?? page.marks),
  denied: page.denied,
  props: touchpoint.props,
  stage: touchpoint.stage?.id,
  confidence: touchpoint.stage?.confidence,
  // Absent on the wire where they are the usual.
  rule: touchpoint.stage && (touchpoint.stage.rule ?? touchpoint.name),
  source: touchpoint.source ?? 'api',
  sdk,
})

const visitsOf = (site: string, rows: readonly Row[], visits: Fields, device: string | undefined): Visit[] =>
  [...new Set(rows.map((row) => row.visit))].filter((visit) => has(visits, visit)).map((visit) => ({ ...(visits[visit] as Omit<Visit, 'site' | 'visit'>), site, visit, device }))

/** What is known of a sender besides the body. */
export interface Sender {
  readonly device?: string | undefined
  /** Why what it sends is not a shopper's. */
  readonly marks?: readonly string[] | undefined
}

/**
 * Judges a request: a reason when the envelope is broken, else what can be stored and what is refused. A bad touchpoint (or a bad page or visit of it) never costs its
 * neighbours. Does not throw, whatever the body is.
 */
export function validate(body: unknown, received: number, { device, marks }: Sender = {}): { readonly reason: string } | { readonly batch: Batch } {
  const given = body as Envelope
  const reason = checkEnvelope(body, '') ?? rangeReason('loss', given.loss) ?? rangeReason('ask', given.ask)
  if (reason) return { reason }
  const { site, visits = {}, pages = {}, touchpoints = [], documents = {}, loss = [], ask, forget } = given
  const rows: Row[] = []
  const refused: Refusal[] = []
  for (const touchpoint of touchpoints) {
    const bad = touchpointReason(touchpoint, pages, visits)
    if (bad) refused.push(refusalOf(touchpoint, bad, pages))
    else rows.push(rowOf(touchpoint as Given, pages[(touchpoint as Given).page] as GivenPage, given, received, marks))
  }
  return { batch: { site, received, rows, visits: visitsOf(site, rows, visits, device), refused, documents: Object.entries(documents), loss, ask, forget } }
}
