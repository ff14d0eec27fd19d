import type { Stop } from '../types.js'

/** Hears what went wrong inside a callback: nothing may throw into the shop's page. */
export type Fail = (cause: unknown) => void

/** A callback that cannot throw. */
export function guarded<A extends readonly unknown[]>(callback: (...args: A) => void, fail: Fail): (...args: A) => void {
  return (...args) => {
    try {
      callback(...args)
    } catch (cause) {
      fail(cause)
    }
  }
}

/** Adds a listener that cannot throw, never delays scrolling and is first in line. Returns its undo. */
export function listen<E extends Event>(target: EventTarget, type: string, callback: (event: E) => void, fail: Fail): Stop {
  const listener = guarded(callback, fail) as (event: Event) => void
  const options = { capture: true, passive: true }
  target.addEventListener(type, listener, options)
  return () => target.removeEventListener(type, listener, options)
}
