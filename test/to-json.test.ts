import { afterEach, expect, test } from 'vitest'
import { quote, toJson } from '../src/to-json.js'

const same = (text: string) => text

/** What is written, and how often something was cut. */
const write = (value: unknown, clean = same) => {
  let cuts = 0
  return { json: toJson(value, clean, () => cuts++), cuts: () => cuts }
}
const jsonOf = (value: unknown, clean = same) => write(value, clean).json

const patched: (() => void)[] = []
afterEach(() => patched.splice(0).forEach((undo) => undo()))

/** As Prototype.js and MooTools did. */
const pollute = (prototype: object) => {
  Object.defineProperty(prototype, 'toJSON', { configurable: true, value: () => 'polluted' })
  patched.push(() => delete (prototype as { toJSON?: unknown }).toJSON)
}

test('plain values are written as JSON.stringify writes them', () => {
  const values = [{}, [], { a: 1, b: 'two', c: true, d: [1, 'x', { e: -0.5 }] }, 'text "quoted" \n\u2028 \ud800', 12.5, 1e21, 5e-324, false, { 'a"b': 1 }, new Date(0), { سلام: '😀' }]
  expect(values.map((value) => jsonOf(value))).toEqual(values.map((value) => JSON.stringify(value)))
})

test('what JSON cannot hold is left out', () => {
  const value = { none: null, not: undefined, nan: NaN, infinite: -Infinity, run: () => 1, symbol: Symbol('s'), big: 10n, never: new Date(NaN), kept: 0, empty: '' }
  expect(jsonOf(value)).toBe('{"kept":0,"empty":""}')
  expect(jsonOf([null, 1, undefined, () => 1, 2])).toBe('[1,2]')
  expect([null, undefined, NaN, Symbol('s'), 1n, () => 1].map((each) => jsonOf(each))).toEqual(Array(6).fill(undefined))
})

test('strings are cut at 1,024 characters and cleaned', () => {
  expect(JSON.parse(jsonOf({ long: 'x'.repeat(3000) })!).long).toHaveLength(1024)
  expect(jsonOf({ a: 'secret', b: ['secret'] }, (text) => text.replace('secret', '…'))).toBe('{"a":"…","b":["…"]}')
})

test('strings and keys are cleaned before they are cut', () => {
  const clean = (text: string) => text.replace(/secret\w+/g, '…')
  const long = `${'x '.repeat(510)}secret-${'y'.repeat(400)}`
  expect(jsonOf({ long: long.replace('-', 'word') }, clean)).not.toContain('secret')
  expect(jsonOf({ secretword: 1, 'secretword of a key': 2, [`${'x '.repeat(510)}secretword`]: 3 }, clean)).toBe(`{"secretword":1,"… of a key":2,"${'x '.repeat(510)}":3}`)
})

test('a number that may be a card\'s is cleaned, one under a key that ends in _id with that key', () => {
  const clean = (text: string, key?: string) => (key === 'order_id' ? text : text.replace('4242424242424242', '[card]'))
  expect(jsonOf({ card: 4242424242424242, order_id: 4242424242424242, at: 1_763_769_600_123, big: 1e21, list: [4242424242424242] }, clean)).toBe(
    '{"card":"[card]","order_id":4242424242424242,"at":1763769600123,"big":1e+21,"list":["[card]"]}',
  )
})

test('objects more than five levels below the top are left out, and so a cycle ends', () => {
  expect(jsonOf({ 1: { 2: { 3: { 4: { 5: { 6: { 7: 1 }, six: 6 } } } } } })).toBe('{"1":{"2":{"3":{"4":{"5":{"six":6}}}}}}')
  const cycle: { self?: unknown; name: string } = { name: 'a' }
  cycle.self = cycle
  expect(jsonOf(cycle)!.match(/"name":"a"/g)).toHaveLength(6)
})

test('beyond 16,000 characters the rest is cut, what remains is valid, and it is told', () => {
  const items = Array.from({ length: 2000 }, (_, i) => ({ item_id: `sku-${i}`, price: i, tags: ['a', 'b'] }))
  const { json, cuts } = write({ currency: 'EUR', items })
  const read = JSON.parse(json!)
  expect([read.currency, read.items[0], cuts() > 0]).toEqual(['EUR', items[0], true])
  expect(json!.length).toBeLessThan(24_000)
  expect(json!.length).toBeGreaterThan(12_000)
})

test('a touchpoint of usual size is not cut', () => {
  const { json, cuts } = write({ items: Array.from({ length: 100 }, (_, i) => ({ item_id: `sku-${i}`, price: 9.9, quantity: 1 })) })
  expect([JSON.parse(json!).items.length, cuts()]).toEqual([100, 0])
})

test('a huge list costs no more than what is written of it', () => {
  let reads = 0
  const huge = new Proxy(Array.from({ length: 100_000 }, () => 'abcdefgh'), { get: (list, key) => (reads++, Reflect.get(list, key)) })
  expect(write(huge).cuts()).toBe(1)
  expect(reads).toBeLessThan(5000)
})

test('a getter that throws counts as absent', () => {
  const hostile = { good: 1, get bad(): unknown { throw new Error('no') }, also: 2 }
  expect(jsonOf(hostile)).toBe('{"good":1,"also":2}')
})

test('a proxy that throws at everything gives nothing and no error', () => {
  const proxy = new Proxy({}, { ownKeys: () => { throw new Error('no') } })
  expect([jsonOf(proxy), jsonOf({ proxy, kept: 1 })]).toEqual([undefined, '{"kept":1}'])
})

test('a key __proto__ is left out: a reader could take it for a prototype', () => {
  expect(jsonOf(JSON.parse('{"__proto__":{"admin":true},"a":1}'))).toBe('{"a":1}')
})

test('toJSON on prototypes of the page does not change the bytes', () => {
  const value = { items: [{ item_id: 'sku-1', tags: ['a'] }], text: 'x', at: new Date(0) }
  const before = JSON.stringify(value)
  for (const { prototype } of [Array, Object, String, Number]) pollute(prototype)
  expect(JSON.stringify([1])).not.toBe('[1]')
  expect([jsonOf(value), quote('a"b')]).toEqual([before, '"a\\"b"'])
})

test('an object with a toJSON of its own is written as the object that it is', () => {
  expect(jsonOf({ money: { amount: 5, toJSON: () => 'five' } })).toBe('{"money":{"amount":5}}')
})

test('a text that clean makes longer still gives valid JSON', () => {
  const { json } = write(Array(40).fill('x'), (text) => text.repeat(1024))
  expect(JSON.parse(json!).length).toBeGreaterThan(10)
})
