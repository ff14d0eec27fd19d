import type { Stop } from '../types.js'
import { type Fail, listen } from './listen.js'

/** What happens to a page as a whole. */
export interface Lifecycle {
  /** Hidden: the last event one can count on. May come more than once. */
  readonly hidden: () => void
  /** The document is being left; it may come back from the back/forward cache. */
  readonly left: () => void
  readonly seen: () => void
  /** Back from the back/forward cache: promises of before may never settle (Firefox, WebKit). */
  readonly restored: () => void
}

/**
 * Watches visibility and departure. `pagehide` is listened to on *window*, where it fires; `unload` and `beforeunload` never: they cost the
 * back/forward cache.
 */
export function onLifecycle({ hidden, left, seen, restored }: Lifecycle, fail: Fail): Stop {
  const stops = [
    listen(document, 'visibilitychange', () => (document.visibilityState === 'hidden' ? hidden() : seen()), fail),
    listen(window, 'pagehide', left, fail),
    listen<PageTransitionEvent>(window, 'pageshow', (event) => event.persisted && restored(), fail),
  ]
  return () => stops.forEach((stop) => stop())
}
