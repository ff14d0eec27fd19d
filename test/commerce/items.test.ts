import { expect, test } from 'vitest'
import { toItems, valueOf } from '../../src/commerce/items.js'

const told: string[] = []
const read = (list: unknown) => {
  told.length = 0
  return toItems(list, (message) => told.push(message))
}

test('texts become numbers, and numbers become ids', () => {
  expect([read([{ item_id: 5, price: '18,00 €', quantity: '2', item_brand: 'Rihla', new: true }]), told]).toEqual([[{ item_id: '5', price: 18, quantity: 2, item_brand: 'Rihla', new: true }], []])
})

test.each([
  [{ item_id: 'a', price: NaN }, { item_id: 'a' }, 'price'],
  [{ item_id: 'a', price: '1.234' }, { item_id: 'a' }, 'price'],
  [{ item_id: 'a', quantity: -1 }, { item_id: 'a' }, 'quantity'],
  [{ item_id: 'a', quantity: -1.5 }, { item_id: 'a' }, 'quantity'],
  [{ item_id: 'a', extra: { deep: 1 } }, { item_id: 'a' }, 'extra'],
  [{ price: 5 }, undefined, 'an item'],
  ['text', undefined, 'an item'],
])('of %o stays %o, and the developer hears of %s', (given, item, word) => {
  expect([read([given]), told.at(-1)?.startsWith(word) || told[0]?.startsWith(word)]).toEqual([item ? [item] : [], true])
})

test.each([[undefined, 0], [null, 0], [5, 1], ['text', 1], [{}, 1]])('%o is no list', (list, complaints) => {
  expect([read(list), told.length]).toEqual([[], complaints])
})

test('ten thousand items are two hundred', () => {
  expect([read(Array.from({ length: 10_000 }, (_, i) => ({ item_id: `${i}` }))).length, told]).toEqual([200, ['items must be at most 200, got 10000; the rest was left out']])
})

test('a sum has no dust', () => {
  expect(valueOf([{ price: 0.1 }, { price: 0.2 }, { price: 1.15, quantity: 3 }, {}])).toBe(3.75)
})
