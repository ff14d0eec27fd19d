import { expect, test } from 'vitest'
import { randomName, uuidv7, uuidv8 } from '../src/ids.js'

const ones = (bytes: Uint8Array<ArrayBuffer>) => bytes.fill(255)
const zeros = (bytes: Uint8Array<ArrayBuffer>) => bytes.fill(0)
const bitsOf = (id: string) => id.replace(/-/g, '').split('').map((digit) => parseInt(digit, 16).toString(2).padStart(4, '0')).join('')

test('a version 7 id carries the time, the version and the variant of RFC 9562', () => {
  // The example of RFC 9562, appendix A.6: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00.
  expect(uuidv7(0x017f22e279b0, zeros)).toBe('017f22e2-79b0-7000-8000-000000000000')
  expect(uuidv7(0x017f22e279b0, ones)).toBe('017f22e2-79b0-7fff-bfff-ffffffffffff')
})

test('version 7 ids sort by time, to the last millisecond that fits', () => {
  const times = [0, 1, 255, 256, 65_535, 1_763_769_600_123, 1_763_769_600_124, 2 ** 48 - 1]
  const ids = times.map((at) => uuidv7(at))
  expect([...ids].sort()).toEqual(ids)
  expect(ids.map((id) => parseInt(id.replace(/-/g, '').slice(0, 12), 16))).toEqual(times)
})

test('version 7 ids of one millisecond differ', () => {
  expect(new Set(Array.from({ length: 5000 }, () => uuidv7(1_763_769_600_123))).size).toBe(5000)
})

test('a version 8 id is valid and the same for the same text', () => {
  const id = uuidv8('my-shop|purchase|1001|')
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(uuidv8('my-shop|purchase|1001|')).toBe(id)
})

test('a version 8 id never changes between releases: the collector dedupes by it', () => {
  expect([uuidv8(''), uuidv8('my-shop|purchase|1001|'), uuidv8('سلام'), uuidv8('😀')]).toMatchInlineSnapshot(`
    [
      "f2ffcf85-c18f-8590-9409-730f8f709a3c",
      "df7bf6f2-7c62-8414-a18b-944b82947cc9",
      "de3c12cc-80f9-8b99-b5cb-14f00c263457",
      "3e06fd1f-2b58-8c18-81ea-f176009c3254",
    ]
  `)
})

test('neighbouring texts give version 8 ids without collision', () => {
  const texts = ['a', 'b', 'shop'].flatMap((site) => ['purchase', 'refund'].flatMap((name) => Array.from({ length: 5000 }, (_, order) => `${site}|${name}|${order}|`)))
  expect(new Set(texts.map(uuidv8)).size).toBe(texts.length)
  // Nor in the half of an id that holds 61 of its free bits.
  expect(new Set(texts.map((text) => uuidv8(text).slice(19))).size).toBe(texts.length)
})

test('texts that differ in order or by one character give version 8 ids that differ in about half of their bits', () => {
  const pairs = Array.from({ length: 300 }, (_, i) => [`shop|purchase|${i}|`, `shop|purchase|${i + 1}|`] as const)
  const distances = pairs.map(([one, other]) => {
    const bits = bitsOf(uuidv8(other))
    return [...bitsOf(uuidv8(one))].filter((bit, i) => bit !== bits[i]).length
  })
  expect(Math.min(...distances)).toBeGreaterThan(30)
  const mean = distances.reduce((sum, each) => sum + each) / distances.length
  expect(Math.abs(mean - 61)).toBeLessThan(4)
  expect(uuidv8('ab')).not.toBe(uuidv8('ba'))
})

test('a name is ten characters of a-z0-9, and another each time', () => {
  const names = Array.from({ length: 1000 }, () => randomName())
  expect(names.filter((name) => !/^[a-z0-9]{10}$/.test(name))).toEqual([])
  expect(new Set(names).size).toBe(1000)
  expect([randomName(zeros), randomName(ones)]).toEqual(['0000000000', '3333333333'])
})
