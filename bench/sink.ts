import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'

/** Takes what any tracker sends, and counts the touchpoints in it by the `nth` that each has. */
export interface Sink {
  readonly url: string
  /** Every `nth` that came, once. */
  readonly seen: ReadonlySet<string>
  /** Requests that had one, and their bodies' bytes: as they came, and in gzip. */
  readonly requests: readonly { readonly bytes: number; readonly gzip: number; readonly at: number }[]
  readonly reset: () => void
  readonly close: () => Promise<void>
}

/** What each of them takes for an acknowledgement. */
const ANSWER = JSON.stringify({ code: 200, status: 1, success: true })

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const isGzip = (body: Buffer): boolean => body[0] === 0x1f && body[1] === 0x8b

/** The body as text, whatever it is wrapped in. */
function textOf(body: Buffer): string {
  const text = (isGzip(body) ? gunzipSync(body) : body).toString()
  // Snowplow wraps events and contexts in base64, Mixpanel the body of a form, if it does not write JSON there.
  const wrapped = [...text.matchAll(/"(?:ue_px|cx)":"([\w+/=-]+)"/g)].map(([, inside = '']) => Buffer.from(inside, 'base64url').toString())
  const data = text.startsWith('data=') ? (new URLSearchParams(text).get('data') ?? '') : text
  const plain = /^[[{]/.test(data) ? data : Buffer.from(data, 'base64').toString()
  return [plain, ...wrapped].join('\n')
}

/** Starts on a free port. */
export async function createSink(): Promise<Sink> {
  const seen = new Set<string>()
  const requests: { bytes: number; gzip: number; at: number }[] = []
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const found = [...textOf(body).matchAll(/nth-[\w-]+/g)].map(([nth]) => nth)
    if (found.length) requests.push({ bytes: body.length, gzip: isGzip(body) ? body.length : gzipSync(body).length, at: Date.now() })
    for (const nth of found) seen.add(nth)
    response.writeHead(200, {
      'content-type': 'application/json',
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '',
      'access-control-max-age': '600',
    })
    response.end(ANSWER)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    requests,
    reset: () => {
      seen.clear()
      requests.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
