import { createConfirmer } from './abandoned.js'
import type { Batch, Count, Store } from './types.js'

/** What keeping a store in order needs. */
interface MaintenanceOptions {
  readonly retention: number
  readonly abandonAfter: number
  readonly now: () => number
  /** Runs work when nothing else writes. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>
  /** Resolves with how many touchpoints are new. */
  readonly submit: (batch: Batch) => Promise<number>
  /** Whether it is to end: what is left is done another time. */
  readonly isClosing: () => boolean
}

/** What was done. */
export interface Maintained {
  readonly expired: Count
  readonly confirmed: number
}

/** How often what is too old is erased, ms. */
const EXPIRE_EVERY = 3_600_000

/** Erases what is too old, and confirms carts that were abandoned, when it is called. */
export function createMaintenance(store: Store, { retention, abandonAfter, now, alone, submit, isClosing }: MaintenanceOptions): () => Promise<Maintained> {
  const confirm = createConfirmer(store, abandonAfter)
  let expiredAt = -Infinity
  return async () => {
    const at = now()
    const isDue = at - expiredAt >= EXPIRE_EVERY
    if (isDue) expiredAt = at
    const expired = isDue && isFinite(retention) ? await alone(() => store.expire(at - retention)) : { touchpoints: 0, visits: 0 }
    let confirmed = 0
    for await (const batches of confirm(at)) {
      if (isClosing()) break
      for (const batch of batches) confirmed += await submit(batch)
    }
    return { expired, confirmed }
  }
}
