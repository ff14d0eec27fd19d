import { type Beacon, sizeOf } from './beacon.js'
import type { Delivery } from './delivery.js'
import type { Outage } from './outage.js'
import type { Outbox } from './outbox.js'
import { type Item, rowsOf, take } from './parcel.js'
import type { Format } from './types.js'

/** What can be done when the page may be gone in a moment. Everything here is synchronous: no opens, no locks, no reads. */
export interface Departure {
  /** Hidden, and perhaps for good: sends what no request carries. `last` when the page is being left: by beacon, what no fetch of this hide has taken. */
  readonly leave: (last: boolean) => void
  /** Leaves what is not stored yet with the browser, in case the page dies without a word. Taken back as soon as it is stored. */
  readonly insure: () => void
  /** Every promise of before is void. */
  readonly restart: () => void
  readonly stop: () => void
}

/** What a departure is made of. */
export interface DepartureOptions {
  readonly outbox: Outbox
  readonly outage: Outage
  readonly beacon: Beacon
  readonly delivery: Delivery
  readonly format: Format
  readonly now: () => number
  readonly isHidden: () => boolean
  /** A request at hide has ended and the page is still there. */
  readonly onSurvived: () => void
}

/** What is stored sooner than this needs no insurance: replacing a deferred request for each touchpoint would cost more than it saves, ms. */
const SOON = 100

/** What a body has besides touchpoints, more or less: one that turns out too large is halved. Characters. */
const ENVELOPE = 2000

/** Prepares for the end of one document. */
export function createDeparture({ outbox, outage, beacon, delivery, format, now, isHidden, onSurvived }: DepartureOptions): Departure {
  let era = 0
  let withdraw: (() => void) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const leave = (last: boolean) => {
    withdraw?.()
    withdraw = undefined
    // During an outage what is stored can wait; what is not has this chance only.
    const rows = outbox.fresh().filter((row) => !outage.isOn() || row.stored !== 'yes')
    const order = rows.sort((a, b) => a.priority - b.priority || +(a.stored === 'yes') - +(b.stored === 'yes'))
    handOver(take(order, beacon.room() - ENVELOPE), last)
  }

  const handOver = (items: readonly Item[], last: boolean): void => {
    if (!items.length) return
    const body = delivery.encode(items)
    const less = () => handOver(items.slice(0, items.length >> 1), last)
    if (sizeOf(body) > beacon.room()) return less()
    if (!last) return void post(body, items)
    if (beacon.beacon(body)) fly(items, true)
    else less()
  }

  const fly = (items: readonly Item[], flying: boolean) => {
    for (const row of rowsOf(items)) row.flying = flying
  }

  const post = async (body: string, items: readonly Item[]) => {
    const mine = era
    fly(items, true)
    const answer = await beacon.post(body)
    if (mine !== era) return
    fly(items, false)
    const outcome = answer && format.classify(answer)
    if (outcome?.kind === 'ok' && !outcome.rejected?.length) delivery.acknowledge(items)
    else if (!answer && isHidden()) handOver(items.slice(0, items.length >> 1), false)
    onSurvived()
  }

  const insure = () => {
    if (!beacon.leave) return
    timer ??= setTimeout(() => {
      timer = undefined
      withdraw?.()
      const volatile = outbox.fresh().filter((row) => row.stored !== 'yes')
      const late = volatile.filter((row) => row.at <= now() - SOON)
      withdraw = late.length ? beacon.leave?.(delivery.encode(take(late, beacon.room() - ENVELOPE))) : undefined
      if (volatile.length) insure()
    }, SOON)
  }

  return {
    leave,
    insure,
    restart: () => {
      era++
      withdraw = undefined
    },
    stop: () => {
      clearTimeout(timer)
      withdraw?.()
    },
  }
}
