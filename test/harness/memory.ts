import type { Database } from '../../src/database.js'

/** A database that is a sorted map, with what was changed in it as words. */
export interface Memory extends Database {
  readonly kept: Map<string, unknown>
  readonly words: string[]
  /** Storage refuses from now on, or works again. */
  refuses: boolean
}

/** An in-memory database, shared with another one's `kept` where two tabs are played. */
export function createMemory(kept: Map<string, unknown> = new Map()): Memory {
  const words: string[] = []
  // As IndexedDB does, values are copied.
  const copy = <T>(value: T): T => structuredClone(value)
  const attempt = async <T>(work: () => T): Promise<T> => {
    await null
    if (memory.refuses) throw new DOMException('no', 'UnknownError')
    return work()
  }
  const memory: Memory = {
    kept,
    words,
    refuses: false,
    change: (put, gone = []) =>
      attempt(() => {
        for (const key of gone) kept.delete(key)
        for (const [key, value] of put) kept.set(key, copy(value))
        words.push(...put.map(([key]) => `put ${key}`), ...gone.map((key) => `delete ${key}`))
      }),
    update: <T>(key: string, next: (old: T | undefined) => T) =>
      attempt(() => {
        const value = next(copy(kept.get(key)) as T | undefined)
        kept.set(key, copy(value))
        words.push(`update ${key}`)
        return value
      }),
    keys: (prefix, after, count) => attempt(() => [...kept.keys()].filter((key) => key.startsWith(prefix) && key > after).sort().slice(0, count)),
    read: <T>(keys: readonly string[]) => attempt(() => keys.map((key) => copy(kept.get(key)) as T | undefined)),
    peek: <T>(key: string) => attempt(() => copy(kept.get(key)) as T | undefined),
    leave: () => {},
    reset: () => {},
    destroy: async () => kept.clear(),
  }
  return memory
}
