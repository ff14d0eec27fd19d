import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { best, fitting, hint } from '../src/stage.js'
import { checkModel } from '../src/stage-models.js'
import type { Condition, JourneyFacts, StageModel, StageRule } from '../src/types.js'
import { models } from './fixtures/models.js'

const modelOf = (...rules: Partial<StageRule>[]): StageModel => checkModel({ id: 'test', version: 1, stages: [{ id: 'a' }, { id: 'b' }], rules: rules.map((rule) => ({ on: '*', stage: 'a', confidence: 0.5, ...rule })) })
const nobody: JourneyFacts = { visits: 1, purchases: 0 }
const ruleOf = (model: StageModel, seen = {}, facts: Partial<JourneyFacts> = {}) => hint(model, { name: 'view_item', ...seen }, { ...nobody, ...facts })?.rule

describe('of the rules that fit', () => {
  test('the surest wins, of equals the later one', () => {
    const model = modelOf({ id: 'r1', confidence: 0.7 }, { id: 'r2', confidence: 0.6 }, { id: 'r3', confidence: 0.7, stage: 'b' })
    expect(hint(model, { name: 'view_item' }, nobody)).toEqual({ id: 'b', confidence: 0.7, rule: 'r3' })
  })

  test('the touchpoint\'s name stands for a rule without id', () => {
    expect(ruleOf(modelOf({}))).toBe('view_item')
  })

  test('none gives no hint', () => {
    expect(hint(modelOf({ on: 'purchase' }), { name: 'view_item' }, nobody)).toBeUndefined()
  })
})

test('a stage that the page names wins over every rule, also one that no model knows', () => {
  expect(hint(modelOf({ confidence: 1 }), { name: 'view_item', stage: 'mine' }, nobody)).toEqual({ id: 'mine', confidence: 1, rule: 'explicit' })
})

test('that the journey has moved on suggests nothing, lest it move itself', () => {
  expect(ruleOf(modelOf({ on: '*' }), { name: 'stage_change' })).toBeUndefined()
})

test('a rule is about one name, some names, or all', () => {
  expect(['view_item', ['search', 'view_item'], '*', 'view', ['search']].map((on) => ruleOf(modelOf({ on, id: 'r' })))).toEqual(['r', 'r', 'r', undefined, undefined])
})

describe('a condition', () => {
  const seen = { kind: 'product', path: '/p/cap', props: { price: 18, list: 'sale', isNew: true } }
  const facts = { landing: true, channel: 'email', visits: 3, purchases: 2, daysSincePurchase: 0, stage: 'b' }
  test.each<[what: string, right: Condition, wrong: Condition]>([
    ['kind', 'product', 'list'],
    ['kind', ['list', 'product'], []],
    ['path', { re: '^/p/' }, { re: '^/q' }],
    ['props.price', 18, '18'],
    ['props.price', { gt: 17, lte: 18 }, { gt: 18 }],
    ['props.list', { in: ['sale', 'new'] }, { in: ['new'] }],
    ['props.isNew', true, false],
    ['props.color', { exists: false }, { exists: true }],
    ['props.list', { exists: true, eq: 'sale' }, { exists: true, eq: 'new' }],
    ['landing', true, false],
    ['channel', ['email', 'sms'], 'sms'],
    ['visits', { gte: 3 }, { lt: 3 }],
    ['purchases', 2, 1],
    ['daysSincePurchase', { lte: 90 }, { gt: 0 }],
    ['stage', 'b', 'a'],
  ])('on %s holds for %o, not for %o', (what, right, wrong) => {
    expect([right, wrong].map((condition) => ruleOf(modelOf({ id: 'r', if: { [what]: condition } }), seen, facts))).toEqual(['r', undefined])
  })

  test('holds with all others, and not of what is absent', () => {
    const both = modelOf({ id: 'r', if: { kind: 'product', visits: { gt: 1 } } })
    expect([ruleOf(both, seen, facts), ruleOf(both, seen), ruleOf(both, {}, facts)]).toEqual(['r', undefined, undefined])
    expect([{ lte: 90 }, { gt: 0 }, { re: '.' }, { eq: 1 }].map((condition) => ruleOf(modelOf({ if: { daysSincePurchase: condition } })))).toEqual([undefined, undefined, undefined, undefined])
  })

  test('of props whose getter throws does not hold', () => {
    const props = { get price() { throw new Error('no') } }
    expect(ruleOf(modelOf({ if: { 'props.price': { exists: true } } }), { props })).toBeUndefined()
  })

  test('tries a regular expression on 256 characters', () => {
    expect([256, 255].map((before) => ruleOf(modelOf({ id: 'r', if: { path: { re: 'x' } } }), { path: `${'/'.repeat(before)}x` }))).toEqual([undefined, 'r'])
  })
})

test('what fits is decided when it happens, who it is later', () => {
  const model = modelOf({ id: 'first' }, { id: 'again', if: { 'props.n': 1, purchases: { gt: 0 } } })
  const props = { n: 1 }
  const rules = fitting(model, { name: 'view_item', props })
  props.n = 2
  expect([best(rules, 'view_item', nobody)?.rule, best(rules, 'view_item', { ...nobody, purchases: 1 })?.rule]).toEqual(['first', 'again'])
})

describe('for whatever happens to whomever', () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean())
  const names = [...new Set(models.flatMap(({ rules }) => rules.flatMap(({ on }) => on))), 'custom']
  const seen = fc.record(
    { name: fc.constantFrom(...names), props: fc.dictionary(fc.constantFrom('kind', 'score', '__proto__', 'toString'), fc.anything()), kind: fc.constantFrom('account', 'product', ''), path: fc.webPath(), stage: fc.constantFrom('mine', '') },
    { requiredKeys: ['name'] },
  )
  const facts = fc.record({ landing: fc.boolean(), channel: fc.constantFrom('email', 'direct'), visits: fc.nat(), purchases: fc.nat(5), daysSincePurchase: fc.option(fc.nat(400), { nil: undefined }), stage: fc.option(fc.string(), { nil: undefined }) })
  const condition = fc.oneof(scalar, fc.array(scalar), fc.record({ eq: scalar, gt: fc.integer(), lte: fc.integer(), exists: fc.boolean(), re: fc.constantFrom('a', '^/', '[0-9]+$') }, { requiredKeys: [] }))
  const what = fc.constantFrom('landing', 'kind', 'path', 'channel', 'visits', 'purchases', 'daysSincePurchase', 'stage', 'props.kind', 'props.score', 'props.__proto__')
  const rule = fc.record({ on: fc.constantFrom('*', ...names), if: fc.dictionary(what, condition), stage: fc.constantFrom('a', 'b'), confidence: fc.double({ min: 0, max: 1, noNaN: true }) })
  const model = fc.oneof(fc.constantFrom(...models), fc.array(rule).map((rules) => modelOf(...rules)))

  test('a hint is total and deterministic, names a stage of the model, and is as sure as a rule', () => {
    fc.assert(
      fc.property(model, seen, facts, (of, touchpoint, known) => {
        const first = hint(of, touchpoint, known)
        expect(hint(of, touchpoint, known)).toEqual(first)
        if (touchpoint.stage) expect(first).toEqual({ id: touchpoint.stage, confidence: 1, rule: 'explicit' })
        else if (first) expect(of.rules.some(({ stage, confidence }) => stage === first.id && confidence === first.confidence)).toBe(true)
      }),
    )
  })

  test('a model that went through JSON hints the same', () => {
    fc.assert(fc.property(model, seen, facts, (of, touchpoint, known) => void expect(hint(JSON.parse(JSON.stringify(of)), touchpoint, known)).toEqual(hint(of, touchpoint, known))))
  })
})
