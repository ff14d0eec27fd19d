import type { Stop } from '../types.js'
import { type Fail, listen } from './listen.js'

/** Calls back once the page is really visited: at once, or when a prerendered page is activated, perhaps never. */
export function whenActivated(callback: () => void, fail: Fail): Stop {
  if (!(document as Document & { prerendering?: boolean }).prerendering) {
    callback()
    return () => {}
  }
  const stop = listen(
    document,
    'prerenderingchange',
    () => {
      stop()
      callback()
    },
    fail,
  )
  return stop
}
