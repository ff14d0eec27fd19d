import { afterEach, expect, test } from 'vitest'
import { whenActivated } from '../../src/browser/when-activated.js'
import { countListeners } from '../harness/listeners.js'

const left = countListeners()
const setPrerendering = (value: boolean) => Object.defineProperty(document, 'prerendering', { configurable: true, value })
const activate = () => {
  setPrerendering(false)
  document.dispatchEvent(new Event('prerenderingchange'))
}
afterEach(() => void Reflect.deleteProperty(document, 'prerendering'))

const watch = () => {
  const words: string[] = []
  return { words, stop: whenActivated(() => void words.push('activated'), (cause) => words.push(String(cause))) }
}

test('calls back at once on a page that is visited', () => {
  const { words, stop } = watch()
  stop()
  expect([words, left()]).toEqual([['activated'], []])
})

test('waits for the activation of a prerendered page, and calls back once', () => {
  setPrerendering(true)
  const { words } = watch()
  expect(words).toEqual([])
  activate()
  activate()
  expect([words, left()]).toEqual([['activated'], []])
})

test('calls nothing after the undo', () => {
  setPrerendering(true)
  const { words, stop } = watch()
  stop()
  activate()
  expect([words, left()]).toEqual([[], []])
})
