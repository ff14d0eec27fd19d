import { afterEach, expect, test } from 'vitest'
import { whenSeen } from '../../src/browser/when-seen.js'
import { countListeners } from '../harness/listeners.js'
import { resetVisibility, setVisibility } from '../harness/visibility.js'

const left = countListeners()
afterEach(resetVisibility)

const watch = () => {
  const words: string[] = []
  return { words, stop: whenSeen(() => void words.push('seen'), (cause) => words.push(String(cause))) }
}

test('calls back at once on a visible page', () => {
  const { words, stop } = watch()
  stop()
  expect([words, left()]).toEqual([['seen'], []])
})

test('waits until a tab in the background is looked at, and calls back once', () => {
  setVisibility('hidden')
  const { words } = watch()
  setVisibility('hidden')
  expect(words).toEqual([])
  setVisibility('visible')
  setVisibility('hidden')
  setVisibility('visible')
  expect([words, left()]).toEqual([['seen'], []])
})

test('calls nothing after the undo', () => {
  setVisibility('hidden')
  const { words, stop } = watch()
  stop()
  setVisibility('visible')
  expect([words, left()]).toEqual([[], []])
})
