import { getContext, setContext } from 'svelte'
import type { Tracker } from '../types.js'

// A text: two copies of this module in one app share it.
const KEY = 'rihla'

/** Hands a tracker to the components below, in the script of a layout: `setTracker(createStorefront(…))`. Page views of SvelteKit come by themselves, by the source `pageViews`. Returns the tracker. */
export function setTracker<T extends Tracker>(tracker: T): T {
  return setContext(KEY, tracker)
}

/** The tracker that a component above has set, in the script of a component; with a type parameter, as what it was made. Throws an `Error` where there is none. */
export function useTracker<T extends Tracker = Tracker>(): T {
  const tracker = getContext<T | undefined>(KEY)
  if (!tracker) throw new Error('rihla: useTracker needs setTracker(tracker) in a component above it')
  return tracker
}
