import { readdirSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { beforeEach, describe, expect, it } from 'vitest'
import ts from 'typescript'
import { engines, type Tab } from '../harness/engines.js'
import { useShop } from '../harness/shop-page.js'
import type { Script } from '../harness/script.js'

/** What the test page has: `watch` starts `onRequest`, `words` are what it told. */
declare const watch: () => void
declare const unwatch: () => void
declare const words: string[]
declare const other: string

/** From `src`: what is no entry of the package is built only where an entry imports it. */
const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2020 }
const modules = readdirSync('src/browser').map((file) => [`/browser/${file.replace('.ts', '.js')}`, ts.transpileModule(readFileSync(`src/browser/${file}`, 'utf8'), { compilerOptions }).outputText] as const)

describe.each(engines)('requests of the page in $name', (engine) => {
  const shop = useShop(engine)
  const held: ServerResponse[] = []

  beforeEach(() => {
    for (const [path, code] of modules) shop.pages.add(path, (_, response) => void response.writeHead(200, { 'content-type': 'text/javascript' }).end(code))
    for (const path of ['/cart', '/shop/cart', '/cart/add', '/cart/change']) shop.pages.add(path, (_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok'))
    shop.pages.add('/gone', (request) => void request.socket.destroy())
    shop.pages.add('/never', (_, response) => void held.push(response))
    shop.pages.add('/redirect', (_, response) => void response.writeHead(302, { location: '/cart' }).end())
    shop.pages.add('/stream', (_, response) => {
      held.push(response)
      response.writeHead(200, { 'content-type': 'text/plain' }).write('first')
    })
    shop.pages.add('/go', (_, response) => {
      for (const each of held.splice(0)) each.end('last')
      response.end('ok')
    })
  })

  const page = () => ({
    tag: null,
    before: `window.words = []; window.other = ${JSON.stringify(shop.pages.otherOrigin)}`,
    module: `import { onRequest } from '/browser/on-request.js'
window.watch = () => { window.unwatch = onRequest({ ended: ({ method, url }, status) => words.push(method + ' ' + (url.origin === location.origin ? '' : 'other ') + url.pathname + url.search + (status === 200 ? '' : ' ' + status)) }, (cause) => words.push('failed: ' + cause)) }`,
  })
  const visit = async (url = shop.add('/shop/', page())) => {
    const tab = await shop.newTab()
    await tab.goto(url)
    await tab.until("'watch' in window")
    return tab
  }
  /** What a script of the page sees without us, with us, and after us. */
  const thrice = async <T>(tab: Tab, scenario: Script<T, readonly []>) => {
    const without = await tab.eval(scenario)
    await tab.eval(() => watch())
    const during = await tab.eval(scenario)
    const heard = await tab.eval(() => words.splice(0))
    await tab.eval(() => unwatch())
    const after = await tab.eval(scenario)
    expect(during).toEqual(without)
    expect(after).toEqual(without)
    expect(await tab.eval(() => words)).toEqual([])
    return { seen: without, heard }
  }

  it('are told with method, address and what came of them, those to other origins only where somebody waits for the answer', async () => {
    const tab = await visit()
    await tab.eval(async () => {
      watch()
      await fetch('cart')
      await fetch('/cart/add?a=1#b', { method: 'post', body: 'x' })
      await fetch(new URL('/cart', location.href))
      await fetch(new Request('/cart/change', { method: 'put', body: 'x' }))
      await fetch(new Request('cart', { method: 'put' }), { method: 'DELETE' })
      await fetch('/redirect')
      await fetch('/gone').catch(() => {})
      await fetch(`${other}/cart`, { mode: 'no-cors' })
      await fetch(`${other}/cart`).catch(() => {})
      await fetch('data:,cart')
      await fetch(URL.createObjectURL(new Blob(['cart'])))
      const frame = document.body.appendChild(document.createElement('iframe'))
      await fetch(new (frame.contentWindow as Window & typeof globalThis).Request(new URL('cart', location.href), { method: 'post' }))
      document.head.insertAdjacentHTML('beforeend', '<base href="/">')
      await fetch('cart')
      await new Promise((done) => {
        const xhr = new XMLHttpRequest()
        xhr.open('post', 'cart/add')
        xhr.onloadend = done
        xhr.send('x')
      })
    })
    expect(await tab.eval(() => words)).toEqual(['GET /shop/cart', 'POST /cart/add?a=1', 'GET /cart', 'PUT /cart/change', 'DELETE /shop/cart', 'GET /redirect', 'GET /gone 0', 'GET other /cart 0', 'POST /shop/cart', 'GET /cart', 'POST /cart/add'])
  })

  it('fail with the same errors, thrown or rejected', async () => {
    const tab = await visit()
    const { seen } = await thrice(tab, async () => {
      const call = (...args: unknown[]) => (fetch as (...args: unknown[]) => Promise<Response>)(...args)
      const calls: (() => unknown)[] = [
        () => call(),
        () => call('http://['),
        () => call('http://me:secret@127.0.0.1/'),
        () => call('/cart', { method: 'GET', body: 'x' }),
        () => call('/cart', { method: 'CONNECT' }),
        () => call('/cart', { method: 'a b' }),
        () => call('/cart', { mode: 'navigate' }),
        () => call('/cart', { headers: { 'a b': 'c' } }),
        () => call('/cart', 5),
        () => call(Symbol('cart')),
        () => call({ toString: () => { throw new RangeError('theirs') } }),
        () => call('/cart', { get method() { throw new RangeError('theirs') } }),
        () => call('/gone'),
        () => call(`${other}/cart`),
        () => call('/redirect', { redirect: 'error' }),
        () => fetch.call({} as Window, '/cart'),
        () => new (fetch as unknown as new (url: string) => unknown)('/cart'),
        () => XMLHttpRequest.prototype.open.call({} as XMLHttpRequest, 'GET', '/cart', true),
        () => (new XMLHttpRequest().open as (...args: unknown[]) => void)(),
        () => (XMLHttpRequest.prototype.open as (...args: unknown[]) => void).call(new XMLHttpRequest(), 'GET'),
        () => new XMLHttpRequest().open('GET', 'http://['),
        () => new XMLHttpRequest().open('a b', '/cart'),
        () => new XMLHttpRequest().open('CONNECT', '/cart'),
        () => new XMLHttpRequest().send(),
      ]
      const outcomes: unknown[] = []
      for (const each of calls) {
        const text = (how: string, cause: Error) => [how, cause.constructor.name, cause.name, cause.message]
        try {
          const answer = each()
          outcomes.push(answer instanceof Promise ? await answer.then(() => 'fulfilled', (cause) => text('rejected', cause)) : typeof answer)
        } catch (cause) {
          outcomes.push(text('thrown', cause as Error))
        }
      }
      return outcomes.map((each) => [each].flat())
    })
    expect(seen.map(([how]) => how)).toEqual([...Array(16).fill('rejected'), ...Array(8).fill('thrown')])
  })

  it('are aborted with the same reason: before, while they wait, and while they stream', async () => {
    const tab = await visit()
    const { seen, heard } = await thrice(tab, async () => {
      const outcomes: unknown[] = []
      const attempt = async (work: (signal: AbortSignal, abort: (reason?: unknown) => void) => Promise<unknown>) => {
        const abort = new AbortController()
        const cause = await work(abort.signal, (reason) => abort.abort(reason)).then(() => undefined, (reason: Error) => reason)
        outcomes.push([cause?.name, cause?.message, cause === abort.signal.reason])
      }
      await attempt((signal, abort) => (abort(), fetch('/never', { signal })))
      await attempt((signal, abort) => (setTimeout(abort, 50), fetch('/never', { signal })))
      await attempt((signal, abort) => (setTimeout(() => abort(new RangeError('mine')), 50), fetch(new Request('/never', { signal }))))
      await attempt(async (signal, abort) => {
        const response = await fetch('/stream', { signal })
        setTimeout(abort, 50)
        return response.text()
      })
      const late = await fetch('/never', { signal: AbortSignal.timeout(50) }).catch((cause: Error) => cause.name)
      return [...outcomes, late]
    })
    expect(seen.slice(0, 2).map((each) => (each as string[])[0])).toEqual(['AbortError', 'AbortError'])
    // WebKit knows no other reason.
    expect([(seen[2] as unknown[])[0], seen[4]]).toEqual(engine.name === 'webkit' ? ['AbortError', 'AbortError'] : ['RangeError', 'TimeoutError'])
    expect(heard).toEqual(['GET /never undefined', 'GET /never undefined', 'GET /never undefined', 'GET /stream', 'GET /never undefined'])
  })

  it('leave the stream of the answer to the page, chunk by chunk', async () => {
    const tab = await visit()
    const { seen } = await thrice(tab, async () => {
      const response = await fetch('/stream')
      const fresh = [response.bodyUsed, response.body!.locked, response.status, response.type, new URL(response.url).pathname]
      const reader = response.body!.getReader()
      const text = async () => new TextDecoder().decode((await reader.read()).value)
      const first = await text()
      await fetch('/go')
      return { fresh, first, last: await text(), end: (await reader.read()).done, body: [response.bodyUsed, response.body!.locked] }
    })
    expect(seen).toEqual({ fresh: [false, false, 200, 'basic', '/stream'], first: 'first', last: 'last', end: true, body: [true, true] })
  })

  it('are told when the headers of the answer are there', async () => {
    const tab = await visit()
    const told = await tab.eval(async () => {
      watch()
      const response = await fetch('/stream')
      const early = words.join()
      await fetch('/go')
      return [early, await response.text()]
    })
    expect(told).toEqual(['GET /stream', 'firstlast'])
  })

  it('take the body of a Request as before, and leave it alone', async () => {
    const tab = await visit()
    shop.pages.add('/echo', (_, response, body) => void response.end(body))
    const { seen } = await thrice(tab, async () => {
      const request = new Request('/echo', { method: 'POST', body: 'mine' })
      const text = await (await fetch(request)).text()
      const again = await fetch(request).catch((cause: Error) => cause.name)
      return [text, request.bodyUsed, again]
    })
    expect(seen).toEqual(['mine', true, 'TypeError'])
  })

  it('reject unhandled exactly when they did before, with the promise that the page has', async () => {
    // Served past `shop.add`, which takes every rejection for a flaw.
    const { tag, ...options } = page()
    const tab = await visit(shop.pages.add('/rejections', options))
    const { seen, heard } = await thrice(tab, async () => {
      const counts: unknown[] = []
      const count = async (events: number, work: () => Promise<unknown>) => {
        const seen: string[] = []
        const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms))
        const note = (event: PromiseRejectionEvent) => {
          event.preventDefault()
          seen.push(`${event.type} ${(event.reason as Error).name}${event.promise === promise ? ' own' : ''}`)
          // Late, where two events are awaited.
          if (events > 1) setTimeout(() => event.promise.catch(() => {}), 50)
        }
        addEventListener('unhandledrejection', note)
        addEventListener('rejectionhandled', note)
        const promise = work()
        if (!events) await promise
        for (let i = 0; i < 250 && seen.length < events; i++) await sleep(20)
        await sleep(100)
        removeEventListener('unhandledrejection', note)
        removeEventListener('rejectionhandled', note)
        counts.push(seen)
      }
      await count(1, () => fetch('/gone'))
      await count(1, () => fetch('http://['))
      await count(1, () => fetch('/cart', { signal: AbortSignal.abort() }))
      await count(1, () => fetch(`${other}/cart`))
      await count(1, () => fetch('/gone').then(() => {}))
      await count(2, () => fetch('/gone'))
      await count(0, () => fetch('/gone').catch(() => {}))
      await count(0, () => fetch('/gone').then(() => {}, () => {}))
      await count(0, () => Promise.allSettled([fetch('/gone'), fetch('http://[')]))
      await count(0, async () => {
        try {
          await fetch('/gone')
        } catch {}
      })
      await count(0, () => fetch('/cart'))
      return counts
    })
    const own = ['unhandledrejection TypeError own']
    expect(seen).toEqual([own, own, ['unhandledrejection AbortError own'], own, own, [...own, 'rejectionhandled TypeError own'], [], [], [], [], []])
    expect(heard.every((each) => /^GET (other )?\/(gone|cart)( 0| undefined)?$/.test(each))).toBe(true)
  })

  it('can be made by every way to call fetch, which looks as it did', async () => {
    const tab = await visit()
    const { seen, heard } = await thrice(tab, async () => {
      const { fetch: alone } = window
      const statuses = [await fetch.call(undefined as never, '/cart'), await fetch.apply(window, ['/cart']), await window.fetch.bind(window)('/cart'), await alone('/cart'), await Reflect.apply(fetch, undefined, ['/cart'])].map(({ status }) => status)
      const shape = (owner: object, name: string) => {
        const { value, ...flags } = Object.getOwnPropertyDescriptor(owner, name)!
        return [value.name, value.length, typeof value, 'prototype' in value, /\[native code\]/.test(value), Object.keys(value), flags]
      }
      return [statuses, shape(window, 'fetch'), shape(XMLHttpRequest.prototype, 'open'), new XMLHttpRequest() instanceof XMLHttpRequest, Object.keys(new XMLHttpRequest())]
    })
    expect(seen.slice(0, 3)).toEqual([
      [200, 200, 200, 200, 200],
      ['fetch', 1, 'function', false, true, [], { writable: true, enumerable: true, configurable: true }],
      ['open', 2, 'function', false, true, [], { writable: true, enumerable: true, configurable: true }],
    ])
    expect(heard).toEqual(Array(5).fill('GET /cart'))
  })

  it('by XMLHttpRequest have the same events: answered, failed, aborted, late, and opened anew', async () => {
    const tab = await visit()
    const { seen, heard } = await thrice(tab, async () => {
      const run = async (url: string, during: (xhr: XMLHttpRequest) => void = () => {}) => {
        const events: string[] = []
        const xhr = new XMLHttpRequest()
        for (const type of ['readystatechange', 'loadstart', 'load', 'error', 'abort', 'timeout', 'loadend']) xhr.addEventListener(type, () => events.push(`${type} ${xhr.readyState} ${xhr.status}`))
        xhr.open('GET', url)
        during(xhr)
        xhr.send()
        await new Promise<void>((done) => {
          xhr.addEventListener('loadend', () => setTimeout(done, 50))
        })
        // How often `loading` comes is up to the network.
        return [...new Set(events), xhr.readyState, xhr.responseText]
      }
      return [
        await run('/cart'),
        await run('/gone'),
        await run('/never', (xhr) => setTimeout(() => xhr.abort(), 100)),
        await run('/never', (xhr) => (xhr.timeout = 100)),
        await run('/never', (xhr) => setTimeout(() => (xhr.open('POST', '/cart'), xhr.send()), 100)),
        await run('/cart', (xhr) => xhr.addEventListener('load', () => (xhr.open('PUT', '/cart'), xhr.send()), { once: true })),
        await run('/cart', (xhr) => Object.assign(xhr, { onreadystatechange: () => xhr.readyState === 4 && ((xhr.onreadystatechange = null), xhr.open('DELETE', '/cart'), xhr.send()) })),
      ].map((each) => each.map(String))
    })
    expect(seen[0]).toEqual(['readystatechange 1 0', 'loadstart 1 0', 'readystatechange 2 200', 'readystatechange 3 200', 'readystatechange 4 200', 'load 4 200', 'loadend 4 200', '4', 'ok'])
    expect(heard).toEqual(['GET /cart', 'GET /gone 0', 'GET /never undefined', 'GET /never 0', 'GET /never undefined', 'POST /cart', 'GET /cart undefined', 'PUT /cart', 'GET /cart undefined', 'DELETE /cart'])
  })

  it('by XMLHttpRequest are told after the page has heard', async () => {
    const tab = await visit()
    await tab.eval(async () => {
      watch()
      await new Promise((done) => {
        const xhr = new (class extends XMLHttpRequest {})()
        xhr.addEventListener('load', () => words.push(`page ${xhr.responseText}`))
        xhr.addEventListener('loadend', () => setTimeout(done))
        xhr.open('GET', '/cart')
        xhr.send()
      })
    })
    expect(await tab.eval(() => words)).toEqual(['page ok', 'GET /cart'])
  })

  it('by synchronous XMLHttpRequest answer and throw in the same call as before', async () => {
    const tab = await visit()
    const { seen, heard } = await thrice(tab, () => {
      const run = (url: string, prepare: (xhr: XMLHttpRequest) => void = () => {}) => {
        const xhr = new XMLHttpRequest()
        try {
          xhr.open('POST', url, false)
          prepare(xhr)
          xhr.send('x')
          return [xhr.readyState, xhr.status, xhr.responseText]
        } catch (cause) {
          return [xhr.readyState, (cause as Error).name, (cause as Error).message]
        }
      }
      return [run('/cart'), run('/gone'), run('/cart', (xhr) => (xhr.responseType = 'json')), run('/cart', (xhr) => (xhr.timeout = 5))]
    })
    expect(seen.map(([, what]) => what)).toEqual([200, 'NetworkError', 'InvalidAccessError', 'InvalidAccessError'])
    // Chromium has no `loadend` for one that fails.
    expect(heard).toEqual(engine.name === 'chromium' ? ['POST /cart'] : ['POST /cart', 'POST /gone 0'])
  })

  it('pass through scripts that have wrapped fetch and open before us and after us, in whatever order they end', async () => {
    const tab = await visit()
    const seen = await tab.eval(async () => {
      const { prototype } = XMLHttpRequest
      const natives = [window.fetch, prototype.open]
      const wrap = (name: string) => {
        const { fetch } = window
        const { open } = prototype
        window.fetch = async (...args) => {
          words.push(`${name} fetch`)
          const response = await fetch(...args)
          words.push(`${name} answer`)
          return response
        }
        prototype.open = function (...args: unknown[]) {
          words.push(`${name} open`)
          return (open as (...args: unknown[]) => void).apply(this, args)
        }
      }
      const ask = async () => {
        const answer = await (await fetch('/cart')).text()
        const xhr = new XMLHttpRequest()
        xhr.open('POST', '/cart', false)
        xhr.send()
        return [answer, xhr.responseText, words.splice(0).join(', ')]
      }
      const before = () => [window.fetch, prototype.open]
      const is = (one: unknown[], two: unknown[]) => one.every((each, i) => each === two[i])

      watch()
      const alone = await ask()
      unwatch()
      const isNative = is(before(), natives)
      wrap('inner')
      const inner = before()
      watch()
      const within = await ask()
      unwatch()
      const isInner = is(before(), inner)
      watch()
      wrap('outer')
      const outer = before()
      const between = await ask()
      unwatch()
      const isOuter = is(before(), outer)
      return { alone, isNative, within, isInner, between, isOuter, after: await ask() }
    })
    const innerWords = ['inner fetch, inner answer', 'inner open']
    expect(seen).toEqual({
      alone: ['ok', 'ok', 'GET /cart, POST /cart'],
      isNative: true,
      within: ['ok', 'ok', `${innerWords[0]}, GET /cart, ${innerWords[1]}, POST /cart`],
      isInner: true,
      between: ['ok', 'ok', 'outer fetch, inner fetch, inner answer, GET /cart, outer answer, outer open, inner open, POST /cart'],
      isOuter: true,
      after: ['ok', 'ok', 'outer fetch, inner fetch, inner answer, outer answer, outer open, inner open'],
    })
  })

  it('that the tracker makes itself are not told, on the shop\'s own origin either', async () => {
    shop.pages.add('/collect', (_, response) => void response.writeHead(204).end())
    const url = shop.add('/shop/', {
      tag: null,
      before: 'window.words = []',
      module: `import { createTracker } from 'rihla'
import { onRequest } from '/browser/on-request.js'
const seen = (record) => onRequest({ ended: ({ method, url }) => words.push(method + ' ' + url.pathname) }, (failure) => record({ failure }))
const tracker = createTracker({ endpoint: '/collect', site: 'shop', consent: 'granted', grace: 0, batchAfter: 100, sources: [seen] })
tracker.track('view_item')
await tracker.flush()
await fetch('/cart')
tracker.track('add_to_cart')
await tracker.flush()
window.watch = () => {}`,
    })
    const tab = await visit(url)
    expect(await tab.eval(() => words)).toEqual(['GET /cart'])
    expect(shop.pages.hits.filter((path) => path === '/collect').length).toBeGreaterThan(1)
  })
})
