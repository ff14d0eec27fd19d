import type { StageModel } from '../types.js'
import { five } from './five.js'

/** For subscriptions: `five`, with onboarding and value realisation between conversion and loyalty. A sign-up is the decision here; GA4's `tutorial_begin` and `unlock_achievement` tell how far a customer has come. */
export const saas: StageModel = {
  id: 'saas',
  version: 1,
  stages: [
    { id: 'awareness' },
    { id: 'consideration' },
    { id: 'conversion' },
    { id: 'onboarding', five: 'loyalty' },
    { id: 'value_realisation', five: 'loyalty' },
    { id: 'loyalty' },
    { id: 'advocacy' },
  ],
  rules: [
    ...five.rules,
    { on: 'sign_up', stage: 'conversion', confidence: 0.8 },
    { on: ['tutorial_begin', 'tutorial_complete'], stage: 'onboarding', confidence: 0.8 },
    { id: 'signed-up', on: 'login', if: { stage: ['conversion', 'onboarding'] }, stage: 'onboarding', confidence: 0.6 },
    { on: ['unlock_achievement', 'level_up'], stage: 'value_realisation', confidence: 0.8 },
  ],
}
