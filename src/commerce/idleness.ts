import { type Fail, guarded } from '../browser/listen.js'
import type { Stop } from '../types.js'
import type { Changes } from './changes.js'

/** Notices that nothing has happened for long. */
export interface Idleness {
  /** Something has happened now. */
  readonly touch: () => void
  /** The cart may have become full or empty. */
  readonly watch: () => void
  readonly stop: Stop
}

/** What idleness is made of. */
export interface IdlenessOptions {
  readonly changes: Changes
  readonly now: () => number
  /** After how long a full cart counts as abandoned, ms. */
  readonly abandonAfter: number
  readonly fail: Fail
}

/** How exactly the last activity is stored, ms: each put costs a transaction. */
const PRECISION = 60_000
/** Activity that follows within so long of what the timer was set for does not set it anew, ms. */
const COARSE = 1000
/** How late a timer may be before the machine must have slept, ms. */
const SLEPT = 90_000

/** Watches a full cart. The timer counts time in which the machine was awake; a clock that is set does not move it. */
export function createIdleness({ changes: { state, push, soon, isIdle }, now, abandonAfter, fail }: IdlenessOptions): Idleness {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = now()
  /** The activity that the timer was set for. */
  let armed = 0
  /** The activity after which it has been noticed already. */
  let rung = 0

  const watch = () => {
    clearTimeout(timer)
    timer = undefined
    if (state()?.lines.length && rung !== last) set(abandonAfter)
  }

  const set = (delay: number) => {
    armed = last
    const due = last + abandonAfter
    const rang = () => {
      timer = undefined
      if (Math.abs(now() - due) > SLEPT) return touch()
      if (last !== armed) return set(last - armed)
      rung = last
      push('active', { at: last })
      push('idle')
      soon()
    }
    timer = setTimeout(guarded(rang, fail), delay)
  }

  const touch = () => {
    last = now()
    if (!timer || Math.abs(last - armed) > COARSE) watch()
    const known = state()
    if (!known || !isIdle() || Math.abs(last - known.active) < PRECISION) return
    push('active')
    soon()
  }

  return { touch, watch, stop: () => clearTimeout(timer) }
}
