import { afterEach, beforeEach, expect, test } from 'vitest'
import { onRequest } from '../../src/browser/on-request.js'

const real = { fetch: window.fetch, XMLHttpRequest: window.XMLHttpRequest }
const origin = 'http://localhost:3000'
const stops: (() => void)[] = []
let answer: () => Promise<Response>

/** As much of one as is needed: the real ones are tested in browsers. */
class FakeRequest extends EventTarget {
  readyState = 0
  open(_method: string, url: string | URL) {
    if (arguments.length < 2) throw new TypeError('2 arguments required')
    if (String(url) === 'http://[') throw new DOMException('invalid URL', 'SyntaxError')
    this.readyState = 1
  }
  end() {
    this.readyState = 4
    this.dispatchEvent(new Event('load'))
    this.dispatchEvent(new Event('loadend'))
  }
}

beforeEach(() => {
  history.replaceState({}, '', '/de/shop')
  answer = async () => new Response('')
  Object.assign(window, { fetch: (_input: unknown, _init?: unknown) => answer(), XMLHttpRequest: class extends FakeRequest {} })
})
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  document.querySelector('base')?.remove()
  Object.assign(window, real)
})

const watch = () => {
  const words: string[] = []
  const stop = onRequest({ ended: ({ method, url }) => words.push(`${method} ${url.href.replace(origin, '')}`) }, (cause) => words.push(`failed: ${(cause as Error).message}`))
  stops.push(stop)
  return { words, stop }
}
const openedXhr = (method: string, url: string | URL) => {
  const xhr = new XMLHttpRequest() as unknown as FakeRequest
  xhr.open(method, url)
  return xhr
}

test('tells method and address of a fetch, however they are written', async () => {
  const { words } = watch()
  await fetch('/cart')
  await fetch('cart?a=1', { method: 'post' })
  await fetch(new URL('/cart/add', origin), { method: 'patch' })
  await fetch(new Request(`${origin}/cart/change`, { method: 'PUT' }))
  await fetch(new Request(`${origin}/cart/clear`, { method: 'PUT' }), { method: 'DELETE' })
  await fetch(location as unknown as string)
  expect(words).toEqual(['GET /cart', 'POST /de/cart?a=1', 'PATCH /cart/add', 'PUT /cart/change', 'DELETE /cart/clear', 'GET /de/shop'])
})

test('relative addresses are those of the document\'s base when the request was made', async () => {
  document.head.insertAdjacentHTML('beforeend', '<base href="/fr/">')
  const { words } = watch()
  const xhr = openedXhr('get', 'cart')
  const promise = fetch('cart')
  document.querySelector('base')!.remove()
  await promise
  xhr.end()
  expect(words).toEqual(['GET /fr/cart', 'GET /fr/cart'])
})

test('a fetch is told once its headers are there, before the page hears of it', async () => {
  let settle = (_: Response) => {}
  answer = () => new Promise((resolve) => (settle = resolve))
  const { words } = watch()
  const promise = fetch('/cart').then(() => words.push('page'))
  await Promise.resolve()
  words.push('asked')
  settle(new Response(''))
  await promise
  expect(words).toEqual(['asked', 'GET /cart', 'page'])
})

test('the page gets the very answer, or the very reason', async () => {
  const response = new Response('')
  const reason = new TypeError('no network')
  watch()
  answer = async () => response
  expect(await fetch('/cart')).toBe(response)
  answer = () => Promise.reject(reason)
  await expect(fetch('/cart')).rejects.toBe(reason)
})

test('a fetch that fails is told, too', async () => {
  answer = () => Promise.reject(new TypeError('no network'))
  const { words } = watch()
  await fetch('/cart').catch(() => words.push('page'))
  expect(words).toEqual(['GET /cart', 'page'])
})

test('what another script has made of fetch may answer or throw anything', () => {
  const { words } = watch()
  for (const strange of [undefined, null, 0, 'answer', {}, { then: () => {} }]) {
    answer = () => strange as never
    expect(fetch('/cart')).toBe(strange)
  }
  answer = () => { throw new RangeError('theirs') }
  expect(() => fetch('/cart')).toThrow(new RangeError('theirs'))
  expect(words).toEqual([])
})

test('what is no address is the page\'s matter', async () => {
  const { words } = watch()
  for (const url of ['http://[', 'data:,cart', `blob:${origin}/1`]) {
    await fetch(url)
    if (url !== 'http://[') openedXhr('POST', url).end()
  }
  await fetch({ toString: () => { throw new Error('theirs') } } as never)
  expect(words).toEqual([])
})

test('requests to other origins are told, but those whose answer nobody waits for', async () => {
  const { words } = watch()
  const other = 'https://other.example/cart'
  await fetch(other)
  for (const init of [{ keepalive: true }, { mode: 'no-cors' }] as const) await Promise.all([fetch(other, init), fetch('/own', init)])
  await fetch(new Request(other, { mode: 'no-cors' }))
  openedXhr('POST', other).end()
  expect(words).toEqual([`GET ${other}`, 'GET /own', 'GET /own', `POST ${other}`])
})

test('tells of each as it begins and, with the same object, what came of it: the status, 0 for a failure, nothing for what was aborted or has none', async () => {
  const begun: unknown[] = []
  const ends: [unknown, number | undefined][] = []
  stops.push(onRequest({ began: (request) => begun.push(request), ended: (request, status) => ends.push([request, status]) }, () => {}))
  const abort = new AbortController()
  const answers = [async () => new Response('', { status: 201 }), async () => new Response('', { status: 422 }), async () => Response.error(), async () => { throw new TypeError('failed') }, async () => (abort.abort(), Promise.reject(abort.signal.reason))]
  for (const each of answers) {
    answer = each
    await fetch('/cart', { signal: abort.signal }).catch(() => {})
  }
  const xhr = Object.assign(openedXhr('GET', '/cart'), { status: 500 })
  xhr.end()
  xhr.open('GET', '/cart')
  xhr.readyState = 4
  xhr.dispatchEvent(new Event('abort'))
  xhr.dispatchEvent(new Event('loadend'))
  expect(ends.map(([, status]) => status)).toEqual([201, 422, undefined, 0, undefined, 500, undefined])
  expect(ends.map(([request]) => request)).toEqual(begun)
})

test('an XMLHttpRequest is told when it has ended, after the page\'s load', () => {
  const { words } = watch()
  const xhr = openedXhr('post', 'cart')
  xhr.addEventListener('load', () => words.push('page'))
  words.push('sent')
  xhr.end()
  expect(words).toEqual(['sent', 'page', 'POST /de/cart'])
})

test('one XMLHttpRequest that is used again is told each time, once', () => {
  const { words } = watch()
  const xhr = openedXhr('POST', '/one')
  xhr.end()
  xhr.open('GET', 'data:,one')
  xhr.end()
  xhr.open('GET', '/two')
  xhr.end()
  expect(words).toEqual(['POST /one', 'GET /two'])
})

test('one that is opened anew before its end is told then', () => {
  const { words } = watch()
  const xhr = openedXhr('POST', '/one')
  xhr.open('GET', '/two')
  words.push('opened')
  xhr.end()
  expect(words).toEqual(['POST /one', 'opened', 'GET /two'])
})

test('one that is opened anew while it ends is not told too early', () => {
  const { words } = watch()
  const xhr = openedXhr('POST', '/one')
  xhr.addEventListener('load', () => xhr.open('GET', '/two'), { once: true })
  xhr.end()
  words.push('ended')
  xhr.end()
  expect(words).toEqual(['POST /one', 'ended', 'GET /two'])
})

test('open with wrong arguments throws as before, and is not told', () => {
  const { words } = watch()
  const xhr = new XMLHttpRequest() as unknown as FakeRequest
  expect(() => (xhr.open as (method: string) => void)('GET')).toThrow(new TypeError('2 arguments required'))
  expect(() => xhr.open('GET', 'http://[')).toThrow('invalid URL')
  xhr.end()
  expect(words).toEqual([])
})

test('a callback that throws is told, and the page goes on', async () => {
  const words: string[] = []
  stops.push(onRequest({ ended: () => { throw new Error('ours') } }, (cause) => words.push((cause as Error).message)))
  await fetch('/cart')
  openedXhr('POST', '/cart').end()
  expect(words).toEqual(['ours', 'ours'])
})

test('the undo restores what was patched, and ends what is under way in silence', async () => {
  const before = [window.fetch, XMLHttpRequest.prototype.open]
  const { words, stop } = watch()
  const promise = fetch('/cart')
  const xhr = openedXhr('POST', '/cart')
  stop()
  stop()
  await promise
  xhr.end()
  expect([window.fetch === before[0], XMLHttpRequest.prototype.open === before[1], words]).toEqual([true, true, []])
})

test('two of them do not get in each other\'s way, in whatever order they end', async () => {
  const one = watch()
  const other = watch()
  await fetch('/both')
  one.stop()
  await fetch('/other')
  openedXhr('GET', '/other').end()
  other.stop()
  expect((await fetch('/none')).ok).toBe(true)
  expect([one.words, other.words]).toEqual([['GET /both'], ['GET /both', 'GET /other', 'GET /other']])
})

test('a page without XMLHttpRequest methods is told of, and its fetch is heard', async () => {
  Object.assign(window, { XMLHttpRequest: class extends EventTarget {} })
  const { words } = watch()
  await fetch('/cart')
  expect(words).toEqual([expect.stringMatching('failed: .*proxy'), 'GET /cart'])
})
