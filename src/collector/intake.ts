import { createGroupCommit } from './group-commit.js'
import { heldIn } from './ledger.js'
import type { Log } from './log.js'
import type { Batch, Committed, Store } from './types.js'

/** What becomes of a judged request. */
export interface Intake {
  /** Resolves when it is safe, with the answer to what it asks, where that can be told. */
  readonly take: (batch: Batch, size: number) => Promise<Pick<Committed, 'held'>>
  /** Resolves when these are committed. */
  readonly settle: (batches: readonly Batch[]) => Promise<readonly Committed[]>
  /** Runs work when no commit does. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>
  /** Bytes taken and not safe yet. */
  readonly waitingBytes: () => number
  /** Resolves when nothing waits. */
  readonly idle: () => Promise<void>
}

/** Commits what is taken, many requests at a time. What is settled together is committed whole, or not at all. */
export function createDirectIntake(store: Store): Intake {
  const writer = createGroupCommit<Batch, Committed>(store.commit)
  return { take: writer.submit, settle: (batches) => writer.alone(() => store.commit(batches)), alone: writer.alone, waitingBytes: writer.waitingBytes, idle: writer.idle }
}

/** Appends what is taken to a log, whose writer commits it later. What the store has not heard of yet is not said to be held: it may be sent again, and counts once. */
export function createLoggedIntake(log: Log, store: Store): Intake {
  const under = new Set<Promise<unknown>>()
  let waiting = 0

  const track = async <T>(size: number, work: () => Promise<T>): Promise<T> => {
    waiting += size
    const working = work()
    under.add(working)
    try {
      return await working
    } finally {
      under.delete(working)
      waiting -= size
    }
  }
  const answer = async ({ site, ask = [] }: Batch) => {
    const held = await Promise.all(ask.map(async (range) => heldIn((await store.documents({ site, tab: range.tab, limit: 1 }))[0], range)))
    return { held: held.flat() }
  }
  return {
    take: (batch, size) =>
      track(size, async () => {
        const { ask, ...rest } = batch
        // A sender may only ask.
        if (rest.forget || [rest.rows, rest.visits, rest.refused, rest.documents, rest.loss].some(({ length }) => length)) await log.append(rest)
        // Where the store is away its answer is left out.
        return ask ? answer(batch).catch(() => ({})) : {}
      }),
    settle: (batches) => track(0, () => Promise.all(batches.map(log.settle))),
    alone: (work) => work(),
    waitingBytes: () => waiting,
    idle: async () => void (await Promise.allSettled([...under])),
  }
}
