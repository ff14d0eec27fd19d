import type { Stop } from '../types.js'
import { type Fail, guarded, listen } from './listen.js'

/**
 * Calls back for every entry of the array that the page keeps at `window[name]`: those that are there already at once, in order, later ones after they were
 * pushed. Makes the array where there is none. A page that replaces its array is noticed as the document goes on loading and at clicks; what the new array
 * holds counts then.
 *
 * `push` is patched on the array itself: a global declared with `var` cannot be redefined. Its arguments, its answer and what it throws stay the page's.
 * The undo restores `push`, or leaves an inert pass-through where another script has wrapped it since. An array that it made stays: the page may use it by now.
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
    release = wrap(found, hear)
  }

  page[name] ??= []
  attach()
  const stops = [listen(document, 'readystatechange', attach, fail), listen(document, 'click', attach, fail)]
  return () => {
    for (const stop of stops.splice(0)) stop()
    release()
  }
}

/** Calls through first, so that the page keeps its order. */
function wrap(layer: unknown[], hear: (entry: unknown) => void): Stop {
  const original = layer.push
  let isOn = true
  const push = function (this: unknown[], ...entries: unknown[]) {
    const length = original.apply(this, entries)
    if (isOn) for (const entry of entries) hear(entry)
    return length
  }
  layer.push = push
  return () => {
    isOn = false
    if (layer.push === push) layer.push = original
  }
}
