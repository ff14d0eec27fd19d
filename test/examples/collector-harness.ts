import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startCollector } from '../../examples/collector/server.js'

type Fields = Record<string, unknown>
type Stored = Fields & { readonly id: string; readonly seq: number; readonly page: string; readonly happened_at: number }
/** What the collector's reading paths answer, each a part of it. */
type Answer = { readonly touchpoints: Stored[]; readonly documents: (Fields & { readonly site: string; readonly complete: number })[]; readonly next?: string; readonly reason?: string }

/** A folder that is gone after the test. */
export const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'rihla-collector-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A database file that is gone after the test. */
export const freshDatabase = (): string => join(freshFolder(), 'touchpoints.duckdb')

/** A collector on a free port that is closed after the test. Errors inside fail the test. */
export const start = async (options: Parameters<typeof startCollector>[0] = {}) => {
  const db = options.db ?? freshDatabase()
  const errors: unknown[] = []
  const collector = await startCollector({ port: 0, onError: (error) => errors.push(error), ...options, db })
  onTestFinished(async () => {
    await collector.close()
    if (errors.length > 0) throw new Error('the collector met an error', { cause: errors })
  })
  return { ...collector, db }
}

let made = 0

/** A UUID of version 7 that no other call gives. */
export const newId = (): string => {
  const n = (++made).toString(16).padStart(12, '0')
  return `019aa3c1-7c3e-7${n.slice(0, 3)}-8abc-${n}`
}

/** The id of an order, version 8: the same for the same order. */
export const orderId = (order: number): string => `c0ffee00-0000-8000-8000-${String(order).padStart(12, '0')}`

export const touchpoint = (fields: Fields = {}): Fields => ({ id: newId(), name: 'view_item', at: 1_763_769_600_123, seq: 1, page: 'k3v9x2ab-1', source: 'api', ...fields })

export const visit = { visitor: 'visitor-1', started: 1_763_769_600_000, landing: 'https://shop.example/?utm_source=x', campaign: { utm_source: 'x', click_ids: ['gclid'] } }

export const page = { tab: 'k3v9x2ab', visit: 'visit-1', model: 'five@1', url: 'https://shop.example/p/cap', title: 'Cap', locale: 'en' }

export const batch = (fields: Fields = {}): Fields => ({
  v: 1,
  site: 'my-shop',
  sdk: 'rihla/0.1.0',
  sent_at: 1_763_769_605_120,
  visits: { 'visit-1': visit },
  pages: { 'k3v9x2ab-1': page },
  touchpoints: [touchpoint()],
  ...fields,
})

/** What a tracker does: a POST without custom headers. */
export const post = async (url: string, body: unknown, headers: Record<string, string> = {}) => {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const response = await fetch(`${url}/collect`, { method: 'POST', body: text as BodyInit, headers })
  return { status: response.status, headers: response.headers, answer: (await response.json()) as { rejected?: Fields[]; held?: Fields[]; reason?: string } }
}

export const get = async (url: string, path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}${path}`, { headers })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer }
}

/** What was stored, newest first. */
export const stored = async (url: string, query = ''): Promise<Stored[]> => (await get(url, `/touchpoints?limit=1000${query}`)).body.touchpoints

/** The loss account of one document. */
export const accountOf = async (url: string, tab: string): Promise<Fields | undefined> => (await get(url, `/documents?tab=${tab}`)).body.documents[0]
