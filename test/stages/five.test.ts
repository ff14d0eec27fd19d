import { expect, test } from 'vitest'
import { hintFor } from '../../src/stage.js'
import { five } from '../../src/stages/five.js'

const names = (on: string | readonly string[]) => (typeof on === 'string' ? [on] : [...on])
const hint = (name: string, landing = false) => {
  const found = hintFor(five, { name, landing })
  return found && `${found.id} ${found.confidence} ${found.rule}`
}

test('the stages are in the order of a journey, each with labels in three languages and an owner', () => {
  expect([five.id, five.version, five.stages.map(({ id }) => id)]).toEqual(['five', 1, ['awareness', 'consideration', 'conversion', 'loyalty', 'advocacy']])
  expect(five.stages.filter(({ label, owner }) => !label.en || !label.ar || !label.fa || !owner)).toEqual([])
})

test('every rule names a stage of the model and a confidence between 0 and 1', () => {
  const ids = five.stages.map(({ id }) => id)
  expect(five.rules.filter(({ stage, confidence }) => !ids.includes(stage) || !(confidence > 0 && confidence <= 1))).toEqual([])
})

test('every stage has a rule that makes it the current one (0.6 and above)', () => {
  const reached = new Set(five.rules.filter(({ confidence }) => confidence >= 0.6).map(({ stage }) => stage))
  expect(five.stages.filter(({ id }) => !reached.has(id))).toEqual([])
})

test('no touchpoint has two rules without conditions: the second would hide the first', () => {
  const all = five.rules.filter((rule) => !rule.if).flatMap(({ on }) => names(on))
  expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([])
})

test('a journey from the landing to a recommendation moves through every stage', () => {
  expect([hint('page_view', true), hint('page_view'), hint('view_item'), hint('add_to_cart'), hint('begin_checkout'), hint('purchase', true), hint('order_status_viewed'), hint('review_submitted')]).toEqual([
    'awareness 0.7 landing',
    'consideration 0.3 page_view',
    'consideration 0.7 view_item',
    'consideration 0.85 add_to_cart',
    'conversion 0.8 begin_checkout',
    'conversion 1 purchase',
    'loyalty 0.7 order_status_viewed',
    'advocacy 0.8 review_submitted',
  ])
})

test('a click and a custom touchpoint say nothing of the stage', () => {
  expect([hint('click'), hint('size_guide_opened', true)]).toEqual([undefined, undefined])
})

test('the model is plain data: it survives JSON', () => {
  expect(JSON.parse(JSON.stringify(five))).toEqual(five)
})
