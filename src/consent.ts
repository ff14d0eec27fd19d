import type { Consent } from './types.js'

/** Holds moments back until they may become touchpoints. */
export interface Gate<T> {
  readonly pass: (moment: T) => void
  readonly state: () => Consent
  readonly set: (state: Consent) => void
  /** Lets through what was held back, if the gate is open now. Returns whether nothing is held any more. */
  readonly release: () => boolean
}

/** What is kept in memory while consent is pending, and while storage is being read. */
const MOST = { pending: 200, granted: 5000, denied: 0 }

/** Open when consent is granted and `isReady`. `through` gets what may pass, in order; before what was held back, `skipped` is told how many had to be dropped. */
export function createGate<T>(initial: Consent, isReady: () => boolean, through: (moment: T) => void, skipped: (count: number) => void): Gate<T> {
  let state = initial
  let held: T[] = []
  let dropped = 0

  const release = () => {
    if (state === 'denied') held = []
    if (state === 'denied' || (held.length && state === 'granted' && isReady())) {
      if (held.length && dropped) skipped(dropped)
      dropped = 0
      // Firefox ends a script in the middle when its tab is closed; its next event goes on with the one that was under way.
      while (held.length) {
        through(held[0]!)
        held.shift()
      }
    }
    return !held.length
  }

  return {
    state: () => state,
    pass: (moment) => {
      if (held.push(moment) > MOST[state]) {
        held.shift()
        dropped++
      }
      release()
    },
    set: (next) => {
      state = next
      release()
    },
    release,
  }
}
