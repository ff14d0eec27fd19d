import { expect, test } from 'vitest'
import { hintFor, type Circumstances } from '../src/stage.js'
import type { StageModel, StageRule } from '../src/types.js'

const modelOf = (...rules: StageRule[]): StageModel => ({ id: 'test', version: 1, stages: [], rules })
const seen = (circumstances: Partial<Circumstances> = {}): Circumstances => ({ name: 'page_view', landing: false, ...circumstances })

test('a model without a fitting rule gives no hint', () => {
  expect([hintFor(modelOf(), seen()), hintFor(modelOf({ on: 'search', stage: 'a', confidence: 1 }), seen())]).toEqual([undefined, undefined])
})

test('a hint says the stage, how sure it is, and which rule gave it', () => {
  expect(hintFor(modelOf({ on: 'search', stage: 'a', confidence: 0.4 }), seen({ name: 'search' }))).toEqual({ id: 'a', confidence: 0.4, rule: 'search' })
})

test('a rule may name one touchpoint, some, or all', () => {
  const model = modelOf({ on: ['search', 'share'], stage: 'some', confidence: 0.5 }, { on: '*', stage: 'all', confidence: 0.1 })
  expect(['search', 'share', 'login'].map((name) => hintFor(model, seen({ name }))?.id)).toEqual(['some', 'some', 'all'])
})

test('the highest confidence wins, of equals the later rule', () => {
  const on = 'page_view'
  expect(hintFor(modelOf({ on, stage: 'sure', confidence: 0.9 }, { on, stage: 'late', confidence: 0.8 }), seen())?.id).toBe('sure')
  expect(hintFor(modelOf({ on, stage: 'early', confidence: 0.8 }, { on, stage: 'late', confidence: 0.8 }), seen())?.id).toBe('late')
  expect(hintFor(modelOf({ on, stage: 'none', confidence: 0 }), seen())?.id).toBe('none')
})

test('every condition of a rule must hold', () => {
  const model = modelOf({ on: 'page_view', if: { landing: true, kind: 'product', props: { navigation: 'load', n: 1 } }, stage: 'a', confidence: 1 })
  const all = { landing: true, kind: 'product', props: { navigation: 'load', n: 1, more: 2 } }
  expect(hintFor(model, seen(all))).toEqual({ id: 'a', confidence: 1, rule: 'landing' })
  const broken = [{ ...all, landing: false }, { ...all, kind: 'cart' }, { ...all, kind: undefined }, { ...all, props: { navigation: 'load', n: '1' } }, { ...all, props: undefined }]
  expect(broken.map((circumstances) => hintFor(model, seen(circumstances)))).toEqual(Array(5).fill(undefined))
})

test('a rule may ask that a page is no landing', () => {
  const model = modelOf({ on: '*', if: { landing: false }, stage: 'inside', confidence: 1 })
  expect([hintFor(model, seen())?.id, hintFor(model, seen({ landing: true }))]).toEqual(['inside', undefined])
})
