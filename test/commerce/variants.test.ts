import { expect, test } from 'vitest'
import { createVariants } from '../../src/commerce/variants.js'
import type { Moment } from '../../src/types.js'

const page = { url: 'https://shop.example/p/cap' }

/** What is told while a shopper chooses variants of a cap: `red`, or `red!` where it is out of stock; anything else is a moment. */
const choose = (...variants: (string | Moment)[]) => {
  const told: Moment[] = []
  const see = createVariants((moment) => told.push(moment))
  variants.forEach((each, at) => {
    if (typeof each !== 'string') return see(each)
    const item = { item_id: each, item_name: 'Cap', item_variant: each.replace('!', ''), ...(each.endsWith('!') && { availability: 'out_of_stock' }) }
    see({ name: 'view_item', at, page, props: { items: [item] } })
  })
  return told.map(({ name, props }) => [name, props?.kind, props?.times, props?.variants])
}

test('coming back twice to variants that were seen before is a loop, told once', () => {
  expect(choose('red', 'blue', 'red')).toEqual([])
  expect(choose('red', 'blue', 'red', 'blue', 'red', 'blue')).toEqual([['variant_loop', 'variants', 2, 2]])
})

test('looking at every variant once is no loop, and the same one told again is none', () => {
  expect(choose('red', 'blue', 'green', 'white', 'black')).toEqual([])
  expect(choose('red', 'red', 'red', 'red')).toEqual([])
})

test('two that are out of stock are a loop', () => {
  expect(choose('red!')).toEqual([])
  expect(choose('red!', 'blue', 'green!')).toEqual([['variant_loop', 'out_of_stock', 2, 3]])
})

test('another product, and what goes into the cart, begin anew', () => {
  const pot: Moment = { name: 'view_item', props: { items: [{ item_id: 'pot', item_name: 'Pot' }] } }
  expect(choose('red', 'blue', 'red', pot, 'blue', 'red')).toEqual([])
  expect(choose('red', 'blue', 'red', { name: 'add_to_cart' }, 'blue', 'red')).toEqual([])
})

test('a product that has no variants, or of which none is chosen, says nothing, nor does what is no item', () => {
  const plain: Moment = { name: 'view_item', props: { items: [{ item_id: 'cap', item_name: 'Cap', availability: 'out_of_stock' }] } }
  expect(choose(plain, plain, plain, 'red', plain, 'blue', plain)).toEqual([])
  expect(choose({ name: 'view_item' }, { name: 'view_item', props: { items: [{}] } }, { name: 'view_item', props: { items: 5 } })).toEqual([])
})
