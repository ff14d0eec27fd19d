import type { Counts } from '../journey-map/counts.js'
import type { Choices, MapFilters, Shopper } from '../journey-map/types.js'
import type { StageModel, Stop } from '../types.js'
import type { Account, Summary } from './account.js'

/** A JSON object. */
export interface Fields {
  readonly [key: string]: unknown
}

/** A range of `seq` within one document, both ends included. */
export interface TabRange {
  readonly tab: string
  readonly from: number
  readonly to: number
}

/** A touchpoint as it is stored. Times are ms since epoch. */
export interface Row {
  /** Counts arrivals; 0 until the writer knows. */
  n: number
  readonly id: string
  /** The time inside the id, so that a look-up of ids reads few row groups. */
  readonly born: number
  readonly site: string
  readonly name: string
  /** On the device's clock. */
  readonly at: number
  readonly received_at: number
  /** On the collector's clock. */
  readonly happened_at: number
  readonly tab: string
  readonly seq: number
  readonly page: string
  readonly visit: string
  readonly user?: string | undefined
  readonly model?: string | undefined
  readonly url: string
  readonly title?: string | undefined
  readonly referrer?: string | undefined
  readonly kind?: string | undefined
  readonly locale?: string | undefined
  readonly marks?: readonly string[] | undefined
  readonly denied?: readonly string[] | undefined
  readonly props?: Fields | undefined
  readonly stage?: string | undefined
  readonly confidence?: number | undefined
  readonly rule?: string | undefined
  readonly source: string
  readonly sdk: string
}

/** What is true for a whole visit. */
export interface Visit {
  readonly site: string
  readonly visit: string
  readonly visitor?: string | undefined
  readonly started: number
  readonly landing?: string | undefined
  readonly referrer?: string | undefined
  readonly channel?: string | undefined
  readonly number?: number | undefined
  readonly first?: Fields | undefined
  readonly campaign?: Fields | undefined
  /** `mobile`, `tablet` or `desktop`, as the sender's `User-Agent` says. */
  readonly device?: string | undefined
}

/** A touchpoint that was refused, with its place in the loss account where that can be told. */
export interface Refusal {
  readonly id: string
  readonly reason: string
  readonly tab?: string | undefined
  readonly seq?: number | undefined
}

/** Whom to erase. */
export interface Forget {
  readonly visitor?: string | undefined
  readonly user?: string | undefined
}

/** A request, judged. */
export interface Batch {
  readonly site: string
  readonly received: number
  readonly rows: readonly Row[]
  readonly visits: readonly Visit[]
  readonly refused: readonly Refusal[]
  readonly documents: readonly (readonly [tab: string, seq: number])[]
  readonly loss: readonly (TabRange & { readonly reason: string })[]
  readonly ask?: readonly TabRange[] | undefined
  readonly forget?: Forget | undefined
}

/** What became of a batch. */
export interface Committed {
  /** Answers `ask`; absent where nothing was asked. */
  readonly held?: readonly TabRange[] | undefined
  /** How many touchpoints are new. */
  readonly stored: number
  /** What `forget` has erased. */
  readonly erased: Count
}

/** How much of something there is. */
export interface Count {
  readonly touchpoints: number
  readonly visits: number
}

/** A touchpoint as readers see it: one flat object, with what its page and visit know of it. Absent fields are left out. */
export interface Touchpoint extends Fields {
  readonly n: number
  readonly id: string
  readonly site: string
  readonly name: string
  readonly at: number
  readonly received_at: number
  readonly happened_at: number
  readonly tab: string
  readonly seq: number
  readonly visit: string
  /** Whom it is of: the user, else the user as whom its visitor has logged in, else the visitor, else the visit. */
  readonly person: string
  readonly user?: string
  readonly visitor?: string
  readonly props?: Fields
  readonly stage?: { readonly id: string; readonly confidence: number; readonly rule: string }
}

/** What touchpoints can be read by. `name` may be several, with commas; times are ms since epoch on the collector's clock. */
export interface TouchpointFilters {
  readonly site?: string
  readonly name?: string
  /** The user, and what their visitors did before they logged in. */
  readonly user?: string
  readonly visitor?: string
  readonly visit?: string
  readonly channel?: string
  readonly tab?: string
  readonly stage?: string
  readonly source?: string
  /** `props.cart_id` */
  readonly cart?: string
  readonly since?: number
  readonly until?: number
  /** @default 100 */
  readonly limit?: number
  /** What an answer called `next`: where to go on. */
  readonly before?: { readonly happened_at: number; readonly n: number }
}

/** What the loss account can be read by. */
export interface DocumentFilters {
  readonly site?: string
  readonly tab?: string
  /** @default 100 */
  readonly limit?: number
}

/** The loss account of one document. */
export interface DocumentSummary extends Summary {
  readonly site: string
  readonly tab: string
  readonly updated_at: number
}

/** Whose journeys are told of. */
export interface ShopperFilters extends MapFilters {
  /** Those who are in this stage. */
  readonly stage?: string | undefined
  /** @default 50 */
  readonly limit?: number | undefined
}

/** How complete what has arrived is. */
export interface Losses {
  readonly documents: number
  readonly touchpoints: number
  /** How many were announced and have not come, in how many documents. */
  readonly missing: number
  readonly incomplete: number
  /** How many will never come, by why. */
  readonly lost: { readonly [reason: string]: number }
}

/** A page of touchpoints. */
export interface Page {
  readonly touchpoints: readonly Touchpoint[]
  readonly next?: { readonly happened_at: number; readonly n: number } | undefined
}

/** All that a store has, to be moved to another, in parts. Keys are `site/name`. */
export interface Dump {
  /** How many touchpoints. */
  readonly touchpoints: number
  readonly visits: AsyncIterable<readonly Visit[]>
  readonly people: AsyncIterable<readonly (readonly [key: string, user: string])[]>
  readonly accounts: AsyncIterable<readonly (readonly [key: string, account: Account, updatedAt: number])[]>
  /** Ids of orders, also of those that were erased. */
  readonly orders: AsyncIterable<readonly string[]>
  readonly forgotten: AsyncIterable<readonly (readonly [hash: string, at: number])[]>
  /** In the order of `n`. */
  readonly rows: AsyncIterable<readonly Row[]>
  readonly close: () => Promise<void>
}

/** A cart, by the shop's site and its id. */
export interface OpenCart {
  readonly site: string
  readonly cart: string
  /** Of the last that happened to it. */
  readonly n: number
}

/** Somebody at some visit. */
export interface Seen {
  readonly site: string
  readonly visit: string
  readonly visitor?: string | undefined
}

/** Parts of a store that do not answer. */
export interface Away {
  readonly parts: readonly number[]
  readonly of: number
}

/** Where a collector keeps what it was sent. */
export interface Store {
  /**
   * Writes judged requests, all or none; resolves when they are safe. A touchpoint whose id is known is not stored again. One call at a time; reading may go on
   * meanwhile.
   */
  readonly commit: (batches: readonly Batch[]) => Promise<readonly Committed[]>
  /** Those that happened last first. */
  readonly touchpoints: (filters: TouchpointFilters) => Promise<Page>
  /** Those heard of last first. */
  readonly documents: (filters: DocumentFilters) => Promise<readonly DocumentSummary[]>
  /** Carts of which the last that happened lies in the range, and is neither an order nor a report that settles what became of them. */
  readonly openCarts: (range: { readonly since: number; readonly until: number }) => Promise<readonly OpenCart[]>
  /** What happened to each of some carts, in order: the last `most`. */
  readonly histories: (carts: readonly OpenCart[], most: number) => Promise<readonly (readonly Touchpoint[])[]>
  /** When some shoppers were last seen, by `site/visitor`: in any visit of the visitor; of whoever has none in that visit, by `site/visit`. What the collector itself tells of them (source `collector`) is no sign of them. */
  readonly lastSeen: (shoppers: readonly Seen[]) => Promise<ReadonlyMap<string, number>>
  /** Erases what happened before. As `commit`, one call at a time. */
  readonly expire: (before: number) => Promise<Count>
  /**
   * Folds what is new into the legs of some stage models, beside all else, one call at a time. Each step is to be run before the next is asked for, as `commit`, one call at a time: it writes a part of what was folded. Where somebody was
   * erased meanwhile it writes nothing, and that part comes again.
   */
  readonly fold: (models: readonly StageModel[]) => AsyncIterable<() => Promise<void>>
  /** What is counted in the legs of a model: those that were folded, at least. */
  readonly counts: (model: StageModel, filters: MapFilters) => Promise<Counts>
  /** What these legs can be filtered by. */
  readonly choices: (model: StageModel) => Promise<Choices>
  /** Shoppers, those seen last first. */
  readonly shoppers: (model: StageModel, filters: ShopperFilters) => Promise<readonly Shopper[]>
  /** How complete the documents are that were heard of since, of one site or of all. */
  readonly losses: (filters: { readonly site?: string; readonly since?: number }) => Promise<Losses>
  /** Which parts of the store do not answer now, counted from 1, of how many: what is read meanwhile is without them. `undefined` where all is there. */
  readonly away?: () => Promise<Away | undefined>
  /** Calls back after each commit with the touchpoints that are new. They are made readable only when the listener asks, so that one without readers costs nothing. */
  readonly onCommit: (listener: (read: () => readonly Touchpoint[]) => void) => Stop
  /** Lets go of everything. Nothing may be under way. */
  readonly close: () => Promise<void>
}

/** What `createWriter` needs of a database to make a `Store` of it. Keys are `site/name`. */
export interface Tables {
  /** Which of these rows' ids are stored. Ids of orders (version 8) count for all time, also when what they stood for was erased. */
  readonly known: (rows: readonly Row[]) => Promise<ReadonlySet<string>>
  readonly accounts: (keys: Iterable<string>) => Promise<Map<string, Account>>
  readonly visits: (keys: Iterable<string>) => Promise<Map<string, Visit>>
  /** The users that visitors have logged in as. */
  readonly people: (keys: Iterable<string>) => Promise<Map<string, string>>
  /** The time at which those of each hash were forgotten. */
  readonly forgotten: () => Promise<Map<string, number>>
  /** How many touchpoints have arrived so far: the highest `n`. */
  readonly arrivals: () => Promise<number>
  /** All that is written within `work` stays, or nothing where it rejects. */
  readonly transaction: <T>(work: (writes: Writes) => Promise<T>) => Promise<T>
}

/** What can be written within a transaction. The newer entry of a key wins. */
export interface Writes {
  readonly addRows: (rows: readonly Row[]) => Promise<void>
  readonly putVisits: (visits: readonly Visit[]) => Promise<void>
  readonly putAccounts: (accounts: readonly (readonly [key: string, account: Account, updatedAt: number])[]) => Promise<void>
  readonly putPeople: (people: readonly (readonly [key: string, user: string])[]) => Promise<void>
  readonly putForgotten: (hashes: readonly string[], at: number, expireBefore: number) => Promise<void>
  /** The visits of a visitor, and those in which a user has done something. */
  readonly visitsOf: (site: string, who: Forget) => Promise<{ readonly whole: readonly string[]; readonly shared: readonly string[] }>
  /** Erases visits whole; of the `shared` ones what is the user's or nobody's. A visit of which nothing is left goes, too. */
  readonly erase: (site: string, visits: { readonly whole: readonly string[]; readonly shared: readonly string[] }, user: string | undefined) => Promise<Count>
  /** Erases what happened before, with visits and documents that nothing was heard of since. */
  readonly expire: (before: number) => Promise<Count>
}
