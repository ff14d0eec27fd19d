import type { Stop } from '../types.js'
import { type Fail, guarded, listen } from './listen.js'
import { patch } from './patch.js'

/**
 * Calls back for every entry of the array that the page keeps at `window[name]`: those that are there already at once, in order, later ones after they were
 * pushed. Makes the array where there is none. A page that replaces its array is noticed as the document goes on loading and at clicks; what the new array
 * holds counts then.
 *
 * `push` is patched on the array itself: a global declared with `var` cannot be redefined.
 * An array that it made stays after the undo: the page may use it by now.
 */
export function onPush(name: string, callback: (entry: unknown) => void, fail: Fail): Stop {
  const page = window as unknown as { [name: string]: unknown }
  const hear = guarded(callback, fail)
  let layer: unknown[] | undefined
  let release: Stop = () => {}

  const attach = () => {
    const found = page[name]
    if (found === layer || !Array.isArray(found)) return
    release()
    // A copy, since the page may push while it is read; and what a new array took over from the old one was heard before.
    for (const entry of [...found]) if (!layer?.includes(entry)) hear(entry)
    layer = found
    // Called through first, so that the page keeps its order.
    release = patch(found as unknown[], 'push', (entries) => entries.forEach((entry) => hear(entry)), fail)
  }

  page[name] ??= []
  attach()
  const stops = [listen(document, 'readystatechange', attach, fail), listen(document, 'click', attach, fail)]
  return () => {
    for (const stop of stops.splice(0)) stop()
    release()
  }
}
