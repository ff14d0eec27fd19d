// @vitest-environment node
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { validate } from '../src/collector/validate.js'

const schema = JSON.parse(readFileSync('docs/protocol.schema.json', 'utf8'))
const ajv = new Ajv({ allErrors: true })
const samples = [...readFileSync('docs/protocol.md', 'utf8').matchAll(/^```json\n([^]*?)^```$/gm)].map(([, code = '']) => JSON.parse(code))
const [request, answer] = samples

test('the protocol shows a request and an answer', () => {
  expect(samples.map((sample) => Object.keys(sample))).toEqual([['v', 'site', 'sdk', 'sent_at', 'visits', 'pages', 'touchpoints', 'documents', 'loss', 'ask'], ['rejected', 'held']])
})

test.each([
  ['request', request, schema],
  ['answer', answer, { definitions: schema.definitions, $ref: '#/definitions/answer' }],
])('the sample of a %s is valid against the schema', (_, sample, { $id, ...of }) => {
  const check = ajv.compile(of)
  expect(check(sample) ? [] : check.errors).toEqual([])
})

test('the collector takes every touchpoint of the sample', () => {
  const judged = validate(request, request.sent_at)
  expect('batch' in judged && [judged.batch.rows.map(({ id }) => id), judged.batch.refused]).toEqual([request.touchpoints.map(({ id }: { id: string }) => id), []])
})

test('an id holds the time of its touchpoint, and the answer speaks of what was sent', () => {
  const [{ id, at }] = request.touchpoints
  expect(parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(at)
  expect([answer.rejected[0].id, answer.held[0].tab]).toEqual([id, request.ask[0].tab])
})
