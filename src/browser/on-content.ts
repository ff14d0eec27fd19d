import type { Stop } from '../types.js'
import { type Fail, guarded, listen } from './listen.js'
import { onRoute } from './on-route.js'
import { whenSeen } from './when-seen.js'
import { whenTitled } from './when-titled.js'

/**
 * Calls back when the page may show something new: when it is first seen, when its document is parsed and when it is loaded, and when a single-page route has settled.
 * Never before anybody has looked at the page. May fire without a change: compare what the page shows.
 */
export function onContent(callback: () => void, fail: Fail): Stop {
  const look = guarded(callback, fail)
  let isSeen = false
  let pending: Stop = () => {}

  const seen = () => {
    isSeen = true
    look()
  }
  const settled = () => {
    if (isSeen) look()
  }
  const routed = () => {
    pending()
    pending = whenTitled(settled, fail)
  }
  const stops = [whenSeen(seen, fail), listen(document, 'DOMContentLoaded', settled, fail), listen(window, 'load', settled, fail), onRoute(routed, fail)]
  return () => {
    pending()
    for (const stop of stops) stop()
  }
}
