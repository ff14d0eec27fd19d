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
  let written = false

  const attempt = <T>(work: (storage: Storage) => T): T | undefined => {
    try {
      return work(storage())
    } catch {
      return
    }
  }

  const remove = (of = name) => {
    if (of !== name || written) attempt((kept) => kept.removeItem(prefix + of))
    if (of === name) written = false
  }

  const write: Spill['write'] = (entries) => {
    let text = ''
    let count = 0
    for (const entry of entries) {
      const next = (text && `${text}\n\n`) + entry.join('\n')
      if (next.length > LIMIT) break
      text = next
      count++
    }
    if (!count) return 0
    written = true
    return attempt((kept) => (kept.setItem(prefix + name, text), count)) ?? 0
  }

  const entriesOf = (text: string) => text.split('\n\n').map((entry) => entry.split(/\n(.*)/s, 2) as [string, string])
  const read: Spill['read'] = () =>
    attempt((kept) =>
      Object.keys(kept)
        .filter((key) => key.startsWith(prefix))
        .map((key) => [key.slice(prefix.length), entriesOf(kept.getItem(key)!)]),
    ) ?? []

  return { write, read, remove, clear: () => read().forEach(([of]) => remove(of)) }
}
