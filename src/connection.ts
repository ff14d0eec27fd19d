/** A connection to one object store that survives what browsers do to connections. */
export interface Connection {
  /** Runs one transaction and settles with `work`'s promise. Starts in the same task while the connection is open. */
  readonly run: <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore, transaction: IDBTransaction) => Promise<T>) => Promise<T>
  /** Forgets the connection: after a restore from the back/forward cache its old promises may never settle. */
  readonly reset: () => void
  /** Closes and deletes the database. Resolves also when there is none, or no access to it. */
  readonly destroy: () => Promise<void>
}

/** What a connection is made of. */
export interface ConnectionOptions {
  /** A function, since only reading `window.indexedDB` throws where storage is blocked. */
  readonly indexedDB: () => IDBFactory
  readonly isHidden: () => boolean
  /** Asked before each opening, besides visibility. */
  readonly mayOpen: () => boolean
}

const STORE = 'kept'
/** Storage that does not open in this time is treated as absent until it does (a blocked upgrade, a stuck profile). */
const OPEN_DEADLINE = 2500
/** Chromium on a full disk leaves transactions that neither complete nor abort. */
const TRANSACTION_DEADLINE = 2000

/**
 * Opens lazily; every step has a deadline; a transaction that fails on a stale connection is run once more on a fresh one, so `work` must be repeatable.
 * Never opens while the page is hidden: a first open that is frozen half-way blocks every other tab (Chromium).
 */
export function createConnection(name: string, { indexedDB, isHidden, mayOpen }: ConnectionOptions): Connection {
  let db: IDBDatabase | undefined
  let opening: Promise<IDBDatabase> | undefined

  const forget = (closed = db) => {
    closed?.close()
    if (closed === db) db = opening = undefined
  }

  const open = () =>
    within<IDBDatabase>(OPEN_DEADLINE, (resolve, reject) => {
      if (isHidden() || !mayOpen()) throw new DOMException('not now', 'AbortError')
      const request = indexedDB().open(name)
      request.onupgradeneeded = () => request.result.createObjectStore(STORE)
      request.onerror = () => reject(request.error)
      request.onsuccess = () => {
        const opened = request.result
        // A success after the deadline, when a later attempt was faster.
        if (db) return opened.close()
        db = opened
        // Another tab upgrades or deletes: stand aside at once, it and every later open wait for us.
        db.onclose = db.onversionchange = () => forget(opened)
        resolve(opened)
      }
    }).finally(() => (opening = undefined))

  const run = async <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore, transaction: IDBTransaction) => Promise<T>): Promise<T> => {
    const once = async () => {
      const transaction = (db ?? (await (opening ??= open()))).transaction(STORE, mode, { durability: 'relaxed' })
      const done = work(transaction.objectStore(STORE), transaction)
      return within<T>(TRANSACTION_DEADLINE, (resolve) => resolve(done))
    }
    try {
      return await once()
    } catch (error) {
      // No connection, none to be had now, or no room: a fresh connection would not help.
      if (!db || isHidden() || (error as Error | null)?.name === 'QuotaExceededError') throw error
      forget()
      return once()
    }
  }

  const destroy = () => {
    forget()
    return within<void>(OPEN_DEADLINE, (resolve) => {
      const request = indexedDB().deleteDatabase(name)
      request.onsuccess = request.onerror = () => resolve()
    }).catch(() => {})
  }

  return { run, reset: () => forget(), destroy }
}

/** A promise with a deadline in ms. */
function within<T>(ms: number, work: (resolve: (value: T | PromiseLike<T>) => void, reject: (reason: unknown) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`storage did not answer within ${ms} ms`)), ms)
    new Promise(work).then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
