import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { friction, type FrictionOptions } from '../../src/sources/friction.js'
import type { Moment } from '../../src/types.js'
import { resetVisibility, setVisibility, transition } from '../harness/visibility.js'

// What browsers do after a click, and which clicks are let down, test/browser/friction.test.ts shows.
const stops: (() => void)[] = []
beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now())
  document.body.innerHTML = '<button id="x">Do it</button><button id="y">Other</button>'
})
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  resetVisibility()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const watch = (options?: FrictionOptions) => {
  const seen: Moment[] = []
  stops.push(friction(options)((moment) => seen.push(moment as Moment)))
  return seen
}
const click = (selector = '#x', init: MouseEventInit & { isTrusted?: boolean } = {}) => {
  const event = new MouseEvent('click', { bubbles: true, composed: true, cancelable: true, detail: 1, ...init })
  document.querySelector(selector)!.dispatchEvent(Object.defineProperty(event, 'isTrusted', { value: init.isTrusted ?? true }))
}
const namesOf = (seen: readonly Moment[]) => seen.map(({ name }) => name)

test('a click that nothing follows is told when its time is up, with the time and the page of the click', async () => {
  const seen = watch({ deadAfter: 700 })
  const at = Date.now()
  click()
  await vi.advanceTimersByTimeAsync(4 * 700 - 1)
  expect(seen).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(seen).toEqual([{ name: 'dead_click', source: 'friction', at, props: { selector: 'button#x', text: 'Do it', control: undefined } }])
})

test('without a Navigation API, it takes four times as long until a click counts as dead: pages that go elsewhere do not say so', async () => {
  const seen = watch()
  click()
  await vi.advanceTimersByTimeAsync(7999)
  transition('pagehide')
  await vi.advanceTimersByTimeAsync(9000)
  expect(seen).toEqual([])
  // The same page may be shown again.
  click()
  await vi.advanceTimersByTimeAsync(8000)
  expect(namesOf(seen)).toEqual(['dead_click'])
})

test('with one, it is as long as it says', async () => {
  Object.assign(window, { navigation: new EventTarget() })
  const seen = watch()
  click()
  await vi.advanceTimersByTimeAsync(1999)
  expect(seen).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(namesOf(seen)).toEqual(['dead_click'])
  delete (window as { navigation?: unknown }).navigation
})

test.each([
  ['three within a second', [0, 300, 300], 1],
  ['three in more than that', [0, 600, 600], 0],
  ['two', [0, 100], 0],
  ['six', [0, 100, 100, 100, 100, 100], 1],
  ['three after a slow one', [0, 900, 200, 200], 1],
])('%s are rage or are not', async (_, gaps, count) => {
  const seen = watch()
  for (const gap of gaps) {
    await vi.advanceTimersByTimeAsync(gap)
    click()
  }
  await vi.advanceTimersByTimeAsync(1000)
  expect(seen.map(({ name, props }) => [name, props?.times])).toEqual(Array(count).fill(['rage_click', gaps.length]))
})

test('clicks that are further apart than 30 px, or on two controls, are not rage', async () => {
  const seen = watch()
  for (const clientX of [0, 31, 62]) click('#x', { clientX })
  for (const selector of ['#x', '#y', '#x', '#y', '#x']) click(selector)
  await vi.advanceTimersByTimeAsync(1000)
  expect(namesOf(seen)).toEqual([])
})

test('rage is told before the page goes', () => {
  const seen = watch()
  for (let i = 0; i < 3; i++) click()
  setVisibility('hidden')
  expect(seen.map(({ name, props }) => [name, props?.dead])).toEqual([['rage_click', true]])
})

test('an error is blamed on the click before it, once, for two seconds', async () => {
  const seen = watch()
  const fail = (message: string) => window.dispatchEvent(new ErrorEvent('error', { message }))
  click()
  await vi.advanceTimersByTimeAsync(1900)
  fail('one')
  fail('two')
  click('#y')
  await vi.advanceTimersByTimeAsync(2100)
  fail('three')
  expect(seen.map(({ name, props }) => [name, props?.selector, props?.message])).toEqual([['error_click', 'button#x', 'one']])
})

test.each([['', 1], [', but not after the end', 0]])('a request that fails is blamed on the click before it%s', async (_, count) => {
  vi.stubGlobal('fetch', async () => new Response('', { status: 500 }))
  const seen = watch()
  click()
  await fetch('/cart')
  if (!count) stops.splice(0).forEach((stop) => stop())
  await vi.advanceTimersByTimeAsync(100)
  expect(seen.map(({ name, props }) => [name, props?.status, props?.path])).toEqual(Array(count).fill(['error_click', 500, '/cart']))
  vi.unstubAllGlobals()
})

test('what an extension of the browser does wrong is nobody\'s here', () => {
  const seen = watch()
  click()
  window.dispatchEvent(new ErrorEvent('error', { message: 'no', filename: 'chrome-extension://abc/x.js' }))
  expect(seen).toEqual([])
})

const press = (selector = '#x') => document.querySelector(selector)!.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true, composed: true }))

test('what happens as a button is pressed answers the click that comes of it, and none by a key afterwards', async () => {
  const seen = watch({ deadAfter: 100 })
  press()
  document.dispatchEvent(new Event('scroll'))
  click()
  await vi.advanceTimersByTimeAsync(1000)
  expect(seen).toEqual([])
  press()
  document.dispatchEvent(new Event('scroll'))
  click('#y', { detail: 0 })
  await vi.advanceTimersByTimeAsync(1000)
  expect(seen.map(({ name, props }) => [name, props?.selector])).toEqual([['dead_click', 'button#y']])
})

test('a click is where the pointer is let go', async () => {
  const seen = watch({ deadAfter: 100 })
  press('#x')
  click('#y')
  await vi.advanceTimersByTimeAsync(1000)
  expect(seen.map(({ props }) => props?.selector)).toEqual(['button#y'])
})

test('what a field does as it is left for a button does not answer the click', async () => {
  document.body.innerHTML += '<input id="field">'
  const seen = watch({ deadAfter: 100 })
  document.querySelector<HTMLElement>('#field')!.focus()
  press()
  document.dispatchEvent(new Event('scroll'))
  click()
  await vi.advanceTimersByTimeAsync(1000)
  expect(namesOf(seen)).toEqual(['dead_click'])
})

test('a click is told of the page that was pressed, a click by a key of the page that it is on', () => {
  const seen = watch()
  const before = location.href
  const fail = (message: string) => window.dispatchEvent(new ErrorEvent('error', { message }))
  press()
  history.pushState(null, '', '/pressed')
  click()
  history.pushState(null, '', '/then')
  fail('one')
  press()
  history.pushState(null, '', '/key')
  click('#y', { detail: 0 })
  history.pushState(null, '', before)
  fail('two')
  expect(seen.map(({ page }) => page?.url)).toEqual([before, new URL('/key', before).href])
})

test('a page is observed for a second after the last press, and no longer', async () => {
  const observe = vi.spyOn(MutationObserver.prototype, 'observe')
  const disconnect = vi.spyOn(MutationObserver.prototype, 'disconnect')
  watch()
  press()
  await vi.advanceTimersByTimeAsync(900)
  press()
  await vi.advanceTimersByTimeAsync(999)
  expect([observe.mock.calls.length, disconnect.mock.calls.length]).toEqual([1, 0])
  await vi.advanceTimersByTimeAsync(1)
  expect(disconnect).toHaveBeenCalledTimes(1)
  press()
  await vi.advanceTimersByTimeAsync(1000)
  expect([observe.mock.calls.length, disconnect.mock.calls.length]).toEqual([2, 2])
})

test('clicks by script, with a modifier or by another button say nothing', async () => {
  const seen = watch()
  for (const init of [{ isTrusted: false }, { ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { button: 1 }]) click('#x', init)
  await vi.advanceTimersByTimeAsync(9000)
  expect(seen).toEqual([])
})

test('at most 30 of a page are told', async () => {
  const seen = watch({ deadAfter: 100 })
  for (let i = 0; i < 40; i++) {
    click(i % 2 ? '#x' : '#y')
    await vi.advanceTimersByTimeAsync(1100)
  }
  expect(seen.length).toBe(30)
})

test.each([['selector', { selector: '<' }], ['ignore', { ignore: '<' }]])('a %s that is no CSS throws as it starts', (_, options) => {
  expect(() => friction(options)(() => {})).toThrow()
})

test.each([0, -1, NaN, '5'])('deadAfter must be a number above 0, not %s', (deadAfter) => {
  expect(() => friction({ deadAfter: deadAfter as number })).toThrow('rihla: deadAfter must be a number of milliseconds above 0')
})
