import { expect, test } from 'vitest'
import { heldBy, rangesOf, rowsOf, take, unique } from '../src/parcel.js'
import { toEntry, toRow, type Row } from '../src/row.js'

const rowOf = (lines: string[], done: string[] = []): Row => ({ ...toRow('one', 1000, { line: '', seq: 1, priority: 2, visit: '', page: '' }), lines, done: new Set(done) })
const key = (tab: string, from: number, to: number) => toEntry({ ...rowOf([]), tab, from, to })[0]
const range = (tab: string, from: number, to: number) => ({ tab, from, to })
const linesOf = (items: ReturnType<typeof take>) => items.map(({ line }) => line)

test('takes as many touchpoints as fit, each with its comma', () => {
  const rows = [rowOf(['aaaa', 'bbbb']), rowOf(['cccc'])]
  expect([15, 14, 10, 9].map((size) => linesOf(take(rows, size)).join())).toEqual(['aaaa,bbbb,cccc', 'aaaa,bbbb', 'aaaa,bbbb', 'aaaa'])
  expect(linesOf(take(rows, Infinity))).toEqual(['aaaa', 'bbbb', 'cccc'])
})

test('takes at least one touchpoint, however large', () => {
  expect([linesOf(take([rowOf(['aaaa', 'bbbb'])], 0)), linesOf(take([rowOf(['aaaa'])], -50)), take([], 100)]).toEqual([['aaaa'], ['aaaa'], []])
})

test('never skips over a touchpoint that does not fit to a later one that would', () => {
  expect(linesOf(take([rowOf(['aa', 'bbbbbbbb', 'cc'])], 8))).toEqual(['aa'])
})

test('leaves out what the collector has already taken', () => {
  expect(linesOf(take([rowOf(['aa', 'bb', 'cc'], ['bb']), rowOf(['dd'], ['dd'])], 6))).toEqual(['aa', 'cc'])
})

test('knows the rows of what it took, each once', () => {
  const rows = [rowOf(['aa', 'bb']), rowOf(['cc'])]
  expect(rowsOf(take(rows, Infinity))).toEqual(rows)
  expect(unique([2, 1, 2, 1, 3])).toEqual([2, 1, 3])
})

test('ranges join neighbours of one document, also when the rows of two are mixed', () => {
  expect(rangesOf([range('one', 1, 3), range('two', 1, 1), range('one', 4, 9), range('two', 3, 4), range('one', 10, 10)])).toEqual([
    { tab: 'one', from: 1, to: 10 },
    { tab: 'two', from: 1, to: 1 },
    { tab: 'two', from: 3, to: 4 },
  ])
  expect(rangesOf([])).toEqual([])
})

test('a row counts as held only if all of it lies in one held range of its own document', () => {
  const keys = [key('one', 1, 3), key('one', 4, 6), key('one', 7, 9), key('two', 1, 3)]
  expect(heldBy([{ tab: 'one', from: 1, to: 5 }, { tab: 'one', from: 7, to: 9 }], keys)).toEqual([keys[0], keys[2]])
  expect(heldBy([{ tab: 'one', from: 2, to: 3 }, { tab: 'three', from: 1, to: 99 }], keys)).toEqual([])
  expect(heldBy([], keys)).toEqual([])
})
