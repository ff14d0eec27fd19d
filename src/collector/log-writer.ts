import { checkModel } from '../stage-models.js'
import type { StageModel } from '../types.js'
import { MODELS } from './models.js'
import type { Entry, Log, Office } from './log.js'
import { createMaintenance } from './maintenance.js'
import { createMaps } from './maps.js'
import { createQueue } from './queue.js'
import type { Store } from './types.js'

export type { Entry, Log, Office } from './log.js'

/** Settings of `createLogWriter`. `log` and `open` are required. */
export interface LogWriterOptions {
  readonly log: Log
  /** Opens the store, each time that this process is the one to write: `() => openClickhouseStore([…])`. */
  readonly open: () => Promise<Store>
  /** As of `createCollector`. @default [five, ecommerceSix, aida, funnel, saas] */
  readonly models?: readonly StageModel[]
  /** As of `createCollector`. @default 34128000000 */
  readonly retention?: number
  /** As of `createCollector`. @default 1800000 */
  readonly abandonAfter?: number
  /** Every how many ms what is too old is erased and abandoned carts are confirmed. @default 60000 */
  readonly maintainEvery?: number
  /** ms since epoch. @default Date.now */
  readonly now?: () => number
  /** Hears of what went wrong inside. @default console.error */
  readonly onError?: (error: unknown) => void
}

/** Writes what a log holds into the store, whenever it is this process's turn. */
export interface LogWriter {
  /** Whether it is now. */
  readonly isWriting: () => boolean
  /** Finishes what is being written, lets another have the turn, and resolves when that is done. The log stays open. */
  readonly close: () => Promise<void>
}

/** Waits after a failure, doubled each time, ms. */
const AGAIN = 250
const LONGEST = 4000
/** A batch that alone fails so often is left for later, so that it holds up no other. */
const TRIES = 3
const DAY = 86_400_000

/**
 * The other half of a collector with a log: of all processes that have one, one at a time takes what was appended, commits it in groups, folds it for maps, confirms abandoned carts and erases what is too old. A batch leaves the log only
 * after its commit, so what a process or a store that dies leaves undone is done again, and ids make it count once. Throws a `TypeError` for a wrong option.
 */
export function createLogWriter({ log, open, models = MODELS, retention = 34_128_000_000, abandonAfter = 1_800_000, maintainEvery = 60_000, now = Date.now, onError = console.error }: LogWriterOptions): LogWriter {
  if (typeof (log as Partial<Log> | undefined)?.serve !== 'function') throw new TypeError('rihla: log must be a log, such as await openJetStream({ servers })')
  if (typeof open !== 'function') throw new TypeError('rihla: open must be a function that opens a store')
  for (const model of models) checkModel(model)
  let isWriting = false

  const rest = (ms: number, { signal }: Office) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
    })

  const openInTime = async (office: Office) => {
    for (let wait = AGAIN; !office.signal.aborted; wait = Math.min(wait * 2, LONGEST)) {
      try {
        return await open()
      } catch (error) {
        onError(error)
        await rest(wait, office)
      }
    }
    return undefined
  }

  const commit = async (store: Store, entries: readonly Entry[]) => {
    const committed = await store.commit(entries.map(({ batch }) => batch))
    entries.forEach(({ done }, i) => done(committed[i]!))
  }

  /** Until all is committed. Where only one batch is bad the others do not wait for it; where the store is away all do. */
  const commitAll = async (store: Store, all: readonly Entry[], office: Office) => {
    let left = all
    for (let tries = 1, wait = AGAIN; left.length && !office.signal.aborted; tries++, wait = Math.min(wait * 2, LONGEST)) {
      try {
        return await commit(store, left)
      } catch (error) {
        if (tries === 1) onError(error)
      }
      const failed: Entry[] = []
      for (const [i, entry] of left.entries()) {
        // When one fails by itself, too, it is most likely the store.
        if (failed.length && failed.length === i) failed.push(entry)
        else await commit(store, [entry]).catch(() => failed.push(entry))
      }
      const isStore = failed.length === left.length
      left = isStore && left.length > 1 ? [...failed.slice(1), failed[0]!] : failed
      if (!isStore || (left.length === 1 && tries >= TRIES)) {
        for (const { later } of left) later()
        return
      }
      await rest(wait, office)
    }
  }

  const write = async (office: Office) => {
    const store = await openInTime(office)
    if (!store) return
    const alone = createQueue()
    const maps = createMaps(store, models, alone, onError)
    const stopListening = store.onCommit((read) => {
      maps.touch()
      log.publish(read)
    })
    // By whole days, so that what is erased is looked for each time but found once a day.
    const daily: Store = { ...store, expire: (before) => store.expire(before - (before % DAY)) }
    const maintain = createMaintenance(daily, { retention, abandonAfter, now, alone, submit: async (batch) => log.append(batch).then(() => batch.rows.length), isClosing: () => office.signal.aborted })
    let maintaining: Promise<unknown> | undefined
    const timer = setInterval(() => (maintaining ??= maintain().catch(onError).finally(() => (maintaining = undefined))), maintainEvery)
    isWriting = true
    try {
      while (!office.signal.aborted) {
        const entries = await office.next()
        if (entries.length) await alone(() => commitAll(store, entries, office))
      }
    } finally {
      isWriting = false
      clearInterval(timer)
      stopListening()
      await maintaining
      await maps.close()
      await store.close()
    }
  }

  const serving = log.serve((office) => write(office).catch(onError))
  return { isWriting: () => isWriting, close: serving.stop }
}
