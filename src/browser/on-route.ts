import type { Stop } from '../types.js'
import { type Fail, listen } from './listen.js'
import { patch } from './patch.js'

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
  const stops = [
    patch(history, 'pushState', () => callback('push'), fail),
    patch(history, 'replaceState', () => callback('replace'), fail),
    listen(window, 'popstate', () => callback('traverse'), fail),
    listen(window, 'hashchange', () => callback('traverse'), fail),
  ]
  return () => stops.forEach((stop) => stop())
}
