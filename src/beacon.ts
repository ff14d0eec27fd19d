import type { Answer } from './types.js'
import { within } from './within.js'

/** How bytes leave the page. */
export interface Beacon {
  /** Posts and reads the answer to its end; `undefined` when there was none within the deadline. Never rejects. */
  readonly post: (body: string, options?: PostOptions) => Promise<Answer | undefined>
  /** Hands the body to the browser without hope of an answer. `false` when it refused; `true` proves nothing. */
  readonly beacon: (body: string) => boolean
  /** Leaves the body with the browser, to be sent if this page dies; absent where there is no such thing. Returns the undo, `undefined` when refused. */
  readonly leave: ((body: string) => (() => void) | undefined) | undefined
  /** How many bytes may be posted at hide: what is under way counts until its answer has ended. */
  readonly room: () => number
}

/** How a body is posted. */
export interface PostOptions {
  /** Survives the page, within 64 KiB that all scripts of the page share. @default true */
  readonly keepalive?: boolean
  /** A body worth compressing: not at hide, compression is asynchronous. @default false */
  readonly compress?: boolean
}

/** What a beacon is made of: the window, whose own functions are taken when the tracker starts. */
export interface BeaconWindow {
  readonly fetch: typeof fetch
  readonly navigator: Navigator
  readonly fetchLater?: FetchLater
}

/** Chromium's deferred fetch (WICG pending beacon). */
export type FetchLater = (url: string, init: RequestInit & { activateAfter?: number }) => { activated: boolean }

const DEADLINE = 12_000
/** Of the 65,536 bytes that fetch allows for keepalive bodies under way; the rest is for other scripts. */
const BUDGET = 60_000
/** Only what catches up is compressed: a fresh batch leaves in the task that decided it, before the page can be gone. */
const WORTH_COMPRESSING = 20_000

/** What is under way from this page to all endpoints, bytes. */
export interface UnderWay {
  bytes: number
}

/** Sends to one endpoint, without cookies or custom headers, and without preflight unless the format's content type needs one. */
export function createBeacon(endpoint: string, { fetch, fetchLater, navigator }: BeaconWindow, underWay: UnderWay, type = 'text/plain;charset=UTF-8'): Beacon {
  const sendBeacon = navigator.sendBeacon?.bind(navigator)

  const toInit = (body: string | ArrayBuffer, { signal }: AbortController): RequestInit => ({
    method: 'POST',
    body,
    credentials: 'omit',
    redirect: 'manual',
    signal,
    ...(typeof body === 'string' && { headers: { 'content-type': type } }),
  })

  const post = async (text: string, { keepalive = true, compress = false }: PostOptions = {}) => {
    const abort = new AbortController()
    let size = 0
    const exchange = async () => {
      const body = compress && text.length > WORTH_COMPRESSING ? await gzip(text) : text
      size = sizeOf(body)
      // What does not fit would be refused as if there were no network.
      if (!keepalive || size > BUDGET - underWay.bytes) size = 0
      underWay.bytes += size
      const response = await fetch(endpoint, { ...toInit(body, abort), keepalive: !!size, ...({ priority: 'low' } as RequestInit) })
      // Until its end is read, an answer holds its request's share of the budget.
      return { status: response.status, body: await response.text(), header: (name: string) => response.headers.get(name) }
    }
    try {
      // A `fetch` that the page has wrapped may not know of the signal.
      return await within(DEADLINE, exchange())
    } catch {
      return
    } finally {
      abort.abort()
      underWay.bytes -= size
    }
  }

  const beacon = (text: string) => {
    try {
      const body = new Blob([text], { type })
      if (!sendBeacon?.(endpoint, body)) return false
      // Nobody hears when it has ended. A page that is left by navigation is hidden after its beacon: the fetch then must know of it.
      underWay.bytes += body.size
      setTimeout(() => (underWay.bytes -= body.size), DEADLINE)
      return true
    } catch {
      return false
    }
  }

  const leave = fetchLater && ((body: string) => {
    const abort = new AbortController()
    try {
      fetchLater(endpoint, toInit(body, abort))
      return () => abort.abort()
    } catch {
      return
    }
  })

  return { post, beacon, leave, room: () => BUDGET - underWay.bytes }
}

/** The bytes of a body in UTF-8. Not by a `Blob`, which browsers make in another process. */
export function sizeOf(body: string | ArrayBuffer): number {
  return typeof body === 'string' ? new TextEncoder().encode(body).length : body.byteLength
}

/** As bytes without a content type: naming the encoding in a header would cost a preflight. */
async function gzip(text: string): Promise<string | ArrayBuffer> {
  if (typeof CompressionStream === 'undefined') return text
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}
