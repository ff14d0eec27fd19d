import type { Stop } from '../types.js'
import { type Fail, guarded, listen } from './listen.js'

/** How the URL changed without a new document. */
export type Route = 'push' | 'replace' | 'traverse'

interface Navigation extends EventTarget {
  readonly currentEntry: unknown
}

/**
 * Calls back after the URL may have changed within the document. May fire without a change: compare URLs.
 * Uses the Navigation API where it exists, which nothing on the page can get in the way of; else it patches `history`.
 */
export function onRoute(callback: (how: Route) => void, fail: Fail): Stop {
  const { navigation } = window as Window & { navigation?: Navigation }
  if (navigation) {
    const change = ({ navigationType }: Event & { navigationType?: string | null }) => callback(navigationType === 'push' || navigationType === 'replace' ? navigationType : 'traverse')
    return listen(navigation, 'currententrychange', change, fail)
  }
  const change = guarded(callback, fail)
  const stops = [
    patch('pushState', () => change('push')),
    patch('replaceState', () => change('replace')),
    listen(window, 'popstate', () => callback('traverse'), fail),
    listen(window, 'hashchange', () => callback('traverse'), fail),
  ]
  return () => stops.forEach((stop) => stop())
}

/** Calls through first, and keeps what the original returns and throws. When somebody patched above us, the undo leaves an inert pass-through. */
function patch(method: 'pushState' | 'replaceState', after: () => void): Stop {
  const original = history[method]
  let isOn = true
  const patched: typeof original = function (this: History, ...args) {
    original.apply(this, args)
    if (isOn) after()
  }
  history[method] = patched
  return () => {
    isOn = false
    if (history[method] === patched) history[method] = original
  }
}
