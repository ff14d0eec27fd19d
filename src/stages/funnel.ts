import type { StageModel } from '../types.js'
import { five } from './five.js'

const NAMES: { readonly [stage: string]: string } = { awareness: 'top', consideration: 'middle' }

/** The marketing funnel: top, middle, bottom. The rules of `five`; whatever comes after consideration is the bottom. */
export const funnel: StageModel = {
  id: 'funnel',
  version: 1,
  stages: [{ id: 'top', five: 'awareness' }, { id: 'middle', five: 'consideration' }, { id: 'bottom', five: 'conversion' }],
  rules: five.rules.map((rule) => ({ ...rule, stage: NAMES[rule.stage] ?? 'bottom' })),
}
