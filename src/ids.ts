/** Fills an array with random bytes; `crypto.getRandomValues` exists on plain http, where `randomUUID` does not. */
export type Random = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array

/** Draws for many at once: a call costs more than its bytes. */
const draw = (): Random => {
  const pool = new Uint8Array(640)
  let at = pool.length
  return (bytes) => {
    if (at + bytes.length > pool.length) {
      crypto.getRandomValues(pool)
      at = 0
    }
    bytes.set(pool.subarray(at, (at += bytes.length)))
    return bytes
  }
}
const secure = draw()

/** A UUIDv7 (RFC 9562 §5.7) for a moment in ms since epoch: time-ordered, 74 random bits. */
export function uuidv7(at: number, random: Random = secure): string {
  return uuid(Math.floor(at).toString(16).padStart(12, '0') + toHex(random(new Uint8Array(10))), 7)
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
  return uuid(toHex(bytes), 8)
}

/** Ten random characters of `a-z0-9`, to name a document. */
export function randomName(random: Random = secure): string {
  return [...random(new Uint8Array(10))].map((byte) => (byte % 36).toString(36)).join('')
}

/** Bytes as hexadecimal digits, two each. */
export const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => (byte + 256).toString(16).slice(1)).join('')

/** 32 hexadecimal digits with version, variant and dashes. */
const uuid = (hex: string, version: number) => hex.replace(/(.{8})(.{4}).(.{3}).(.{3})/, `$1-$2-${version}$3-${'89ab'[parseInt(hex[16]!, 16) % 4]}$4-`)
