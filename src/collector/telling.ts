import type { StageModel } from '../types.js'

/** For which touchpoints a leg takes something from the props. */
const TELLING = ['purchase', 'refund', 'identify', 'cart_abandonment', 'feedback', 'rage_click', 'dead_click', 'error_click', 'checkout_loop', 'variant_loop', 'form_abandonment', 'js_error', 'slow_page', 'coupon_refused', 'checkout_error']

/** Names of the touchpoints whose props are looked at when a model's legs are folded; `undefined` for all. */
export function namesTold({ rules }: StageModel): readonly string[] | undefined {
  const asked = rules.flatMap(({ on, if: given = {} }) => (Object.keys(given).some((what) => what.startsWith('props.')) ? on : []))
  return asked.includes('*') ? undefined : [...TELLING, ...asked]
}
