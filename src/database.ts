import { promisifyRequest } from 'idb-keyval'
import { createConnection, type ConnectionOptions } from './connection.js'

/** What the outbox needs of storage. Every promise settles within seconds; rejected means that nothing was changed. */
export interface Database {
  /** Puts and deletes, all or nothing. Starts in the same task while the connection is open. */
  readonly change: (put: readonly (readonly [key: string, value: unknown])[], gone?: readonly string[]) => Promise<unknown>
  /** The values of some keys; `undefined` where there is none. */
  readonly read: <T>(keys: readonly string[]) => Promise<(T | undefined)[]>
  /** Reads and puts, atomic over all tabs. Rejects while the page is hidden: a transaction that waits in a frozen page would block them. */
  readonly update: <T>(key: string, next: (old: T | undefined) => T) => Promise<T>
  /** At most `count` keys after `after` that begin with `prefix`, in order. */
  readonly keys: (prefix: string, after: string, count: number) => Promise<string[]>
  /** The page is being left: gives up what waits for a reply, and reads nothing until `reset`. WebKit keeps such a transaction open in its back/forward cache, and every other page waits for it. */
  readonly leave: () => void
  readonly reset: () => void
  readonly destroy: () => Promise<void>
}

/** A key-value store over a connection with deadlines, explicit commits and recovery. Of idb-keyval it uses the promises; its operations would bring a connection of their own. */
export function createDatabase(name: string, options: ConnectionOptions): Database {
  const { run, reset, destroy } = createConnection(name, options)
  const asking = new Set<IDBTransaction>()
  let isLeft = false

  const ask: typeof run = (mode, work) =>
    isLeft || (mode === 'readwrite' && options.isHidden())
      ? Promise.reject(new DOMException('not now', 'AbortError'))
      : run(mode, (store, transaction) => {
          asking.add(transaction)
          return work(store, transaction).finally(() => asking.delete(transaction))
        })

  return {
    change: (put, gone = []) =>
      run('readwrite', (store, transaction) => {
        for (const key of gone) store.delete(key)
        for (const [key, value] of put) store.put(value, key)
        // Others need not wait for this page's event loop to find out that nothing more comes.
        transaction.commit?.()
        return promisifyRequest(transaction)
      }),
    read: (keys) => ask('readonly', (store) => Promise.all(keys.map((key) => promisifyRequest(store.get(key))))),
    update: (key, next) =>
      ask('readwrite', async (store, transaction) => {
        const done = promisifyRequest(transaction)
        // Awaited below, unless the reading fails first.
        done.catch(() => {})
        const value = next(await promisifyRequest(store.get(key)))
        store.put(value, key)
        await done
        return value
      }),
    keys: (prefix, after, count) =>
      ask('readonly', (store) => promisifyRequest(store.getAllKeys(IDBKeyRange.bound(after || prefix, `${prefix}\uffff`, !!after), count) as IDBRequest<string[]>)),
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
      reset()
    },
    destroy,
  }
}
