// @vitest-environment node
import { expect, test } from 'vitest'
import { saidOf, textOf } from '../../src/journey/said.js'

test.each([
  ['view_item', { value: 1 }, undefined],
  ['purchase', { transaction_id: 7, value: 1.5, currency: 'EUR' }, { name: 'purchase', order: '7', value: 1.5, currency: 'EUR', persona: undefined, segment: undefined }],
  ['refund', { value: 'x', currency: {} }, { name: 'refund', order: '', value: 0, currency: '', persona: undefined, segment: undefined }],
  ['identify', { segment: 'vip', persona: '' }, { name: 'identify', order: '', value: 0, currency: '', persona: undefined, segment: 'vip' }],
  ['purchase', undefined, { name: 'purchase', order: '', value: 0, currency: '', persona: undefined, segment: undefined }],
])('%s of %j says %j', (name, props, expected) => {
  expect(saidOf(name, props)).toEqual(expected)
})

test('a getter that throws says nothing', () => {
  const hostile = Object.defineProperty({}, 'value', { get: () => { throw new Error('no') }, enumerable: true })
  expect(saidOf('purchase', hostile)).toMatchObject({ value: 0 })
})

test('a text has at most 64 characters', () => {
  expect([textOf({ a: 'x'.repeat(99) }, 'a').length, textOf({ a: [1] }, 'a'), textOf(undefined, 'a')]).toEqual([64, '', ''])
})
