import type { Fail } from './browser/listen.js'
import type { Spill } from './browser/spill.js'
import type { Database } from './database.js'
import type { Report } from './report.js'
import type { CartSighting, ItemNote, Moment, PageView, Stop } from './types.js'

/** A moment whose time and place are known. */
export type Placed = Moment & { readonly at: number; readonly page: PageView }

/** What the tracker lends to a part. */
export interface Host {
  readonly database: Pick<Database, 'update'>
  /** Synchronous storage of this document, for the instant in which a page is left. */
  readonly spill: Spill
  readonly now: () => number
  readonly isHidden: () => boolean
  /** Whether storage may be touched. */
  readonly isOn: () => boolean
  /** Whether nothing may be kept, not even in memory. */
  readonly isDenied: () => boolean
  /** A page without what must not be kept. */
  readonly redacted: (page: PageView) => PageView
  /** Records a moment without asking the part again. */
  readonly emit: (moment: Moment) => void
  readonly report: Report
  readonly fail: Fail
}

/** A part that is passed to the tracker: every moment goes through it. */
export interface Part<Methods = object> {
  /** Hands on what becomes a touchpoint, now or after storage was read. */
  readonly see: (seen: Placed | CartSighting | ItemNote) => void
  /** Resolves when all that was seen has been worked off. Never rejects. */
  readonly ready: () => Promise<unknown>
  /** Forgets everything. */
  readonly clear: () => void
  readonly stop: Stop
  /** What it adds to the tracker. */
  readonly methods: Methods
}

/** Starts a part for one tracker. */
export interface PartStarter<Methods> {
  (host: Host): Part<Methods>
  /** Its methods where there is no page. */
  readonly inert: Methods
}
