import type { Delivery, IsOver } from './delivery.js'
import type { Drain } from './drain.js'
import type { Outage } from './outage.js'
import type { Outbox } from './outbox.js'
import { take } from './parcel.js'
import type { Outcome } from './types.js'

/** Decides when touchpoints are sent: one request at a time, the fresh ones first, then the backlog. */
export interface Courier {
  /** Something was added. Sends when enough waits, when the oldest has waited long enough, or at once if `urgent`. */
  readonly due: (urgent?: boolean) => void
  /** Whether something fresh has to go now. */
  readonly isDue: () => boolean
  /** Sends all there is. Resolves `true` when nothing is left. */
  readonly flush: () => Promise<boolean>
  /** Looks for work on the device in `delay` ms. @default 0 */
  readonly look: (delay?: number) => void
  /** Starts afresh: no promise of before counts. */
  readonly restart: () => void
  readonly stop: () => void
}

/** What a courier is made of. */
export interface CourierOptions {
  readonly outbox: Outbox
  readonly outage: Outage
  readonly delivery: Delivery
  readonly drain: () => Drain
  readonly now: () => number
  readonly isHidden: () => boolean
  readonly batchSize: number
  readonly batchAfter: number
  readonly report: (code: string, message: string, cause?: unknown) => void
}

/** Sends when so many characters wait. */
const ENOUGH = 12_288
/** The most characters of touchpoints in one fresh request: with its tables it stays below 16 KiB. */
const BODY = 15_000
/** An endpoint that does not want us is tried again after minutes, ms. */
const MINUTES = 240_000

/** Makes a courier for one document. */
export function createCourier({ outbox, outage, delivery, drain, now, isHidden, batchSize, batchAfter, report }: CourierOptions): Courier {
  let timer: ReturnType<typeof setTimeout> | undefined
  let timerAt = Infinity
  let running: Promise<boolean> | undefined
  let checking = false
  let hurry = false
  let era = 0
  let stopped = false

  const isDue = () => {
    const rows = outbox.fresh()
    const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0)
    // Ahead of now as well as behind it: the clock may have been set back.
    return !!rows.length && (hurry || sum((row) => row.lines.length) >= batchSize || sum((row) => row.size) >= ENOUGH || Math.abs(now() - rows[0]!.at) >= batchAfter)
  }

  const due = (urgent = false) => {
    hurry ||= urgent
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

  const run = (): Promise<boolean> => {
    const mine = era
    const work = () =>
      loop(() => mine !== era).catch((error) => {
        report('storage', 'the queue could not be read; it is tried again', error)
        return false
      })
    return (running ??= work().then((isEmpty) => {
      if (mine === era) running = undefined
      return isEmpty
    }))
  }

  const loop = async (isOver: IsOver): Promise<boolean> => {
    for (;;) {
      const delay = await outage.wait()
      if (isOver()) return false
      if (delay) {
        wake(delay)
        return false
      }
      const outcome = await next(isOver)
      if (isOver()) return false
      if (!outcome) break
      if (outcome.kind !== 'ok') {
        wake(await fail(outcome))
        return false
      }
      await outage.succeeded()
    }
    const isEmpty = !outbox.fresh().length
    hurry &&= !isEmpty
    wakeInTime()
    if (!isHidden()) wake(Math.max(drain().dueAt() - now(), 0))
    return isEmpty
  }

  /** One request, or several where one was halved; `undefined` when there is nothing to do. */
  const next = async (isOver: IsOver): Promise<Outcome | undefined> => {
    if (isDue()) return delivery.deliver(take(outbox.fresh(), Math.min(delivery.limit(), BODY)), isOver)
    return drain().dueAt() <= now() && !isHidden() ? drain().run(isOver) : undefined
  }

  const fail = (outcome: Outcome) => {
    const isRefused = outcome.kind !== 'retry'
    if (isRefused) report('collector', 'the collector refuses every request: check endpoint, and its CORS answer (docs/protocol.md)', outcome)
    // What is stored is sent from there: it may have arrived all the same, and the collector is asked first.
    outbox.release()
    drain().expect()
    return outage.failed(outcome.kind === 'retry' ? { after: outcome.after } : { atLeast: MINUTES })
  }

  const look = (delay = 0) => {
    drain().expect(delay)
    wake(delay)
  }

  return {
    due,
    isDue,
    look,
    flush: async () => {
      await outbox.saved()
      await running
      hurry = true
      drain().expect()
      return run()
    },
    restart: () => {
      era++
      running = undefined
      outbox.release()
      look()
    },
    stop: () => {
      era++
      stopped = true
      clearTimeout(timer)
    },
  }
}
