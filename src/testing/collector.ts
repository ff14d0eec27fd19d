import { createCollector } from '../collector/collector.js'
import { createMemoryStore } from '../collector/memory.js'
import type { Losses, Touchpoint } from '../collector/types.js'
import type { Props, Stop } from '../types.js'
import { replace, show } from './page.js'

// Fake timers of a test do not hold it up.
const { setTimeout: wait, Date: Clock } = globalThis

/** Settings of `createTestCollector`. */
export interface TestCollectorOptions {
  /** What the tracker is given as `endpoint`, as an http(s) URL. @default 'https://collector.example/collect' */
  readonly endpoint?: string
}

/** A request, as drivers of browsers show it. */
export interface TestRequest {
  readonly method: string
  readonly body?: string | Uint8Array | null
}

/** An answer, as drivers of browsers want it. */
export interface TestAnswer {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

/** A collector for tests: a real one, in memory. */
export interface TestCollector {
  readonly endpoint: string
  /** Answers one request, for whatever takes requests on their way, such as a route of Playwright. `undefined` where `fail('network')` was said. */
  readonly answer: (request: TestRequest) => Promise<TestAnswer | undefined>
  /** Answers what this page sends to the endpoint with `fetch` or `sendBeacon`. Begin before the tracker starts, which takes them then. Returns its undo. */
  readonly listen: () => Stop
  /** From now on requests fail with a status, or as if there were no network; without an argument they succeed again. */
  readonly fail: (how?: number | 'network') => void
  /** All touchpoints that have arrived, in the order in which they happened; with `name`, those of it. */
  readonly touchpoints: (name?: string) => Promise<readonly Touchpoint[]>
  /** Resolves with the first touchpoint of a name that has (at least) these props; waits for it `within` ms (10000), longer than the tracker waits with a batch. Rejects with what there is instead. */
  readonly holds: (name: string, props?: Props, within?: number) => Promise<Touchpoint>
  /** How complete what has arrived is: how many touchpoints were announced and have not come (`missing`), and how many will never (`lost`). */
  readonly losses: () => Promise<Losses>
}

/** Twice as long as a tracker keeps a batch back, ms. */
const PATIENCE = 10_000
/** How often a test looks, ms. */
const EVERY = 20

/** Makes a collector for tests of a shop, in a test runner with a document or beside a browser that is driven: it validates, deduplicates and keeps account as `rihla/collector` does. Throws a `TypeError` for a wrong endpoint. */
export function createTestCollector({ endpoint = 'https://collector.example/collect' }: TestCollectorOptions = {}): TestCollector {
  if (typeof endpoint !== 'string' || !/^https?:\/\/[^/]/.test(endpoint)) throw new TypeError(`rihla: endpoint of a test collector must be an http(s) URL, got ${show(endpoint)}`)
  const store = createMemoryStore()
  const collector = createCollector({ store, maintainEvery: 0 })
  let failure: number | 'network' | undefined

  const answer: TestCollector['answer'] = async ({ method, body }) => {
    if (failure === 'network') return
    const headers = { 'access-control-allow-origin': '*' }
    if (failure) return { status: failure, headers, body: '' }
    const init = { method, ...(body && method === 'POST' && { body: body as BodyInit }) }
    const response = await collector(new Request(new URL('/collect', endpoint), init))
    return { status: response.status, headers: { ...headers, ...Object.fromEntries(response.headers) }, body: await response.text() }
  }

  const touchpoints: TestCollector['touchpoints'] = async (name) => {
    const { touchpoints } = await store.touchpoints({ limit: Infinity, ...(name !== undefined && { name }) })
    return [...touchpoints].sort((one, other) => one.at - other.at || one.seq - other.seq)
  }

  return {
    endpoint,
    answer,
    touchpoints,
    losses: () => store.losses({}),
    fail: (how) => void (failure = how),
    listen: () => listenOn(endpoint, answer),
    holds: async (name, props = {}, within = PATIENCE) => {
      for (const end = Clock.now() + within; ; ) {
        const found = (await touchpoints(name)).find((touchpoint) => fits(touchpoint.props ?? {}, props))
        if (found) return found
        if (Clock.now() >= end) throw new Error(`rihla: no ${name} with ${show(props)} came within ${within} ms; there ${told(await touchpoints())}`)
        await new Promise((done) => wait(done, EVERY))
      }
    },
  }
}

const told = (all: readonly Touchpoint[]) => (all.length ? `were ${all.map(({ name, props }) => (props ? `${name} ${show(props)}` : name)).join(', ')}` : 'was none')

/** Whether something has all that is expected of it; it may have more, but in lists. */
function fits(value: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || !expected) return Object.is(value, expected)
  if (typeof value !== 'object' || !value || Array.isArray(value) !== Array.isArray(expected)) return false
  if (Array.isArray(expected) && (value as unknown[]).length !== expected.length) return false
  return Object.entries(expected).every(([key, of]) => fits((value as Props)[key], of))
}

/** Puts a collector in the place of the network of this page; other requests go where they went. */
function listenOn(endpoint: string, answer: TestCollector['answer']): Stop {
  const { fetch } = window
  const sendBeacon = navigator.sendBeacon?.bind(navigator)
  const isOurs = (url: string) => new URL(url, location.href).href === new URL(endpoint).href
  const receive = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = typeof input === 'object' && 'url' in input ? input : undefined
    if (!isOurs(request?.url ?? `${input as string | URL}`)) return fetch(input, init)
    const body = init?.body === undefined ? await request?.text() : await bytesOf(init.body)
    const answered = await answer({ method: init?.method ?? request?.method ?? 'GET', ...(body !== undefined && { body }) })
    if (!answered) throw new TypeError('Failed to fetch')
    const { status, headers, body: text } = answered
    // Some statuses must have no body.
    return new Response(text || null, { status, headers })
  }
  const beacon = (url: string | URL, data?: BodyInit | null) => {
    if (!isOurs(`${url}`)) return sendBeacon?.(url, data) ?? false
    void bytesOf(data).then((body) => answer({ method: 'POST', body }))
    return true
  }
  const undo = [...new Set([globalThis, window])].map((target) => replace(target, 'fetch', receive))
  undo.push(replace(navigator, 'sendBeacon', beacon))
  return () => undo.splice(0).forEach((each) => each())
}

/** A body as it is on the wire. */
async function bytesOf(body: BodyInit | null | undefined): Promise<string | Uint8Array> {
  if (typeof body === 'string') return body
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
  if (body instanceof Blob) return new Uint8Array(await body.arrayBuffer())
  return body instanceof ArrayBuffer ? new Uint8Array(body) : `${(body as URLSearchParams | null) ?? ''}`
}
