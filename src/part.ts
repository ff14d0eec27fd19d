import type { Fail } from './browser/listen.js'
import type { Spill } from './browser/spill.js'
import type { Database } from './database.js'
import type { Report } from './report.js'
import type { CartSighting, FieldNote, ItemNote, Journey, Moment, PageView, StageHint, StageModel, StageRule, Stop } from './types.js'
import type { HandOver, Visit } from './visit.js'

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

/** A part whose methods the tracker has, too. */
interface WithMethods<Methods> {
  readonly stop: Stop
  /** What it adds to the tracker. */
  readonly methods: Methods
}

/** A part that is passed to the tracker: every moment goes through it. */
export interface Part<Methods = object> extends WithMethods<Methods> {
  /** Hands on what becomes a touchpoint, now or after storage was read. */
  readonly see: (seen: Placed | CartSighting | ItemNote | FieldNote) => void
  /** Resolves when all that was seen has been worked off. Never rejects. */
  readonly ready: () => Promise<unknown>
  /** Forgets everything. */
  readonly clear: () => void
}

/** Starts a part for one tracker. */
export interface PartStarter<Methods> {
  (host: Host): Part<Methods>
  /** Its methods where there is no page. */
  readonly inert: Methods
}

/** What is stored of the journey, with the visit. */
export interface Past extends Journey {
  /** The visit in which the stage was last settled. */
  readonly settled?: string | undefined
  /** The last orders, so that none counts twice. */
  readonly orders: readonly string[]
  /** When a message was shown last, and in which visit. */
  readonly shown: { readonly [key: string]: { readonly at: number; readonly visit: number } }
}

/** What the journey makes of a moment when it happens: later, its props may be others. */
export interface Weighed {
  /** The rules that fit, whatever the shopper has done before. */
  readonly rules: readonly StageRule[]
  /** Whether the page was reached from outside the shop; `undefined` where no referrer says so. */
  readonly isOutside: boolean | undefined
  /** The past after it. */
  readonly learn: (past: Past) => Past
}

/** What the tracker lends to the journey. */
export interface JourneyHost extends Pick<Host, 'now' | 'report' | 'fail'> {
  /** A text without personal data. */
  readonly clean: (text: string) => string
  /** Records a moment as if a source had seen it. */
  readonly record: (moment: Moment) => void
  /** Whether the page may act on what is known of the shopper. */
  readonly mayAct: () => boolean
  /** The visit, once storage was read; `undefined` where the page may not act on it. */
  readonly visit: () => Promise<Visit | undefined>
  /** The visit, if it is known now and may be handed over. */
  readonly handsOver: () => Visit | undefined
  /** Changes what is remembered of the journey: here at once, and on what other tabs have stored since. Resolves when that was tried. */
  readonly learn: (change: (past: Past) => Past) => Promise<void>
}

/** The part that knows what the shopper has done before. */
export interface JourneyPart<Methods = object> extends WithMethods<Methods> {
  /** Who comes from another of the shop's domains. */
  readonly handed: HandOver | undefined
  /** The past as a visit begins; without `old`, of somebody who was never here. With `isUnknown`, of somebody who may have been. */
  readonly arrive: (old: Past | undefined, at: number, isUnknown?: boolean) => Past
  /** What is said of a visit on the wire: members of JSON, each with a comma behind it. */
  readonly entryOf: (past: Past) => string
  readonly weigh: (moment: Placed) => Weighed
  readonly hint: (moment: Pick<Moment, 'name' | 'at'>, weighed: Weighed, visit: Visit, isBegunHere: boolean) => StageHint | undefined
  /** Takes a touchpoint in. Returns the `stage_change` that follows from it. */
  readonly learn: (moment: Placed, weighed: Weighed, hint: StageHint | undefined, visit: Visit) => Moment | undefined
}

/** Starts the journey's part for one tracker. */
export interface JourneyStarter<Methods = object> {
  (host: JourneyHost): JourneyPart<Methods>
  readonly model: StageModel | undefined
  readonly inert: Methods
}

/** What the parts among a tracker's options add to it. */
export type MethodsOf<Options> = (Options extends { readonly commerce: { readonly inert: infer Methods } } ? Methods : unknown) &
  (Options extends { readonly journey: { readonly inert: infer Methods } } ? Methods : unknown)
