// @ts-check
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** @typedef {{ status: number, reason: string, value?: undefined }} Refused */
/** @typedef {{ value: unknown, size: number, status?: undefined }} Read `size` is in bytes, after gunzip. */

const unzip = promisify(gunzip)
// The body is UTF-8 by contract; what is not becomes U+FFFD, never an error.
const decoder = new TextDecoder()
// Escapes of NUL and of halves of surrogate pairs: valid in JSON, refused or cut off by databases.
const trouble = /\\u(?:0000|d[89a-f])/i
const unstorable = /[\0\p{Surrogate}]/gu

/** @type {(most: number) => Refused} */
const tooLarge = (most) => ({ status: 413, reason: `body: expected at most ${most} bytes` })

/**
 * Reads at most `most` bytes; undefined at the first byte too many, so that nothing large is ever buffered.
 * @type {(request: Request, most: number) => Promise<Uint8Array | undefined>}
 */
export const readBytes = async (request, most) => {
  const announced = Number(request.headers.get('content-length') ?? Number.NaN)
  if (announced > most) return undefined
  if (announced <= most) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    return bytes.length <= most ? bytes : undefined
  }
  const chunks = []
  let size = 0
  for await (const chunk of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (request.body ?? []))) {
    size += chunk.length
    if (size > most) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** @type {(value: unknown) => unknown} */
const storable = (value) => {
  if (typeof value === 'string') return value.replace(unstorable, '\ufffd')
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key.replace(unstorable, '\ufffd'), storable(entry)]))
}

/**
 * Reads a request's JSON, plain or gzip (told by the first two bytes, never by a header), or says with which status to refuse it.
 * Strings that a database cannot hold (NUL, half a surrogate pair) come with U+FFFD in their place.
 * @type {(request: Request, limits: { maxBytes: number, maxUnzipped: number }) => Promise<Read | Refused>}
 */
export const readBody = async (request, { maxBytes, maxUnzipped }) => {
  const bytes = await readBytes(request, maxBytes)
  if (!bytes) return tooLarge(maxBytes)
  let plain = bytes
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      plain = await unzip(bytes, { maxOutputLength: maxUnzipped })
    } catch (error) {
      const bomb = /** @type {NodeJS.ErrnoException} */ (error).code === 'ERR_BUFFER_TOO_LARGE'
      return bomb ? tooLarge(maxUnzipped) : { status: 400, reason: 'body: expected whole gzip data after the bytes 1f 8b' }
    }
  }
  try {
    const text = decoder.decode(plain)
    const value = JSON.parse(text)
    return { value: trouble.test(text) ? storable(value) : value, size: plain.length }
  } catch {
    // Also a RangeError: brackets nested a million times.
    return { status: 400, reason: 'body: expected JSON' }
  }
}
