import type { Fail } from './browser/listen.js'
import { createSpill } from './browser/spill.js'
import { createBacklog } from './backlog.js'
import { type BeaconWindow, createBeacon, type UnderWay } from './beacon.js'
import type { Settings } from './check-options.js'
import { type Courier, createCourier } from './courier.js'
import { createDatabase, type DatabaseOptions } from './database.js'
import { createDelivery } from './delivery.js'
import { createDeparture } from './departure.js'
import { uuidv8 } from './ids.js'
import { createOutage } from './outage.js'
import { createOutbox } from './outbox.js'
import type { Touchpoint } from './touchpoint.js'
import type { Destination, Stop } from './types.js'
import type { Steps, World } from './world.js'

/** The way to one endpoint: with storage, account, back-off and requests of its own, so that no endpoint waits for another. */
export interface Lane extends World, Steps {
  /** What its storage is called. */
  readonly name: string
  readonly courier: Courier
  /** With `atOnce`, stored in this task. */
  readonly keep: (touchpoint: Touchpoint, atOnce: boolean) => void
  /** What follows from a touchpoint that was kept. */
  readonly tend: (touchpoint: Touchpoint, isUrgent: boolean) => void
  /** How many touchpoints wait for this endpoint, those of other pages and tabs too. Rejects where storage refuses. */
  readonly waiting: () => Promise<number>
  /** The page is hidden, or `isLast`: left. */
  readonly hide: (isLast: boolean) => void
  /** The page came back from the back/forward cache: no promise of before counts. */
  readonly restore: () => void
  /** Drops what is in memory, and what any document has spilled. */
  readonly clear: () => void
  readonly stop: Stop
}

/** What a lane is made of, besides the settings. */
export interface LaneOptions extends Pick<World, 'tab' | 'now' | 'isHidden' | 'report' | 'note'>, Pick<DatabaseOptions, 'mayOpen'> {
  /** What all lanes of a page have under way. */
  readonly underWay: UnderWay
  readonly lastSeq: () => number
  readonly fail: Fail
  /** The collector wants nothing of this site: nothing more is kept for it. */
  readonly onOff: () => void
}

/** Makes the way to one endpoint. */
export function createLane(settings: Settings, { endpoint, format }: Required<Destination>, { underWay, lastSeq, fail, mayOpen, onOff, ...page }: LaneOptions): Lane {
  const name = `rihla-${settings.site}-${uuidv8(endpoint).slice(0, 8)}`
  const database = createDatabase(name, { indexedDB: () => indexedDB, locks: navigator.locks, mayOpen, isHidden: page.isHidden })
  const storage = () => localStorage
  const spill = createSpill(`${name}-`, page.tab, storage)
  const world: World = { ...settings, ...page, endpoint, format, database, spill }
  const outbox = createOutbox(world, (...loss) => backlog.lose(...loss))
  const backlog = createBacklog(world, outbox.holds)
  const beacon = createBeacon(endpoint, window as Window & BeaconWindow, underWay, format.type)
  const outage = createOutage(database, { now: page.now, random: Math.random })
  const delivery = createDelivery(world, { outbox, backlog, beacon }, lastSeq, () => {
    isOff = true
    stop()
    onOff()
  })
  const steps: Steps = { outbox, backlog, beacon, outage, delivery }
  const courier = createCourier(world, steps)
  const departure = createDeparture(world, steps, courier.due)

  let isOff = false
  const stop = () => {
    void outbox.write()
    outbox.stop()
    courier.stop()
    departure.stop()
  }

  return {
    ...world,
    name,
    ...steps,
    courier,
    keep: (touchpoint, atOnce) => void (isOff || outbox.add(touchpoint, atOnce)),
    tend: ({ seq }, isUrgent) => {
      if (isOff) return
      courier.due(isUrgent)
      departure.insure()
      if (seq % 500 === 0) backlog.tidy().catch(fail)
    },
    waiting: async () => [...(await backlog.stored()), ...outbox.volatile()].reduce((sum, { from, to }) => sum + to - from + 1, 0),
    hide: (isLast) => {
      outbox.spill()
      if (!isLast) void outbox.write()
      departure.leave(isLast)
      if (isLast) database.leave()
    },
    restore: () => {
      database.reset()
      outbox.restart()
      departure.restart()
    },
    clear: () => {
      courier.clear()
      departure.clear()
      outbox.clear()
      backlog.clear()
      // Every document's, and those of parts that this page may be without.
      createSpill(name, '', storage).clear()
    },
    stop,
  }
}
