import type { Stop } from '../types.js'
import { type Fail, listen } from './listen.js'

/** Calls back once the page is visible: at once, or when a tab in the background or a prerendered page is first looked at, perhaps never. */
export function whenSeen(callback: () => void, fail: Fail): Stop {
  if (document.visibilityState !== 'hidden') {
    callback()
    return () => {}
  }
  const stop = listen(
    document,
    'visibilitychange',
    () => {
      if (document.visibilityState === 'hidden') return
      stop()
      callback()
    },
    fail,
  )
  return stop
}
