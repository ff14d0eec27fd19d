import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { oneTruth } from '../src/one-truth.js'
import type { Moment, Record as Recorder } from '../src/types.js'
import { countListeners } from './harness/listeners.js'
import { resetVisibility, setVisibility, transition } from './harness/visibility.js'

const left = countListeners()
const start = 1_763_769_600_000
const stops: (() => void)[] = []
beforeEach(() => {
  vi.useFakeTimers({ now: start, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  history.replaceState({}, '', '/')
})
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  vi.useRealTimers()
  resetVisibility()
})

/** Two sources, the surer first: `surer('view_item')` and `weaker('view_item')` say a name. */
const join = () => {
  const words: unknown[] = []
  const recorders: Recorder[] = []
  const source = (rank: number) => (record: Recorder) => {
    recorders[rank] = record
    return () => words.push(`stop ${rank}`)
  }
  const truth = oneTruth([source(0), source(1)])
  const stop = truth.source((seen) => words.push('failure' in seen ? (seen.failure as Error).message : !('name' in seen) ? 'no moment' : `${seen.name} of ${seen.source}${seen.at === undefined ? '' : ` +${seen.at - start}`}${seen.page ? ` at ${new URL(seen.page.url).pathname}` : ''}`))
  stops.push(stop)
  return { words, stop, told: truth.told, surer: (name: string) => recorders[0]!({ name, source: 'surer' }), weaker: (name: string) => recorders[1]!({ name, source: 'weaker' }), fail: () => recorders[1]!({ failure: new Error('theirs') }) }
}

test('what a weaker source says alone passes at once', () => {
  const { words, weaker, fail } = join()
  weaker('add_to_cart')
  fail()
  expect(words).toEqual(['add_to_cart of weaker', 'theirs'])
})

test('an echo of a surer source is left out, also one that comes first', async () => {
  const { words, surer, weaker } = join()
  surer('view_item')
  weaker('view_item')
  weaker('add_to_cart')
  await vi.advanceTimersByTimeAsync(900)
  surer('add_to_cart')
  await vi.advanceTimersByTimeAsync(2000)
  expect(words).toEqual(['view_item of surer', 'add_to_cart of surer'])
})

test('what the surer source does not say is told after a second, with the time and the page of the moment', async () => {
  const { words, surer, weaker } = join()
  surer('view_item')
  history.replaceState({}, '', '/cap')
  await vi.advanceTimersByTimeAsync(500)
  weaker('view_cart')
  weaker('view_cart')
  history.replaceState({}, '', '/elsewhere')
  await vi.advanceTimersByTimeAsync(999)
  expect(words).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(words.slice(1)).toEqual(['view_cart of weaker +500 at /cap', 'view_cart of weaker +500 at /cap'])
})

test('the same name later than a second is another moment', async () => {
  const { words, surer, weaker } = join()
  surer('add_to_cart')
  await vi.advanceTimersByTimeAsync(1001)
  weaker('add_to_cart')
  await vi.advanceTimersByTimeAsync(1000)
  expect(words).toEqual(['add_to_cart of surer', 'add_to_cart of weaker +1001 at /'])
})

test.each([['hidden', () => setVisibility('hidden')], ['left', () => transition('pagehide', false)], ['stopped', (stop: () => void) => stop()]])('nothing waits any longer when the page is %s', (_, end) => {
  const { words, surer, weaker, stop } = join()
  surer('view_item')
  weaker('share')
  end(stop)
  expect(words.filter((word) => !`${word}`.startsWith('stop'))).toEqual(['view_item of surer', 'share of weaker +0 at /'])
  expect(vi.getTimerCount()).toBe(0)
})

test('what the shop tells by hand silences every source', async () => {
  const { words, told, surer, weaker } = join()
  told('purchase')
  surer('purchase')
  weaker('purchase')
  weaker('share')
  await vi.advanceTimersByTimeAsync(1000)
  expect(words).toEqual(['share of weaker +0 at /'])
})

test('of two that wait, the surer is told', async () => {
  const { words, told, surer, weaker } = join()
  told('share')
  weaker('add_to_cart')
  await vi.advanceTimersByTimeAsync(200)
  surer('add_to_cart')
  await vi.advanceTimersByTimeAsync(1000)
  expect(words).toEqual(['add_to_cart of surer +200 at /'])
})

test('a source that cannot start does not stop the others, and stop ends all', () => {
  const words: unknown[] = []
  const broken = () => {
    throw new Error('start')
  }
  const stop = oneTruth([broken, (record) => {
    record({ name: 'share' })
    return () => words.push('stopped')
  }]).source((seen) => words.push('failure' in seen ? (seen.failure as Error).message : (seen as Moment).name))
  stop()
  expect([words, left()]).toEqual([['start', 'share', 'stopped'], []])
})
