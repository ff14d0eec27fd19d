import type { Inspected, Stop } from './types.js'

/** What a tracker did last, for those who look into it. */
export interface Inspection {
  readonly note: (what: Omit<Inspected, 'at'>) => void
  /** Calls back with what was noted last, and with all that follows. Returns its undo. */
  readonly inspect: (see: (what: Inspected) => void) => Stop
  /** Forgets what was noted: consent was withdrawn. */
  readonly clear: () => void
}

/** So much is remembered for whoever comes later. */
const MOST = 100
// Taken when the script loads: pages replace it.
const { parse } = JSON

/** Makes the memory of one tracker. Whoever looks may throw: it is told to the console only, since a report would be something to see again. */
export function createInspection(now: () => number): Inspection {
  const last: Inspected[] = []
  const eyes = new Set<(what: Inspected) => void>()
  const show = (what: Inspected, see: (what: Inspected) => void) => {
    try {
      see(what)
    } catch (cause) {
      console.warn('rihla:', cause)
    }
  }

  return {
    note: (what) => {
      const noted = { at: now(), ...what }
      if (last.push(noted) > MOST) last.shift()
      for (const see of eyes) show(noted, see)
    },
    inspect: (see) => {
      for (const what of [...last]) show(what, see)
      eyes.add(see)
      return () => void eyes.delete(see)
    },
    clear: () => void (last.length = 0),
  }
}

/** Prints what was noted, as a developer reads it. */
export function print({ touchpoint, problem, request }: Inspected): void {
  if (problem) console.warn(problem.message, problem.cause ?? '')
  if (request) console.log(`rihla: ${request.ids.length} to ${request.endpoint}, ${request.outcome?.kind ?? 'no answer'} ${request.status}`)
  if (!touchpoint) return
  const told = parse(touchpoint.line)
  const { name, stage, source = 'api' } = told
  console.log(`rihla: ${name} by ${source}${stage ? `, ${stage.id} ${stage.confidence} by ${stage.rule ?? name}` : ''}`, told)
}
