import { expect, test } from 'vitest'
import { differ, merge } from '../../src/commerce/cart.js'

const cap = { item_id: 'cap', price: 18, quantity: 1 }
const red = { ...cap, item_variant: 'red' }

test('a variant is a line of its own', () => {
  expect(merge([cap], [red, cap])).toEqual([{ ...cap, quantity: 2 }, red])
})

test('what is taken out to the last leaves no line, and what was never in takes none out', () => {
  expect([merge([cap], [{ ...cap, quantity: 5 }], -1), merge([cap], [red], -1)]).toEqual([[], [cap]])
})

test.each([
  [[], [cap], [cap], []],
  [[cap], [{ ...cap, quantity: 3 }], [{ ...cap, quantity: 2 }], []],
  [[{ ...cap, quantity: 3 }], [cap], [], [{ ...cap, quantity: 2 }]],
  [[cap], [red], [red], [cap]],
  [[cap], [cap], [], []],
  [[], [cap, cap], [{ ...cap, quantity: 2 }], []],
  [[], [{ item_name: 'Cap' }], [{ item_name: 'Cap', quantity: 1 }], []],
])('from %o to %o', (before, after, added, removed) => {
  expect(differ(before, after)).toEqual({ added, removed })
})

test('a cart has at most 200 lines', () => {
  expect(merge([], Array.from({ length: 500 }, (_, i) => ({ item_id: `${i}` }))).length).toBe(200)
})
