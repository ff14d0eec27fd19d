import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDeparture } from '../src/departure.js'
import { toRow, type Row } from '../src/row.js'
import type { Steps, World } from '../src/world.js'

const start = 1_763_769_600_000
beforeEach(() => void vi.useFakeTimers({ now: start }))
afterEach(() => void vi.useRealTimers())

/** A departure whose rows the test names, in a browser with `fetchLater`; what is left with it, as words. */
const open = () => {
  const words: string[] = []
  const rows: Row[] = []
  const add = (seq: number) => rows.push(toRow('tab', Date.now(), { line: `{"id":"${`${seq}`.padStart(36, '0')}","seq":${seq}}`, seq, priority: 2, visit: '', page: '' }))
  const steps = {
    outbox: { fresh: () => rows },
    outage: { isOn: () => false },
    delivery: { encode: (items: readonly { readonly row: Row }[]) => items.map(({ row }) => row.from).join('+') },
    beacon: {
      room: () => 60_000,
      leave: (body: string) => {
        words.push(`leave ${body}`)
        return () => words.push(`withdraw ${body}`)
      },
    },
  } as unknown as Steps
  const departure = createDeparture({ now: () => Date.now(), isHidden: () => false } as World, steps, () => {})
  return { words, rows, departure, add }
}

test('what is stored at once is not left with the browser', async () => {
  const { words, rows, add, departure } = open()
  add(1)
  departure.insure()
  rows[0]!.stored = 'yes'
  await vi.advanceTimersByTimeAsync(5000)
  expect([words, vi.getTimerCount()]).toEqual([[], 0])
})

test('what storage is slow with is left with the browser once, with what comes later, and taken back when it is stored', async () => {
  const { words, rows, add, departure } = open()
  add(1)
  departure.insure()
  await vi.advanceTimersByTimeAsync(60_000)
  add(2)
  departure.insure()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(words).toEqual(['leave 1', 'withdraw 1', 'leave 1+2'])
  for (const row of rows) row.stored = 'yes'
  await vi.advanceTimersByTimeAsync(5000)
  expect([words.slice(3), vi.getTimerCount()]).toEqual([['withdraw 1+2'], 0])
})

test('it is looked at seldom while nothing changes', async () => {
  const { add, departure } = open()
  add(1)
  departure.insure()
  await vi.advanceTimersByTimeAsync(1000)
  const timeouts = vi.spyOn(globalThis, 'setTimeout')
  await vi.advanceTimersByTimeAsync(30_000)
  expect(timeouts.mock.calls.length).toBeLessThan(20)
  timeouts.mockRestore()
})

test('stop takes it back', async () => {
  const { words, add, departure } = open()
  add(1)
  departure.insure()
  await vi.advanceTimersByTimeAsync(1000)
  departure.stop()
  expect([words, vi.getTimerCount()]).toEqual([['leave 1', 'withdraw 1'], 0])
})

test('what is to be forgotten is taken back at once', () => {
  const { words, add, departure } = open()
  add(1)
  departure.insure()
  vi.advanceTimersByTime(1000)
  departure.clear()
  vi.advanceTimersByTime(10_000)
  expect(words).toEqual(['leave 1', 'withdraw 1'])
})

test('during an outage only what is neither stored nor spilled is sent at the end, and money that is not stored', () => {
  const words: string[] = []
  const make = (seq: number, priority: 0 | 1 | 2, of: Partial<Row>): Row => Object.assign(toRow('tab', 0, { line: `{"id":"${`${seq}`.padStart(36, '0')}","seq":${seq}}`, seq, priority, visit: '', page: '' }), of)
  const rows = [make(1, 2, { stored: 'yes' }), make(2, 2, { isSpilled: true }), make(3, 2, {}), make(4, 0, { isSpilled: true }), make(5, 1, { stored: 'yes', isSpilled: true })]
  let isOn = true
  const steps = {
    outbox: { fresh: () => rows },
    outage: { isOn: () => isOn },
    delivery: { encode: (items: readonly { readonly row: Row }[]) => items.map(({ row }) => row.from).sort().join('+') },
    beacon: { room: () => 60_000, beacon: (body: string) => words.push(body) },
  } as unknown as Steps
  const departure = createDeparture({ now: () => 0, isHidden: () => true } as World, steps, () => {})
  departure.leave(true)
  isOn = false
  for (const row of rows) row.flying = false
  departure.leave(true)
  expect(words).toEqual(['3+4', '1+2+3+4+5'])
})
