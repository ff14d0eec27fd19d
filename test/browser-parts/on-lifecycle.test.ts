import { afterEach, expect, test } from 'vitest'
import { onLifecycle } from '../../src/browser/on-lifecycle.js'
import { countListeners } from '../harness/listeners.js'
import { resetVisibility, setVisibility, transition } from '../harness/visibility.js'

const left = countListeners()
afterEach(resetVisibility)

const watch = () => {
  const words: string[] = []
  const say = (word: string) => () => void words.push(word)
  const stop = onLifecycle({ hidden: say('hidden'), left: say('left'), seen: say('seen'), restored: say('restored') }, (cause) => words.push(String(cause)))
  return { words, stop }
}

test('tells when the page is hidden, seen, left and restored', () => {
  const { words, stop } = watch()
  setVisibility('hidden')
  setVisibility('visible')
  setVisibility('hidden')
  transition('pagehide', true)
  transition('pageshow', true)
  setVisibility('visible')
  stop()
  expect(words).toEqual(['hidden', 'seen', 'hidden', 'left', 'restored', 'seen'])
})

test('a pageshow without the back/forward cache is no restore', () => {
  const { words, stop } = watch()
  transition('pageshow', false)
  stop()
  expect(words).toEqual([])
})

test('never listens to unload or beforeunload, which would cost the back/forward cache', () => {
  const { stop } = watch()
  expect(left()).toEqual(['document visibilitychange', 'window pagehide', 'window pageshow'])
  stop()
})

test('the undo leaves no listener', () => {
  const { words, stop } = watch()
  stop()
  setVisibility('hidden')
  transition('pagehide')
  expect([words, left()]).toEqual([[], []])
})

test('a callback that throws reaches fail, and the next one is still called', () => {
  const words: string[] = []
  const fails = () => { throw new Error('no') }
  const stop = onLifecycle({ hidden: fails, left: () => void words.push('left'), seen: fails, restored: fails }, (cause) => words.push((cause as Error).message))
  setVisibility('hidden')
  transition('pagehide')
  stop()
  expect(words).toEqual(['no', 'left'])
})
