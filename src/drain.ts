import type { IsOver } from './delivery.js'
import { heldBy, rangesOf, take } from './parcel.js'
import { fromKey } from './row.js'
import type { Outcome } from './types.js'
import type { Steps, World } from './world.js'

/** Sends what closed pages and failed requests left on the device. */
export interface Drain {
  /** Sends until nothing is left or something fresh is due. `undefined` when there was nothing to send. */
  readonly run: (isOver: IsOver) => Promise<Outcome | undefined>
  /** When it is worth running next, ms since epoch. */
  readonly dueAt: () => number
  /** There may be something in `delay` ms. @default 0 */
  readonly expect: (delay?: number) => void
}

/** How often an open page looks for what others left behind, ms. */
const LOOK = 60_000
/** How soon it looks again when another tab is at it or storage refuses, ms. */
const LOOK_AGAIN = 20_000

/** Makes the way from the backlog to the collector: asks what has arrived before it sends anything again. Stops when something fresh is due, which does not wait behind a long backlog. */
export function createDrain({ format, now }: World, { backlog, delivery, outage }: Steps, isFreshDue: () => boolean): Drain {
  let dueAt = Infinity
  let isTidy = false
  let answersAsk = format.accounts

  const run = async (isOver: IsOver): Promise<Outcome | undefined> => {
    dueAt = now() + LOOK
    try {
      if (!isTidy) await backlog.tidy()
      isTidy = true
      const { keys, nextAt } = await backlog.keys()
      dueAt = Math.min(dueAt, nextAt)
      if (!keys.length && !(format.accounts && backlog.losses().length)) return
      if (await backlog.lease()) return await send(keys, isOver).finally(backlog.yield)
    } catch {
      // Storage refuses: the outbox reports it and sends from memory; here there is nothing to read. In WebKit a cached page's transaction can hold it up for seconds.
    }
    dueAt = now() + LOOK_AGAIN
    return
  }

  const send = async (keys: readonly string[], isOver: IsOver): Promise<Outcome | undefined> => {
    let left = keys
    let outcome: Outcome | undefined
    if (answersAsk || !keys.length) {
      outcome = await delivery.send([], isOver, rangesOf(keys.map(fromKey)))
      if (outcome.kind === 'retry') return outcome
      const answer = outcome.kind === 'ok' ? outcome.held : undefined
      answersAsk = !!answer
      const held = new Set(heldBy(answer ?? [], keys))
      if (held.size) await backlog.remove([...held])
      left = keys.filter((key) => !held.has(key))
    }
    // While nobody knows whether the collector is back, one row is enough to ask.
    let isProbe = outage.isOn() && !outcome
    while (left.length) {
      const rows = await backlog.load(left, isProbe ? 0 : delivery.limit())
      isProbe = false
      const last = rows[rows.length - 1]
      if (!last) break
      outcome = await delivery.deliver(take(rows, Infinity), isOver)
      if (outcome.kind !== 'ok') return outcome
      left = left.slice(left.indexOf(last.key!) + 1)
      if (isFreshDue() || !(await backlog.lease())) break
    }
    dueAt = left.length || keys.length === 1000 ? 0 : dueAt
    return outcome
  }

  return { run, dueAt: () => dueAt, expect: (delay = 0) => void (dueAt = now() + delay) }
}
