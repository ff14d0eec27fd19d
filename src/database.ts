import { promisifyRequest } from 'idb-keyval'
import { within } from './within.js'

/** What the tracker needs of storage. Every promise settles within seconds; rejected means that nothing was changed. */
export interface Database {
  /** Puts and deletes, all or nothing. Starts in the same task while the connection is open. */
  readonly change: (put: readonly (readonly [key: string, value: unknown])[], gone?: readonly string[]) => Promise<unknown>
  /** The values of some keys; `undefined` where there is none. */
  readonly read: <T>(keys: readonly string[]) => Promise<(T | undefined)[]>
  /** A value of a database that is there already; `undefined` where there is none, and then makes none. Asks nobody for consent: it is for erasing. Rejects while the page is hidden. */
  readonly peek: <T>(key: string) => Promise<T | undefined>
  /** Reads and puts, atomic over all tabs. Rejects while the page is hidden: a transaction that waits in a frozen page would block them. */
  readonly update: <T>(key: string, next: (old: T | undefined) => T) => Promise<T>
  /** At most `count` keys that begin with `prefix` and come after `after`, which may be the prefix itself; in order. */
  readonly keys: (prefix: string, after: string, count: number) => Promise<string[]>
  /** The page is being left: gives up what waits for a reply, and reads nothing until `reset`. WebKit keeps such a transaction open in its back/forward cache, and every other page waits for it. */
  readonly leave: () => void
  /** Forgets the connection: after a restore from the back/forward cache its old promises may never settle. */
  readonly reset: () => void
  /** Closes and deletes the database. Resolves also when there is none, or no access to it. */
  readonly destroy: () => Promise<void>
}

/** What a database is made of. */
export interface DatabaseOptions {
  /** A function, since only reading `window.indexedDB` throws where storage is blocked. */
  readonly indexedDB: () => IDBFactory
  /** Absent where the page is not secure. */
  readonly locks: LockManager | undefined
  readonly isHidden: () => boolean
  /** Asked before each opening, besides visibility. */
  readonly mayOpen: () => boolean
}

type Work<T> = (store: IDBObjectStore) => Promise<T>

const STORE = 'kept'
/** Storage that does not open in this time is treated as absent until it does (a blocked upgrade, a stuck profile), ms. */
const OPEN_DEADLINE = 2500
/** Chromium on a full disk leaves transactions that neither complete nor abort, ms. */
const TRANSACTION_DEADLINE = 2000

/**
 * A key-value store that survives what browsers do to connections: it opens lazily, commits explicitly, gives every step a deadline, and runs a transaction
 * that fails on a stale connection once more on a fresh one. Of idb-keyval it uses the promises; its operations would bring a connection of their own.
 *
 * Never opens while the page is hidden: a first open that is frozen half-way blocks every other page (Chromium, WebKit).
 */
export function createDatabase(name: string, { indexedDB, locks, isHidden, mayOpen }: DatabaseOptions): Database {
  let db: IDBDatabase | undefined
  let opening: Promise<IDBDatabase> | undefined
  let isLeft = false
  const asking = new Set<IDBTransaction>()

  const forget = (closed = db) => {
    closed?.close()
    if (closed === db) db = opening = undefined
  }

  const open = async () => {
    if (isHidden() || !mayOpen()) throw notNow()
    const request = indexedDB().open(name)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE)
      asking.add(request.transaction!)
    }
    const settled = promisifyRequest(request)
    // Held for its name only: Chromium throws a cached page away when another wants a lock of it, and with it an opening that it was left in the middle of.
    locks?.request(name, () => settled).catch(() => {})
    const opened = await settled
    // After the deadline, when a later attempt was faster.
    if (db) opened.close()
    else db = opened
    // Another tab upgrades or deletes: stand aside at once, it and every later open wait for us.
    opened.onclose = opened.onversionchange = () => forget(opened)
    return db
  }

  /** `work` is repeated once, on a fresh connection. */
  const run = async <T>(mode: IDBTransactionMode, work: Work<T>, isAgain?: boolean): Promise<T> => {
    try {
      const opened = db ?? (await (opening ??= within(OPEN_DEADLINE, open()).finally(() => (opening = undefined))))
      return await within(TRANSACTION_DEADLINE, work(opened.transaction(STORE, mode, { durability: 'relaxed' }).objectStore(STORE)))
    } catch (error) {
      // No connection, none to be had now, or no room: a fresh connection would not help.
      if (isAgain || !db || isHidden() || (error as Error | null)?.name === 'QuotaExceededError') throw error
      forget()
      return run(mode, work, true)
    }
  }

  const ask = async <T>(mode: IDBTransactionMode, work: Work<T>) => {
    if (isLeft || (mode === 'readwrite' && isHidden())) throw notNow()
    return run(mode, (store) => {
      const { transaction } = store
      asking.add(transaction)
      return work(store).finally(() => asking.delete(transaction))
    })
  }

  return {
    change: (put, gone = []) =>
      run('readwrite', (store) => {
        for (const key of gone) store.delete(key)
        for (const [key, value] of put) store.put(value, key)
        // Others need not wait for this page's event loop to find out that nothing more comes.
        store.transaction.commit?.()
        return promisifyRequest(store.transaction)
      }),
    read: (keys) => ask('readonly', (store) => Promise.all(keys.map((key) => promisifyRequest(store.get(key))))),
    peek: async (key) => {
      if (isHidden()) throw notNow()
      const known = await indexedDB().databases?.()
      if (known && !known.some((each) => each.name === name)) return undefined
      let isNew = false
      const request = indexedDB().open(name)
      request.onupgradeneeded = () => {
        isNew = true
        request.transaction!.abort()
      }
      try {
        const opened = await within(OPEN_DEADLINE, promisifyRequest(request))
        try {
          return await within(TRANSACTION_DEADLINE, promisifyRequest(opened.transaction(STORE).objectStore(STORE).get(key)))
        } finally {
          opened.close()
        }
      } catch (cause) {
        if (isNew) return undefined
        throw cause
      }
    },
    update: (key, next) =>
      ask('readwrite', async (store) => {
        const value = next(await promisifyRequest(store.get(key)))
        store.put(value, key)
        await promisifyRequest(store.transaction)
        return value
      }),
    keys: (prefix, after, count) =>
      ask('readonly', (store) => promisifyRequest(store.getAllKeys(IDBKeyRange.bound(after, `${prefix}\uffff`, true), count) as IDBRequest<string[]>)),
    leave: () => {
      isLeft = true
      for (const transaction of asking) {
        try {
          transaction.abort()
        } catch {
          // It has just ended by itself.
        }
      }
    },
    reset: () => {
      isLeft = false
      forget()
    },
    destroy: async () => {
      forget()
      try {
        await within(OPEN_DEADLINE, promisifyRequest(indexedDB().deleteDatabase(name)))
      } catch {
        // There is none, or no access to it.
      }
    },
  }
}

/** Not an error: the page is hidden or left, or consent was withdrawn. */
const notNow = () => new DOMException('not now', 'AbortError')
