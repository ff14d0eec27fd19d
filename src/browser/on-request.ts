import type { PageRequest, Stop } from '../types.js'
import { type Fail, guarded, listen } from './listen.js'
import { patch } from './patch.js'

/** What happens to the requests of a page. */
export interface Requests {
  /** One has begun. */
  readonly began?: (request: PageRequest) => void
  /** One has ended, the same object: with the status of its answer, 0 where it failed, nothing where the page has aborted it or who knows. */
  readonly ended: (request: PageRequest, status?: number) => void
}

/**
 * Calls back when each request of the page, by `fetch` or `XMLHttpRequest`, has begun, and after it has ended. A fetch has ended when the headers of its answer are there, just before
 * the page hears of it; an XMLHttpRequest when all of it is, just after. Bodies and answers are never looked at. Requests to other origins are told, too, but those whose answer
 * nobody waits for: `keepalive` and `no-cors`.
 *
 * The page gets a promise made from the browser's, with the same outcome: only so is a rejection that nobody handles still reported, and once.
 * A fetch that is refused for its arguments may be told, too. An XMLHttpRequest that is opened anew before its end is told then, even if it was never sent;
 * a synchronous one that fails is not told in Chromium, which has no `loadend` for it.
 */
export function onRequest({ began = () => {}, ended }: Requests, fail: Fail): Stop {
  let isOn = true
  const begin = guarded((request: PageRequest | undefined) => request && began(request), fail)
  const hear = guarded((request: PageRequest | undefined, status?: number) => void (isOn && request && ended(request, status)), fail)

  /** What each object was opened for, until that is told. */
  const opened = new WeakMap<XMLHttpRequest, PageRequest | undefined>()
  const end = (xhr: XMLHttpRequest, status?: number, next?: PageRequest) => {
    const request = opened.get(xhr)
    opened.set(xhr, next)
    hear(request, status)
  }

  const stops = [
    patch(window, 'fetch', ([input, init], answer) => {
      // A Request, also another window's; all else is read as text, as `fetch` does.
      const { method = 'GET', url = input, keepalive, mode, signal } = (input ?? {}) as Partial<Request>
      const request = requestFor(init?.method ?? method, url, (init?.keepalive ?? keepalive) || (init?.mode ?? mode) === 'no-cors')
      begin(request)
      const settle = (status?: number) => hear(request, (init?.signal ?? signal)?.aborted ? undefined : status)
      const answered = (response: Response) => {
        // An opaque one has none.
        settle(response?.status || undefined)
        return response
      }
      const refused = (cause: unknown) => {
        settle(0)
        throw cause
      }
      // Another script's `fetch` may answer anything.
      return request && (answer as Partial<typeof answer> | undefined)?.finally && answer.then(answered, refused)
    }, fail),
    patch(XMLHttpRequest.prototype, 'open', ([method, url], _, xhr) => {
      // One that is opened anew in `load` has the old request's `loadend` still before it.
      if (!opened.has(xhr)) for (const type of ['abort', 'loadend']) listen(xhr, type, () => xhr.readyState === 4 && end(xhr, type === 'abort' ? undefined : xhr.status), fail)
      const request = requestFor(method, url)
      end(xhr, undefined, request)
      begin(request)
    }, fail),
  ]
  return () => {
    isOn = false
    for (const stop of stops) stop()
  }
}

/** `undefined` for `blob:` and `data:`, for other origins where nobody waits for the answer, and for what is no URL: the browser has refused that itself. */
function requestFor(method: string, address: unknown, isQuiet?: boolean): PageRequest | undefined {
  try {
    const url = new URL(address as string, document.baseURI)
    if (/^http/.test(url.protocol) && (!isQuiet || isOwn(url))) return { method: `${method}`.toUpperCase(), url }
  } catch {}
}

/** Whether an address is of the page's own origin. */
export const isOwn = ({ protocol, host }: URL): boolean => protocol + host === location.protocol + location.host
