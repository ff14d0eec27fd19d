import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createStorefront } from '../src/storefront.js'

const settings = { endpoint: 'https://collector.example/collect', site: 'shop' }
const unheard: unknown[] = []
const hear = (cause: unknown) => unheard.push(cause)

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'info').mockImplementation(() => {})
  unheard.length = 0
  process.on('unhandledRejection', hear)
})
afterEach(() => {
  process.off('unhandledRejection', hear)
  vi.useRealTimers()
})

/** A source of one truth, and how often it was started and undone. */
const reader = () => {
  const undo = vi.fn()
  return { start: vi.fn(() => undo), undo }
}

test('what tells of the shop starts in a later task than the tracker, and is undone with it', () => {
  const { start, undo } = reader()
  const tracker = createStorefront({ ...settings, readers: [start] })
  expect(start).not.toHaveBeenCalled()
  vi.advanceTimersByTime(0)
  expect([start.mock.calls.length, undo.mock.calls.length]).toEqual([1, 0])
  tracker.stop()
  expect(undo).toHaveBeenCalledOnce()
})

test('a tracker that is stopped before starts none of it', () => {
  const { start } = reader()
  createStorefront({ ...settings, readers: [start] }).stop()
  vi.advanceTimersByTime(0)
  expect(start).not.toHaveBeenCalled()
})

test('of a shop system that cannot be had the developer hears, and the page does not, however soon that is known', async () => {
  const heard: string[] = []
  const tracker = createStorefront({ ...settings, store: Promise.reject(new TypeError('no such shop')), onError: ({ cause }) => heard.push(String(cause)) })
  // Node says so after the microtasks of a task.
  await new Promise((resolve) => setImmediate(resolve))
  await vi.advanceTimersByTimeAsync(0)
  expect([heard, unheard]).toEqual([['TypeError: no such shop'], []])
  tracker.stop()
})
