import type { PageRequest, Stop } from '../types.js'
import { type Fail, guarded, listen } from './listen.js'
import { patch } from './patch.js'

/**
 * Calls back after each request of the page to its own origin, by `fetch` or `XMLHttpRequest`, has ended: answered, failed or aborted. A fetch has ended when the
 * headers of its answer are there, just before the page hears of it; an XMLHttpRequest when all of it is, just after. Bodies and answers are never looked at.
 *
 * The page gets a promise made from the browser's, with the same outcome: only so is a rejection that nobody handles still reported, and once.
 * A fetch that is refused for its arguments may be told, too. An XMLHttpRequest that is opened anew before its end is told then, even if it was never sent;
 * a synchronous one that fails is not told in Chromium, which has no `loadend` for it.
 */
export function onRequest(callback: (request: PageRequest) => void, fail: Fail): Stop {
  let isOn = true
  const hear = guarded((request: PageRequest | undefined) => void (isOn && request && callback(request)), fail)

  /** What each object was opened for, until that is told. */
  const opened = new WeakMap<XMLHttpRequest, PageRequest | undefined>()
  const end = (xhr: XMLHttpRequest, next?: PageRequest) => {
    const request = opened.get(xhr)
    opened.set(xhr, next)
    hear(request)
  }

  const stops = [
    patch(window, 'fetch', ([input, init], answer) => {
      // A Request, also another window's; all else is read as text, as `fetch` does.
      const { method = 'GET', url = input } = (input ?? {}) as Partial<Request>
      const request = requestFor(init?.method ?? method, url)
      // Another script's `fetch` may answer anything.
      return request && answer?.finally?.(() => hear(request))
    }, fail),
    patch(XMLHttpRequest.prototype, 'open', ([method, url], _, xhr) => {
      // One that is opened anew in `load` has the old request's `loadend` still before it.
      if (!opened.has(xhr)) listen(xhr, 'loadend', () => xhr.readyState === 4 && end(xhr), fail)
      end(xhr, requestFor(method, url))
    }, fail),
  ]
  return () => {
    isOn = false
    for (const stop of stops) stop()
  }
}

/** `undefined` for other origins, for `blob:` and `data:`, and for what is no URL: the browser has refused that itself. */
function requestFor(method: string, address: unknown): PageRequest | undefined {
  try {
    const url = new URL(address as string, document.baseURI)
    if (url.protocol + url.host === location.protocol + location.host) return { method: `${method}`.toUpperCase(), url }
  } catch {}
}
