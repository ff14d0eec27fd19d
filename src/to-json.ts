import { shorten } from './redact.js'

// Taken when the script loads: pages replace them, and a later `toJSON` on a prototype must not reach us.
const { stringify } = JSON
const { keys } = Object

/** The most characters of one string. */
const TEXT = 1024
/** The most levels below `props`. */
const DEPTH = 5
/** The most characters of one touchpoint's `props`: one request of an open page. */
const SIZE = 16_000

/** A key that may hold more than a name. */
const ODD = /\W|\d{9}/
/** No card's number is smaller. */
const CARD = 1e13

/** A JSON string literal. Safe from `toJSON` on prototypes, which only objects are asked for. */
export const quote: (text: string) => string = stringify

/**
 * Writes a value as JSON, whatever it is: strings go through `clean`, with their key, and are cut at 1,024 characters, as do keys and numbers that may be a card's; what JSON
 * cannot hold is left out (also `null`), levels below 5 and what is beyond 16,000 characters too: then `onCut` hears it. Getters that throw count as absent. Never throws.
 *
 * Not `JSON.stringify`: old libraries define `Array.prototype.toJSON`, which changes what it writes.
 */
export function toJson(value: unknown, clean: (text: string, key?: string) => string, onCut: () => void): string | undefined {
  let left = SIZE
  const spend = (json: string) => ((left -= json.length + 1) < 0 ? onCut() : json)
  const write = (part: unknown, depth: number, name?: string): string | undefined | void => {
    if (typeof part === 'string') return spend(stringify(shorten(part, TEXT, (text) => clean(text, name))))
    if (typeof part === 'boolean' || (typeof part === 'number' && isFinite(part))) {
      const text = `${part}`
      return spend(+part > CARD && clean(text, name) !== text ? stringify(clean(text, name)) : text)
    }
    if (typeof part !== 'object' || !part || depth > DEPTH || left < 0) return
    if (part instanceof Date) return isNaN(+part) ? undefined : spend(stringify(part.toISOString()))
    const list = Array.isArray(part)
    const members: string[] = []
    for (const key of keys(part)) {
      if (left < 0) break
      try {
        const json = write((part as { [key: string]: unknown })[key], depth + 1, key)
        const said = ODD.test(key) ? shorten(key, TEXT, clean) : key
        if (json !== undefined && (list || (key !== '__proto__' && spend(said)))) members.push(list ? json : `${stringify(said)}:${json}`)
      } catch {
        // A getter threw.
      }
    }
    return list ? `[${members.join()}]` : `{${members.join()}}`
  }
  try {
    return write(value, 0) ?? undefined
  } catch {
    return
  }
}
