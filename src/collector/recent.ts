/** What was used last. */
export interface Recent<Value> {
  readonly get: (key: string) => Value | undefined
  readonly set: (key: string, value: Value) => void
  readonly clear: () => void
}

/** Remembers the entries used last, at most so many: a busy document or visit is read from the database once. */
export function createRecent<Value>(most: number): Recent<Value> {
  const entries = new Map<string, Value>()
  const set = (key: string, value: Value) => {
    entries.delete(key)
    entries.set(key, value)
    if (entries.size > most) entries.delete(entries.keys().next().value!)
  }
  return {
    get: (key) => {
      const value = entries.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
    clear: () => entries.clear(),
  }
}

/** What was used last comes from memory, the rest from `read`, asked once. */
export async function readThrough<Value>(recent: Recent<Value>, keys: Iterable<string>, read: (absent: readonly string[]) => Promise<Iterable<readonly [key: string, value: Value]>>): Promise<Map<string, Value>> {
  const found = new Map<string, Value>()
  const absent: string[] = []
  for (const key of keys) {
    const value = recent.get(key)
    if (value === undefined) absent.push(key)
    else found.set(key, value)
  }
  if (absent.length) for (const [key, value] of await read(absent)) found.set(key, value)
  return found
}
