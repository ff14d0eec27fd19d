import type { StageModel } from '../types.js'
import { five } from './five.js'

const NAMES: { readonly [stage: string]: string } = { awareness: 'attention', consideration: 'interest', conversion: 'action' }

/** Attention, interest, desire, action: the rules of `five` up to the order, and desire for what is wished for and put into the cart. What comes after the order is no stage of it. */
export const aida: StageModel = {
  id: 'aida',
  version: 1,
  stages: [{ id: 'attention', five: 'awareness' }, { id: 'interest', five: 'consideration' }, { id: 'desire', five: 'consideration' }, { id: 'action', five: 'conversion' }],
  rules: [
    ...five.rules.filter(({ stage }) => NAMES[stage]).map((rule) => ({ ...rule, stage: NAMES[rule.stage]! })),
    { on: 'view_cart', stage: 'desire', confidence: 0.6 },
    { on: 'add_to_wishlist', stage: 'desire', confidence: 0.8 },
    { on: 'add_to_cart', stage: 'desire', confidence: 0.85 },
  ],
}
