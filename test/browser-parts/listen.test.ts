import { afterEach, expect, test } from 'vitest'
import { listen } from '../../src/browser/listen.js'

const undo: (() => void)[] = []
afterEach(() => undo.splice(0).forEach((each) => each()))

const never = (cause: unknown) => { throw cause }

test('calls back until it is undone, and undoing twice is safe', () => {
  const heard: string[] = []
  const stop = listen(document, 'click', ({ type }) => void heard.push(type), never)
  document.body.click()
  stop()
  stop()
  document.body.click()
  expect(heard).toEqual(['click'])
})

test('hears what the page stops from propagating', () => {
  const heard: string[] = []
  const stopper = (event: Event) => event.stopImmediatePropagation()
  document.body.addEventListener('click', stopper)
  undo.push(() => document.body.removeEventListener('click', stopper))
  undo.push(listen(document, 'click', () => void heard.push('click'), never))
  document.body.click()
  expect(heard).toEqual(['click'])
})

test('cannot delay scrolling: it is passive', () => {
  const options: unknown[] = []
  const target = { addEventListener: (...args: unknown[]) => options.push(args[2]), removeEventListener: (...args: unknown[]) => options.push(args[2]) }
  listen(target as unknown as EventTarget, 'wheel', () => {}, never)()
  expect(options).toEqual([{ capture: true, passive: true }, { capture: true, passive: true }])
})

test('a callback that throws reaches fail and not the page', () => {
  const failed: unknown[] = []
  const cause = new Error('no')
  undo.push(listen(document, 'click', () => { throw cause }, (each) => failed.push(each)))
  expect(() => document.body.click()).not.toThrow()
  expect(failed).toEqual([cause])
})
