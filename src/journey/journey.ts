import { guarded } from '../browser/listen.js'
import { onLinkOut } from '../browser/on-link-out.js'
import { takeParam } from '../browser/take-param.js'
import { isInside, touchOf } from '../channels.js'
import { isFriction } from '../friction.js'
import { isAmong } from '../hosts.js'
import type { JourneyHost, JourneyPart, JourneyStarter, Past } from '../part.js'
import { best, fitting } from '../stage.js'
import { checkModel } from '../stage-models.js'
import { hostOf } from '../touchpoint.js'
import { shorten } from '../redact.js'
import { quote, toJson } from '../to-json.js'
import type { Journey, StageHint, StageModel, Stop } from '../types.js'
import { type Feedback, toFeedback } from './feedback.js'
import { fromParam, PARAM, toParam } from './hand-over.js'
import { arrive, blank, factsOf, learn, move, show } from './past.js'
import { saidOf, textOf } from './said.js'

/** Settings of `journey`. */
export interface JourneyOptions {
  /** The stage model that gives hints, such as `five`; without one there are no hints. @default none */
  readonly stages?: StageModel
  /** Further domains of the shop, with what is below them, that hand the shopper over to this one and are handed them: both ends must name each other. @default [] */
  readonly crossDomains?: readonly string[]
  /** Hosts that are never where a shopper comes from, with what is below them, besides the shop's own, `crossDomains` and payment providers. @default [] */
  readonly ownHosts?: readonly string[]
  /** Hosts of payment providers besides the well-known ones: they are not where a shopper comes from, either. @default [] */
  readonly paymentHosts?: readonly string[]
  /** Tells the visit to Shopify's pixels (`Shopify.analytics.publish('rihla', …)`), so that `rihla/shopify-pixel` goes on with it in the checkout. Other pixels of the shop can hear it, too. @default false */
  readonly shopifyPixel?: boolean
}

/** The journey goes on to another stage. */
export interface StageChange {
  readonly from?: string | undefined
  readonly to: string
  /** Ms since epoch. */
  readonly at: number
}

/** How often a message may be shown. Both must hold where both are given. */
export interface Frequency {
  /** Once in so many visits. @default 1, and 0 where `days` are given */
  readonly visits?: number
  /** Once in so many days. @default 0 */
  readonly days?: number
}

/** What the journey adds to a tracker. */
export interface JourneyMethods {
  /** What is known on this device of the shopper's journey. Empty (`visits: 0`) without consent to `personalization`. */
  readonly journey: () => Promise<Journey>
  /** Calls back when the shopper's stage changes on this page. */
  readonly onStageChange: (callback: (change: StageChange) => void) => Stop
  /** Whether a message may be shown now, by a key of your own; says `true` once, notes it for all tabs and says `false` until it may be shown again. `false` without consent to `personalization`. */
  readonly oncePer: (key: string, frequency?: Frequency) => Promise<boolean>
  /** Records what the shopper says: a score, a text, or how they heard of the shop. What is wrong in it is told to `onError` and left out. */
  readonly feedback: (feedback: Feedback) => void
}

/** Knows the shopper's journey on this device: stages, channels, visits, purchases. Pass it to `createTracker`. Throws a `TypeError` for a wrong option. */
export function journey(options: JourneyOptions = {}): JourneyStarter<JourneyMethods> {
  const { stages, crossDomains = [], ownHosts = [], paymentHosts = [], shopifyPixel = false } = options
  for (const [option, hosts] of Object.entries({ crossDomains, ownHosts, paymentHosts })) {
    if (!Array.isArray(hosts) || !hosts.every((host) => typeof host === 'string' && /^[^\s/:]+$/.test(host))) throw new TypeError(`rihla: ${option} must be an array of hosts such as shop.example`)
  }
  if (stages !== undefined) checkModel(stages)
  if (typeof shopifyPixel !== 'boolean') throw new TypeError('rihla: shopifyPixel must be true or false')
  const inert: JourneyMethods = { journey: async () => publicly(blank), onStageChange: () => () => {}, oncePer: async () => false, feedback: () => {} }
  return Object.assign((host: JourneyHost) => start(host, options), { model: stages, inert })
}

function start({ now, clean, report, fail, record, mayAct, visit, handsOver, learn: remember }: JourneyHost, { stages, crossDomains = [], ownHosts = [], paymentHosts = [], shopifyPixel }: JourneyOptions): JourneyPart<JourneyMethods> {
  const own = [...crossDomains, ...ownHosts, ...paymentHosts]
  const landing = location.href
  const { referrer } = document
  const isCross = isAmong(crossDomains)
  // Before any source looks at the address.
  const given = crossDomains.length ? takeParam(PARAM) : undefined
  const hearers = new Set<(change: StageChange) => void>()
  const cross = (url: URL) => {
    const here = isCross(url.hostname) && url.hostname !== location.hostname ? handsOver() : undefined
    if (!here?.visitor || url.searchParams.has(PARAM)) return
    // As text: `searchParams` would write the others anew.
    url.search += `${url.search ? '&' : '?'}${PARAM}=${toParam(here, now())}`
    return url.href
  }
  const stop = crossDomains.length ? onLinkOut(cross, fail) : () => {}

  let told = ''
  /** Shopify's checkout is its own: a pixel there (`rihla/shopify-pixel`) goes on with this visit. */
  const tellPixel = guarded(() => {
    const { analytics } = Object((window as { Shopify?: unknown }).Shopify) as { analytics?: { publish?: (name: string, data: object) => void } }
    const here = analytics?.publish && handsOver()
    if (!here || !here.visitor || told === here.id + here.user) return
    told = here.id + here.user
    const { id, visitor, entry, user } = here
    analytics.publish!('rihla', { id, visitor, entry, user })
  }, fail)

  return {
    handed: given && isCross(nameOf(referrer)) ? fromParam(given, now()) : undefined,
    arrive: (old = blank, at, isUnknown) => {
      const { channel, ...touch } = touchOf(landing, referrer, { own })
      const [source, medium, campaign] = [touch.source, touch.medium, touch.campaign].map((word) => word && shorten(word, 128, clean))
      const past = arrive(old, { at, channel, source, medium, campaign })
      return isUnknown ? { ...past, visits: 0 } : past
    },
    entryOf: ({ channel, visits, first }) =>
      `"channel":${quote(channel!)},` + (visits ? `"number":${visits},` : '') + (visits > 1 && first ? `"first":${toJson(first, clean, () => {})},` : ''),
    weigh: ({ name, props, at, page }) => {
      const said = saidOf(name, props)
      const rules = stages ? fitting(stages, { name, props, kind: page.kind, path: pathOf(page.url) }) : []
      const isAsked = rules.some((rule) => rule.if && 'landing' in rule.if)
      const outside = isAsked ? isOutside(nameOf(page.url), nameOf(page.referrer), own, textOf(props, 'navigation')) : undefined
      return { rules, isOutside: outside, learn: (past) => (said ? learn(past, said, at) : past) }
    },
    hint: ({ name, at = now() }, { rules, isOutside }, { past = blank }, isBegunHere) =>
      best(rules, name, { ...factsOf(past, at), landing: isOutside ?? isBegunHere }) ?? (isFriction(name) && stages ? where(past, stages) : undefined),
    learn: ({ at, page }, { learn }, hint, { id, past = blank }) => {
      const change = (past: Past) => move(learn(past), stages ?? { stages: [] }, hint, id, at)
      const { stage, since } = past
      if (shopifyPixel) tellPixel()
      const next = change(past)
      if (next !== past) void remember(change)
      if (next.stage === stage) return
      if (mayAct()) for (const hear of hearers) hear({ from: stage, to: next.stage!, at })
      return { name: 'stage_change', source: 'journey', at, page, props: { from: stage, to: next.stage, ...(since && { after: at - since }) } }
    },
    stop,
    methods: {
      journey: async () => publicly((await visit())?.past ?? blank),
      onStageChange: (callback) => {
        const hear = guarded(callback, fail)
        hearers.add(hear)
        return () => void hearers.delete(hear)
      },
      oncePer: async (key, { days, visits = days ? 0 : 1 } = {}) => {
        if (typeof key !== 'string' || !key || key.length > 64 || !isCount(days ?? 0) || !isCount(visits)) {
          report('input', 'oncePer must be given a key of at most 64 characters, and { visits } or { days } as a number')
          return false
        }
        if (!(await visit())) return false
        let mayShow = false
        await remember((past) => {
          const next = show(past, key, { visits, days }, now())
          mayShow = next !== past
          return next
        })
        return mayShow
      },
      feedback: guarded((given: Feedback) => {
        const moment = toFeedback(given, report)
        if (moment) record(moment)
      }, fail),
    },
  }
}

/** What hurts says nothing of where the shopper goes: it says where it struck, and is too unsure to move anybody. */
const where = ({ stage }: Past, { stages }: StageModel): StageHint | undefined => (stages.some(({ id }) => id === stage) ? { id: stage!, confidence: 0.5, rule: 'current' } : undefined)

const isCount = (value: unknown) => typeof value === 'number' && isFinite(value) && value >= 0

/** Without what only the tracker needs. */
function publicly({ settled: _, orders: __, shown: ___, ...journey }: Past): Journey {
  return journey
}

/** The host of a URL, without a port. */
const nameOf = (url?: string) => hostOf(url).replace(/:\d+$/, '')

/** Whether a page was reached from outside the shop; `undefined` where that is so only on the first page of a visit. */
function isOutside(here: string, from: string, own: readonly string[], navigation: string): boolean | undefined {
  if (navigation === 'restore') return false
  if (from && isInside(from, here, own)) return false
  return from && !/^(reload|back_forward)$/.test(navigation) ? true : undefined
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/, '')
}
