import { expect, test } from 'vitest'
import { fromEntry, fromKey, ROWS, toEntry, toRow, type Row } from '../src/row.js'

const touchpoint = { line: '{"id":"1"}', seq: 1, priority: 2, visit: '"v":{}', page: '"p":{}' } as const
const at = 1_763_769_600_123
const row = (part: Partial<Row> = {}): Row => ({ ...toRow('k3v9x2ab12', at, touchpoint), ...part })
const keyOf = (part?: Partial<Row>) => toEntry(row(part))[0]

test('a row begins with one touchpoint, in memory only', () => {
  expect(row()).toMatchObject({ tab: 'k3v9x2ab12', at, from: 1, to: 1, priority: 2, lines: ['{"id":"1"}'], size: 10, stored: 'no', flying: false })
})

test('a key says all that eviction and loss accounting need', () => {
  const [key, text] = toEntry(row({ to: 3, lines: ['{"id":"1"}', '{"id":"2"}', '{"id":"3"}'] }))
  expect(fromKey(key)).toEqual({ at, tab: 'k3v9x2ab12', from: 1, to: 3, priority: 2, size: text.length })
  expect(fromKey(keyOf({ from: 1_234_567, to: 1_234_999, priority: 0 }))).toMatchObject({ from: 1_234_567, to: 1_234_999, priority: 0 })
})

test('keys sort by time, of one time by tab and seq', () => {
  const times = [0, 35, 36, 1_000_000_000_000, 1_763_769_600_123, 1_763_769_600_124, 2_000_000_000_000, 36 ** 9 - 1]
  const keys = times.map((at) => keyOf({ at }))
  expect([...keys].sort()).toEqual(keys)
  const seqs = [1, 2, 9, 10, 99, 100, 99_999, 999_999].map((from) => keyOf({ from, to: from }))
  expect([...seqs].sort()).toEqual(seqs)
})

test('the format of keys and texts never changes: a later release reads the rows of this one', () => {
  expect([ROWS, ...toEntry(row({ to: 2, lines: ['{"id":"1"}', '{"id":"2"}'] }))]).toEqual(['e1|', 'e1|0mi9ivpff|k3v9x2ab12|000001|2|2|35', '"v":{}\n"p":{}\n{"id":"1"}\n{"id":"2"}'])
})

test('a row that was written once keeps its key: a put that is repeated replaces the first', () => {
  const once = row()
  const [key] = toEntry(once)
  once.lines.push('{"id":"2"}')
  expect(toEntry(once)[0]).toBe(key)
})

test('what was stored is read back as the row that it was', () => {
  const before = row({ to: 2, lines: ['{"id":"1"}', '{"text":"سلام\\n😀"}'], size: 30 })
  const [key, text] = toEntry(before)
  expect(fromEntry(key, text)).toEqual({ ...before, key, size: text.length, stored: 'yes' })
})
