import type { Consent, ConsentSignal, Purpose, Purposes } from './types.js'

/** What can be agreed to. Everything that is recorded is for `analytics`. */
export const PURPOSES: readonly Purpose[] = ['analytics', 'personalization', 'ads']
const STATES: readonly unknown[] = ['pending', 'granted', 'denied']

/** What is agreed to, for each purpose; and of which somebody has said more than a default. */
export interface Agreement {
  readonly states: { readonly [purpose in Purpose]: Consent }
  readonly said: readonly Purpose[]
}

/** Whether a value is a state of consent, or one for some purposes. */
export function isConsent(value: unknown): value is Consent | Purposes {
  if (typeof value !== 'object' || !value) return STATES.includes(value)
  return Object.entries(value).every(([purpose, state]) => PURPOSES.includes(purpose as Purpose) && (state === undefined || STATES.includes(state)))
}

/** What is agreed to after a signal. A default counts only for purposes of which nothing was said; what is `withheld` is denied, whatever is said. Pure. */
export function hear({ states, said }: Agreement, { consent, isDefault = false }: ConsentSignal, withheld: readonly Purpose[]): Agreement {
  const wordOf = (purpose: Purpose) => (isDefault && said.includes(purpose) ? undefined : typeof consent === 'string' ? consent : consent[purpose])
  const of = (purpose: Purpose) => (withheld.includes(purpose) ? 'denied' : (wordOf(purpose) ?? states[purpose]))
  return {
    states: { analytics: of('analytics'), personalization: of('personalization'), ads: of('ads') },
    said: isDefault ? said : PURPOSES.filter((purpose) => said.includes(purpose) || wordOf(purpose)),
  }
}

/** Before anybody has said anything. */
export const unsaid: Agreement = { states: { analytics: 'pending', personalization: 'pending', ads: 'pending' }, said: [] }

/** What the browser's own settings withhold: Global Privacy Control the purpose `ads`, or all where the shop is strict with it; Do Not Track all, where the shop heeds it. */
export function withheldBy({ gpc, dnt }: { readonly gpc: string; readonly dnt: boolean }, { globalPrivacyControl, doNotTrack }: { globalPrivacyControl?: unknown; doNotTrack?: unknown }): readonly Purpose[] {
  if ((gpc === 'deny' && globalPrivacyControl) || (dnt && doNotTrack === '1')) return PURPOSES
  return gpc === 'ads' && globalPrivacyControl ? ['ads'] : []
}

/** Holds moments back until they may become touchpoints. */
export interface Gate<T> {
  readonly pass: (moment: T) => void
  readonly state: () => Consent
  /** How many are held back. */
  readonly count: () => number
  readonly set: (state: Consent) => void
  /** Lets through what was held back, if the gate is open now. Returns whether nothing is held any more. */
  readonly release: () => boolean
}

/** What is kept in memory while consent is pending, and while storage is being read. */
const MOST = { pending: 500, granted: 5000, denied: 0 }

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
    count: () => held.length,
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
