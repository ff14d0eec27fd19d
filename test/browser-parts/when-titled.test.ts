import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { whenTitled } from '../../src/browser/when-titled.js'
import { countListeners } from '../harness/listeners.js'
import { resetVisibility, setVisibility, transition } from '../harness/visibility.js'

const left = countListeners()
beforeEach(() => {
  vi.useFakeTimers()
  document.head.innerHTML = '<title>Home</title>'
})
afterEach(() => {
  vi.useRealTimers()
  resetVisibility()
})

/** Mutation observers hear in a microtask or, in happy-dom, soon after. */
const observed = () => vi.advanceTimersByTimeAsync(1)
const watch = () => {
  const words: string[] = []
  return { words, stop: whenTitled(() => void words.push(document.title), (cause) => words.push(String(cause))) }
}
const isQuiet = () => [left().length, vi.getTimerCount()]

test('calls back when the title has changed, once', async () => {
  const { words } = watch()
  document.title = 'Cap'
  await observed()
  document.title = 'Scarf'
  await vi.advanceTimersByTimeAsync(1000)
  expect([words, isQuiet()]).toEqual([['Cap'], [0, 0]])
})

test('calls back when a router puts a new title element into the head', async () => {
  document.head.innerHTML = ''
  const { words } = watch()
  document.head.innerHTML = '<title>Cap</title>'
  await observed()
  expect(words).toEqual(['Cap'])
})

test('does not take what else comes into the head for a title, nor a title element without text', async () => {
  document.head.innerHTML = ''
  const { words } = watch()
  document.head.append(document.createElement('style'))
  await observed()
  const title = document.createElement('title')
  document.head.append(title)
  await observed()
  expect(words).toEqual([])
  title.append('Cap')
  await observed()
  expect(words).toEqual(['Cap'])
})

test('waits no longer than 500 ms', async () => {
  const { words } = watch()
  await vi.advanceTimersByTimeAsync(499)
  expect(words).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect([words, isQuiet()]).toEqual([['Home'], [0, 0]])
})

test('does not wait when the page is hidden or left', () => {
  const one = watch()
  setVisibility('hidden')
  const other = watch()
  transition('pagehide')
  expect([one.words, other.words, isQuiet()]).toEqual([['Home'], ['Home'], [0, 0]])
})

test('calls nothing after the undo', async () => {
  const { words, stop } = watch()
  stop()
  document.title = 'Cap'
  await vi.advanceTimersByTimeAsync(1000)
  expect([words, isQuiet()]).toEqual([[], [0, 0]])
})

test('a callback that throws reaches fail, also from the timer', () => {
  const failed: string[] = []
  whenTitled(() => { throw new Error('no') }, (cause) => failed.push((cause as Error).message))
  expect(() => vi.advanceTimersByTime(500)).not.toThrow()
  expect(failed).toEqual(['no'])
})
