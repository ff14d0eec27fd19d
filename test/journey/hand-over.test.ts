import fc from 'fast-check'
import { expect, test } from 'vitest'
import { uuidv7 } from '../../src/ids.js'
import { fromParam, toParam } from '../../src/journey/hand-over.js'

const now = 1_763_769_600_000
const here = { id: uuidv7(now), visitor: uuidv7(now - 1000) }

test('who is here comes there, for two minutes', () => {
  const param = toParam(here, now)
  expect([0, 119_000, 120_000].map((ms) => fromParam(param, now + ms))).toEqual([here, here, here])
  expect([120_001, 3_600_000, -121_000].map((ms) => fromParam(param, now + ms))).toEqual([undefined, undefined, undefined])
})

test('a parameter needs no escaping in a URL', () => {
  const param = toParam(here, now)
  expect(encodeURIComponent(param)).toBe(param)
})

test.each(['', 'x', `${now}.${here.visitor}.${here.id}`, `${now.toString(36)}.${here.visitor}`, `${toParam(here, now)}x`, toParam({ ...here, visitor: '' }, now), toParam({ ...here, id: '"}' }, now)])('%s hands over nobody', (text) => {
  expect(fromParam(text, now)).toBeUndefined()
})

test('whatever a link says, it does not throw, and nobody comes of it', () => {
  fc.assert(fc.property(fc.string(), (text) => fromParam(text, now) === undefined))
})
