import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onContent } from '../../src/browser/on-content.js'
import { countListeners } from '../harness/listeners.js'
import { resetVisibility, setVisibility } from '../harness/visibility.js'

const left = countListeners()
beforeEach(() => {
  vi.useFakeTimers()
  history.replaceState({}, '', '/')
})
afterEach(() => {
  vi.useRealTimers()
  resetVisibility()
})

const watch = (callback = () => {}) => {
  const words: string[] = []
  const stop = onContent(() => {
    words.push(location.pathname)
    callback()
  }, (cause) => words.push((cause as Error).message))
  return { words, stop }
}

test('calls back at once, when the document is parsed and when it is loaded', () => {
  const { words, stop } = watch()
  document.dispatchEvent(new Event('DOMContentLoaded'))
  window.dispatchEvent(new Event('load'))
  stop()
  expect(words).toEqual(['/', '/', '/'])
})

test('calls back when a route has settled, once for several in a row', async () => {
  const { words, stop } = watch()
  history.pushState({}, '', '/a')
  history.replaceState({}, '', '/b')
  expect(words).toEqual(['/'])
  await vi.advanceTimersByTimeAsync(600)
  stop()
  expect(words).toEqual(['/', '/b'])
})

test('waits until the page is looked at, whatever happens before', async () => {
  setVisibility('hidden')
  const { words, stop } = watch()
  document.dispatchEvent(new Event('DOMContentLoaded'))
  history.pushState({}, '', '/a')
  await vi.advanceTimersByTimeAsync(600)
  expect(words).toEqual([])
  setVisibility('visible')
  stop()
  expect(words).toEqual(['/a'])
})

test('calls nothing after the undo, also not for a route that has not settled', async () => {
  const { words, stop } = watch()
  history.pushState({}, '', '/a')
  stop()
  stop()
  document.dispatchEvent(new Event('DOMContentLoaded'))
  await vi.advanceTimersByTimeAsync(600)
  expect([words, left(), vi.getTimerCount()]).toEqual([['/'], [], 0])
})

test('a callback that throws reaches fail, also the first time', async () => {
  const { words, stop } = watch(() => { throw new Error('no') })
  history.pushState({}, '', '/a')
  await vi.advanceTimersByTimeAsync(600)
  stop()
  expect(words).toEqual(['/', 'no', '/a', 'no'])
})
