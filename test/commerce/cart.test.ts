import { expect, test } from 'vitest'
import { complete, differ, merge } from '../../src/commerce/cart.js'

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

test('what is taken out without its variant is the only line of that product, if there is one', () => {
  const red = { item_id: 'cap', item_variant: 'red', quantity: 2 }
  expect(merge([red], [{ item_id: 'cap', quantity: 2 }], -1)).toEqual([])
  const both = [red, { ...red, item_variant: 'blue' }]
  expect(merge(both, [{ item_id: 'cap', quantity: 2 }], -1)).toEqual(both)
})

test('notes fill in what an item lacks, but for its variant and what is of one sale', () => {
  expect(complete([{ item_id: 'cap' }], [{ item_id: 'cap', item_brand: 'Sand', item_variant: 'Default Title', quantity: 3, index: 2 }])).toEqual([{ item_id: 'cap', item_brand: 'Sand' }])
})
