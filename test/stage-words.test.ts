import { expect, test } from 'vitest'
import { extendModel } from '../src/stage-models.js'
import { withWords } from '../src/stage-words.js'
import { five } from '../src/stages/five.js'
import { models } from './fixtures/models.js'

test.each(models.map((model) => [model.id, model] as const))('every stage of %s has labels in three languages, an owner and a goal', (_, model) => {
  expect(withWords(model).stages.filter(({ label, owner, goal }) => !label?.en || !label.ar || !label.fa || !owner || !goal)).toEqual([])
  expect(withWords(model).rules).toBe(model.rules)
})

test('what the model says itself stays, and an unknown stage is called by its id', () => {
  const own = extendModel(five, { insert: [{ id: 'trial', after: 'consideration', goal: 'Try it' }, { id: 'constructor', after: 'trial' }], rename: { loyalty: 'Coming back' }, owners: { awareness: 'press' } })
  const stages = new Map(withWords(own).stages.map((stage) => [stage.id, stage]))
  expect([stages.get('trial'), stages.get('constructor'), stages.get('loyalty')?.label, stages.get('awareness')?.owner]).toEqual([{ id: 'trial', label: { en: 'trial' }, goal: 'Try it' }, { id: 'constructor', label: { en: 'constructor' } }, { en: 'Coming back' }, 'press'])
})
