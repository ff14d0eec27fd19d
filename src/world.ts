import type { Backlog } from './backlog.js'
import type { Beacon } from './beacon.js'
import type { Spill } from './browser/spill.js'
import type { Settings } from './check-options.js'
import type { Database } from './database.js'
import type { Delivery } from './delivery.js'
import type { Inspection } from './inspection.js'
import type { Outage } from './outage.js'
import type { Outbox } from './outbox.js'
import type { Report } from './report.js'

/** What every step of one tracker has at hand: the settings, and the device as this document sees it. */
export interface World extends Settings {
  /** This document's id. */
  readonly tab: string
  readonly database: Database
  readonly spill: Spill
  /** Ms since epoch. */
  readonly now: () => number
  readonly isHidden: () => boolean
  readonly report: Report
  /** For those who look into the tracker. */
  readonly note: Inspection['note']
}

/** The steps of the way to the collector. */
export interface Steps {
  readonly outbox: Outbox
  readonly backlog: Backlog
  readonly beacon: Beacon
  readonly outage: Outage
  readonly delivery: Delivery
}
