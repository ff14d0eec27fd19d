/** A body that is refused, and the status to say so with. */
export interface Refused {
  readonly status: number
  readonly reason: string
}

/** A body's bytes, unzipped. */
export interface Bytes {
  readonly bytes: Uint8Array
}

/** A body's JSON; `size` is in bytes, after gunzip. */
export interface Read {
  readonly value: unknown
  readonly size: number
}

/** Most bytes of a body, and most of them after gunzip. */
export interface BodyLimits {
  readonly maxBytes: number
  readonly maxUnzipped: number
}

/** Escapes of NUL and of halves of surrogate pairs: valid in JSON, refused or cut off by databases. */
const TROUBLE = /\\u(?:0000|d[89a-f])/i
const UNSTORABLE = /[\0\p{Surrogate}]/gu

const tooLarge = (most: number): Refused => ({ status: 413, reason: `body: expected at most ${most} bytes` })

/** Reads a stream of at most `most` bytes; `undefined` at the first byte too many, so that nothing large is ever buffered. */
async function readAll(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array | undefined> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { value, done } = await reader.read()
    if (done) break
    size += value.length
    if (size > most) {
      void reader.cancel().catch(() => {})
      return undefined
    }
    chunks.push(value)
  }
  if (chunks.length === 1) return chunks[0]!
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** The bytes of a request's body, as they came; `undefined` where there are more than `most`. */
export async function readBytes(request: Request, most: number): Promise<Uint8Array | undefined> {
  const announced = Number(request.headers.get('content-length') ?? NaN)
  if (announced > most) return undefined
  if (announced <= most) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    return bytes.length <= most ? bytes : undefined
  }
  return request.body ? readAll(request.body, most) : new Uint8Array()
}

/** The bytes of a body, plain or gzip (told by the first two bytes, never by a header), or with which status to refuse it. */
export async function readPlain(request: Request, { maxBytes, maxUnzipped }: BodyLimits): Promise<Bytes | Refused> {
  const bytes = await readBytes(request, maxBytes)
  if (!bytes) return tooLarge(maxBytes)
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { bytes }
  try {
    const plain = await readAll(new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip')), maxUnzipped)
    return plain ? { bytes: plain } : tooLarge(maxUnzipped)
  } catch {
    return { status: 400, reason: 'body: expected whole gzip data after the bytes 1f 8b' }
  }
}

/** A value whose strings a database can hold: NUL and halves of surrogate pairs come out as U+FFFD. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(UNSTORABLE, '\ufffd')
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key.replace(UNSTORABLE, '\ufffd'), storable(entry)]))
}

/** Reads a request's JSON, or says with which status to refuse it. The body is UTF-8 by contract; what is not becomes U+FFFD, never an error. */
export async function readBody(request: Request, limits: BodyLimits): Promise<Read | Refused> {
  const body = await readPlain(request, limits)
  if ('status' in body) return body
  try {
    const text = new TextDecoder().decode(body.bytes)
    const value = JSON.parse(text) as unknown
    return { value: TROUBLE.test(text) ? storable(value) : value, size: body.bytes.length }
  } catch {
    // Also a RangeError: brackets nested a million times.
    return { status: 400, reason: 'body: expected JSON' }
  }
}
