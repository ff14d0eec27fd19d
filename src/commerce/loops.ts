import type { Moment, Props } from '../types.js'
import type { Emit, State } from './state.js'

/** How often a shopper has tried the same in one checkout. */
export interface Tries {
  /** The steps, in the order in which they were first entered. */
  readonly steps: readonly string[]
  /** How often one went back to an earlier step. */
  readonly backs: number
  /** How often a payment has failed. */
  readonly failed: number
  /** How often a coupon was refused. */
  readonly refused: number
}

const NONE: Tries = { steps: [], backs: 0, failed: 0, refused: 0 }
/** Once is an accident. */
const AGAIN = 2
const MOST = 20
const PAYMENT = /pay|card/i

/** How often a coupon was refused, with this time. */
export const refusalsOf = ({ tries = NONE }: State): number => tries.refused + 1

/**
 * Counts what a shopper has to do again, and tells of a `checkout_loop` from the second time on: of `kind` `steps` where they go back to an earlier step, `payment` where a payment fails. Pure.
 * `before` is the step that they were on, `told` what has just happened.
 */
export function loops(state: State, before: string | undefined, told: readonly Moment[], emit: Emit): State {
  const { tries = NONE, step } = state
  const { steps } = tries
  const isBack = step !== before && steps.includes(step ?? '') && steps.indexOf(step!) < steps.indexOf(before ?? '')
  const failures = told.filter(isFailure)
  const next: Tries = {
    steps: step && !steps.includes(step) ? [...steps, step].slice(-MOST) : steps,
    backs: tries.backs + +isBack,
    failed: tries.failed + failures.length,
    refused: tries.refused + told.filter(({ name }) => name === 'coupon_refused').length,
  }
  const [last] = told.slice(-1)
  const tell = (kind: string, times: number, more?: Props) => last && times >= AGAIN && emit({ name: 'checkout_loop', source: 'commerce', at: last.at, page: last.page, props: { kind, times, step, ...more } })
  if (isBack) tell('steps', next.backs, { from: before })
  if (failures.length) tell('payment', next.failed, { code: failures[0]!.props?.code ?? failures[0]!.props?.result })
  return { ...state, tries: next }

  function isFailure({ name, props }: Moment): boolean {
    if (name === 'payment_return') return props?.result === 'failed' || props?.result === 'cancelled'
    return name === 'checkout_error' && [step, props?.step, props?.code, props?.field].some((word) => PAYMENT.test(`${word ?? ''}`))
  }
}
