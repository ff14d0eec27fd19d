import { describe, expect, test } from 'vitest'
import { hint } from '../../src/stage.js'
import { checkModel } from '../../src/stage-models.js'
import { aida } from '../../src/stages/aida.js'
import { ecommerceSix } from '../../src/stages/ecommerce-six.js'
import { five } from '../../src/stages/five.js'
import { funnel } from '../../src/stages/funnel.js'
import { saas } from '../../src/stages/saas.js'
import type { JourneyFacts, StageModel } from '../../src/types.js'
import { models } from '../fixtures/models.js'

const newcomer: JourneyFacts = { visits: 1, purchases: 0 }
const stagesOf = (model: StageModel, ...names: string[]) => names.map((name) => hint(model, { name }, { ...newcomer, landing: name === 'page_view' })?.id)

describe.each(models.map((model) => [model.id, model] as const))('%s', (_, model) => {
  test('is right, and plain data', () => {
    expect([checkModel(model), JSON.parse(JSON.stringify(model))]).toEqual([model, model])
  })

  test('has no labels and no owners: they are not for the script tag', () => {
    expect(model.stages.filter((stage) => 'label' in stage || 'owner' in stage)).toEqual([])
  })

  test('maps each stage to one of the five', () => {
    const ids = five.stages.map(({ id }) => id)
    expect(model.stages.filter(({ id, five: of = id }) => !ids.includes(of))).toEqual([])
  })

  test('has a rule for every stage that makes it the current one (0.6 and above)', () => {
    const reached = new Set(model.rules.filter(({ confidence }) => confidence >= 0.6).map(({ stage }) => stage))
    expect(model.stages.filter(({ id }) => !reached.has(id))).toEqual([])
  })

  test('names every rule that has conditions', () => {
    expect(model.rules.filter((rule) => rule.if && !rule.id)).toEqual([])
  })
})

test('five moves from the landing to a recommendation through every stage', () => {
  expect(stagesOf(five, 'page_view', 'view_item', 'begin_checkout', 'purchase', 'order_status_viewed', 'review_submitted')).toEqual(['awareness', 'consideration', 'conversion', 'conversion', 'loyalty', 'advocacy'])
})

test('no touchpoint of five has two rules without conditions: the second would hide the first', () => {
  const all = five.rules.filter((rule) => !rule.if).flatMap(({ on }) => on)
  expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([])
})

test('ecommerce-six has the cart, the order and the help after it apart', () => {
  expect(stagesOf(ecommerceSix, 'page_view', 'view_item', 'add_to_cart', 'view_cart', 'begin_checkout', 'purchase', 'support_contacted', 'order_status_viewed', 'review_submitted')).toEqual([
    'awareness', 'consideration', 'acquisition', 'acquisition', 'action', 'action', 'service', 'service', 'loyalty',
  ])
})

test('funnel ends in a bottom that goes on after the order', () => {
  expect(stagesOf(funnel, 'page_view', 'view_item', 'purchase', 'account_viewed', 'share')).toEqual(['top', 'middle', 'bottom', 'bottom', 'bottom'])
})

test('aida ends with the order', () => {
  expect(stagesOf(aida, 'page_view', 'view_item', 'add_to_cart', 'purchase', 'account_viewed', 'share')).toEqual(['attention', 'interest', 'desire', 'action', undefined, undefined])
})

test('saas goes on with onboarding and the value that it brings', () => {
  expect(stagesOf(saas, 'page_view', 'view_item', 'sign_up', 'tutorial_begin', 'unlock_achievement', 'subscription_renewed', 'referral_sent')).toEqual(['awareness', 'consideration', 'conversion', 'onboarding', 'value_realisation', 'loyalty', 'advocacy'])
  expect(hint(saas, { name: 'login' }, { ...newcomer, stage: 'conversion' })?.id).toBe('onboarding')
})

describe('who the shopper is makes another hint of the same touchpoint', () => {
  const of = (name: string, facts: Partial<JourneyFacts>, seen = {}) => hint(five, { name, ...seen }, { ...newcomer, ...facts })?.id
  test.each<[what: string, name: string, facts: Partial<JourneyFacts>, stage: string]>([
    ['a landing of somebody new', 'page_view', { landing: true }, 'awareness'],
    ['a landing of somebody who comes again', 'page_view', { landing: true, visits: 2 }, 'consideration'],
    ['a landing of a customer', 'page_view', { landing: true, visits: 3, purchases: 1, daysSincePurchase: 20 }, 'loyalty'],
    ['a landing of a customer of long ago, who looks around again', 'page_view', { landing: true, visits: 3, purchases: 1, daysSincePurchase: 200 }, 'consideration'],
    ['a landing of a customer of long ago by our letter', 'page_view', { landing: true, visits: 3, purchases: 1, daysSincePurchase: 200, channel: 'email' }, 'loyalty'],
    ['a product that somebody new looks at', 'view_item', {}, 'consideration'],
    ['a product that a customer of one order looks at', 'view_item', { purchases: 1, daysSincePurchase: 5 }, 'consideration'],
    ['a product that a regular looks at', 'view_item', { purchases: 2, daysSincePurchase: 5 }, 'loyalty'],
    ['a product that a regular of long ago looks at', 'view_item', { purchases: 2, daysSincePurchase: 300 }, 'consideration'],
    ['a first order', 'purchase', {}, 'conversion'],
    ['a second order', 'purchase', { purchases: 1 }, 'loyalty'],
  ])('%s', (_, name, facts, stage) => {
    expect(of(name, facts)).toBe(stage)
  })

  test('and so does what they say', () => {
    expect([9, 8].map((score) => of('feedback', {}, { props: { kind: 'nps', score } }))).toEqual(['advocacy', undefined])
  })

  test('and a question before an order is research, after it the shopper is served', () => {
    expect([of('support_contacted', {}), of('support_contacted', { purchases: 1, daysSincePurchase: 1 })]).toEqual(['consideration', 'loyalty'])
  })
})
