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
/** How late a timer may be before the machine must have slept, ms. */
const SLEPT = 90_000

/** Watches a full cart. The timer counts time in which the machine was awake; a clock that is set does not move it. */
export function createIdleness({ changes: { state, push, soon, isIdle }, now, abandonAfter, fail }: IdlenessOptions): Idleness {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = now()
  /** The activity after which it has been noticed already. */
  let rung = 0

  const watch = () => {
    clearTimeout(timer)
    if (!state()?.lines.length || rung === last) return
    const due = last + abandonAfter
    const rang = () => {
      if (Math.abs(now() - due) > SLEPT) return touch()
      rung = last
      push('active', { at: last })
      push('idle')
      soon()
    }
    timer = setTimeout(guarded(rang, fail), abandonAfter)
  }

  const touch = () => {
    last = now()
    watch()
    const known = state()
    if (!known || !isIdle() || Math.abs(last - known.active) < PRECISION) return
    push('active')
    soon()
  }

  return { touch, watch, stop: () => clearTimeout(timer) }
}
