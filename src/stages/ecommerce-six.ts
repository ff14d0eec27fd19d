import type { StageModel } from '../types.js'
import { five } from './five.js'

/** What the stages of `five` are called here, where no rule below says more. */
const NAMES: { readonly [stage: string]: string } = { conversion: 'action', advocacy: 'loyalty' }

/** The journey of a shop in six stages: awareness, consideration, acquisition (the cart fills), action (the order), service, loyalty (with advocacy). The rules of `five`, and its own. */
export const ecommerceSix: StageModel = {
  id: 'ecommerce-six',
  version: 1,
  stages: [{ id: 'awareness' }, { id: 'consideration' }, { id: 'acquisition', five: 'conversion' }, { id: 'action', five: 'conversion' }, { id: 'service', five: 'loyalty' }, { id: 'loyalty' }],
  rules: [
    ...five.rules.map((rule) => ({ ...rule, stage: NAMES[rule.stage] ?? rule.stage })),
    { on: 'view_cart', stage: 'acquisition', confidence: 0.6 },
    { on: 'add_to_cart', stage: 'acquisition', confidence: 0.85 },
    { on: 'cart_abandonment', stage: 'acquisition', confidence: 0.7 },
    { on: ['account_viewed', 'refund', 'order_cancelled', 'support_contacted'], stage: 'service', confidence: 0.6 },
    { on: 'order_status_viewed', stage: 'service', confidence: 0.7 },
  ],
}
