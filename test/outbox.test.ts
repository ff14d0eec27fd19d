import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createOutbox } from '../src/outbox.js'
import type { Priority } from '../src/row.js'
import type { World } from '../src/world.js'

const start = 1_763_769_600_000
beforeEach(() => void vi.useFakeTimers({ now: start }))
afterEach(() => void vi.useRealTimers())

/** An outbox with a device that stores at once, or refuses while `device.isFull`; `puts` says when, in ms since the start, and the `seq` of what each put holds. */
const open = () => {
  const puts: string[] = []
  const device = { isFull: false }
  const database = {
    change: async (put: readonly (readonly [key: string, text: string])[]) => {
      puts.push(`${Date.now() - start}: ${put.flatMap(([, text]) => text.split('\n').slice(2)).join()}`)
      if (device.isFull) throw new Error('full')
    },
  }
  const spill = { write: () => 0, remove: () => {} }
  const outbox = createOutbox({ tab: 'tab', database, spill, now: () => Date.now(), report: () => {} } as unknown as World, () => {})
  let seq = 0
  const add = (priority: Priority = 2, atOnce = false) => outbox.add({ line: `${++seq}`, seq, priority, visit: '', page: '' }, atOnce)
  return { puts, device, outbox, add }
}

test('of touchpoints in quick succession the first is put at once, and what follows as one', async () => {
  const { puts, add } = open()
  for (let i = 0; i < 6; i++) {
    add()
    await vi.advanceTimersByTimeAsync(50)
  }
  await vi.advanceTimersByTimeAsync(1000)
  expect(puts).toEqual(['0: 1', '200: 2,3,4', '400: 5,6'])
})

test('a touchpoint after a rest waits for nothing', async () => {
  const { puts, add } = open()
  add()
  await vi.advanceTimersByTimeAsync(200)
  add()
  await vi.advanceTimersByTimeAsync(0)
  expect(puts).toEqual(['0: 1', '200: 2'])
})

test('what must be stored in its task takes along what waits', async () => {
  const { puts, add } = open()
  add()
  await vi.advanceTimersByTimeAsync(50)
  add()
  add(1, true)
  await Promise.resolve()
  expect(puts).toEqual(['0: 1', '50: 2,3'])
})

test('what is about to be sent is put before, and waits for no more', async () => {
  const { puts, outbox, add } = open()
  add()
  await vi.advanceTimersByTimeAsync(50)
  add()
  outbox.writeAhead()
  expect(puts).toEqual(['0: 1', '50: 2'])
})

test('a device that refuses is not asked again with each request, but in its time', async () => {
  const { puts, device, outbox, add } = open()
  device.isFull = true
  add()
  await vi.advanceTimersByTimeAsync(0)
  for (let i = 0; i < 30; i++) {
    outbox.writeAhead()
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(puts).toEqual(['0: 1'])
  device.isFull = false
  await vi.advanceTimersByTimeAsync(1000)
  expect(puts).toEqual(['0: 1', '4000: 1'])
})

test('whoever asks whether all is saved does not wait for the end of the moment', async () => {
  const { puts, outbox, add } = open()
  add()
  await vi.advanceTimersByTimeAsync(50)
  add()
  expect(await outbox.saved()).toBe(true)
  expect(puts).toEqual(['0: 1', '50: 2'])
})

test.each([3_600_000, -3_600_000])('a clock that is set by %s ms holds nothing up', async (by) => {
  const { puts, add } = open()
  add()
  await vi.advanceTimersByTimeAsync(50)
  vi.setSystemTime(Date.now() + by)
  add()
  await vi.advanceTimersByTimeAsync(0)
  expect(puts).toEqual(['0: 1', `${50 + by}: 2`])
})
