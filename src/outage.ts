import type { Database } from './database.js'

/** What all tabs and page loads know of a collector that does not answer. */
export interface Outage {
  /** Reads what other pages know, so that a page which is left before it ever sends does not press on a collector that is down. */
  readonly ready: () => Promise<void>
  /** How long to wait before the next request, ms: 0 is now, `Infinity` is not on this page. The one that is told 0 during an outage probes for all. */
  readonly wait: () => Promise<number>
  /** A request failed: waits longer, at least about `atLeast` ms, or as long as the collector said. Resolves to the delay, ms. */
  readonly failed: (wish?: { readonly after?: number | undefined; readonly atLeast?: number }) => Promise<number>
  /** The network may be back: a wait that nobody has asked for ends soon, within two seconds. Resolves to how long to wait now, ms; `undefined` where nothing was failing. */
  readonly hasten: () => Promise<number | undefined>
  readonly succeeded: () => Promise<void>
  /** True between a failure and the next success, as far as this page knows. */
  readonly isOn: () => boolean
}

interface State {
  readonly fails: number
  /** When the first of the failures was. */
  readonly since: number
  readonly nextAt: number
  /** Whether the collector has answered that it wants the wait. */
  readonly isWanted?: boolean
  /** Whether this collector ever answered this device. */
  readonly answered?: boolean
}

const KEY = 'outage'
const FIRST = 2000
const LONGEST = 300_000
/** `Retry-After` is believed within these bounds. */
const RETRY_AFTER = { least: 1000, most: 3_600_000 }
/** A probe that does not come back frees the way for another after so long. */
const PROBE = 15_000
/** A collector that never answered, after so many failures and so long, is blocked on this device (a content blocker): one try per page. */
const BLOCKED = { fails: 5, for: 60_000 }

/** Shared back-off with half-open probes. Where storage refuses, this page's own memory serves. */
export function createOutage(database: Database, { now, random }: { now: () => number; random: () => number }): Outage {
  let state: State | undefined
  let probed = false

  const update = async (next: (old: State | undefined) => State) => {
    state = await database.update<State>(KEY, next).catch(() => next(state))
    return state.nextAt - now()
  }

  const ready = async () => {
    const [known] = await database.read<State>([KEY]).catch(() => [])
    state = known ?? state
  }

  const wait = async () => {
    await ready()
    if (!state?.fails) return 0
    const blocked = !state.answered && state.fails >= BLOCKED.fails && now() - state.since >= BLOCKED.for
    if (blocked && probed) return Infinity
    let turn = 0
    await update((old) => {
      const latest = old ?? state!
      turn = latest.nextAt - now()
      // Further away than it was ever put: the clock was set back since.
      if (blocked || turn > RETRY_AFTER.most + 1000) turn = 0
      return turn > 0 ? latest : { ...latest, nextAt: now() + PROBE }
    })
    if (blocked) probed = true
    return Math.max(0, turn)
  }

  return {
    ready,
    wait,
    isOn: () => !!state?.fails,
    failed: ({ after, atLeast = 0 } = {}) =>
      update((old) => {
        const fails = (old?.fails ?? 0) + 1
        // Half of the delay is fixed: with full jitter a run of small draws would press on a collector that is down.
        const delay = Math.max(Math.min(FIRST * 2 ** (fails - 1), LONGEST), atLeast) * (0.5 + random() / 2)
        const asked = after === undefined ? delay : Math.min(Math.max(after, RETRY_AFTER.least), RETRY_AFTER.most) + random() * 1000
        return { ...old, fails, since: old?.fails ? old.since : now(), nextAt: now() + asked, isWanted: after !== undefined || atLeast > 0 }
      }),
    hasten: async () => {
      if (!state?.fails) return undefined
      const soon = now() + random() * FIRST
      return update((old) => {
        const latest = old ?? state!
        return latest.isWanted || latest.nextAt <= soon ? latest : { ...latest, nextAt: soon }
      })
    },
    succeeded: async () => {
      if (state?.answered && !state.fails) return
      // This page knows at once: one that is left before it is written need not hold anything back.
      const over = (state = { fails: 0, since: 0, nextAt: 0, answered: true })
      await update(() => over)
    },
  }
}
