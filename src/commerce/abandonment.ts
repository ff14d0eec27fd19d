import { uuidv8 } from '../ids.js'
import type { Moment } from '../types.js'
import { differ } from './cart.js'
import { valueOf } from './items.js'
import type { Change, Emit, State } from './state.js'

/** After how long without activity a full cart counts as abandoned, ms. */
export const ABANDON_AFTER = 1_800_000

/** Settings of abandonment. */
export interface AbandonmentOptions {
  /** After how long without activity a full cart counts as abandoned, ms (30 minutes). @default 1800000 */
  readonly abandonAfter?: number
  /** True where the checkout is on pages that a script cannot see, as Shopify's: from `begin_checkout` on the status is `unknown`. @default false */
  readonly hostedCheckout?: boolean
}

/** A page of the shop that starts so soon after another was left goes on with it, ms. */
const SOON = 60_000
/** A cart that was not touched for so long is gone, and so is one from a clock that was wrong, ms. */
const FORGOTTEN = 7_776_000_000
/** By how much changes of several tabs may come out of order, ms. */
const REORDERED = 3_600_000
/** How many reports are remembered. */
const MOST = 20
/** What takes a cart up again, besides another cart. */
const RETURNS = /^(add_to|view)_cart$|checkout|shipping|payment|^purchase$/

/** The id that joins the reports of one abandonment: anybody who knows the cart and its version can compute it. */
export const abandonmentId = (cart: string, version: number): string => uuidv8(`abandonment|${cart}|${version}`)

/** Whether the cart was left, for how long nothing happened, and whether the shopper has come back to it. Pure: `emit` gets the reports. */
export function abandonment(state: State, change: Change, emit: Emit, { abandonAfter = ABANDON_AFTER, hostedCheckout }: AbandonmentOptions): State {
  const { kind, at, moment } = change
  const gap = at - state.active
  const isQuiet = gap >= abandonAfter && gap < FORGOTTEN
  const due = state.active + abandonAfter
  const tell = (status: string, how: string, when: number): void => {
    const key = [state.cart, state.version, state.step, status].join('|')
    if (!state.lines.length || state.payment || state.told.includes(key)) return
    state = { ...state, told: [...state.told, key].slice(-MOST), abandoned: abandonmentId(state.cart, state.version) }
    emit(reportOf(state, change, (hostedCheckout || state.isHosted) && state.step ? 'unknown' : status, how, when))
  }

  if (kind === 'leave') {
    // To elsewhere for sure, or nobody knows: a reload, a closed tab and a typed address look alike.
    if (change.host && !change.isPayment) tell('suspected', 'exit', at)
    return state.payment ? state : { ...state, left: at }
  }
  if (kind === 'idle') {
    if (isQuiet) tell('confirmed', 'idle', due)
    return state
  }
  if (kind === 'start') {
    const { left } = state
    // Nobody pays that long.
    if (isQuiet && !change.isPayment) state = { ...state, payment: undefined, isBack: undefined }
    // Not every browser tells where a script goes: whoever comes from a provider in the middle of a checkout was sent there.
    if (change.isPayment && state.step && gap < abandonAfter) state = { ...state, payment: state.payment ?? change.host }
    if (left !== undefined && at - left >= SOON && at - left < FORGOTTEN && !change.isPayment) tell('suspected', 'exit', left)
    if (isQuiet && !change.isPayment) tell('confirmed', 'return', due)
    if (gap >= FORGOTTEN) state = { ...state, lines: [], step: undefined, abandoned: undefined }
  } else if (state.abandoned && (kind === 'cart' ? differ(state.lines, change.props?.items ?? []).added.length : RETURNS.test(moment?.name ?? ''))) {
    emit(reportOf(state, change, 'recovered', 'return', at))
    state = { ...state, abandoned: undefined }
  }
  // A tab in the background tells late of its beginning; a clock that was set back is another matter.
  return { ...state, active: kind === 'active' || state.active - at < REORDERED ? Math.max(at, state.active) : at, left: undefined }
}

function reportOf({ abandoned, cart, version, lines, currency, url, step, field, error, struck, dwell, entered }: State, { page, at: now }: Change, status: string, how: string, at: number): Moment {
  const times = step ? { ...dwell, [step]: (dwell[step] ?? 0) + Math.max(0, Math.min(at, now) - entered) } : dwell
  const props = { abandonment_id: abandoned, status, how, cart_id: cart, cart_version: version, currency, value: valueOf(lines), items: lines, step: struck ?? step, field, error, dwell: times, url }
  return { name: 'cart_abandonment', source: 'commerce', props, at, page, leaving: true }
}
