import type { Stop } from '../types.js'
import { type Fail, guarded } from './listen.js'
import { onGlobal } from './on-global.js'
import { patch } from './patch.js'

/** What a page pushes to: an array, or what a script that has come since has put in its place. */
interface Layer {
  push: (...entries: unknown[]) => unknown
}

/**
 * Calls back for every entry of the array that the page keeps at `window[name]`: those that are there already at once, in order, later ones after they were
 * pushed. Makes the array where there is none. A page that replaces its array is noticed as the document goes on loading and at clicks; what the new array
 * holds counts then.
 *
 * `push` is patched on the array itself: a global declared with `var` cannot be redefined.
 * An array that it made stays after the undo: the page may use it by now.
 */
export function onPush(name: string, callback: (entry: unknown) => void, fail: Fail): Stop {
  const hear = guarded(callback, fail)
  let before: readonly unknown[] = []

  ;(window as unknown as { [name: string]: unknown })[name] ??= []
  return onGlobal(
    name,
    (layer) => {
      if (typeof (layer as Layer).push !== 'function') return
      const held = Array.isArray(layer) ? [...(layer as unknown[])] : []
      // What a new array took over from the old one was heard before.
      for (const entry of held) if (!before.includes(entry)) hear(entry)
      if (Array.isArray(layer)) before = layer
      // Called through first, so that the page keeps its order.
      return patch(layer as Layer, 'push', (entries) => entries.forEach((entry) => hear(entry)), fail)
    },
    fail,
  )
}
