/** A last resort at hide: synchronous, and kept by every engine when a page goes, where an IndexedDB write is not (WebKit keeps none). */
export interface Spill {
  /** Keeps what fits of the entries, in their order, and returns how many that were. Replaces what this document spilled before. */
  readonly write: (entries: readonly (readonly [key: string, text: string])[]) => number
  /** Every document's spilled entries, by a name that `remove` takes. */
  readonly read: () => [name: string, entries: [key: string, text: string][]][]
  readonly remove: (name?: string) => void
  /** Removes every document's. */
  readonly clear: () => void
}

/** The shop shares 5 MB of localStorage with us: stay small. Characters, two bytes each. */
const LIMIT = 16_000

/** The spill of one document, `name`, among those of the same `prefix`. Storage that throws counts as full. */
export function createSpill(prefix: string, name: string, storage: () => Storage): Spill {
  const attempt = <T>(work: (storage: Storage) => T, otherwise: T): T => {
    try {
      return work(storage())
    } catch {
      return otherwise
    }
  }
  let written = false

  const remove = (of = name) => {
    if (of !== name || written) attempt((kept) => kept.removeItem(prefix + of), undefined)
    if (of === name) written = false
  }
  const write = (entries: readonly (readonly [string, string])[]) => {
    let text = ''
    let count = 0
    for (const [key, value] of entries) {
      const next = `${text}${text && '\n\n'}${key}\n${value}`
      if (next.length > LIMIT) break
      text = next
      count++
    }
    if (!count) return 0
    written = true
    return attempt((kept) => (kept.setItem(prefix + name, text), count), 0)
  }
  const read = () =>
    attempt(
      (kept) =>
        Object.keys(kept)
          .filter((key) => key.startsWith(prefix))
          .map((key): [string, [string, string][]] => {
            const rows = (kept.getItem(key) ?? '').split('\n\n')
            return [key.slice(prefix.length), rows.map((row) => [row.slice(0, row.indexOf('\n')), row.slice(row.indexOf('\n') + 1)])]
          }),
      [],
    )
  const clear = () => {
    for (const [of] of read()) attempt((kept) => kept.removeItem(prefix + of), undefined)
    written = false
  }
  return { write, read, remove, clear }
}
