import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onLinkOut } from '../../src/browser/on-link-out.js'
import { countListeners } from '../harness/listeners.js'

const left = countListeners()
let failures: unknown[] = []
beforeEach(() => {
  vi.useFakeTimers()
  failures = []
  document.body.innerHTML = '<a id="link" href="/a"><b id="inner">go</b></a><a id="none">no</a><form id="form" action="/f"><input name="action"></form><form id="bare"></form>'
})
afterEach(() => vi.useRealTimers())

const get = (id: string) => document.getElementById(id)!
/** Where a link or a form led when the event had reached the page. */
const follow = (id: string, event: Event, attribute = 'href') => {
  let to: string | null = null
  const hear = (heard: Event) => {
    heard.preventDefault()
    to = (heard.target as Element).closest(`[${attribute}]`)?.getAttribute(attribute) ?? null
  }
  document.addEventListener(event.type, hear, { once: true })
  get(id).dispatchEvent(event)
  return to
}
const click = (type = 'click') => new MouseEvent(type, { bubbles: true, cancelable: true, composed: true })

test('a link leads elsewhere while it is followed, by any button, and is as it was afterwards', () => {
  const stop = onLinkOut((url) => `${url.href}?x`, (cause) => failures.push(cause))
  // The second time before the first is over.
  expect([follow('inner', click()), follow('link', click('auxclick'))]).toEqual(['http://localhost:3000/a?x', 'http://localhost:3000/a?x'])
  vi.runAllTimers()
  expect(get('link').getAttribute('href')).toBe('/a')
  expect(follow('link', click('auxclick'))).toBe('http://localhost:3000/a?x')
  vi.runAllTimers()
  stop()
  expect([follow('link', click()), left()]).toEqual(['/a', []])
})

test('a form does, too, also one with a field that is called action', () => {
  const stop = onLinkOut((url) => `${url.href}?x`, (cause) => failures.push(cause))
  const submit = () => new Event('submit', { bubbles: true, cancelable: true })
  expect(follow('form', submit(), 'action')).toBe('http://localhost:3000/f?x')
  vi.runAllTimers()
  expect([get('form').getAttribute('action'), follow('bare', submit(), 'action'), failures]).toEqual(['/f', null, []])
  vi.runAllTimers()
  stop()
})

test('what the callback leaves stays, and what the page changes meanwhile is the page\'s', () => {
  const stop = onLinkOut((url) => (url.pathname === '/a' ? `${url.href}?x` : undefined), (cause) => failures.push(cause))
  expect([follow('form', new Event('submit', { bubbles: true, cancelable: true }), 'action'), follow('none', click())]).toEqual(['/f', null])
  follow('link', click())
  get('link').setAttribute('href', '/own')
  vi.runAllTimers()
  expect(get('link').getAttribute('href')).toBe('/own')
  stop()
})

test('an address that is none, and a callback that throws, harm nobody', () => {
  const stop = onLinkOut(() => { throw new Error('no') }, (cause) => failures.push(cause))
  get('link').setAttribute('href', 'http://[')
  expect(follow('link', click())).toBe('http://[')
  get('link').setAttribute('href', '/a')
  expect([follow('link', click()), failures.length]).toEqual(['/a', 2])
  stop()
})
