import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { checkMoment } from '../src/check-moment.js'
import { createRedactor } from '../src/redact.js'
import { five } from '../src/stages/five.js'
import { createBirths } from '../src/touchpoint.js'
import type { Moment, StageModel } from '../src/types.js'
import type { Visit } from '../src/visit.js'

const { definitions } = JSON.parse(readFileSync('docs/protocol.schema.json', 'utf8'))
const validate = new Ajv().compile({ definitions, $ref: '#/definitions/touchpoint' })
const start = 1_763_769_600_000
const page = { url: 'https://shop.example/' }
const visit: Visit = { id: 'v1', visitor: 'w1', since: start, last: start, user: undefined, campaign: '{}', entry: '"v1":{"started":1}' }

/** The touchpoint that becomes of a moment, and what the developer is told. */
const become = (moment: { readonly [key: string]: unknown }, stages?: StageModel) => {
  const told: string[] = []
  const births = createBirths({ site: 'my-shop', model: stages, marks: [], denied: () => [], redactor: createRedactor([]), report: () => {} })
  const checked = checkMoment(moment as unknown as Moment, stages, (code, message) => void told.push(`${code}: ${message}`))
  // As the tracker calls it: with the time that the moment named.
  const { line } = births.bear(births.stamp(checked, page, (moment.at as number | undefined) ?? start), visit)
  return { told, touchpoint: JSON.parse(line), isValid: validate(JSON.parse(line)) }
}

test('a moment that is right stays as it is, and nothing is told', () => {
  const { told, touchpoint } = become({ name: 'view_item', at: start + 1, stage: 'mine', source: 'x'.repeat(64), props: { value: 1 } })
  expect([told, touchpoint]).toMatchObject([[], { name: 'view_item', at: start + 1, stage: { id: 'mine' }, source: 'x'.repeat(64), props: { value: 1 } }])
})

const long = 'x'.repeat(65)

test.each<[what: string, wrong: { readonly [key: string]: unknown }, told: string, stages?: StageModel]>([
  ['a stage that is a number', { stage: 7 }, 'input: stage must be a text of at most 64 characters'],
  ['a stage that is too long', { stage: long }, `input: stage must be a text of at most 64 characters`],
  ['a stage that nothing can print', { stage: Symbol('s') }, 'input: stage must be a text of at most 64 characters'],
  ['a stage that is an object where there is a model', { stage: {} }, 'input: stage must be one of awareness, consideration, conversion, loyalty, advocacy', five],
  ['a source that is too long', { source: long }, 'input: source must be a text of at most 64 characters'],
  ['a source that is no text', { source: 7 }, 'input: source must be a text of at most 64 characters'],
  ['a time that is none', { at: NaN }, 'input: at must be whole ms since epoch'],
  ['a time without end', { at: Infinity }, 'input: at must be whole ms since epoch'],
  ['a time before there was any', { at: -1 }, 'input: at must be whole ms since epoch'],
  ['a time that is a text', { at: 'soon' }, 'input: at must be whole ms since epoch'],
])('%s is told and left out, and the touchpoint is one that a collector takes', (_, wrong, told, stages) => {
  const before = Date.now()
  const { touchpoint, ...rest } = become({ name: 'a', ...wrong }, stages)
  expect(rest).toEqual({ told: [told], isValid: true })
  expect([touchpoint.stage, touchpoint.source]).toEqual([undefined, undefined])
  if ('at' in wrong) expect(touchpoint.at).toBeGreaterThanOrEqual(before)
})

test('a fraction of a millisecond is told and rounded', () => {
  expect(become({ name: 'a', at: start + 0.6 })).toMatchObject({ told: ['input: at must be whole ms since epoch'], isValid: true, touchpoint: { at: start + 1 } })
})
