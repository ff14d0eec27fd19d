// @ts-check

/**
 * Remembers the entries used last, so that a busy document or visit is read from the database once.
 * @template Value
 * @param {number} most
 */
export const createRecent = (most) => {
  /** @type {Map<string, Value>} */
  const entries = new Map()
  /** @type {(key: string, value: Value) => void} */
  const set = (key, value) => {
    entries.delete(key)
    entries.set(key, value)
    const oldest = entries.size > most ? entries.keys().next().value : undefined
    if (oldest !== undefined) entries.delete(oldest)
  }
  return {
    /** @type {(key: string) => Value | undefined} */
    get: (key) => {
      const value = entries.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
    clear: () => entries.clear(),
  }
}
