import { type JourneyMap, toMap } from '../journey-map/journey-map.js'
import type { MapFilters, Shopper } from '../journey-map/types.js'
import type { StageModel } from '../types.js'
import { createQueue } from './queue.js'
import type { ShopperFilters, Store } from './types.js'

/** So long after a commit its touchpoints are folded for the models that are looked at, ms: those of many commits at once. */
const SOON = 1000
/** And for all other models, so that to switch to one does not fold a whole history. */
const IN_TIME = 60_000

/** Maps of what is stored, always current. */
export interface Maps {
  readonly map: (model: StageModel, filters: MapFilters) => Promise<JourneyMap>
  readonly shoppers: (model: StageModel, filters: ShopperFilters) => Promise<readonly Shopper[]>
  readonly choices: (model: StageModel) => ReturnType<Store['choices']>
  /** Something is new: it is folded soon, so that the next map has little left to fold. */
  readonly touch: () => void
  /** Folds no more by itself; resolves when nothing is under way. */
  readonly close: () => Promise<void>
}

/** Folds what is new before it is read. `alone` runs what writes when nothing else does. */
export function createMaps(store: Store, models: readonly StageModel[], alone: (work: () => Promise<void>) => Promise<void>, onError: (error: unknown) => void): Maps {
  const oneByOne = createQueue()
  /** Asked for since all were folded last; at first it is the usual one. */
  const watched = new Set(models.slice(0, 1))
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  /** How many are waiting for a model to be folded. */
  let waiting = 0
  let closed = false

  /** Folds, until it `isEnough` at the latest. Resolves with whether that was all. */
  const fold = async (all: readonly StageModel[], isEnough: () => boolean) => {
    for await (const write of store.fold(all)) {
      await alone(write)
      if (isEnough()) return false
    }
    return true
  }
  /** What nobody waits for gives way to what somebody does, and then goes on. */
  const foldAll = async (all: Iterable<StageModel>) => {
    const some = [...all]
    try {
      while (!closed && !(await oneByOne(() => fold(some, () => closed || waiting > 0))));
    } catch (error) {
      onError(error)
    }
  }
  const foldWatched = () => foldAll(watched)
  const foldRest = () => {
    watched.clear()
    return foldAll(models)
  }
  const wake = (delay: number, fold: () => Promise<void>) => {
    if (closed || timers.has(delay)) return
    const timer = setTimeout(() => {
      timers.delete(delay)
      void fold()
    }, delay)
    ;(timer as { unref?: () => void }).unref?.()
    timers.set(delay, timer)
  }
  const touch = () => {
    wake(SOON, foldWatched)
    wake(IN_TIME, foldRest)
  }
  const current = async <T>(model: StageModel, read: () => Promise<T>) => {
    watched.add(model)
    waiting++
    await oneByOne(() => fold([model], () => false)).finally(() => waiting--)
    return read()
  }
  // What another release or other models have left behind.
  touch()
  return {
    map: (model, filters) => current(model, async () => toMap(await store.counts(model, filters), model)),
    shoppers: (model, filters) => current(model, () => store.shoppers(model, filters)),
    choices: (model) => current(model, () => store.choices(model)),
    touch,
    close: () => {
      closed = true
      for (const timer of timers.values()) clearTimeout(timer)
      return oneByOne(async () => {})
    },
  }
}
