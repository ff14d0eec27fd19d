import { type Counts, type Tallies, tallyLegs } from '../../journey-map/counts.js'
import { createTally, type Tally } from '../../journey-map/tally.js'
import type { MapFilters, OwnLeg } from '../../journey-map/types.js'
import { createQueue, type Queue } from '../queue.js'

/** The counts of so many maps are kept: those asked for last. */
export const MOST_KEPT = 20
/** So many legs that have changed wait for the next look at a map; where there are more, its counts are kept no longer. */
export const MOST_CHANGED = 5000

/** Legs as they were and as they are: all of the shoppers of whom something has changed, and all of those who share a cart with one of these. */
export interface Change {
  readonly before: readonly OwnLeg[]
  readonly after: readonly OwnLeg[]
}

/** Counts of maps that were asked for, which follow the legs. Models are named as `nameOf` does. */
export interface KeptCounts {
  readonly counts: (model: string, filters: MapFilters) => Promise<Counts>
  /** Whether somebody has asked for a map of this model, so that its changes have to be told. */
  readonly follows: (model: string) => boolean
  /** The legs of a model have changed: so, or more than is worth telling. */
  readonly change: (model: string, change: Change | undefined) => void
  /** All legs may have changed. */
  readonly clear: () => void
}

interface Kept {
  readonly model: string
  readonly filters: MapFilters
  readonly alone: Queue
  tally?: Tally
  /** What is not in the tally yet. */
  waiting: Change[]
  /** Of the legs as they are, once they are asked for. */
  counts?: Promise<Counts> | undefined
}

/** `count` counts in all legs as they are when it calls `began`. */
export function keepCounts(count: (model: string, filters: MapFilters, began: () => void) => Promise<Tallies>): KeptCounts {
  const all = new Map<string, Kept>()

  const bring = async (kept: Kept): Promise<Counts> => {
    const { model, filters } = kept
    kept.tally ??= createTally(await count(model, filters, () => (kept.waiting = [])))
    for (const { before, after } of kept.waiting.splice(0)) {
      kept.tally.take(tallyLegs(before, filters))
      kept.tally.add(tallyLegs(after, filters))
    }
    return kept.tally.counts()
  }

  return {
    counts: (model, filters) => {
      const key = JSON.stringify([model, filters])
      const kept = all.get(key) ?? { model, filters, alone: createQueue(), waiting: [] }
      all.delete(key)
      all.set(key, kept)
      if (all.size > MOST_KEPT) all.delete(all.keys().next().value!)
      kept.counts ??= kept.alone(() => bring(kept))
      kept.counts.catch(() => all.get(key) === kept && all.delete(key))
      return kept.counts
    },
    follows: (model) => [...all.values()].some((kept) => kept.model === model),
    change: (model, change) => {
      for (const [key, kept] of all) {
        if (kept.model !== model) continue
        if (change) kept.waiting.push(change)
        if (!change || kept.waiting.reduce((legs, { before, after }) => legs + before.length + after.length, 0) > 2 * MOST_CHANGED) all.delete(key)
        kept.counts = undefined
      }
    },
    clear: () => all.clear(),
  }
}
