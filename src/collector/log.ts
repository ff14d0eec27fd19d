import type { Stop } from '../types.js'
import type { Batch, Committed, Touchpoint } from './types.js'

/** A batch that was appended and is not committed yet. */
export interface Entry {
  readonly batch: Batch
  /** Says what became of it to who waits for that, and takes it out of the log. */
  readonly done: (committed: Committed) => void
  /** Leaves it in the log: it comes again in a few seconds. */
  readonly later: () => void
}

/** The right to write into the store, which one process at a time has. */
export interface Office {
  /** Aborted when the right is lost or given back. */
  readonly signal: AbortSignal
  /** What comes next, oldest first; waits until there is something. Empty when the office is over. */
  readonly next: () => Promise<readonly Entry[]>
}

/** A durable queue between collectors and the one who writes into their store. */
export interface Log {
  /** Resolves when it is safe: a collector may acknowledge it. Rejects where that cannot be told in a few seconds. */
  readonly append: (batch: Batch) => Promise<void>
  /** As `append`, but resolves with what became of it when it is committed. */
  readonly settle: (batch: Batch) => Promise<Committed>
  /** Stands for office: `work` is called whenever this process may write and is to end when its `signal` is aborted. Resolves, when it is stopped, after it has ended. */
  readonly serve: (work: (office: Office) => Promise<void>) => { readonly stop: () => Promise<void> }
  /** Tells those who listen, in all processes, what was committed; asks for it only if somebody wants it. */
  readonly publish: (read: () => readonly Touchpoint[]) => void
  /** Hears what is committed while it wants to. Nothing is repeated. */
  readonly listen: (wants: () => boolean, listener: (touchpoints: readonly Touchpoint[]) => void) => Stop
  /** Lets go of everything. */
  readonly close: () => Promise<void>
}
