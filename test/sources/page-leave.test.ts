import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pageLeave } from '../../src/sources/page-leave.js'
import type { Moment, Seen } from '../../src/types.js'
import { resetVisibility, setVisibility, transition } from '../harness/visibility.js'

let seen: Seen[] = []
let stop = () => {}
let hasFocus = true
const start = () => {
  seen = []
  stop = pageLeave()((each) => seen.push(each))
}
beforeEach(() => {
  vi.useFakeTimers()
  hasFocus = true
  vi.spyOn(document, 'hasFocus').mockImplementation(() => hasFocus)
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now())
  Object.defineProperty(document.documentElement, 'scrollHeight', { configurable: true, value: 4000 })
  Object.assign(window, { innerHeight: 800, scrollY: 0 })
})
afterEach(() => {
  stop()
  vi.useRealTimers()
  vi.restoreAllMocks()
  resetVisibility()
  history.replaceState({}, '', '/')
})

const pass = (ms: number) => vi.advanceTimersByTime(ms)
const scroll = (to: number) => {
  Object.assign(window, { scrollY: to })
  document.dispatchEvent(new Event('scroll'))
}
const focus = (is: boolean) => {
  hasFocus = is
  window.dispatchEvent(new Event(is ? 'focus' : 'blur'))
}
const told = () => seen.map((each) => Object.values((each as Moment).props!).join(' '))

test('says how long a page was visible and had the focus, and how much of it was seen', () => {
  start()
  pass(3000)
  scroll(1200)
  focus(false)
  pass(2000)
  scroll(0)
  setVisibility('hidden')
  expect(seen).toEqual([{ name: 'page_leave', source: 'page-leave', props: { visible_ms: 5000, focused_ms: 3000, scroll_depth: 50 }, page: undefined }])
})

test('counts nothing twice: what comes after a page was looked at again is told by itself, leaving a hidden page by nothing', () => {
  start()
  pass(1000)
  setVisibility('hidden')
  pass(60_000)
  setVisibility('visible')
  pass(500)
  setVisibility('hidden')
  transition('pagehide', false)
  expect(told()).toEqual(['1000 1000 20', '500 500 20'])
})

test('a page that is left, and hidden only then, is told of once', () => {
  start()
  pass(1000)
  transition('pagehide', true)
  pass(1)
  setVisibility('hidden')
  pass(60_000)
  setVisibility('visible')
  transition('pageshow', true)
  pass(300)
  transition('pagehide', false)
  setVisibility('hidden')
  expect(told()).toEqual(['1000 1000 20', '300 300 20'])
})

test('tells of the page that a single-page route leaves, by its own address and title', () => {
  document.title = 'First'
  start()
  pass(700)
  scroll(3200)
  history.pushState({}, '', '/second')
  document.title = 'Second'
  pass(300)
  history.replaceState({}, '', '/second?filter=red')
  setVisibility('hidden')
  expect(told()).toEqual(['700 700 100', '300 300 100'])
  expect((seen as Moment[]).map(({ page }) => page && [new URL(page.url).pathname, page.title])).toEqual([['/', 'First'], undefined])
})

test('says nothing of a page that nobody has looked at', () => {
  setVisibility('hidden')
  start()
  pass(5000)
  transition('pagehide', false)
  expect(seen).toEqual([])
})

test('begins anew where a page comes back from the back/forward cache', () => {
  start()
  pass(1000)
  scroll(3200)
  setVisibility('hidden')
  transition('pagehide', true)
  pass(60_000)
  scroll(0)
  setVisibility('visible')
  transition('pageshow', true)
  pass(200)
  setVisibility('hidden')
  expect(told()).toEqual(['1000 1000 100', '200 200 20'])
})
