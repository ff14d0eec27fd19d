import type { Stop } from '../types.js'
import { type Fail, guarded, listen } from './listen.js'

/**
 * Calls back with what the page keeps at `window[name]`: now, or once it is there, and again where the page has replaced it, which is noticed as the document goes on loading and at clicks.
 * What the callback returns undoes what it did, before the next one and at the end.
 */
export function onGlobal(name: string, callback: (value: unknown) => Stop | undefined, fail: Fail): Stop {
  const page = window as unknown as { [name: string]: unknown }
  let known: unknown
  let release: Stop | undefined

  const look = guarded(() => {
    const found = page[name]
    if (found === known) return
    release?.()
    release = undefined
    known = found
    if (found) release = callback(found)
    // The callback may have wrapped it: what is there now is what it knows.
    known = page[name]
  }, fail)

  look()
  const stops = [listen(document, 'readystatechange', look, fail), listen(document, 'click', look, fail)]
  return () => {
    for (const stop of stops.splice(0)) stop()
    release?.()
    release = undefined
  }
}
