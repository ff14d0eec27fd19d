import { sizeOf } from './beacon.js'
import { PACE } from './outbox.js'
import { fly, halve, type Item, take } from './parcel.js'
import type { Row } from './row.js'
import { idOf } from './touchpoint.js'
import type { Steps, World } from './world.js'

/** What can be done when the page may be gone in a moment. Everything here is synchronous: no opens, no locks, no reads. */
export interface Departure {
  /** Hidden, and perhaps for good: sends what no request carries. `last` when the page is being left: by beacon, what no fetch of this hide has taken. */
  readonly leave: (last: boolean) => void
  /** Leaves what is not stored yet with the browser, in case the page dies without a word. Taken back as soon as it is stored. */
  readonly insure: () => void
  /** Takes back what was left with the browser. */
  readonly clear: () => void
  /** Every promise of before is void. */
  readonly restart: () => void
  readonly stop: () => void
}

/** What is stored sooner than this needs no insurance: replacing a deferred request for each touchpoint would cost more than it saves, ms. */
const SOON = PACE + 100
/** How long until it is looked again where nothing has changed, ms. */
const LONG = 2000

/** What a body has besides touchpoints, more or less: one that turns out too large is halved. Characters. */
const ENVELOPE = 2000

/** Prepares for the end of one document; `onSurvived` hears that a request at hide has ended and the page is still there. */
export function createDeparture({ now, isHidden }: World, { outbox, outage, beacon, delivery }: Steps, onSurvived: () => void): Departure {
  let withdraw: (() => void) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  /** The ids of what is left with the browser. */
  let insured = ''
  let pause = SOON

  const leave = (last: boolean) => {
    withdraw?.()
    withdraw = undefined
    insured = ''
    // During an outage what is stored can wait, and what is spilled, but for money; else every page that is left would ask a collector that is down.
    const canWait = ({ stored, isSpilled, priority }: Row) => stored === 'yes' || (isSpilled && priority > 1)
    const rows = outbox.fresh().filter((row) => !outage.isOn() || !canWait(row))
    const order = rows.sort((a, b) => a.priority - b.priority || +(a.stored === 'yes') - +(b.stored === 'yes'))
    handOver(take(order, beacon.room() - ENVELOPE), last)
  }

  const handOver = (items: readonly Item[], last: boolean): void => {
    if (!items.length) return
    const body = delivery.encode(items)
    const less = () => handOver(halve(items)[0], last)
    if (sizeOf(body) > beacon.room()) return less()
    if (last) return beacon.beacon(body) ? fly(items, true) : less()
    void delivery.post(body, items).then((outcome) => {
      if (!outcome && isHidden()) less()
      onSurvived()
    })
  }

  const insure = () => {
    if (!beacon.leave) return
    timer ??= setTimeout(() => {
      timer = undefined
      const volatile = outbox.fresh().filter((row) => row.stored !== 'yes')
      const late = volatile.filter((row) => row.at <= now() - SOON)
      const items = take(late, beacon.room() - ENVELOPE)
      const ids = items.map(({ line }) => idOf(line)).join()
      // Where storage refuses, the same ones may wait for long.
      pause = ids === insured ? LONG : SOON
      if (ids !== insured) {
        insured = ids
        withdraw?.()
        withdraw = ids ? beacon.leave?.(delivery.encode(items)) : undefined
      }
      if (volatile.length) insure()
    }, pause)
  }

  const clear = () => {
    clearTimeout(timer)
    timer = undefined
    withdraw?.()
    withdraw = undefined
    insured = ''
  }

  return {
    leave,
    insure,
    clear,
    restart: () => {
      withdraw = undefined
      insured = ''
    },
    stop: clear,
  }
}
