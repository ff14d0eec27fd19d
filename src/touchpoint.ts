import { randomName, uuidv7, uuidv8 } from './ids.js'
import { redacted } from './own-redaction.js'
import type { Weighed } from './part.js'
import { type Redactor, shorten } from './redact.js'
import type { Report } from './report.js'
import type { Priority } from './row.js'
import { quote, toJson } from './to-json.js'
import type { Moment, PageView, Props, Purpose, StageHint, StageModel, TrackerOptions } from './types.js'
import type { Visit } from './visit.js'

/** A moment with the time and the place where it happened, written down: what the page does with its objects afterwards changes nothing. No identity yet. */
export interface Stamped {
  readonly name: string
  readonly at: number
  readonly page: PageView
  /** Whom an `identify` names. */
  readonly user?: string | undefined
  /** What of it identifies an order. */
  readonly order: string
  /** Its JSON between `page` and `stage`, and after `stage`. */
  readonly details: string
  readonly tail: string
  /** True when it must be stored in this task. */
  readonly now: boolean
  readonly priority: Priority
  /** What the journey makes of it by itself, and as the shopper's. */
  weighed?: Weighed
  hint?: StageHint | undefined
  /** The touchpoint that it has become, and in how many lanes that is kept. */
  born?: Touchpoint
  kept: number
}

/** A touchpoint: a moment with identity, ready to be kept. */
export interface Touchpoint {
  /** Its JSON, `{"id":"…`, never changed again. */
  readonly line: string
  readonly seq: number
  readonly priority: Priority
  /** The entries of its visit and its page on the wire, `"key":{…}`. */
  readonly visit: string
  readonly page: string
}

/** Turns moments into touchpoints. */
export interface Births {
  /** This document's id. */
  readonly tab: string
  /** The highest `seq` given. */
  readonly last: () => number
  /** Leaves out so many numbers, for moments that were dropped before they got one. */
  readonly skip: (count: number) => void
  /** `now`: when it happened, where it does not say so itself. */
  readonly stamp: (moment: Moment & { readonly user?: string }, page: PageView, now: number) => Stamped
  /** Gives identity, in the order of the calls. */
  readonly bear: (moment: Stamped, visit: Visit) => Touchpoint
}

/** What births are made of. */
export interface BirthOptions {
  readonly site: string
  readonly model?: StageModel | undefined
  /** What is said of every page, see `marksOf`. */
  readonly marks: readonly string[]
  /** What the shopper has not agreed to. */
  readonly denied: () => readonly Purpose[]
  readonly redactor: Redactor
  /** The developer's own, comes last. */
  readonly redact?: TrackerOptions['redact']
  readonly report: Report
}

/** The most characters of what a control says. */
const LABEL = 64
/** Sources whose `text` is what a control says. */
const LABELS = /^(?:clicks|friction)$/
const MONEY = /^(?:purchase|refund|subscription_renewed)$/
const COMMERCE = /cart|checkout|payment|shipping|^order_|^identify$|^sign_up$|^generate_lead$/

/** Gives one document its id and its touchpoints theirs. */
export function createBirths({ site, model, marks, denied, redactor: { url, text, link }, redact, report }: BirthOptions): Births {
  const tab = randomName()
  let seq = 0
  let pages = 0
  let place = ''
  let key = ''
  let entry = ''

  const stamp: Births['stamp'] = ({ name, props, stage, source = 'api', leaving, user, at: own }, page, now) => {
    const at = own ?? now
    const hint = stage ? { id: stage, confidence: 1, rule: 'explicit' } : undefined
    const clean: Redactor['text'] = (raw, key) => {
      // Only what brings a cart back may keep its parameters.
      if (source === 'commerce' && key === 'url') return link(raw)
      return LABELS.test(source) && key === 'text' ? shorten(raw, LABEL, text) : text(raw, key)
    }
    const written = (said: unknown) => {
      const json = toJson(said, clean, () => report('input', `props of ${name} must be at most 16,000 characters; the rest was cut`)) ?? ''
      // Whatever is no object at its root (an array, a function, a date) says nothing that the wire has a place for.
      return json[0] === '{' && json !== '{}' ? json : ''
    }
    let json = written(props)
    if (redact) {
      const { title = '', referrer = '' } = page
      const draft = redacted({ name, at, source, url: url(page.url), title: text(title), referrer: referrer && url(referrer), props }, json, redact, report)
      page = { ...page, url: draft.url, title: draft.title, referrer: draft.referrer }
      json = written(draft.props)
    }
    const priority = MONEY.test(name) ? 0 : COMMERCE.test(name) ? 1 : 2
    // What is absent is what it usually is: see docs/protocol.md.
    const tail = source === 'api' ? '}' : `,"source":${quote(source)}}`
    const of = /^(?:purchase|refund)$/.test(name) && orderOf(props)
    // A second, partial refund of the same order says something else than the first.
    const order = of ? `${site}|${name}|${of}|${name === 'refund' ? json : ''}` : ''
    return { name, at, page, user, order, details: json && `,"props":${json}`, tail, priority, now: !!leaving || priority < 2, hint, kept: 0 }
  }

  const bear = ({ name, at, page, order, details, tail, priority, hint }: Stamped, visit: Visit): Touchpoint => {
    const withheld = denied()
    const here = [visit.id, visit.user, withheld, page.url, page.title, page.referrer, page.kind, page.locale].join('\n')
    if (here !== place) {
      key = `${tab}-${++pages}`
      entry = `"${key}":${toJson(
        {
          tab,
          visit: visit.id,
          user: visit.user,
          model: model && `${model.id}@${model.version}`,
          url: url(page.url),
          title: page.title && shorten(page.title, 256, text),
          referrer: page.referrer && url(page.referrer),
          kind: page.kind && shorten(page.kind, 64, text),
          locale: page.locale?.slice(0, 35),
          marks: marks.length ? marks : undefined,
          denied: withheld.length ? withheld : undefined,
        },
        // An id may look like a token; what it must not be was said when it was named.
        (raw, key) => (key === 'user' ? raw : text(raw, key)),
        () => {},
      )}`
      // Last: Firefox ends a script in the middle when its page goes, and its next event goes on from there.
      place = here
    }
    const id = order ? uuidv8(order) : uuidv7(at)
    const line = `{"id":"${id}","name":"${name}","at":${at},"seq":${++seq},"page":"${key}"${details}${hint ? stageOf(name, hint) : ''}${tail}`
    return { line, seq, priority, visit: visit.entry, page: entry }
  }

  return { tab, stamp, bear, last: () => seq, skip: (count) => void (seq += count) }
}

/** What is said of a hint; its rule only where that is not the touchpoint's name. */
const stageOf = (name: string, { id, confidence, rule }: StageHint) => `,"stage":{"id":${quote(id)},"confidence":${confidence}${rule === name ? '' : `,"rule":${quote(rule)}`}}`

/** What tells one order from another; empty where nothing does. */
function orderOf(props?: Props): string {
  try {
    const id = props?.transaction_id
    return typeof id === 'string' || (typeof id === 'number' && isFinite(id)) ? `${id}` : ''
  } catch {
    return ''
  }
}

/** The host of a URL that a browser wrote. */
export const hostOf = (url = ''): string => /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? ''

/** The `at` of a serialised touchpoint. */
export const atOf = (line: string): number => +/"at":(\d+)/.exec(line)![1]!

/** The `id` of a serialised touchpoint. */
export const idOf = (line: string): string => line.slice(7, 43)

/** The `seq` of a serialised touchpoint. Its first occurrence is ours: only `id`, `name` and `at` stand before it. */
export const seqOf = (line: string): number => +/"seq":(\d+)/.exec(line)![1]!
