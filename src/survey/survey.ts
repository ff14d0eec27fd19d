import { attachStyled, make } from '../browser/draw.js'
import { guarded, listen } from '../browser/listen.js'
import type { CartMethods } from '../commerce/commerce.js'
import type { Frequency, JourneyMethods } from '../journey/journey.js'
import type { Feedback } from '../journey/feedback.js'
import type { Stop } from '../types.js'
import { STYLE } from './style.js'
import { WORDS, type Words } from './words.js'

/** What can be asked: a scale, faces, a choice, or words alone. */
export type SurveyKind = 'nps' | 'csat' | 'ces' | 'emoji' | 'leaving' | 'source' | 'text'

/** One question, and how it is asked. */
export interface SurveyOptions {
  /** `nps` (0 to 10), `csat` (1 to 5), `ces` (1 to 7), `emoji` (five faces), `leaving` and `source` ("how did you hear about us": one of several answers), `text`. It is the feedback's `kind`, too. */
  readonly kind: SurveyKind
  /** Of two letters at least: `en`, `ar` and `fa` have words of their own; digits are those of the language. @default the document's `lang` */
  readonly locale?: string
  /** Your own words of the question. @default see `kind` */
  readonly question?: string
  /** Your own answers for `leaving` and `source`, by an id that is recorded as `choice`. @default reasons and places that are common */
  readonly choices?: { readonly [id: string]: string }
  /** What it is about, recorded with the answer: an order, an `item_id`. At most 64 characters. */
  readonly about?: string
  /** How often a shopper is asked at most. @default { days: 90 } */
  readonly every?: Frequency
  /** What counts as the same question for that. @default `survey-` and the kind */
  readonly key?: string
}

/** What a survey needs of a tracker; the script tag's `rihla` can be made into one, too. */
export type Asks = Pick<JourneyMethods, 'oncePer' | 'feedback'>

const SCALES: { readonly [kind: string]: readonly [least: number, most: number] } = { nps: [0, 10], csat: [1, 5], ces: [1, 7], emoji: [1, 5] }
const FACES = ['😞', '🙁', '😐', '🙂', '😀']
const KINDS = [...Object.keys(SCALES), 'leaving', 'source', 'text']
const RIGHT_TO_LEFT = /^(?:ar|fa|he|ur)\b/
/** How long the thanks are shown, ms. */
const THANKS = 3000
/** Where a survey is: there is one at a time. */
const TAG = 'rihla-survey'

/**
 * Asks the shopper one question in a corner of the page, and records the answer by `tracker.feedback`, where `tracker.oncePer` allows it: at most so often as it says, and with consent to `personalization` only.
 * It takes no focus, is closed by Escape, and its style needs no permission of a content security policy. Returns its undo, which takes it away. While there is one, another is not asked. Throws a
 * `TypeError` for a wrong option; on a server it does nothing.
 */
export function survey(tracker: Asks, options: SurveyOptions): Stop {
  const { kind, about, every = { days: 90 }, key = `survey-${kind}` } = checked(options)
  if (typeof document === 'undefined' || document.querySelector(TAG)) return () => {}
  // Held at once, so that two that are asked together do not both come.
  const host = document.createElement(TAG)
  host.hidden = true
  document.documentElement.append(host)
  let stop: Stop = () => {}
  const close = () => {
    stop()
    host.remove()
  }
  const answer = (given: Omit<Feedback, 'kind'>) => tracker.feedback({ kind, ...(about && { about }), ...given })
  tracker.oncePer(key, every).then((may) => {
    if (!may || !host.isConnected) return close()
    host.hidden = false
    stop = show(host, options, answer, close)
  }, close)
  return close
}

/** Asks why, by `survey`, when a cart is left while its page is still there. Returns its undo. */
export function whyLeaving(tracker: Asks & Pick<CartMethods, 'onAbandonment'>, options: Partial<SurveyOptions> = {}): Stop {
  checked({ kind: 'leaving', ...options })
  let close: Stop = () => {}
  const stop = tracker.onAbandonment(({ status, abandonment_id }) => {
    // Whoever has taken the cart up again is not leaving.
    if (status !== 'recovered') close = survey(tracker, { kind: 'leaving', ...(abandonment_id ? { about: `${abandonment_id}` } : {}), ...options })
  })
  return () => {
    stop()
    close()
  }
}

function checked(options: SurveyOptions): SurveyOptions {
  const { kind, locale, question, choices, about } = Object(options) as SurveyOptions
  const expect = (isRight: boolean, option: string, expected: string) => {
    if (!isRight) throw new TypeError(`rihla: ${option} of a survey must be ${expected}`)
  }
  expect(KINDS.includes(kind), 'kind', `one of ${KINDS.join(', ')}`)
  expect(locale === undefined || /^[a-z]{2,3}(-\w+)*$/i.test(locale), 'locale', 'a language such as en or fa-IR')
  expect(question === undefined || (typeof question === 'string' && !!question), 'question', 'a text')
  const answers = choices && Object.entries(choices)
  expect(!answers || (answers.length > 1 && answers.every(([id, text]) => id.length <= 64 && typeof text === 'string' && !!text)), 'choices', 'two texts and more, by ids of at most 64 characters')
  expect(about === undefined || (typeof about === 'string' && about.length <= 64), 'about', 'a text of at most 64 characters')
  return options
}

/** Draws it. */
function show(host: HTMLElement, { kind, locale = document.documentElement.lang || 'en', question, choices }: SurveyOptions, answer: (given: Omit<Feedback, 'kind'>) => void, close: Stop): Stop {
  const words = WORDS[locale.slice(0, 2).toLowerCase()] ?? WORDS.en!
  const root = attachStyled(host, STYLE, 'open')
  host.lang = locale
  host.dir = RIGHT_TO_LEFT.test(locale) ? 'rtl' : 'ltr'

  const closer = make('button', { className: 'close', textContent: '×', 'aria-label': words.close })
  const send = make('button', { className: 'send', textContent: words.send })
  const more = make('textarea', { rows: 2, maxLength: 2000 })
  const status = make('p', { role: 'status' })
  const legend = make('legend', { id: 'question', textContent: question ?? words[kind] })
  const fields = make('fieldset', {}, legend, ...answersOf(kind, words, locale, choices))
  const label = kind === 'text' ? undefined : make('span', { textContent: words.more })
  const box = make('section', { 'aria-labelledby': 'question' }, closer, fields, make('label', { className: 'more' }, ...(label ? [label] : []), more), send, status)
  if (!label) more.setAttribute('aria-labelledby', 'question')
  root.append(box)

  let before: HTMLElement | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const chosen = () => root.querySelector<HTMLInputElement>(':checked')?.value
  /** The focus goes back where it was, once the key has done its work: Enter would press what is there. */
  const giveBack = () => {
    const to = root.activeElement ? before : undefined
    setTimeout(guarded(() => to?.focus(), console.warn), 0)
  }
  const end = () => {
    giveBack()
    close()
  }
  const finish = () => {
    const value = chosen()
    const text = more.value.trim()
    if (value === undefined && !text) return
    answer({ ...(value !== undefined && (kind in SCALES ? { score: +value } : { choice: value })), ...(text && { text }) })
    giveBack()
    for (const each of [fields, more.parentElement!, send]) each.remove()
    status.className = 'done'
    status.textContent = words.thanks
    timer = setTimeout(close, THANKS)
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') end()
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) finish()
  }
  const stops = [
    listen(closer, 'click', end, console.warn),
    listen(send, 'click', finish, console.warn),
    listen(root, 'keydown', (event) => pressed(event as KeyboardEvent), console.warn),
    listen(root, 'focusin', (event) => {
      const { relatedTarget } = event as FocusEvent
      if (relatedTarget instanceof HTMLElement && !root.contains(relatedTarget)) before = relatedTarget
    }, console.warn),
  ]
  // Said once it is there: what a status holds from its beginning is not read out.
  timer = setTimeout(guarded(() => void (status.textContent = legend.textContent), console.warn), 100)
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
}

/** What one can choose from. */
function answersOf(kind: SurveyKind, words: Words, locale: string, choices?: { readonly [id: string]: string }): readonly HTMLElement[] {
  const option = (value: string, text: string, name?: string) => make('label', {}, make('input', { type: 'radio', name: 'answer', value, ...(name && { 'aria-label': name }) }), make('span', { textContent: text, ...(name && { 'aria-hidden': 'true' }) }))
  const [least, most] = SCALES[kind] ?? []
  if (least !== undefined) {
    const digits = new Intl.NumberFormat(locale)
    const values = Array.from({ length: most! - least + 1 }, (_, i) => least + i)
    const scale = make('div', { className: kind === 'emoji' ? 'scale faces' : 'scale' }, ...values.map((value) => (kind === 'emoji' ? option(`${value}`, FACES[value - 1]!, words.faces[value - 1]) : option(`${value}`, digits.format(value)))))
    if (kind === 'emoji') return [scale]
    return [scale, make('p', { className: 'ends' }, ...words.ends[kind as keyof Words['ends']].map((textContent) => make('span', { textContent })))]
  }
  if (kind === 'text') return []
  const all = choices ?? (kind === 'leaving' ? words.reasons : words.places)
  return [make('div', { className: 'list' }, ...Object.entries(all).map(([id, text]) => option(id, text)))]
}
