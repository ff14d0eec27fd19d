import type { Report } from '../report.js'
import type { Moment } from '../types.js'

/** What a shopper says, in a number or in words. */
export interface Feedback {
  /** `nps`, `csat`, `ces`, `emoji`, `text`, `source` ("how did you hear about us"), or a word of your own. */
  readonly kind: string
  /** `nps`: 0 to 10. `csat` and `emoji`: 1 to 5. `ces`: 1 to 7. Your own kinds: any number. */
  readonly score?: number | undefined
  /** In their own words. E-mail addresses, phone and card numbers are cut out of it. */
  readonly text?: string | undefined
  /** Which of several answers was chosen, by an id of yours; of kind `source`, a channel where it is one. At most 64 characters. */
  readonly choice?: string | undefined
  /** What it is about, such as an `item_id`, a page or an order. At most 64 characters. */
  readonly about?: string | undefined
}

/** The scales that are in use, with the first score that is no longer negative, and the first that is positive: Reichheld's 0 to 10 for NPS, 1 to 5 for CSAT, 1 to 7 for CES 2.0. */
const SCALES: { readonly [kind: string]: readonly [least: number, most: number, neutral: number, positive: number] } = { nps: [0, 10, 7, 9], csat: [1, 5, 3, 4], emoji: [1, 5, 3, 4], ces: [1, 7, 4, 5] }

/** Never a member that every object has, such as `constructor`. */
const scaleOf = (kind: string) => Object.entries(SCALES).find(([known]) => known === kind)?.[1]

/** How a score on one of the scales is meant; `undefined` on another. */
export function sentimentOf(kind: string, score: number): 'positive' | 'neutral' | 'negative' | undefined {
  const scale = scaleOf(kind)
  return scale && (score >= scale[3] ? 'positive' : score >= scale[2] ? 'neutral' : 'negative')
}

/** The moment of a feedback; a score on one of the scales says the `sentiment`, too: `positive`, `neutral` or `negative`. What is wrong in it is told to the developer and left out; the rest still counts. `undefined` where nothing is left. */
export function toFeedback(given: Feedback, report: Report): Moment | undefined {
  const { kind, score, text, choice, about } = Object(given) as { readonly [key in keyof Feedback]?: unknown }
  const checked = (isRight: boolean, name: string, value: unknown, expected: string) => {
    if (isRight || value === undefined || value === null) return isRight ? value : undefined
    report('input', `${name} of feedback must be ${expected}`, value)
    return undefined
  }
  const isKind = typeof kind === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(kind)
  if (!isKind) report('input', 'kind of feedback must be a word such as nps, csat, ces, emoji, text or source', kind)
  const [least, most] = (isKind && scaleOf(kind)) || [-Infinity, Infinity]
  const isWord = (value: unknown) => typeof value === 'string' && !!value && value.length <= 64
  const props = {
    kind: isKind ? kind : 'text',
    score: checked(Number.isFinite(score) && (score as number) >= least && (score as number) <= most, 'score', score, isFinite(least) ? `a number from ${least} to ${most}` : 'a number'),
    text: checked(typeof text === 'string' && !!text.trim(), 'text', text, 'a text that is not empty'),
    choice: checked(isWord(choice), 'choice', choice, 'a text of at most 64 characters'),
    about: checked(isWord(about), 'about', about, 'a text of at most 64 characters'),
  }
  if (props.score === undefined && props.text === undefined && props.choice === undefined && props.about === undefined) return void report('input', 'feedback must have a score, a text, a choice or what it is about')
  const at = props.score as number | undefined
  return { name: 'feedback', props: { ...props, sentiment: at === undefined ? undefined : sentimentOf(props.kind, at) } }
}
