import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { pageViews, type PageViewOptions } from '../../src/sources/page-views.js'
import type { Moment, Seen } from '../../src/types.js'
import { countListeners } from '../harness/listeners.js'
import { resetVisibility, setVisibility, transition } from '../harness/visibility.js'

const left = countListeners()
const start = 1_763_769_600_000
beforeEach(() => {
  vi.useFakeTimers({ now: start })
  history.replaceState({}, '', '/')
  document.head.innerHTML = '<title>Home</title>'
})
const stops: (() => void)[] = []
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  vi.useRealTimers()
  vi.restoreAllMocks()
  resetVisibility()
  Reflect.deleteProperty(document, 'referrer')
})

/** `navigation path from title +ms` of each page view. */
const wordsOf = ({ name, at, props, page, source }: Moment) => {
  const path = (url = '') => url.replace('http://localhost:3000', '')
  return `${name === 'page_view' && source === 'page-views' ? '' : `${name} of ${source}: `}${props?.navigation} ${path(page?.url)} from ${path(page?.referrer) || 'nowhere'} "${page?.title}" +${at! - start}`
}
const watch = (options?: PageViewOptions) => {
  const words: string[] = []
  const record = (seen: Seen) => void words.push('failure' in seen ? `failure: ${(seen.failure as Error).message}` : wordsOf(seen as Moment))
  const stop = pageViews(options)(record)
  stops.push(stop)
  return { words, stop }
}
const settle = () => vi.advanceTimersByTimeAsync(600)

test('records the page at its start', () => {
  Object.defineProperty(document, 'referrer', { configurable: true, value: 'https://google.com/' })
  expect(watch().words).toEqual(['load / from https://google.com/ "Home" +0'])
})

test('says how the document came', () => {
  const types = ['navigate', 'reload', 'back_forward', 'prerender'].map((type) => {
    vi.spyOn(performance, 'getEntriesByType').mockReturnValue([{ type } as PerformanceNavigationTiming])
    return watch().words[0]!.split(' ')[0]
  })
  expect(types).toEqual(['load', 'reload', 'back_forward', 'load'])
})

test('a route has the time of the change and the title that the router set afterwards', async () => {
  const { words } = watch()
  vi.setSystemTime(start + 1000)
  history.pushState({}, '', '/p/cap')
  await vi.advanceTimersByTimeAsync(100)
  document.title = 'Cap'
  await settle()
  expect(words.slice(1)).toEqual(['push /p/cap from / "Cap" +1000'])
})

test('a route whose title stays is recorded after half a second', async () => {
  const { words } = watch()
  history.pushState({}, '', '/p/cap')
  await vi.advanceTimersByTimeAsync(499)
  expect(words).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(words.slice(1)).toEqual(['push /p/cap from / "Home" +0'])
})

test('a route that is left before its title came keeps its own URL, and the order', async () => {
  const { words } = watch()
  history.pushState({}, '', '/a')
  history.pushState({}, '', '/b')
  document.title = 'B'
  await settle()
  expect(words.slice(1)).toEqual(['push /a from / "Home" +0', 'push /b from /a "B" +0'])
})

test('a route that is pending when the page is hidden is not lost', () => {
  const { words } = watch()
  history.pushState({}, '', '/a')
  setVisibility('hidden')
  expect(words.slice(1)).toEqual(['push /a from / "Home" +0'])
})

test('replaceState counts only when it changes the path, pushState and traversal also with the query', async () => {
  const { words } = watch()
  history.replaceState({}, '', '/?filter=red')
  history.replaceState({}, '', '/?filter=blue#x')
  await settle()
  expect(words.slice(1)).toEqual([])
  history.replaceState({}, '', '/a?filter=blue')
  await settle()
  history.pushState({}, '', '/a?page=2')
  await settle()
  expect(words.slice(1)).toEqual(['replace /a?filter=blue from /?filter=blue#x "Home" +600', 'push /a?page=2 from /a?filter=blue "Home" +1200'])
})

test('a route to where the page already is does not count', async () => {
  const { words } = watch()
  history.pushState({}, '', '/')
  window.dispatchEvent(new Event('popstate'))
  await settle()
  expect(words).toHaveLength(1)
})

test('a fragment counts only if the shop routes by it', async () => {
  const without = watch()
  const withHash = watch({ hash: true })
  history.pushState({}, '', '/#/cart')
  await settle()
  history.replaceState({}, '', '/#/checkout')
  await settle()
  expect(without.words.slice(1)).toEqual([])
  expect(withHash.words.slice(1)).toEqual(['push /#/cart from / "Home" +0', 'replace /#/checkout from /#/cart "Home" +600'])
})

test('a return from the back/forward cache is a page view, an ordinary pageshow is none', () => {
  const { words } = watch()
  transition('pageshow', false)
  transition('pageshow', true)
  expect(words.slice(1)).toEqual(['restore / from nowhere "Home" +0'])
})

test('a tab in the background counts when it is first looked at', () => {
  setVisibility('hidden')
  const { words } = watch()
  expect(words).toEqual([])
  vi.setSystemTime(start + 5000)
  setVisibility('visible')
  setVisibility('hidden')
  setVisibility('visible')
  expect(words).toEqual(['load / from nowhere "Home" +5000'])
})

test('routes of a page that nobody has looked at do not count: it is one page view, where it is when it is seen', async () => {
  setVisibility('hidden')
  const { words } = watch()
  history.replaceState({}, '', '/a')
  await settle()
  history.pushState({}, '', '/b')
  setVisibility('visible')
  await settle()
  expect(words).toEqual(['load /b from nowhere "Home" +600'])
  history.pushState({}, '', '/c')
  await settle()
  expect(words.slice(1)).toEqual(['push /c from /b "Home" +1200'])
})

test('a page that comes back from the cache before anybody has looked at it is one page view', () => {
  setVisibility('hidden')
  const { words } = watch()
  transition('pageshow', true)
  setVisibility('visible')
  expect(words).toEqual(['load / from nowhere "Home" +0'])
})

describe('the title of a page that is still loading', () => {
  const load = (state: DocumentReadyState) => {
    Object.defineProperty(document, 'readyState', { configurable: true, get: () => state })
    onTestFinished(() => void Reflect.deleteProperty(document, 'readyState'))
    document.head.innerHTML = ''
    return watch()
  }

  test('is waited for; the time stays that of the load', async () => {
    const { words } = load('loading')
    await vi.advanceTimersByTimeAsync(200)
    expect(words).toEqual([])
    document.title = 'Cap'
    await vi.advanceTimersByTimeAsync(1)
    expect(words).toEqual(['load / from nowhere "Cap" +0'])
  })

  test('is not waited for when the page is left, nor when a route follows', async () => {
    const { words } = load('loading')
    history.pushState({}, '', '/a')
    setVisibility('hidden')
    expect(words).toEqual(['load / from nowhere "" +0', 'push /a from / "" +0'])
  })

  test('is not waited for where the page has none', () => {
    expect(load('interactive').words).toEqual(['load / from nowhere "" +0'])
  })
})

test('stop ends it, with a route pending too', async () => {
  const { pushState } = history
  const { words, stop } = watch()
  history.pushState({}, '', '/a')
  stop()
  history.pushState({}, '', '/b')
  await settle()
  expect([words.length, left(), vi.getTimerCount(), history.pushState === pushState]).toEqual([1, [], 0, true])
})
