import type { Channel, Touch } from './channels.js'
import type { JourneyStarter, PartStarter } from './part.js'
import type { EventName, EventProps, Item } from './vocabulary.js'

/** Undoes what the function that returned it did. Safe to call twice. */
export type Stop = () => void

/** A JSON-like object. What JSON cannot hold (functions, symbols, NaN, cycles) is left out of it, never an error. */
export type Props = { readonly [key: string]: unknown }

/** What a source saw: a touchpoint-to-be, without identity yet. */
export interface Moment {
  /** GA4's name where it has one, else `[a-z][a-z0-9_]{0,63}`. */
  readonly name: string
  readonly props?: Props | undefined
  /** When it happened, ms since epoch. @default now */
  readonly at?: number | undefined
  /** Where it happened. @default the page as it is now */
  readonly page?: PageView | undefined
  /** The stage that the page names itself; it wins over every rule. */
  readonly stage?: string | undefined
  /** Which source saw it. @default 'api' */
  readonly source?: string | undefined
  /** True when the page may be gone in a moment (a link, a submit): it is stored in the same task. */
  readonly leaving?: boolean | undefined
}

/** A page as a source saw it. URLs may be raw: they are redacted before they are kept. */
export interface PageView {
  readonly url: string
  readonly title?: string | undefined
  readonly referrer?: string | undefined
  /** What kind of page it is: `home`, `list`, `product`, `cart`, `checkout`, … */
  readonly kind?: string | undefined
  /** The language of the document, as BCP 47. */
  readonly locale?: string | undefined
}

/** A source's own mishap: told to `onError`, never thrown into the page. */
export interface Mishap {
  readonly failure: unknown
  /** What the developer should do about it, in one sentence; told with the code `consent`. */
  readonly advice?: string | undefined
}

/** All that a cart holds, as the shop tells it. */
export interface Cart {
  readonly items: readonly Item[]
  /** ISO 4217. */
  readonly currency?: string | undefined
  readonly coupon?: string | undefined
  /** An address that brings this cart back, told with an abandonment; only e-mails and cards are cut out of it. */
  readonly url?: string | undefined
  /** How many digits of the items' whole prices are minor units: 2 where 1800 means 18.00. @default 0 */
  readonly minorUnits?: number | undefined
  /** True where the checkout is on pages that a script cannot see: from `begin_checkout` on an abandonment's status is `unknown`. @default false */
  readonly hostedCheckout?: boolean | undefined
}

/** The cart may have changed: the tracker reads it when consent allows, once for several of these. What differs becomes `add_to_cart` and `remove_from_cart`. */
export interface CartSighting {
  /** Resolves `undefined` where the cart cannot be known now; a rejection is told to `onError`. */
  readonly cart: () => Promise<Cart | undefined>
  readonly source: string
}

/** What is known of items that others tell less about: it fills in what their touchpoints lack and is none itself. */
export interface ItemNote {
  readonly items: readonly Item[]
}

/** The field of a form in which a shopper has begun to write: where a cart is left in the middle of a checkout. It is no touchpoint itself. */
export interface FieldNote {
  readonly field: string
}

/** What a consent tool says. */
export interface ConsentSignal {
  readonly consent: Consent | Purposes
  /** True for what holds until the shopper has said something: it never overrides what was said. @default false */
  readonly isDefault?: boolean | undefined
}

/** All that a source may see. */
export type Seen = Moment | CartSighting | ItemNote | FieldNote | ConsentSignal | Mishap

/** Hands what a source saw to the tracker. Never throws. */
export type Record = (seen: Seen) => void

/** Starts watching and returns its undo. A source that throws at its start is reported to `onError` and left out. */
export interface Source {
  (record: Record): Stop
}

/** A source that watches a shop system: `store()` makes it. */
export interface StoreSource extends Source {
  /** The one `item_id` of an item that other sources name by another of its ids. */
  readonly itemId: (item: Item) => string | undefined
}

/** A request that the page makes, or a form that it sends. */
export interface PageRequest {
  /** In capitals. */
  readonly method: string
  readonly url: URL
  /** The name of the button that sends a form, where it is known: one form may lead to several places. */
  readonly button?: string | undefined
}

/**
 * A shop system, as a script on its pages can know it: what `store()` watches. Anything here may throw; that is told to `onError`.
 * Reads the page as it is when called; never holds on to it.
 */
export interface Store {
  /** Stands as `source` with what it tells: `woocommerce`. */
  readonly name: string
  /** Whether the page is one of such a shop. */
  readonly isHere: () => boolean
  /** What kind of page it is: `home`, `list`, `search`, `product`, `cart`, `checkout`, `thank_you`, `account`, … */
  readonly kind: () => string | undefined
  /** The product that the page shows, as it is chosen now: the props of a `view_item`. */
  readonly product: () => { readonly currency?: string | undefined; readonly items: readonly Item[] } | undefined
  /** Whether a request (or a form, or a link that is followed) may change the cart. */
  readonly changesCart: (request: PageRequest) => boolean
  /** Reads the whole cart. `undefined` where it cannot be known. Only called with consent. */
  readonly readCart: () => Promise<Cart | undefined>
  /** The order that the page confirms: the props of a `purchase`, at least `transaction_id`. */
  readonly order?: () => Props | undefined
  /** Whether a request (or a form, or a link) begins a checkout that is on no page of the shop. */
  readonly beginsCheckout?: (request: PageRequest) => boolean
  /** Whether a request asks for the order to be placed: after it, `checkoutErrors` is read. */
  readonly placesOrder?: (request: PageRequest) => boolean
  /** The button for it, as a CSS selector, of a checkout that looks for faults by itself first: where no such request follows a press, `checkoutErrors` is read for those that name a field. */
  readonly orderButton?: string
  /** Whether the coupon of a request that has ended was refused: asked once the page has had time to show it, with the status of the answer where there was one. */
  readonly refusesCoupon?: (request: PageRequest, status?: number) => boolean
  /** What the checkout finds fault with now: codes and names of fields, never a value. */
  readonly checkoutErrors?: () => readonly { readonly code: string; readonly field?: string | undefined }[]
  /** The one `item_id` of an item that others (the shop's dataLayer, its markup) name by another of its ids; `undefined` where it is not known better. */
  readonly itemId?: (item: Item) => string | undefined
}

/** Where a visit came from. Times are ms since epoch. */
export interface TouchAt extends Touch {
  readonly at: number
}

/** What is known on this device of the shopper's journey so far, up to this touchpoint. */
export interface Journey {
  /** How many visits there were, with this one. 0 where nothing is known: without consent, or on a server. */
  readonly visits: number
  /** The channel of this visit. */
  readonly channel?: Channel | undefined
  /** The first and the last visit that was not direct. */
  readonly first?: TouchAt | undefined
  readonly last?: TouchAt | undefined
  readonly purchases: number
  /** When the last 50 purchases were, ms since epoch, in order. */
  readonly bought: readonly number[]
  /** What was spent, less refunds, by currency. */
  readonly total: { readonly [currency: string]: number }
  /** The current stage, and since when. */
  readonly stage?: string | undefined
  readonly since?: number | undefined
  /** The last 20 stages with their beginnings, the current one last. */
  readonly history: readonly { readonly stage: string; readonly since: number }[]
  /** The traits of these names that `identify` told. */
  readonly persona?: string | undefined
  readonly segment?: string | undefined
}

/** What the journey's rules suggest for one touchpoint. */
export interface StageHint {
  readonly id: string
  /** 0 to 1. */
  readonly confidence: number
  /** The rule that gave the hint; `explicit` when the page named the stage itself. */
  readonly rule: string
}

/** `granted`: stores and sends. `pending`: keeps a bounded number of moments in memory, nothing else. `denied`: keeps nothing and erases what was stored. */
export type Consent = 'pending' | 'granted' | 'denied'

/** What consent is for. `analytics`: all that is recorded, stored and sent. `personalization`: that the page acts on it (`journey`, `oncePer`, `onStageChange`). `ads`: the names of click ids. */
export type Purpose = 'analytics' | 'personalization' | 'ads'

/** Consent by purpose. Those that are not said stay as they are. */
export type Purposes = { readonly [purpose in Purpose]?: Consent | undefined }

/** A range of `seq` within one document, both ends included. */
export interface Range {
  readonly tab: string
  readonly from: number
  readonly to: number
}

/** Touchpoints that will never arrive, and why. */
export interface Loss extends Range {
  readonly reason: 'evicted' | 'quarantined' | 'pending' | 'memory' | 'forgotten'
}

/** What a format makes a request from. The strings are JSON, serialised when the touchpoint was born: a format concatenates, it need not parse. */
export interface Batch {
  readonly site: string
  readonly sdk: string
  /** Device clock, ms since epoch. */
  readonly sentAt: number
  /** `"visit id":{…}`, without repetition. */
  readonly visits: readonly string[]
  /** `"page key":{…}`, without repetition. */
  readonly pages: readonly string[]
  /** `{"id":…}` each. */
  readonly touchpoints: readonly string[]
  /** The highest `seq` known, by tab. */
  readonly documents: { readonly [tab: string]: number }
  readonly loss: readonly Loss[]
  readonly ask: readonly Range[]
}

/** The answer of a collector, as far as a page can read it. */
export interface Answer {
  readonly status: number
  readonly body: string
  /** Of a response header, `null` when absent or not exposed. */
  readonly header: (name: string) => string | null
}

/**
 * What an answer means.
 * - `ok`: everything was taken, but for `rejected` (by touchpoint id). `held` answers `ask`; `off` says that nothing is wanted of this site: the tracker stops until the next page. `complaint` is a
 *   sentence for the developer: what the collector finds wrong with what it took.
 * - `retry`: not now; again after the shared back-off, or after `after` ms.
 * - `split`: something in it is bad, but the answer does not say what: halve it.
 * - `smaller`: too large.
 * - `misconfigured`: this collector does not want us; keep everything, try again after minutes.
 */
export type Outcome =
  | { readonly kind: 'ok'; readonly rejected?: readonly { readonly id: string; readonly reason: string }[] | undefined; readonly held?: readonly Range[] | undefined; readonly off?: boolean; readonly complaint?: string }
  | { readonly kind: 'retry'; readonly after?: number | undefined }
  | { readonly kind: 'split' }
  | { readonly kind: 'smaller' }
  | { readonly kind: 'misconfigured' }

/** A wire format: how a batch becomes a body, and what the answer to it means for each touchpoint. */
export interface Format {
  /** A text body without custom header, so that no preflight is needed. */
  readonly encode: (batch: Batch) => string
  readonly classify: (answer: Answer) => Outcome
  /** The content type of a body, where the receiver insists on one: another than `text/plain` needs a preflight. @default 'text/plain;charset=UTF-8' */
  readonly type?: string
  /** Whether the collector keeps the account of what is complete: takes batches that only report `loss` or `ask`. @default false */
  readonly accounts?: boolean
  /** Whether the collector tells gzip by the first bytes of a body without a content type. @default false */
  readonly compress?: boolean
  /** The body that asks the collector to erase somebody; absent where the format has no such thing. */
  readonly forget?: (who: { site: string; sdk: string; sentAt: number; visitor?: string | undefined; user?: string | undefined }) => string
}

/** A further endpoint. */
export interface Destination {
  /** An http(s) URL, or a path on the shop's own origin. */
  readonly endpoint: string
  /** @default json */
  readonly format?: Format
}

/** Something went wrong that the shopper must not notice but the developer may want to know. Each code is reported once per page. */
export interface TrackerError {
  /** `storage`, `collector`, `blocked`, `quarantined`, `evicted`, `input`, `source`, `consent`: what it is about. */
  readonly code: string
  /** One sentence that names the field and what was expected, or what the browser refused. */
  readonly message: string
  readonly cause?: unknown
}

/** One thing that a tracker did: one of the three. */
export interface Inspected {
  /** Ms since epoch. */
  readonly at: number
  /** It keeps a touchpoint: JSON as docs/protocol.md describes it, with the entries of its page and its visit, `"key":{…}`. */
  readonly touchpoint?: { readonly line: string; readonly page: string; readonly visit: string } | undefined
  /** It sent touchpoints, by their ids, and was answered so. Without an answer, `status` is 0 and there is no `outcome`. */
  readonly request?: { readonly endpoint: string; readonly ids: readonly string[]; readonly status: number; readonly outcome: Outcome | undefined } | undefined
  /** Something went wrong: told each time, where `onError` hears of a code once. */
  readonly problem?: TrackerError | undefined
}

/** How a tracker is. */
export interface TrackerStatus {
  readonly site: string
  /** This document's id. */
  readonly tab: string
  readonly consent: { readonly [purpose in Purpose]: Consent }
  /** How many touchpoints are in memory because consent is pending, or storage is being read. */
  readonly held: number
  /** Who is here; `undefined` without consent, and until storage was read. */
  readonly visit: { readonly id: string; /** Empty where visitors are not told apart. */ readonly visitor: string; readonly user: string | undefined } | undefined
  /** How many touchpoints wait on the device for each endpoint, those of other pages and tabs too, and whether it is failing. */
  readonly destinations: readonly { readonly endpoint: string; readonly waiting: number; readonly isFailing: boolean }[]
}

/** A touchpoint before it is kept, for the developer's own redaction: everything in it is redacted already. */
export interface Draft {
  readonly name: string
  readonly at: number
  readonly source: string
  /** A copy: change it, or return another draft. */
  props: Props | undefined
  url: string
  title: string
  referrer: string
}

/** Settings of `createTracker`. Only `endpoint` and `site` are required. */
export interface TrackerOptions {
  /** Where touchpoints are sent: an http(s) URL, or a path on the shop's own origin. */
  readonly endpoint: string
  /** Names the shop at the collector: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly site: string
  /** What captures moments by itself. @default [] */
  readonly sources?: readonly Source[]
  /** For all purposes, or by purpose. @default 'pending' */
  readonly consent?: Consent | Purposes
  /** What Global Privacy Control means: `ads` withholds that purpose and the hand-over between domains, `deny` everything, `ignore` nothing. @default 'ads' */
  readonly gpc?: 'ads' | 'deny' | 'ignore'
  /** Do Not Track withholds everything. @default false */
  readonly dnt?: boolean
  /** Knows the shopper's journey, and gives hints of stages: `journey()` of `rihla/journey`. The tracker then has its methods, too. */
  readonly journey?: JourneyStarter<object>
  /** Keeps the cart and the orders: `commerce()` of `rihla/commerce`. The tracker then has its methods, too. */
  readonly commerce?: PartStarter<object>
  /** How a batch is written on the wire. @default json */
  readonly format?: Format
  /** Further endpoints that are sent the same, each in its own format: what one has not taken is kept for it alone, and none waits for another. @default [] */
  readonly destinations?: readonly Destination[]
  /** Query parameters that may stay in URLs, besides utm parameters. @default ['page', 'q', 's', 'sort', 'variant', 'category'] */
  readonly keepParams?: readonly string[]
  /** The last word on what of a touchpoint is kept: changes the draft, or returns another one. Where it throws, the draft stays as it is, and `onError` hears of it. @default none */
  readonly redact?: (touchpoint: Draft) => Draft | void
  /** Stores and sends only the SHA-256 of what `identify` is told, in hexadecimal. Where a page has no `crypto.subtle` (plain http), no user is recorded. @default false */
  readonly hashUser?: boolean
  /** No visitor id: nothing is remembered from one visit to the next. @default false */
  readonly cookieless?: boolean
  /** How long a visitor is recognised, ms. @default 34128000000 (13 months) */
  readonly visitorAge?: number
  /** Marks what happens on this page as done by the shop's own staff. @default false */
  readonly staff?: boolean
  /** Sends when this many touchpoints wait. @default 20 */
  readonly batchSize?: number
  /** Sends when so many characters wait. @default 12288 */
  readonly batchBytes?: number
  /** Sends when the oldest touchpoint waits this long, ms. @default 5000 */
  readonly batchAfter?: number
  /** Names that are sent at once. @default ['begin_checkout', 'checkout_error', 'purchase', 'cart_abandonment'] */
  readonly urgent?: readonly string[]
  /** How long the touchpoints of another page or tab are left to it before this page sends them, ms. @default 30000 */
  readonly grace?: number
  /** The most touchpoints kept on the device. @default 10000 */
  readonly maxCount?: number
  /** The most characters kept on the device. @default 8000000 */
  readonly maxBytes?: number
  /** How long a touchpoint is kept on the device, ms. @default 604800000 (7 days) */
  readonly maxAge?: number
  /** Hears what went wrong, once per code. Never called while `createTracker` runs: wrong settings throw. */
  readonly onError?: (error: TrackerError) => void
  /** Prints each touchpoint with its source, its stage and the rule behind it, each request and each problem to the console. @default false */
  readonly debug?: boolean
}

/** What a value has to be: itself, one of several, or all that the comparisons say. `re` is a regular expression, tried on at most 256 characters. */
export type Condition =
  | string
  | number
  | boolean
  | readonly (string | number | boolean)[]
  | {
      readonly eq?: string | number | boolean
      readonly in?: readonly (string | number | boolean)[]
      readonly gt?: number
      readonly gte?: number
      readonly lt?: number
      readonly lte?: number
      readonly exists?: boolean
      readonly re?: string
    }

/** One rule of a stage model: a touchpoint that fits suggests the stage. */
export interface StageRule {
  /** Stands as `rule` with the hint. @default the touchpoint's name */
  readonly id?: string
  /** A touchpoint's name, some names, or `*`. */
  readonly on: string | readonly string[]
  /**
   * Further conditions; all must hold. By what they ask about: `kind` (of page), `path` (of its URL), `props.<name>`; `landing` (the page was reached from outside the shop),
   * `channel` (of the visit), `visits`, `purchases` (before this touchpoint), `daysSincePurchase`, `stage` (the current one).
   */
  readonly if?: { readonly [what: string]: Condition }
  readonly stage: string
  /** 0 to 1. */
  readonly confidence: number
}

/** What the rules of a stage model may ask about the shopper, besides what happened. */
export interface JourneyFacts {
  /** Whether the page was reached from outside the shop. */
  readonly landing?: boolean | undefined
  readonly channel?: string | undefined
  /** The number of this visit, 1 for the first. */
  readonly visits: number
  readonly purchases: number
  readonly daysSincePurchase?: number | undefined
  readonly stage?: string | undefined
}

/** A stage of the journey. */
export interface Stage {
  readonly id: string
  /** @default see `withWords` of `rihla/stage-words` */
  readonly label?: { readonly en: string; readonly ar?: string; readonly fa?: string }
  /** Who in the company moves the shopper on from here. */
  readonly owner?: string
  /** What they are after here. */
  readonly goal?: string
  /** Which of the `five` stages this one is, or belongs to. @default the one of the same id */
  readonly five?: string
}

/** The company's idea of a journey, as data: the stages in order, and the rules that hint at them. `checkModel` of `rihla/stage-models` says what is wrong with one. */
export interface StageModel {
  /** A word of `a-z 0-9 _ -`. */
  readonly id: string
  readonly version: number
  /** 2 to 12. */
  readonly stages: readonly Stage[]
  /** Of those that fit, the one with the highest confidence wins, of equals the later one. */
  readonly rules: readonly StageRule[]
}

/** Records a shopper's journey. No method throws after `createTracker` returned; what goes wrong is told to `onError`. */
export interface Tracker {
  /** Records a touchpoint. Takes what `gtag('event', name, props)` takes. `stage` names the journey's stage and wins over every rule. */
  readonly track: <N extends EventName>(name: N, props?: EventProps<N>, options?: { readonly stage?: string }) => void
  /** Says who the shopper is: your own user id (never an e-mail address, but with `hashUser`), and what is worth knowing of them, such as `persona` and `segment`. Recorded as a touchpoint `identify`, by which a collector joins what the visitor did before. */
  readonly identify: (user: string, traits?: Props) => void
  /** Says that the shopper has logged out: from now on it is another visitor on another visit. What was recorded before stays theirs. */
  readonly reset: () => void
  /** Resolves `true` when every touchpoint so far is stored on the device or acknowledged, `false` when it is kept in memory only. */
  readonly saved: () => Promise<boolean>
  /** Sends what waits, now. Resolves when the collector has answered, `true` if nothing is left to send. */
  readonly flush: () => Promise<boolean>
  /** Says what the shopper has agreed to, for all purposes or for some. `denied` erases what is on the device, in every tab, and where somebody was known also asks the collector to forget them. */
  readonly consent: (state: Consent | Purposes) => void
  /** Erases everything on the device, asks the collector to erase the rest, and tracks nothing until `consent('granted')`. Resolves `true` when the collector has answered, or nobody was known. Asks once. */
  readonly forget: () => Promise<boolean>
  /** Calls back with what the tracker did last (100 things at most) and with all that it does from now on, for tools such as `rihla/devtools`. Returns its undo. */
  readonly inspect: (see: (what: Inspected) => void) => Stop
  /** How the tracker is now. Never rejects. */
  readonly status: () => Promise<TrackerStatus>
  /** Removes every listener and timer. What is stored stays for the next page. */
  readonly stop: Stop
}
