import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** A touchpoint as it is on the wire (docs/protocol.md). */
export interface WireTouchpoint {
  readonly id: string
  readonly name: string
  readonly at: number
  readonly seq: number
  readonly page: string
  readonly source: string
  readonly props?: { readonly [key: string]: unknown }
  readonly stage?: { readonly id: string; readonly confidence: number; readonly rule: string }
}

/** A row of the `pages` table. */
export interface WirePage {
  readonly tab: string
  readonly visit: string
  readonly url: string
  readonly model?: string
  readonly user?: string
  readonly title?: string
  readonly referrer?: string
  readonly kind?: string
  readonly locale?: string
  readonly marks?: readonly string[]
  readonly denied?: readonly string[]
}

/** A row of the `visits` table. */
export interface WireVisit {
  readonly visitor?: string
  readonly started: number
  readonly landing?: string
  readonly referrer?: string
  readonly channel?: string
  readonly number?: number
  readonly first?: { readonly [key: string]: unknown }
  readonly campaign?: { readonly [key: string]: unknown }
}

/** A range of `seq` within one document. */
export interface WireRange {
  readonly tab: string
  readonly from: number
  readonly to: number
}

/** A request's body. */
export interface WireBatch {
  readonly v: number
  readonly site: string
  readonly sdk: string
  readonly sent_at: number
  readonly visits: { readonly [id: string]: WireVisit }
  readonly pages: { readonly [key: string]: WirePage }
  readonly touchpoints: readonly WireTouchpoint[]
  readonly documents: { readonly [tab: string]: number }
  readonly loss: readonly (WireRange & { readonly reason: string })[]
  readonly ask: readonly WireRange[]
  readonly forget?: { readonly visitor?: string; readonly user?: string }
}

/** One request, as it came. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** The bytes of the body. */
  readonly raw: Buffer
  /** The body as text, unzipped when it is gzip. */
  readonly text: string
  /** The body as JSON, `null` when it is none. */
  readonly batch: WireBatch | null
  /** When its last byte came, ms since epoch. */
  readonly at: number
  /** The answer's status once it was written, else `null` (hanging, delayed, reset). */
  status: number | null
  /** Ids that the answer named in `rejected`. */
  rejected: readonly string[]
}

/** What the collector does with a request. */
export interface Reply {
  /** @default 204, or 200 with a body */
  readonly status?: number
  readonly headers?: { readonly [name: string]: string }
  /** An object is sent as JSON. */
  readonly body?: string | object
  readonly delayMs?: number
  /** Never answers. */
  readonly hang?: boolean
  /** Takes the request in and destroys the connection: the answer is lost after processing. */
  readonly reset?: boolean
  /** Destroys the connection as if the request had never come: it is not recorded. */
  readonly resetBefore?: boolean
}

/** A touchpoint with what the tables of its batch say of it. */
export interface Resolved extends WireTouchpoint {
  readonly tab: string
  readonly visit: string
  /** The key of its page. */
  readonly pageKey: string
  readonly on: WirePage | undefined
  readonly of: WireVisit | undefined
  readonly user: string | undefined
  /** When its request came. */
  readonly receivedAt: number
}

/** A scriptable collector. */
export interface Collector {
  readonly port: number
  readonly origin: string
  /** Where trackers send to. */
  readonly url: string
  /** Every POST that was recorded, in order of arrival. */
  readonly requests: Received[]
  /** How many preflights came. */
  readonly preflights: () => number
  /** Decides the answer to each POST; `undefined` means 204. Set it anew at any time. */
  answer: (request: Received) => Reply | undefined | Promise<Reply | undefined>
  /** Every touchpoint that was acknowledged with 2xx and not rejected, with repetitions. */
  readonly touchpoints: () => Resolved[]
  /** Every touchpoint on the wire, whatever was answered, with repetitions. */
  readonly received: () => Resolved[]
  /** What a real collector would hold: taken in with 2xx or with a lost answer, not rejected, each id once. */
  readonly stored: () => Resolved[]
  /** Ids on the wire, with repetitions. */
  readonly ids: () => string[]
  /** Ids on the wire, each once. */
  readonly unique: () => Set<string>
  /** How many touchpoints came again. */
  readonly duplicates: () => number
  /** Resolves as soon as `holds` is true; looked at after every request, answer and broken connection. */
  readonly until: (holds: (collector: Collector) => boolean, ms?: number) => Promise<void>
  /** Makes 2xx answers to `ask` name the `held` ranges. */
  readonly withHeld: (on?: boolean) => void
  /** Stops listening and breaks every connection, as a collector that is down. */
  readonly stop: () => Promise<void>
  /** Listens again on the same port. */
  readonly start: () => Promise<void>
  /** Forgets all requests, breaks what hangs and answers 204 again. */
  readonly reset: () => void
}

const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After' }
const preflight = { ...cors, 'access-control-allow-methods': '*', 'access-control-allow-headers': '*' }

/** Unzips a body whose first two bytes say gzip; broken gzip is read as text. */
export function decode(raw: Buffer): string {
  if (raw[0] !== 0x1f || raw[1] !== 0x8b) return raw.toString()
  try {
    return gunzipSync(raw).toString()
  } catch {
    return raw.toString()
  }
}

const parse = (text: string): WireBatch | null => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'touchpoints' in value ? (value as WireBatch) : null
  } catch {
    return null
  }
}

const resolve = (request: Received): Resolved[] => {
  const batch = request.batch
  if (!batch) return []
  return batch.touchpoints.map((touchpoint) => {
    const on = batch.pages[touchpoint.page]
    const visit = on?.visit ?? ''
    return { ...touchpoint, pageKey: touchpoint.page, tab: on?.tab ?? '', visit, on, of: batch.visits[visit], user: on?.user, receivedAt: request.at }
  })
}

const rangesOf = (tab: string, seqs: readonly number[]): WireRange[] => {
  const ranges: { tab: string; from: number; to: number }[] = []
  for (const seq of [...new Set(seqs)].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && last.to === seq - 1) last.to = seq
    else ranges.push({ tab, from: seq, to: seq })
  }
  return ranges
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const isOk = (status: number | null): boolean => status !== null && status >= 200 && status < 300

/** Starts a collector on 127.0.0.1, on a free port unless one is asked for. */
export async function createCollector(options: { port?: number } = {}): Promise<Collector> {
  const requests: Received[] = []
  const lost = new Set<Received>()
  const sockets = new Set<Socket>()
  const unanswered = new Set<ServerResponse>()
  const waiting = new Set<() => void>()
  let server: Server | undefined
  let port = options.port ?? 0
  let preflights = 0
  let held = false

  const changed = (): void => {
    for (const look of [...waiting]) look()
  }
  const stored = (): Resolved[] => {
    const byId = new Map<string, Resolved>()
    for (const request of requests.filter((each) => isOk(each.status) || lost.has(each))) {
      for (const each of resolve(request)) if (!byId.has(each.id) && !request.rejected.includes(each.id)) byId.set(each.id, each)
    }
    return [...byId.values()]
  }
  const heldRanges = (ask: readonly WireRange[]): WireRange[] =>
    ask.flatMap((range) => rangesOf(range.tab, stored().filter((each) => each.tab === range.tab && each.seq >= range.from && each.seq <= range.to).map((each) => each.seq)))

  const respond = (record: Received, reply: Reply, response: ServerResponse): void => {
    const wantsHeld = held && isOk(reply.status ?? 200) && typeof reply.body !== 'string' && (record.batch?.ask?.length ?? 0) > 0
    const body = wantsHeld ? { held: heldRanges(record.batch?.ask ?? []), ...(reply.body as object | undefined) } : reply.body
    const status = reply.status ?? (body === undefined ? 204 : 200)
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    const named = typeof body === 'object' && 'rejected' in body ? (body.rejected as { id: string }[]) : []
    if (response.destroyed) return
    response.writeHead(status, { ...cors, ...(text && { 'content-type': 'application/json' }), ...reply.headers })
    response.end(text)
    record.status = status
    record.rejected = named.map((each) => each.id)
    changed()
  }

  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'OPTIONS') {
      preflights++
      response.writeHead(204, preflight).end()
      return changed()
    }
    unanswered.add(response)
    response.once('close', () => unanswered.delete(response))
    const raw = await readBody(request)
    const text = decode(raw)
    const record: Received = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, raw, text, batch: parse(text), at: Date.now(), status: null, rejected: [] }
    if (record.method !== 'POST') return void response.writeHead(record.url === '/favicon.ico' ? 204 : 405, cors).end()
    const pending = collector.answer(record)
    const reply = (pending instanceof Promise ? await pending : pending) ?? {}
    if (!reply.resetBefore) requests.push(record)
    if (reply.reset || reply.resetBefore) {
      if (reply.reset) lost.add(record)
      request.socket.destroy()
    } else if (reply.delayMs) setTimeout(() => respond(record, reply, response), reply.delayMs)
    else if (!reply.hang) respond(record, reply, response)
    changed()
  }

  const start = (): Promise<void> =>
    new Promise((done, failed) => {
      if (server) return done()
      server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
        listener(request, response).catch(() => request.socket.destroy())
      })
      server.on('connection', (socket) => {
        sockets.add(socket)
        socket.once('close', () => {
          sockets.delete(socket)
          changed()
        })
      })
      server.once('error', failed)
      server.listen(port, '127.0.0.1', () => {
        port = (server?.address() as AddressInfo).port
        done()
      })
    })
  const stop = (): Promise<void> =>
    new Promise((done) => {
      if (!server) return done()
      server.close(() => done())
      server = undefined
      for (const socket of sockets) socket.destroy()
    })

  const collector: Collector = {
    get port() {
      return port
    },
    get origin() {
      return `http://127.0.0.1:${port}`
    },
    get url() {
      return `http://127.0.0.1:${port}/collect`
    },
    requests,
    preflights: () => preflights,
    answer: () => undefined,
    touchpoints: () => requests.filter((each) => isOk(each.status)).flatMap((each) => resolve(each).filter((touchpoint) => !each.rejected.includes(touchpoint.id))),
    received: () => requests.flatMap(resolve),
    stored,
    ids: () => requests.flatMap((each) => each.batch?.touchpoints.map((touchpoint) => touchpoint.id) ?? []),
    unique: () => new Set(collector.ids()),
    duplicates: () => collector.ids().length - collector.unique().size,
    until: (holds, ms = 10_000) =>
      new Promise((done, failed) => {
        const look = (): void => {
          try {
            if (!holds(collector)) return
            finish(done)
          } catch (error) {
            finish(() => failed(error))
          }
        }
        const finish = (settle: () => void): void => {
          clearTimeout(timer)
          waiting.delete(look)
          settle()
        }
        const timer = setTimeout(() => {
          const seen = requests.map((each) => `${each.status ?? 'unanswered'} [${each.batch?.touchpoints.map((touchpoint) => touchpoint.name).join(' ') ?? each.text.slice(0, 80)}]`)
          finish(() => failed(new Error(`collector: not within ${ms} ms: ${holds}\nseen: ${seen.join('\n      ') || 'nothing'}`)))
        }, ms)
        waiting.add(look)
        look()
      }),
    withHeld: (on = true) => void (held = on),
    stop,
    start,
    reset: () => {
      requests.length = 0
      lost.clear()
      preflights = 0
      held = false
      collector.answer = () => undefined
      // Idle connections stay: a browser may be about to use one again.
      for (const response of unanswered) response.destroy()
    },
  }
  await start()
  return collector
}
