import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, vi } from 'vitest'
import { createTracker } from '../../src/index.js'
import type { Tracker, TrackerError, TrackerOptions } from '../../src/index.js'
import type { WireBatch } from './collector.js'
import { resetVisibility } from './visibility.js'

/** One request, as the fake collector saw it. */
export interface Sent {
  readonly url: string
  readonly init: RequestInit
  readonly body: string
  readonly batch: WireBatch
}

/** What the fake collector answers: a status, a status and a body, or `undefined` for no answer. */
export type FakeAnswer = number | { readonly status: number; readonly body: object | string } | undefined

/** A page of a shop with a fake clock, a fake network and the real thing for everything else. */
export interface Shop {
  readonly sent: Sent[]
  readonly errors: TrackerError[]
  /** Decides the answer to each request. */
  answer: (request: Sent) => FakeAnswer
  /** A tracker that is stopped when the test ends. Consent is granted unless said otherwise. */
  readonly start: (options?: Partial<TrackerOptions>) => Tracker
  /** Time goes by, and storage with it. */
  readonly pass: (ms: number) => Promise<void>
  /** `name seq` of every touchpoint that was sent. */
  readonly names: () => string[]
  /** The ids of what is on the device, in order. */
  readonly stored: () => Promise<string[]>
}

export const START = 1_763_769_600_000

/** Sets a page up for each test. Timers and the clock are fake; storage is fake-indexeddb, which needs real immediates. */
export function createShop(): Shop {
  const { parse } = JSON
  const trackers: Tracker[] = []

  const settle = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  }

  const shop: Shop = {
    sent: [],
    errors: [],
    answer: () => 204,
    start: (options = {}) => {
      const tracker = createTracker({ endpoint: 'https://collect.example/t', site: 'my-shop', consent: 'granted', onError: (error) => shop.errors.push(error), ...options })
      trackers.push(tracker)
      return tracker
    },
    pass: async (ms) => {
      await settle()
      for (let gone = 0, step = 0; gone < ms; gone += step) {
        // In small steps at first: what is read from storage goes on where the clock stands by then.
        step = Math.min(ms - gone, gone < 500 ? 10 : gone < 10_000 ? 100 : 500)
        await vi.advanceTimersByTimeAsync(step)
        await settle()
      }
    },
    names: () => shop.sent.flatMap(({ batch }) => batch.touchpoints ?? []).map(({ name, seq }) => `${name} ${seq}`),
    stored: async () => {
      const values: unknown[] = []
      for (const { name } of await indexedDB.databases()) {
        const db = await new Promise<IDBDatabase>((resolve, reject) => {
          const request = indexedDB.open(name!)
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error)
        })
        for (const store of db.objectStoreNames) {
          const request = db.transaction(store).objectStore(store).getAll()
          values.push(...(await new Promise<unknown[]>((resolve) => (request.onsuccess = () => resolve(request.result)))))
        }
        db.close()
      }
      return values.flatMap((value) => (typeof value === 'string' ? [...value.matchAll(/^\{"id":"([^"]+)"/gm)].map(([, id]) => id!) : []))
    },
  }

  beforeEach(() => {
    vi.useFakeTimers({ now: START })
    vi.spyOn(console, 'info').mockImplementation(() => {})
    shop.sent.length = shop.errors.length = trackers.length = 0
    shop.answer = () => 204
    localStorage.clear()
    history.replaceState({}, '', '/')
    document.title = 'Home'
    globalThis.fetch = async (url, init) => {
      const body = typeof init?.body === 'string' ? init.body : gunzipSync(init?.body as ArrayBuffer).toString()
      const request = { url: String(url), init: init ?? {}, body, batch: parse(body) as WireBatch }
      shop.sent.push(request)
      const answer = shop.answer(request)
      if (answer === undefined) throw new TypeError('no network')
      const { status, body: said } = typeof answer === 'number' ? { status: answer, body: undefined } : answer
      return { status, text: async () => (typeof said === 'string' ? said : said ? JSON.stringify(said) : ''), headers: new Headers() } as Response
    }
  })
  afterEach(async () => {
    for (const tracker of trackers) tracker.stop()
    await shop.pass(3000)
    vi.useRealTimers()
    vi.restoreAllMocks()
    resetVisibility()
  })
  return shop
}
