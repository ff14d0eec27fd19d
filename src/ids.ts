/** Fills an array with random bytes; `crypto.getRandomValues` exists on plain http, where `randomUUID` does not. */
export type Random = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array

const secure: Random = (bytes) => crypto.getRandomValues(bytes)

/** A UUIDv7 (RFC 9562 §5.7) for a moment in ms since epoch: time-ordered, 74 random bits. */
export function uuidv7(at: number, random: Random = secure): string {
  const bytes = random(new Uint8Array(16))
  for (let i = 5, rest = at; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256
  return uuid(bytes, 7)
}

/**
 * A UUIDv8 (RFC 9562 §5.8) derived from a text: the same text gives the same id on every page and device.
 * Each byte is the top of an FNV-1a hash with a start of its own: well spread, not secret.
 */
export function uuidv8(text: string): string {
  const bytes = new Uint8Array(16).map((_, i) => {
    let hash = Math.imul(i + 1, 0x9e3779b1)
    for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193)
    // One more round, so that the last letters reach every bit.
    return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 24
  })
  return uuid(bytes, 8)
}

/** Ten random characters of `a-z0-9`, to name a document. */
export function randomName(random: Random = secure): string {
  return [...random(new Uint8Array(10))].map((byte) => (byte % 36).toString(36)).join('')
}

function uuid(bytes: Uint8Array, version: number): string {
  bytes[6] = (bytes[6]! & 15) | (version << 4)
  bytes[8] = (bytes[8]! & 63) | 128
  return [...bytes].map((byte, i) => (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + (byte + 256).toString(16).slice(1)).join('')
}
