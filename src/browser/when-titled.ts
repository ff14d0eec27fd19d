import type { Stop } from '../types.js'
import { type Fail, guarded, listen } from './listen.js'

/** Routers set the title some time after the URL; later than this it is no longer waited for, ms. */
const CAP = 500

/** Calls back once, when the title has changed, after 500 ms at the latest, or when the page is hidden. The undo calls nothing. */
export function whenTitled(callback: () => void, fail: Fail): Stop {
  const settle = guarded(() => {
    stop()
    callback()
  }, fail)
  const before = document.title
  // Much else comes into a head while a page is parsed or a route is rendered, and a title element may come before its text.
  const observer = new MutationObserver(() => document.title !== before && settle())
  observer.observe(document.head, { childList: true, characterData: true, subtree: true })
  const timer = setTimeout(settle, CAP)
  const stops = [listen(document, 'visibilitychange', settle, fail), listen(window, 'pagehide', settle, fail)]
  const stop = () => {
    clearTimeout(timer)
    observer.disconnect()
    for (const undo of stops) undo()
  }
  return stop
}
