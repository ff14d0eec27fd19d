// @vitest-environment node
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test, vi } from 'vitest'
import { createCollector } from '../../src/collector/collector.js'
import { openDuckdbStore } from '../../src/collector/duckdb/duckdb.js'
import { createMemoryStore } from '../../src/collector/memory.js'
import type { Store } from '../../src/collector/types.js'
import { validate } from '../../src/collector/validate.js'
import { accountOf, batch, freshDatabase, get, orderId, page, post, start, stored, touchpoint, visit } from './collector-harness.js'

vi.setConfig({ testTimeout: 20_000 })

const otherPage = { 'h7m2c0qe-1': { ...page, tab: 'h7m2c0qe', visit: 'visit-2' } }
const seqs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => touchpoint({ seq: from + index }))

describe('taking in', () => {
  test('a batch is acknowledged when it can be read back, whole', async () => {
    const { url } = await start({ now: () => 1_763_769_606_120 })
    const stage = { id: 'consideration', confidence: 0.7, rule: 'view_item' }
    const props = { currency: 'EUR', value: 18, items: [{ item_id: 'sku-1' }], quote: `"'\\; DROP TABLE touchpoints; --` }
    const one = touchpoint({ props, stage })
    const { status, answer, headers } = await post(url, batch({ touchpoints: [one] }))
    expect({ status, answer }).toEqual({ status: 200, answer: {} })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-expose-headers')).toBe('Retry-After')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    const { tab: _tab, ...view } = page
    const times = { at: 1_763_769_600_123, received_at: 1_763_769_606_120, happened_at: 1_763_769_601_123 }
    expect(await stored(url)).toEqual([
      { n: 1, site: 'my-shop', sdk: 'rihla/0.1.0', tab: 'k3v9x2ab', ...one, ...view, ...times, page: 'k3v9x2ab-1', person: 'visitor-1', device: 'desktop', ...visit },
    ])
  })

  test('the body may be text or JSON, plain or gzip, whatever its headers say', async () => {
    const { url } = await start()
    const gzip = () => gzipSync(JSON.stringify(batch()))
    expect((await post(url, batch(), { 'content-type': 'application/json' })).status).toBe(200)
    expect((await post(url, gzip())).status).toBe(200)
    expect((await post(url, gzip(), { 'content-type': 'text/plain' })).status).toBe(200)
    expect(await stored(url)).toHaveLength(3)
  })

  test('a bad touchpoint is named and costs no other', async () => {
    const { url } = await start()
    const bad = touchpoint({ seq: 2, props: { items: 'cap' } })
    const { status, answer } = await post(url, batch({ touchpoints: [touchpoint({ seq: 1 }), bad, touchpoint({ seq: 3 })] }))
    expect({ status, answer }).toEqual({ status: 200, answer: { rejected: [{ id: bad.id, reason: 'props.items: expected an array' }] } })
    expect((await stored(url)).map(({ seq }) => seq).sort()).toEqual([1, 3])
    expect(await accountOf(url, 'k3v9x2ab')).toMatchObject({ complete: 3, missing: [], lost: [{ from: 2, to: 2, reason: 'refused (props.items: expected an array)' }] })
  })

  test('text that databases trip over is stored', async () => {
    const { url } = await start()
    const body = JSON.stringify(batch({ touchpoints: [touchpoint({ props: { a: 'X', b: '🧢', c: 'Y' } })] }))
    expect((await post(url, body.replace('X', '\\u0000').replace('Y', '\\ud800'))).status).toBe(200)
    expect((await stored(url))[0].props).toEqual({ a: '\ufffd', b: '🧢', c: '\ufffd' })
  })

  test('clocks that are wrong by years are corrected by what they were wrong', async () => {
    const { url } = await start({ now: () => 1_763_769_600_000 })
    await post(url, batch({ sent_at: 10_000, touchpoints: [touchpoint({ at: 7000 })] }))
    expect((await stored(url))[0]).toMatchObject({ at: 7000, received_at: 1_763_769_600_000, happened_at: 1_763_769_597_000 })
  })

  test('200 requests at once are committed in few groups, each touchpoint once', async () => {
    const store = await openDuckdbStore(freshDatabase())
    const groups: number[] = []
    const commit: typeof store.commit = (batches) => (groups.push(batches.length), store.commit(batches))
    const collector = createCollector({ store: { ...store, commit } })
    const send = () => collector(new Request('http://localhost/collect', { method: 'POST', body: JSON.stringify(batch({ touchpoints: seqs(1, 5) })) }))
    const answers = await Promise.all(Array.from({ length: 200 }, send))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(groups.reduce((a, b) => a + b)).toBe(200)
    expect(groups.length).toBeLessThan(100)
    expect((await store.touchpoints({ limit: 5000 })).touchpoints).toHaveLength(1000)
    await collector.close()
    await store.close()
  })
})

describe('deduplication', () => {
  test('the same id counts once: in one request, in one group, later, and after a restart', async () => {
    const first = await start()
    const one = touchpoint()
    await post(first.url, batch({ touchpoints: [one, one] }))
    await Promise.all(Array.from({ length: 10 }, () => post(first.url, batch({ touchpoints: [one] }))))
    expect(await stored(first.url)).toHaveLength(1)
    await first.close()
    const second = await start({ db: first.db })
    await post(second.url, batch({ touchpoints: [one, touchpoint({ seq: 2 })] }))
    expect((await stored(second.url)).map(({ n }) => n).sort()).toEqual([1, 2])
  })

  test('an order that another document reports counts once, and that document has no gap', async () => {
    const first = await start()
    const purchase = { id: orderId(7), name: 'purchase', props: { transaction_id: 'T-7', value: 18, currency: 'EUR' } }
    await post(first.url, batch({ touchpoints: [touchpoint({ ...purchase, seq: 1 })] }))
    await first.close()
    const { url } = await start({ db: first.db })
    const again = touchpoint({ ...purchase, seq: 3, at: 1_773_769_600_123, page: 'h7m2c0qe-1' })
    const others = [1, 2].map((seq) => touchpoint({ seq, page: 'h7m2c0qe-1' }))
    await post(url, batch({ pages: otherPage, touchpoints: [...others, again] }))
    expect(await stored(url, '&name=purchase')).toHaveLength(1)
    expect(await accountOf(url, 'h7m2c0qe')).toMatchObject({ complete: 3, missing: [] })
  })

  test('two shops may have documents of the same name', async () => {
    const { url } = await start()
    await post(url, batch({ touchpoints: seqs(1, 1) }))
    await post(url, batch({ site: 'other-shop', touchpoints: seqs(2, 2) }))
    const { documents } = (await get(url, '/documents')).body
    expect(documents.map(({ site, complete }) => [site, complete]).sort()).toEqual([['my-shop', 1], ['other-shop', 0]])
  })
})

describe('the loss account', () => {
  test('asks are answered with what arrived or was refused, across requests and restarts', async () => {
    const first = await start()
    await post(first.url, batch({ touchpoints: [...seqs(1, 3), touchpoint({ seq: 4, name: '?' }), ...seqs(7, 8)] }))
    const ask = [{ tab: 'k3v9x2ab', from: 2, to: 40 }, { tab: 'unknown01', from: 1, to: 5 }]
    const held = [{ tab: 'k3v9x2ab', from: 2, to: 4 }, { tab: 'k3v9x2ab', from: 7, to: 8 }]
    expect((await post(first.url, batch({ touchpoints: [], ask }))).answer).toEqual({ held })
    await first.close()
    const second = await start({ db: first.db })
    expect((await post(second.url, batch({ touchpoints: seqs(9, 9), ask }))).answer).toEqual({ held: [held[0], { tab: 'k3v9x2ab', from: 7, to: 9 }] })
    expect((await get(second.url, '/documents?tab=unknown01')).body.documents).toEqual([])
  })

  test('says complete up to which number, what is missing, and what is lost and why', async () => {
    const { url } = await start()
    await post(url, batch({ touchpoints: seqs(1, 2), documents: { k3v9x2ab: 9, deadpage1: 4 }, loss: [{ tab: 'k3v9x2ab', from: 5, to: 6, reason: 'evicted' }] }))
    expect(await accountOf(url, 'k3v9x2ab')).toMatchObject({
      site: 'my-shop',
      complete: 2,
      highest: 9,
      missing: [{ from: 3, to: 4 }, { from: 7, to: 9 }],
      lost: [{ from: 5, to: 6, reason: 'evicted' }],
    })
    expect(await accountOf(url, 'deadpage1')).toMatchObject({ complete: 0, highest: 4, missing: [{ from: 1, to: 4 }] })
    await post(url, batch({ touchpoints: [...seqs(3, 4), ...seqs(7, 9)] }))
    expect(await accountOf(url, 'k3v9x2ab')).toMatchObject({ complete: 9, missing: [] })
  })
})

describe('forgetting', () => {
  const visits = { 'visit-1': visit, 'visit-2': { visitor: 'visitor-2', started: 1 }, 'visit-3': { visitor: 'visitor-1', started: 2 } }
  const pages = {
    a: page,
    b: { ...page, tab: 'h7m2c0qe', visit: 'visit-2' },
    c: { ...page, tab: 'zz81mmq0', visit: 'visit-3', user: 'user-1' },
    d: { ...page, tab: 'zz81mmq1', visit: 'visit-2', user: 'user-2' },
  }
  const touchpoints = () => Object.keys(pages).map((key) => touchpoint({ page: key }))
  const left = async (url: string) => (await stored(url)).map((one) => one.page).sort().join('')

  test('a visitor takes all their visits along, and nobody else', async () => {
    const { url } = await start()
    await post(url, batch({ visits, pages, touchpoints: touchpoints() }))
    await post(url, batch({ site: 'other-shop', visits, pages, touchpoints: touchpoints() }))
    expect((await post(url, batch({ visits: undefined, pages: undefined, touchpoints: [], forget: { visitor: 'visitor-1' } }))).status).toBe(200)
    expect(await left(url)).toBe('abbcdd')
    expect(await stored(url, '&visitor=visitor-1&site=my-shop')).toEqual([])
  })

  test('a user takes along what their visitor did before the log-in, also in the same visit, but no other user', async () => {
    const { url } = await start()
    const shared = { ...pages, e: { ...page, tab: 'zz81mmq2', visit: 'visit-2', user: 'user-1' } }
    await post(url, batch({ visits, pages: shared, touchpoints: Object.keys(shared).map((key) => touchpoint({ page: key })) }))
    await post(url, batch({ touchpoints: [], forget: { user: 'user-1' } }))
    expect(await left(url)).toBe('d')
  })

  test('a forgotten visitor can come back', async () => {
    const { url } = await start()
    await post(url, batch())
    await post(url, batch({ touchpoints: [], forget: { visitor: 'visitor-1' } }))
    expect(await stored(url)).toEqual([])
    await post(url, batch({ touchpoints: [touchpoint({ at: batch().sent_at as number + 60_000 })] }))
    expect(await stored(url, '&visitor=visitor-1')).toHaveLength(1)
  })

  test.each([
    ['visitor', { visitor: 'visitor-1' }],
    ['user', { user: 'user-1' }],
  ])('what comes late of a forgotten %s, or again, is acknowledged and not stored, also after a restart', async (_, forget) => {
    const first = await start()
    const sent = batch({ visits, pages: { c: pages.c, e: { ...pages.c, user: undefined }, b: pages.b }, touchpoints: ['c', 'e', 'b'].map((key, i) => touchpoint({ page: key, seq: i + 1 })) })
    await post(first.url, sent)
    await post(first.url, batch({ touchpoints: [], forget }))
    expect(await left(first.url)).toBe('b')
    const late = [{ ...sent, visits: undefined }, sent, { ...sent, touchpoints: [touchpoint({ page: 'c', seq: 9 })] }]
    for (const body of late) expect(await post(first.url, body)).toMatchObject({ status: 200, answer: {} })
    expect(await left(first.url)).toBe('b')
    await first.close()
    const { url } = await start({ db: first.db })
    for (const body of late) expect((await post(url, body)).status).toBe(200)
    expect(await left(url)).toBe('b')
    expect(await stored(url, '&visitor=visitor-1')).toEqual([])
    expect(await accountOf(url, 'zz81mmq0')).toMatchObject({ highest: 9 })
  })

  test('what stays of the forgotten is a hash, for 30 days', async () => {
    let time = 1_763_769_600_000
    const { url, close, db } = await start({ now: () => time })
    await post(url, batch())
    await post(url, batch({ touchpoints: [], forget: { visitor: 'visitor-1' } }))
    time += 29 * 86_400_000
    await post(url, batch({ touchpoints: [], forget: { visitor: 'visitor-2' } }))
    time += 2 * 86_400_000
    await post(url, batch({ touchpoints: [], forget: { visitor: 'visitor-3' } }))
    await close()
    const file = await DuckDBInstance.create(db)
    const connection = await file.connect()
    const kept = (await connection.runAndReadAll('SELECT key FROM forgotten')).getRows().flat()
    connection.closeSync()
    file.closeSync()
    expect(kept).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)])
  })

  test('by user needs the admin token where there is one, because user ids can be guessed', async () => {
    const { url } = await start({ adminToken: 'secret' })
    const authorization = 'Bearer secret'
    const all = async () => (await get(url, '/touchpoints', { authorization })).body.touchpoints.map(({ page }) => page).sort().join('')
    await post(url, batch({ visits, pages, touchpoints: touchpoints() }))
    expect(await post(url, batch({ touchpoints: [], forget: { user: 'user-2' } }))).toMatchObject({ status: 403, answer: { reason: expect.stringContaining('admin token') } })
    expect((await post(url, batch({ touchpoints: [], forget: { visitor: 'visitor-1', user: 'user-2' } }))).status).toBe(200)
    expect(await all()).toBe('bd')
    expect((await post(url, batch({ touchpoints: [], forget: { user: 'user-2' } }), { authorization })).status).toBe(200)
    expect(await all()).toBe('')
  })
})

describe('reading', () => {
  test('filters, newest first, page by page', async () => {
    const { url } = await start({ now: () => 100_000 })
    const at = (time: number, fields = {}) => touchpoint({ at: time, seq: time, ...fields })
    const stage = { id: 'conversion', confidence: 1, rule: 'explicit' }
    await post(url, batch({ sent_at: 100_000, touchpoints: [at(1), at(5, { stage }), at(3, { name: 'purchase' }), at(3, { source: 'clicks' })] }))
    await post(url, batch({ site: 'other-shop', sent_at: 100_000, visits: {}, pages: otherPage, touchpoints: [at(2, { page: 'h7m2c0qe-1' })] }))
    const times = async (query: string) => (await stored(url, query)).map((one) => one.happened_at)
    expect(await times('')).toEqual([5, 3, 3, 2, 1])
    expect(await times('&site=other-shop')).toEqual([2])
    expect(await times('&name=purchase')).toEqual([3])
    expect(await times('&visitor=visitor-1&since=2&until=5')).toEqual([3, 3])
    expect(await times('&visit=visit-2')).toEqual([2])
    expect(await times('&tab=h7m2c0qe')).toEqual([2])
    expect(await times('&stage=conversion')).toEqual([5])
    expect(await times('&source=clicks')).toEqual([3])
    expect(await times('&until=1970-01-01T00:00:00.002Z')).toEqual([1])
    const seen: number[] = []
    let next: string | undefined = ''
    while (next !== undefined) {
      const { body }: Awaited<ReturnType<typeof get>> = await get(url, `/touchpoints?limit=2${next && `&before=${next}`}`)
      seen.push(...body.touchpoints.map((one) => one.happened_at))
      next = body.next
    }
    expect(seen).toEqual([5, 3, 3, 2, 1])
  })

  test.each(['limit=0', 'limit=1001', 'limit=x', 'since=yesterday', 'before=1', 'colour=red'])('refuses ?%s and names it', async (query) => {
    const { url } = await start()
    const { status, body } = await get(url, `/touchpoints?${query}`)
    expect({ status, names: body.reason!.startsWith(`${query.split('=')[0]}: `) }).toEqual({ status: 400, names: true })
  })

  test('a visitor that becomes known later in the visit is known for all of it', async () => {
    const { url } = await start()
    await post(url, batch({ visits: { 'visit-1': { started: 5 } } }))
    expect(await stored(url, '&visitor=visitor-1')).toHaveLength(0)
    await post(url, batch())
    await post(url, batch({ visits: { 'visit-1': { started: 5 } } }))
    expect(await stored(url, '&visitor=visitor-1')).toHaveLength(3)
  })
})

describe('under load', () => {
  const body = JSON.stringify(batch())
  const request = () => new Request('http://localhost/collect', { method: 'POST', body })
  // Commits are what the test says; nothing is read.
  const nothing = { touchpoints: 0, visits: 0 }
  const idleStore = createMemoryStore()

  test('what cannot wait any more is sent away with Retry-After, and what waits is stored', async () => {
    let release = () => {}
    const answer = [{ stored: 1, erased: nothing }]
    const commit = vi.fn<Store['commit']>(() => new Promise((resolve) => (release = () => resolve(answer))))
    const collector = createCollector({ store: { ...idleStore, commit }, limits: { maxWaiting: 1.5 * body.length } })
    const first = collector(request())
    await vi.waitFor(() => expect(commit).toHaveBeenCalledTimes(1))
    const second = await collector(request())
    expect([second.status, second.headers.get('retry-after'), await second.json()]).toEqual([503, '2', { reason: 'too much is waiting to be stored' }])
    release()
    expect((await first).status).toBe(200)
  })

  test('a disk that fails is answered with 503, so that the tracker keeps everything', async () => {
    const errors: unknown[] = []
    const commit = () => Promise.reject(new Error('disk full'))
    const collector = createCollector({ store: { ...idleStore, commit }, onError: (error) => errors.push(error) })
    const answer = await collector(request())
    expect([answer.status, answer.headers.get('retry-after'), errors]).toEqual([503, '10', [new Error('disk full')]])
  })

  test('a group whose transaction fails leaves nothing behind', async () => {
    const store = await openDuckdbStore(freshDatabase())
    const given = validate(batch(), 1)
    if ('reason' in given) throw new Error(given.reason)
    const judged = given.batch
    const broken = { ...judged, rows: [...judged.rows, { ...judged.rows[0]!, id: 'no uuid' }] }
    await expect(store.commit([judged, broken])).rejects.toThrow()
    expect((await store.touchpoints({})).touchpoints).toEqual([])
    expect(await store.documents({})).toEqual([])
    await store.commit([judged])
    expect((await store.touchpoints({})).touchpoints).toHaveLength(1)
    await store.close()
  })
})
