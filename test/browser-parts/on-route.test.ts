import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { onRoute, type Route } from '../../src/browser/on-route.js'
import { countListeners } from '../harness/listeners.js'

const left = countListeners()
const { pushState, replaceState } = history
beforeEach(() => history.replaceState({}, '', '/'))
afterEach(() => {
  Object.assign(history, { pushState, replaceState })
  Reflect.deleteProperty(window, 'navigation')
})

const watch = () => {
  const words: string[] = []
  const stop = onRoute((how) => words.push(`${how} ${location.pathname}`), (cause) => words.push((cause as Error).message))
  return { words, stop }
}

describe('without the Navigation API', () => {
  test('calls back after the URL has changed, with how', () => {
    const { words, stop } = watch()
    history.pushState({}, '', '/a')
    history.replaceState({}, '', '/b')
    window.dispatchEvent(new Event('popstate'))
    window.dispatchEvent(new Event('hashchange'))
    stop()
    expect(words).toEqual(['push /a', 'replace /b', 'traverse /b', 'traverse /b'])
  })

  test('passes arguments, this, result and errors of the original through', () => {
    const calls: unknown[] = []
    history.pushState = function (this: unknown, ...args: unknown[]) {
      calls.push(this === history, args)
      if (args[2] === '/throws') throw new DOMException('no', 'SecurityError')
    }
    const { words, stop } = watch()
    history.pushState({ a: 1 }, '', '/a')
    expect(() => history.pushState(null, '', '/throws')).toThrow('no')
    stop()
    expect([calls, words]).toEqual([[true, [{ a: 1 }, '', '/a'], true, [null, '', '/throws']], ['push /']])
  })

  test('the undo restores what it patched', () => {
    const before = [history.pushState, history.replaceState]
    const { words, stop } = watch()
    expect(history.pushState).not.toBe(before[0])
    stop()
    stop()
    history.pushState({}, '', '/a')
    expect([[history.pushState, history.replaceState], words, left()]).toEqual([before, [], []])
  })

  test('below somebody else\'s patch the undo leaves an inert pass-through', () => {
    const { words, stop } = watch()
    const ours = history.pushState
    const theirs = function (this: History, ...args: Parameters<History['pushState']>) {
      words.push('theirs')
      ours.apply(this, args)
    }
    history.pushState = theirs
    stop()
    history.pushState({}, '', '/a')
    expect([words, history.pushState === theirs, location.pathname]).toEqual([['theirs'], true, '/a'])
  })

  test('two of them do not get in each other\'s way, in whatever order they end', () => {
    const one = watch()
    const other = watch()
    one.stop()
    history.pushState({}, '', '/a')
    other.stop()
    history.pushState({}, '', '/b')
    expect([one.words, other.words, left()]).toEqual([[], ['push /a'], []])
  })

  test('a callback that throws does not reach the router', () => {
    const failed: string[] = []
    const stop = onRoute(() => { throw new Error('no') }, (cause) => failed.push((cause as Error).message))
    expect(() => history.pushState({}, '', '/a')).not.toThrow()
    window.dispatchEvent(new Event('popstate'))
    stop()
    expect(failed).toEqual(['no', 'no'])
  })
})

describe('with the Navigation API', () => {
  const navigate = (navigationType: string | null) => {
    const { navigation } = window as Window & { navigation?: EventTarget }
    navigation!.dispatchEvent(Object.assign(new Event('currententrychange'), { navigationType }))
  }
  beforeEach(() => Object.defineProperty(window, 'navigation', { configurable: true, value: new EventTarget() }))

  test('nothing is patched, and each change is told', () => {
    const routes: Route[] = []
    const before = history.pushState
    const stop = onRoute((how) => routes.push(how), () => {})
    expect(history.pushState).toBe(before)
    for (const type of ['push', 'replace', 'traverse', 'reload', null]) navigate(type)
    stop()
    navigate('push')
    expect(routes).toEqual(['push', 'replace', 'traverse', 'traverse', 'traverse'])
  })
})
