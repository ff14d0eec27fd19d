import { json } from '../formats/json.js'
import { uuidv7, uuidv8 } from '../ids.js'
import { createRedactor } from '../redact.js'
import { fitting, best } from '../stage.js'
import { five } from '../stages/five.js'
import { createBirths, seqOf } from '../touchpoint.js'
import { quote } from '../to-json.js'
import type { Loss, StageModel } from '../types.js'
import { SDK } from '../version.js'
import type { Visit } from '../visit.js'
import { toMoment } from './moments.js'
import type { PixelApi, PixelEvent } from './types.js'

/** Settings of `shopifyPixel`. */
export interface ShopifyPixelOptions {
  /** Where touchpoints are sent: an http(s) URL. */
  readonly endpoint: string
  /** Names the shop at the collector, as the script tag does: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly site: string
  /** Also what happens before the checkout: for a shop without the script tag. @default false */
  readonly all?: boolean
  /** The stage model that gives hints. @default five */
  readonly stages?: StageModel
}

/** A touchpoint with the entries of its visit and its page, as it waits in the shop's storage. */
type Waiting = readonly [visit: string, page: string, line: string]

/** What is in the shop's storage: what waits, and what will never arrive. */
interface Queue {
  readonly waiting: readonly Waiting[]
  readonly lost: readonly Loss[]
}

/** Who is here, as the script tag has told (`Shopify.analytics.publish('rihla', …)`), or as this pixel has begun. */
interface Known extends Pick<Visit, 'id' | 'visitor' | 'entry'> {
  readonly user?: string
  readonly last: number
}

/** GA4's session timeout. */
const INACTIVITY = 1_800_000
/** The most that waits, before consent and for the collector. */
const MOST = 200
/** The most characters of one request: below what browsers let outlive a page. */
const BODY = 48_000
/** A collector that does not answer is asked again after so long, ms; else with the next event. */
const AGAIN = 10_000

/**
 * Records Shopify's own checkout, where no script of a theme runs: its steps, errors and the order. To be called in a web pixel, of an app or of one's own: it needs no page, only what Shopify hands it. Consent is
 * what Shopify's customer privacy says. What waits for the collector is kept in the shop's storage. The script tag on the shop's pages tells it whose journey this is; without it a visitor is who Shopify's `clientId`
 * says. Throws a `TypeError` for a wrong option.
 */
export function shopifyPixel({ analytics, browser, init, customerPrivacy }: PixelApi, { endpoint, site, all = false, stages = five }: ShopifyPixelOptions): void {
  if (!/^https?:/.test(endpoint)) throw new TypeError('rihla: endpoint must be an http(s) URL')
  if (!/^[\w.-]{1,64}$/.test(site)) throw new TypeError('rihla: site must be 1 to 64 of A-Z a-z 0-9 . _ -')
  const { localStorage: storage } = browser
  const [QUEUE, WHO] = [`rihla-${site}-pixel-queue`, `rihla-${site}-pixel`]
  const redactor = createRedactor(['q'])
  const births = createBirths({ site, model: stages, marks: [], denied: () => [], redactor, report: () => {} })
  let isAllowed = !!init.customerPrivacy?.analyticsProcessingAllowed
  let held: PixelEvent[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const read = async <T>(key: string): Promise<T | undefined> => {
    try {
      return JSON.parse((await storage.getItem(key)) ?? 'null') ?? undefined
    } catch {
      return undefined
    }
  }
  const queued = async (): Promise<Queue> => ({ waiting: [], lost: [], ...(await read<Queue>(QUEUE)) })
  const keep = (key: string, value: unknown) => storage.setItem(key, JSON.stringify(value)).catch(() => {})

  const begin = (known: Known | undefined, { clientId = '' }: PixelEvent, at: number, url: string, referrer: string): Known => {
    const visitor = known?.visitor || uuidv8(clientId)
    const id = uuidv7(at)
    return { id, visitor, last: at, entry: `"${id}":{"visitor":"${visitor}","started":${at},"landing":${quote(redactor.url(url))},"referrer":${quote(redactor.url(referrer))},"campaign":{}}` }
  }

  /** One after another: each reads what the one before has left. */
  let turn: Promise<unknown> = Promise.resolve()
  const after = (step: () => Promise<void>) => void (turn = turn.then(step).catch(() => {}))

  const take = async (event: PixelEvent) => {
    const moment = toMoment(event.name, event.data ?? {}, all)
    if (!moment) return
    const { location, title = '', referrer = '' } = event.context?.document ?? {}
    const url = location?.href ?? ''
    const at = Date.parse(event.timestamp ?? '') || Date.now()
    const known = await read<Known>(WHO)
    const who = known && Math.abs(at - known.last) < INACTIVITY ? { ...known, last: at } : begin(known, event, at, url, referrer)
    await keep(WHO, who)
    const kind = /\/checkouts?\//.test(url) ? 'checkout' : undefined
    const page = { url, title, referrer, kind, locale: event.context?.navigator?.language }
    const visit: Visit = { ...who, since: at, user: who.user, campaign: '{}' }
    const stamped = births.stamp({ ...moment, source: 'shopify-pixel' }, page, at)
    stamped.hint = best(fitting(stages, { name: moment.name, props: moment.props, kind }), moment.name, { visits: 1, purchases: 0 })
    const born = births.bear(stamped, visit)
    const { waiting, lost } = await queued()
    const grown = [...waiting, [born.visit, born.page, born.line] as const]
    await keep(QUEUE, { waiting: grown.slice(-MOST), lost: [...lost, ...toLosses(grown.slice(0, -MOST), 'evicted')] })
  }

  const bodyOf = (waiting: readonly Waiting[], loss: readonly Loss[]) => {
    const column = (i: 0 | 1) => [...new Set(waiting.map((each) => each[i]))]
    const documents = births.last() ? { [births.tab]: births.last() } : {}
    return json.encode({ site, sdk: SDK, sentAt: Date.now(), visits: column(0), pages: column(1), touchpoints: waiting.map(([, , line]) => line), documents, loss, ask: [] })
  }

  /** Sends what it can, in portions; resolves to what has to wait and what was refused alone. */
  const deliver = async (waiting: readonly Waiting[], loss: readonly Loss[]): Promise<Queue> => {
    if (!waiting.length) return { waiting: [], lost: [] }
    const outcome = await post(endpoint, bodyOf(waiting, loss))
    if (outcome === 'ok') return { waiting: [], lost: [] }
    if (outcome !== 'split' && outcome !== 'smaller') return { waiting, lost: loss }
    if (waiting.length === 1) return { waiting: [], lost: [...loss, ...toLosses(waiting, 'quarantined')] }
    const half = waiting.length >> 1
    const first = await deliver(waiting.slice(0, half), loss)
    const rest = await deliver(waiting.slice(half), [])
    return { waiting: [...first.waiting, ...rest.waiting], lost: [...first.lost, ...rest.lost] }
  }

  const send = async () => {
    clearTimeout(timer)
    let { waiting, lost } = await queued()
    while (waiting.length && isAllowed) {
      const portion = portionOf(waiting)
      let left = await deliver(portion, lost)
      // Where none was accepted, it is not the touchpoints' fault.
      if (left.lost.length === lost.length + portion.length) left = { waiting: portion, lost }
      waiting = [...left.waiting, ...waiting.slice(portion.length)]
      lost = left.lost
      await (waiting.length || lost.length ? keep(QUEUE, { waiting, lost }) : storage.removeItem(QUEUE))
      if (left.waiting.length) return void (timer = setTimeout(() => after(send), AGAIN))
    }
  }

  const hear = (event: PixelEvent) => {
    if (!isAllowed) return void (held = [...held, event].slice(-MOST))
    after(() => take(event))
    after(send)
  }

  analytics.subscribe('all_standard_events', hear)
  // The script tag says who is here.
  analytics.subscribe('rihla', ({ customData }: PixelEvent) => {
    const { id, visitor, entry, user } = Object(customData) as Partial<Known>
    if (isAllowed && id && visitor && entry) after(async () => void (await keep(WHO, { id, visitor, entry, user, last: Date.now() })))
  })
  customerPrivacy?.subscribe('visitorConsentCollected', ({ customerPrivacy: { analyticsProcessingAllowed } }) => {
    isAllowed = analyticsProcessingAllowed
    const events = held
    held = []
    if (isAllowed) events.forEach(hear)
    else for (const key of [QUEUE, WHO]) after(async () => void (await storage.removeItem(key)))
  })
  // What an earlier page could not send.
  after(send)
}

/** What came of a body; `retry` where there was no answer. */
async function post(endpoint: string, body: string): Promise<string> {
  try {
    const response = await fetch(endpoint, { method: 'POST', body, keepalive: true, credentials: 'omit', headers: { 'content-type': 'text/plain;charset=UTF-8' } })
    return json.classify({ status: response.status, body: await response.text(), header: (name) => response.headers.get(name) }).kind
  } catch {
    return 'retry'
  }
}

/** As many as fit into one request, at least one. */
function portionOf(waiting: readonly Waiting[]): readonly Waiting[] {
  let size = 0
  const end = waiting.findIndex(([visit, page, line], i) => (size += visit.length + page.length + line.length) > BODY && i > 0)
  return end < 0 ? waiting : waiting.slice(0, end)
}

const toLosses = (gone: readonly Waiting[], reason: Loss['reason']): Loss[] =>
  gone.map(([, page, line]) => ({ tab: /"tab":"(\w+)"/.exec(page)![1]!, from: seqOf(line), to: seqOf(line), reason }))
