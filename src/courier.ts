import type { IsOver } from './delivery.js'
import { createDrain } from './drain.js'
import { take } from './parcel.js'
import type { Outcome } from './types.js'
import type { Steps, World } from './world.js'

/** Decides when touchpoints are sent: one request at a time, the fresh ones first, then the backlog. */
export interface Courier {
  /** Something was added. Sends when enough waits, when the oldest has waited long enough, or at once if `urgent`. */
  readonly due: (urgent?: boolean) => void
  /** Sends all there is. Resolves `true` when nothing is left. */
  readonly flush: () => Promise<boolean>
  /** Looks for work on the device in `delay` ms. @default 0 */
  readonly look: (delay?: number) => void
  /** The network may be back: tries again soon. */
  readonly hasten: () => Promise<void>
  /** Sends nothing more of what was under way: it is to be forgotten. */
  readonly clear: () => void
  /** Starts afresh: no promise of before counts. */
  readonly restart: () => void
  readonly stop: () => void
}

/** The most characters of touchpoints in one fresh request: with its tables it stays below 16 KiB. */
const BODY = 15_000
/** An endpoint that does not want us is tried again after minutes, ms. */
const MINUTES = 240_000

/** Makes a courier for one document. */
export function createCourier(world: World, steps: Steps): Courier {
  const { now, isHidden, batchSize, batchBytes, batchAfter, report } = world
  const { outbox, outage, delivery } = steps
  let timer: ReturnType<typeof setTimeout> | undefined
  let timerAt = Infinity
  let running: Promise<boolean> | undefined
  let checking = false
  let hurry = false
  let era = 0
  let stopped = false

  const isDue = () => {
    const rows = outbox.fresh()
    let count = 0
    let size = 0
    for (const row of rows) {
      count += row.lines.length
      size += row.size
    }
    // Ahead of now as well as behind it: the clock may have been set back.
    return !!rows[0] && (hurry || count >= batchSize || size >= batchBytes || Math.abs(now() - rows[0].at) >= batchAfter)
  }

  const drain = createDrain(world, steps, isDue)

  const due = (urgent?: boolean) => {
    if (urgent) hurry = true
    if (checking) return
    // Once for all touchpoints of a task.
    checking = true
    void Promise.resolve().then(() => {
      checking = false
      if (isDue()) wake(0)
      else wakeInTime()
    })
  }

  /** For the oldest touchpoint, which waits from when it was kept. */
  const wakeInTime = () => {
    const [oldest] = outbox.fresh()
    if (oldest) wake(Math.max(0, Math.min(oldest.at - now(), 0) + batchAfter))
  }

  /** Runs in `delay` ms at the latest. */
  const wake = (delay: number) => {
    const at = now() + delay
    // A timer that is long overdue may still be far away: the clock was set forward since.
    if (stopped || (at >= timerAt && timerAt > now() - 1000)) return
    clearTimeout(timer)
    timerAt = at
    timer = setTimeout(() => {
      timerAt = Infinity
      void run()
    }, delay)
  }

  const run = (): Promise<boolean> => (running ??= work())

  const work = async () => {
    const mine = era
    const isOver = () => mine !== era
    try {
      return await loop(isOver)
    } catch (error) {
      report('storage', 'the browser refuses to read the queue', error)
      return false
    } finally {
      if (!isOver()) running = undefined
    }
  }

  const loop = async (isOver: IsOver): Promise<boolean> => {
    for (;;) {
      // Before anything is read: what is stored when no answer comes, the collector is asked for; the rest would be sent twice.
      if (isDue()) outbox.writeAhead()
      let delay = await outage.wait()
      const outcome = delay || isOver() ? undefined : await next(isOver)
      if (isOver()) return false
      if (outcome && outcome.kind !== 'ok') delay = await fail(outcome)
      if (delay) {
        wake(delay)
        return false
      }
      if (!outcome) break
      await outage.succeeded()
    }
    const isEmpty = !outbox.fresh().length
    hurry &&= !isEmpty
    wakeInTime()
    if (!isHidden()) wake(Math.max(drain.dueAt() - now(), 0))
    return isEmpty
  }

  /** One request, or several where one was halved; `undefined` when there is nothing to do. */
  const next = async (isOver: IsOver): Promise<Outcome | undefined> => {
    if (isDue()) return delivery.deliver(take(outbox.fresh(), Math.min(delivery.limit(), BODY)), isOver)
    return drain.dueAt() <= now() && !isHidden() ? drain.run(isOver) : undefined
  }

  const fail = (outcome: Outcome) => {
    const isRefused = outcome.kind !== 'retry'
    if (isRefused) report('collector', 'the collector refuses every request; check endpoint and its CORS answer', outcome)
    // What is stored is sent from there: it may have arrived all the same, and the collector is asked first.
    outbox.release()
    drain.expect()
    return outage.failed(outcome.kind === 'retry' ? { after: outcome.after } : { atLeast: MINUTES })
  }

  const look = (delay = 0) => {
    drain.expect(delay)
    wake(delay)
  }

  const clear = () => {
    era++
    running = undefined
    hurry = false
    clearTimeout(timer)
    timerAt = Infinity
  }

  return {
    due,
    look,
    clear,
    hasten: async () => {
      const delay = await outage.hasten()
      if (delay !== undefined) wake(Math.max(0, delay))
    },
    flush: async () => {
      await outbox.saved()
      await running
      hurry = true
      drain.expect()
      return run()
    },
    restart: () => {
      era++
      running = undefined
      outbox.release()
      look()
    },
    stop: () => {
      stopped = true
      clear()
    },
  }
}
