import { isFriction } from '../friction.js'
import { sentimentOf } from '../journey/feedback.js'
import { arrive, blank, factsOf, learn, move } from '../journey/past.js'
import { saidOf, textOf } from '../journey/said.js'
import type { Past } from '../part.js'
import { hint } from '../stage.js'
import type { StageHint, StageModel } from '../types.js'
import type { Abandoned, Act, Feeling, Happened, Hurt, Leg, Payment, Run } from './types.js'

/** How far a journey can go: reaching one of these counts for all before it. */
export const FUNNEL: readonly string[] = ['visit', 'view_item', 'add_to_cart', 'begin_checkout', 'add_shipping_info', 'add_payment_info', 'purchase']

/** Which touchpoints tell only of others. */
const BOOKKEEPING = /^(?:stage_change|page_leave|identify)$/
/** What a shopper who is about to leave may still do. */
const PASSIVE = /^(?:stage_change|page_leave|identify|cart_abandonment|feedback)$/
/** GA4: a visit is engaged that lasts so long, ms, has two pages, or a key event. */
const ENGAGED = 10_000
/** So many pages of a visit make its way. */
const MOST_PAGES = 12

/** A touchpoint with what the model makes of it. */
interface Placed {
  readonly happened: Happened
  /** On the collector's clock, never before the one before it. */
  readonly time: number
  readonly stage: string
}

/** A stage model, by name, as touchpoints name the one that their hint is of: `five@2`. */
export const nameOf = ({ id, version }: Pick<StageModel, 'id' | 'version'>): string => `${id}@${version}`

/** Gives hints of one model, also for what was recorded with another. */
export interface Hinter {
  readonly model: StageModel
  readonly hint: (happened: Happened, past: Past, time: number, isLanding: boolean) => StageHint | undefined
}

/**
 * Gives hints of a model. What was recorded with it keeps its hint. Anything else is hinted anew, as on the device, from what the visitor had done up to then; a landing is the page with
 * which the visit began. A stage that the page has named itself stays if the model has it, else it is the one that belongs to the same of the `five`.
 */
export function createHinter(model: StageModel): Hinter {
  const recorded = nameOf(model)
  const rules = new Map<string, StageModel>()
  const about = (name: string) => {
    const known = rules.get(name)
    if (known) return known
    const own = { ...model, rules: model.rules.filter(({ on }) => on === '*' || [on].flat().includes(name)) }
    rules.set(name, own)
    return own
  }
  const has = (stage: string) => model.stages.some(({ id }) => id === stage)
  const named = (stage: string) => (model.stages.find(({ id }) => id === stage) ?? model.stages.find(({ id, five = id }) => five === stage))?.id
  return {
    model,
    hint: (happened, past, time, isLanding) => {
      const { name, props, kind, url, stage } = happened
      if (happened.model === recorded) return stage && has(stage.id) ? stage : undefined
      const explicit = stage?.rule === 'explicit' ? named(stage.id) : undefined
      return hint(about(name), { name, props, kind, path: pathOf(url), stage: explicit }, { ...factsOf(past, time), landing: isLanding })
    },
  }
}

/** The path of an address. */
export const pathOf = (url = ''): string => url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/, '')

/** Makes a leg of a visit, from its touchpoints in any order and what its visitor had done before. Returns also the past after it. Pure. */
export function toLeg(hinter: Hinter, touchpoints: readonly Happened[], before: Past = blank): { readonly leg: Leg; readonly past: Past } {
  const [first] = touchpoints as readonly [Happened, ...Happened[]]
  const { site, visit, channel = 'unknown', device = 'unknown' } = first
  const ordered = inOrder(touchpoints)
  const arrived = { ...arrive(before, { at: ordered[0]?.time ?? first.happened_at, channel: channel as 'direct' }), ...(first.visit_number !== undefined && { visits: first.visit_number }) }
  const { placed, past } = place(hinter, ordered, arrived)
  const acted = placed.filter(({ happened }) => happened.source !== 'collector')
  const shown = acted.filter(({ happened }) => !BOOKKEEPING.test(happened.name))
  const [began, ended] = [acted[0]?.time ?? first.happened_at, acted[acted.length - 1]?.time ?? first.happened_at]
  const views = shown.filter(({ happened }) => happened.name === 'page_view')
  const goal = shown.findIndex(({ happened }) => happened.name === 'purchase')
  return {
    past,
    leg: {
      site,
      visit,
      visitor: touchpoints.find(({ visitor }) => visitor !== undefined)?.visitor,
      user: ordered.find(({ happened }) => happened.user !== undefined)?.happened.user,
      started: began,
      ended,
      channel,
      device,
      segment: toldOf(placed, 'segment'),
      persona: toldOf(placed, 'persona'),
      touchpoints: shown.length,
      isBounce: shown.length > 0 && ended - began < ENGAGED && views.length === 1 && goal < 0,
      reached: shown.reduce((most, { happened }) => Math.max(most, FUNNEL.indexOf(happened.name)), 0),
      ...(goal >= 0 && { goalAfter: goal + 1, goalAt: shown[goal]!.time }),
      runs: runsOf(acted, ended),
      acts: actsOf(shown),
      pages: merged(views.map(({ happened }) => (happened.kind || pathOf(happened.url)).slice(0, 64))).slice(0, MOST_PAGES),
      payments: paymentsOf(placed),
      abandoned: abandonedOf(placed),
      hurts: hurtsOf(placed),
      feelings: feelingsOf(placed),
    },
  }
}

/** Shoppers' touchpoints in the order in which they happened. Requests take their time: of the clock of a device the best guess is that of the fastest one. */
function inOrder(touchpoints: readonly Happened[]): { readonly happened: Happened; readonly time: number }[] {
  let skew = Infinity
  for (const { at, happened_at: happenedAt, source } of touchpoints) if (source !== 'collector') skew = Math.min(skew, happenedAt - at)
  return touchpoints
    .filter(({ marks }) => !marks?.length)
    .map((happened) => ({ happened, time: happened.source === 'collector' ? happened.happened_at : happened.at + skew }))
    .sort((a, b) => a.time - b.time || a.happened.seq - b.happened.seq || keyOf(a.happened).localeCompare(keyOf(b.happened), 'en'))
}

const keyOf = ({ page = '', name }: Happened) => `${page} ${name}`

/** Tells for each touchpoint in which stage the shopper was. What comes before the first sure hint belongs to it; without one, to the best there is. */
function place(hinter: Hinter, ordered: readonly { readonly happened: Happened; readonly time: number }[], before: Past): { readonly placed: Placed[]; readonly past: Past } {
  const landing = ordered.find(({ happened }) => happened.name === 'page_view')?.happened.page
  let past = before
  let best: StageHint | undefined
  const stages = ordered.map(({ happened, time }) => {
    const found = hinter.hint(happened, past, time, happened.page === landing)
    if (found && found.confidence >= (best?.confidence ?? 0)) best = found
    const said = saidOf(happened.name, happened.props)
    past = move(said ? learn(past, said, time) : past, hinter.model, found, happened.visit, time)
    return past.settled === happened.visit ? past.stage! : ''
  })
  const first = stages.find((stage) => stage) ?? best?.id ?? ''
  return { placed: ordered.map((each, i) => ({ ...each, stage: stages[i] || first })), past }
}

const merged = (words: readonly string[]) => words.filter((word, i) => word !== words[i - 1])

/** What `identify` has told last. */
const toldOf = (placed: readonly Placed[], trait: 'segment' | 'persona') => placed.reduce<string | undefined>((told, { happened: { name, props } }) => saidOf(name, props)?.[trait] ?? told, undefined)

function runsOf(placed: readonly Placed[], ended: number): Run[] {
  const begins = placed.filter(({ stage }, i) => stage && stage !== placed[i - 1]?.stage)
  return begins.map(({ stage, time }, i) => ({ stage, from: time, to: begins[i + 1]?.time ?? ended }))
}

/** Entries that are alike, as one. */
function grouped<Entry, Sum>(entries: readonly Entry[], keyOf: (entry: Entry) => string, add: (sum: Sum | undefined, entry: Entry) => Sum): Sum[] {
  const sums = new Map<string, Sum>()
  for (const entry of entries) sums.set(keyOf(entry), add(sums.get(keyOf(entry)), entry))
  return [...sums.values()]
}

const actsOf = (placed: readonly Placed[]): Act[] =>
  grouped(placed, ({ stage, happened }) => `${stage} ${happened.name}`, (act: Act | undefined, { stage, happened: { name } }) => ({ stage, name, times: (act?.times ?? 0) + 1 }))

/** In thousandths. */
const amountOf = (value: unknown) => (typeof value === 'number' && Math.abs(value) < 1e12 ? Math.round(value * 1000) : 0)
const currencyOf = (text: string) => (/^[A-Z]{3}$/.test(text) ? text : '')

function paymentsOf(placed: readonly Placed[]): Payment[] {
  return placed.flatMap(({ happened: { name, props }, time }) => {
    if (name !== 'purchase' && name !== 'refund') return []
    const isOrder = name === 'purchase'
    return [{ id: textOf(props, 'transaction_id'), at: time, isOrder, amount: (isOrder ? 1 : -1) * Math.abs(amountOf(props?.value)), currency: currencyOf(textOf(props, 'currency')) }]
  })
}

function abandonedOf(placed: readonly Placed[]): Abandoned[] {
  const told = placed.filter(({ happened }) => happened.name === 'cart_abandonment')
  return grouped(told, idOf, (before: Abandoned | undefined, each) => {
    const { happened: { props }, time: at, stage } = each
    const [status, step, field, error, currency] = ['status', 'step', 'field', 'error', 'currency'].map((key) => textOf(props, key)) as [string, string, string, string, string]
    const isBack = status === 'recovered'
    // Who comes back is elsewhere by then.
    if (isBack && before?.toldAt) return { ...before, at, status }
    return { id: idOf(each), at, status, toldAt: isBack ? 0 : at, step, field, error, amount: amountOf(props?.value), currency: currencyOf(currency), stage }
  })
}

const idOf = ({ happened: { props, visit } }: Placed) => textOf(props, 'abandonment_id') || visit

/** What most says what it was: the error's code, the field, what a control is for. */
const aboutOf = (props: Happened['props']) => ['code', 'coupon', 'last_field', 'control', 'type', 'kind'].map((key) => textOf(props, key)).find((text) => text) ?? ''

function hurtsOf(placed: readonly Placed[]): Hurt[] {
  const lastAct = placed.reduce((last, { happened: { name, source } }, i) => (PASSIVE.test(name) || isFriction(name) || source === 'collector' ? last : i), -1)
  const struck = placed.flatMap(({ happened: { name, props }, stage }, i) => (isFriction(name) && !isMinor(name, props) ? [{ name, stage, about: aboutOf(props), step: textOf(props, 'step'), isLast: i > lastAct }] : []))
  return grouped(struck, ({ name, about, step, stage }) => [name, about, step, stage].join('\n'), (hurt: Hurt | undefined, { isLast, ...each }) => ({ ...each, times: (hurt?.times ?? 0) + 1, isLast: isLast || !!hurt?.isLast }))
}

/** What was measured, and was well enough. */
const isMinor = (name: string, props: Happened['props']) => name === 'slow_page' && textOf(props, 'rating') === 'good'

function feelingsOf(placed: readonly Placed[]): Feeling[] {
  const said = placed.flatMap(({ happened: { name, props }, stage }) => {
    const score = props?.score
    const told = name === 'feedback' ? textOf(props, 'sentiment') || (typeof score === 'number' ? sentimentOf(textOf(props, 'kind'), score) : '') : ''
    return told === 'positive' || told === 'neutral' || told === 'negative' ? ([[stage, told]] as const) : []
  })
  return grouped(said, ([stage]) => stage, (sum: Feeling = { stage: '', positive: 0, neutral: 0, negative: 0 }, [stage, told]) => ({ ...sum, stage, [told]: sum[told] + 1 }))
}
