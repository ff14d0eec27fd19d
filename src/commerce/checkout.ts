import type { Change, Emit, State } from './state.js'

/** Steps that an event completes, as GA4 has them. */
const STEPS: { readonly [name: string]: string } = { begin_checkout: 'checkout', add_shipping_info: 'shipping', add_payment_info: 'payment' }
/** How a shop's return pages tell what came of a payment. */
const RESULTS: readonly (readonly [string, RegExp])[] = [
  ['cancelled', /cancel|abort/i],
  ['failed', /fail|declin|error|refus/i],
  ['paid', /success|thank|paid|complete|confirm|order-received/i],
]

/** Steps with the time spent on each, errors by field, and the way to a payment provider and back. Pure. */
export function checkout(state: State, { kind, at, host, isPayment, moment, props = {}, page }: Change, emit: Emit): State {
  const name = moment?.name ?? ''
  if (kind === 'leave' && isPayment && state.payment !== host) {
    emit({ name: 'payment_redirect', source: 'commerce', at, page, props: { host, step: state.step }, leaving: true })
    return { ...state, payment: host }
  }
  if (state.payment && (kind === 'start' || moment)) {
    const said = RESULTS.find(([, words]) => words.test(page.url.replace(/^https?:\/\/[^/]*/i, '')))?.[0]
    // The page's address may say nothing: then what happens next does, once somebody is back; another tab may have gone on meanwhile.
    const result = name === 'purchase' ? 'paid' : name === 'checkout_error' ? 'failed' : (said ?? (moment && state.isBack ? 'cancelled' : undefined))
    if (result) {
      emit({ name: 'payment_return', source: 'commerce', at, page, props: { host: state.payment, result } })
      state = { ...state, payment: undefined, isBack: undefined }
    } else if (isPayment) state = { ...state, isBack: true }
  }
  if (name === 'checkout_error') return { ...state, field: text(props.field), error: text(props.code), struck: text(props.step) }
  if (name === 'purchase') return { ...state, step: undefined, dwell: {}, field: undefined, error: undefined, struck: undefined }
  const next = STEPS[name] ?? (name === 'checkout_step' ? text(props.name ?? props.step) : undefined)
  if (!next || next === state.step) return state
  const dwell = Object.keys(state.dwell).length < 20 && state.step ? { ...state.dwell, [state.step]: (state.dwell[state.step] ?? 0) + Math.max(0, at - state.entered) } : state.dwell
  return { ...state, step: next, entered: at, dwell, field: undefined, error: undefined, struck: undefined }
}

const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? `${value}`.slice(0, 64) : undefined)
