// @vitest-environment node
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createCollector, type CollectorOptions, perIp } from '../../src/collector/collector.js'
import { openDuckdbStore } from '../../src/collector/duckdb/duckdb.js'
import { createMemoryStore } from '../../src/collector/memory.js'
import { five } from '../../src/stages/five.js'
import { funnel } from '../../src/stages/funnel.js'
import { batch, freshDatabase, page, touchpoint, visit } from '../examples/collector-harness.js'

const NOW = 1_763_769_606_120
const MINUTE = 60_000

const open = (options: Partial<CollectorOptions> = {}) => {
  const errors: unknown[] = []
  const store = createMemoryStore()
  const collector = createCollector({ store, maintainEvery: 0, now: () => NOW, onError: (error) => errors.push(error), ...options })
  onTestFinished(async () => {
    await collector.close()
    expect(errors).toEqual([])
  })
  const ask = async (method: string, path: string, body?: BodyInit | object, headers: Record<string, string> = {}, ip?: string) => {
    const text = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
    const answer = await collector(new Request(`http://localhost${path}`, { method, headers, ...(text !== undefined && { body: text as BodyInit }) }), { ip })
    return { status: answer.status, headers: answer.headers, body: (await answer.json().catch(() => null)) as Record<string, never> & { touchpoints: Record<string, never>[]; errors: unknown[] } }
  }
  const stored = async () => (await store.touchpoints({ limit: 1000 })).touchpoints
  return { collector, store, ask, stored, post: (body: object, headers?: Record<string, string>, path = '/collect') => ask('POST', path, body, headers) }
}

describe('options', () => {
  test.each([
    [{ store: undefined }, 'rihla: store must be a store, such as createMemoryStore()'],
    [{ base: 'api/' }, "rihla: base must be a path such as '/api/rihla', without a slash at its end"],
    [{ adminToken: 5 }, 'rihla: adminToken must be a text'],
    [{ retention: 0 }, 'rihla: retention must be a number of milliseconds above 0'],
    [{ abandonAfter: NaN }, 'rihla: abandonAfter must be a number of milliseconds above 0'],
    [{ maintainEvery: -1 }, 'rihla: maintainEvery must be a number of milliseconds, or 0'],
    [{ models: [] }, 'rihla: models must be a list of stage models'],
    [{ models: [five, five] }, 'rihla: models must be stage models of different ids'],
    [{ models: [{ ...five, stages: [] }] }, 'stages'],
  ])('that are wrong throw: %j', (wrong, message) => {
    expect(() => createCollector({ store: createMemoryStore(), ...wrong } as unknown as CollectorOptions)).toThrow(message)
  })

  test('base is where it is mounted: nothing is anywhere else', async () => {
    const { ask, post } = open({ base: '/api/rihla' })
    expect((await post(batch(), {}, '/api/rihla/collect')).status).toBe(200)
    expect([(await ask('GET', '/api/rihla/health')).status, (await ask('GET', '/health')).status, (await ask('GET', '/api/rihla')).status]).toEqual([200, 404, 404])
  })
})

describe('a path', () => {
  test('that takes something else says what, and one that is nowhere is not found', async () => {
    const { ask } = open()
    const wrong = await ask('PUT', '/collect')
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    for (const path of ['/nowhere', '/__proto__', '/constructor', '/collect/']) expect((await ask('GET', path)).status, path).toBe(404)
  })
})

describe('sites', () => {
  const sites = { 'my-shop': { origins: ['https://shop.example'], key: 'k1' }, closed: { off: true } }

  test('take from their origins with their key, and say why not', async () => {
    const { post, stored } = open({ sites })
    const origin = 'https://shop.example'
    expect((await post(batch(), { origin }, '/collect?key=k1')).status).toBe(200)
    expect(await post(batch({ site: 'other' }))).toMatchObject({ status: 403, body: { reason: 'site: this collector has none called other' } })
    expect(await post(batch({ site: 'toString' }))).toMatchObject({ status: 403 })
    expect(await post(batch(), { origin: 'https://evil.example' }, '/collect?key=k1')).toMatchObject({ status: 403, body: { reason: "origin: expected one of the site's, got https://evil.example" } })
    expect((await post(batch(), {}, '/collect?key=k1')).body.reason).toBe("origin: expected one of the site's, got none")
    expect((await post(batch(), { origin }, '/collect?key=k2')).body.reason).toContain('key: expected')
    expect((await post(batch(), { origin })).status).toBe(403)
    expect(await stored()).toHaveLength(1)
  })

  test('that are off store nothing, say so, and still forget', async () => {
    const { post, stored, store } = open({ sites: async (site) => (site === 'my-shop' ? { off: isOff } : undefined) })
    let isOff = false
    await post(batch())
    isOff = true
    expect(await post(batch())).toMatchObject({ status: 200, body: { off: true } })
    expect(await stored()).toHaveLength(1)
    expect(await post(batch({ touchpoints: [], forget: { visitor: 'visitor-1' } }))).toMatchObject({ status: 200, body: { off: true } })
    expect((await store.touchpoints({})).touchpoints).toEqual([])
  })
})

describe('a rate limit', () => {
  test('sends those away who come too often, each address by itself, and lets them come again', async () => {
    let time = NOW
    const { ask } = open({ rateLimit: perIp({ perMinute: 60, burst: 2, now: () => time }) })
    const send = async (ip?: string) => (await ask('POST', '/collect', batch(), {}, ip)).status
    expect([await send('1.1.1.1'), await send('1.1.1.1'), await send('1.1.1.1'), await send('2.2.2.2'), await send()]).toEqual([200, 200, 429, 200, 200])
    const { headers } = await ask('POST', '/collect', batch(), {}, '1.1.1.1')
    expect([headers.get('retry-after'), headers.get('access-control-expose-headers')]).toEqual(['1', 'Retry-After'])
    time += 1000
    expect([await send('1.1.1.1'), await send('1.1.1.1')]).toEqual([200, 429])
  })

  test('can ask another header for the address, and refuses what makes no sense', async () => {
    const { ask } = open({ rateLimit: perIp({ perMinute: 1, ipOf: (request) => request.headers.get('x-real-ip') ?? undefined }) })
    expect((await ask('POST', '/collect', batch(), { 'x-real-ip': 'a' }, 'proxy')).status).toBe(200)
    expect((await ask('POST', '/collect', batch(), { 'x-real-ip': 'a' }, 'proxy')).status).toBe(429)
    expect((await ask('POST', '/collect', batch(), { 'x-real-ip': 'b' }, 'proxy')).status).toBe(200)
    expect(() => perIp({ perMinute: 0 })).toThrow('perMinute must be a number above 0')
    expect(() => perIp({ burst: 0 })).toThrow('burst must be a number from 1 on')
  })
})

describe('a sender', () => {
  test.each([
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148', 'mobile', undefined],
    ['Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36', 'mobile', undefined],
    ['Mozilla/5.0 (Linux; Android 14; SM-X910) AppleWebKit/537.36 Chrome/140 Safari/537.36', 'tablet', undefined],
    ['Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15', 'tablet', undefined],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'desktop', undefined],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'desktop', ['bot']],
    ['Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0', 'desktop', ['bot']],
  ])('%s is %s, %j', async (agent, device, marks) => {
    const { post, stored } = open()
    await post(batch(), { 'user-agent': agent })
    expect((await stored())[0]).toMatchObject({ device, ...(marks && { marks }) })
    expect((await stored())[0]!.marks).toEqual(marks)
  })
})

describe('a map', () => {
  const told = batch({ touchpoints: [touchpoint({ name: 'view_item' }), touchpoint({ name: 'purchase', seq: 2, props: { value: 12.5, currency: 'EUR', transaction_id: 'A1' } })] })

  test('is of what was sent, under the model that is asked for', async () => {
    const { ask, post } = open()
    await post(told)
    const { body, status } = await ask('GET', '/map')
    expect([status, body]).toMatchObject([200, { model: { id: 'five' }, totals: { shoppers: 1, orders: 1 }, revenue: { EUR: 12.5 } }])
    expect((await ask('GET', '/map?model=aida')).body).toMatchObject({ model: { id: 'aida', stages: [{ id: 'attention', label: { en: 'Attention' } }, {}, {}, {}] }, totals: { shoppers: 1 } })
    expect((await ask('GET', '/map?site=other&since=2025-01-01')).body).toMatchObject({ totals: { shoppers: 0 } })
    expect((await ask('GET', '/map?until=2025-01-01')).body).toMatchObject({ totals: { shoppers: 0 } })
  })

  test('has models of its own, where they are given', async () => {
    const { ask } = open({ models: [funnel] })
    expect((await ask('GET', '/map')).body).toMatchObject({ model: { id: 'funnel' } })
    expect((await ask('GET', '/map?model=five')).body).toEqual({ reason: 'model: expected one of funnel' })
  })

  test('says what there is to choose from, who the shoppers are, and what is lost', async () => {
    const { ask, post } = open()
    await post(told, { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36' })
    await post(batch({ touchpoints: [touchpoint({ seq: 9 })] }))
    expect((await ask('GET', '/choices')).body).toMatchObject({ models: [{ id: 'five', version: 2 }, { id: 'ecommerce-six' }, { id: 'aida' }, { id: 'funnel' }, { id: 'saas' }], sites: ['my-shop'], devices: ['desktop'], segments: [], personas: [] })
    expect((await ask('GET', '/shoppers?limit=1&stage=conversion')).body).toMatchObject({ shoppers: [{ site: 'my-shop', person: 'visitor-1', by: 'visitor', visits: 1, touchpoints: 3, stage: 'conversion', orders: 1 }] })
    expect((await ask('GET', '/shoppers?stage=loyalty')).body).toEqual({ shoppers: [] })
    expect((await ask('GET', '/losses?site=my-shop')).body).toEqual({ documents: 1, touchpoints: 9, missing: 6, incomplete: 1, lost: {} })
  })

  test.each([
    ['/map?channels=x', 'channels: unknown filter, known are model, site, since, until, channel, device, segment, persona'],
    ['/map?since=yesterday', 'since: expected ms since epoch or an ISO 8601 date'],
    ['/map?model=six', 'model: expected one of five, ecommerce-six, aida, funnel, saas'],
    ['/shoppers?limit=0', 'limit: expected 1 to 1000'],
    ['/choices?site=x', 'site: unknown filter, known are model'],
    ['/losses?until=1', 'until: unknown filter, known are site, since'],
  ])('%s is refused: %s', async (path, reason) => {
    const { body, status } = await open().ask('GET', path)
    expect([status, body]).toEqual([400, { reason }])
  })

  test.each(['/map', '/choices', '/shoppers', '/losses'])('%s is for those with the token', async (path) => {
    expect((await open({ adminToken: 'secret' }).ask('GET', path)).status).toBe(401)
  })
})

describe('importing', () => {
  const line = (fields: object) => JSON.stringify({ name: 'support_contacted', at: '2025-11-20T10:00:00Z', user: 'u-1', ...fields })
  const csv = 'name,at,user,channel,transaction_id,value,currency,note\nrefund,2025-11-20T10:00:00Z,u-1,phone,T-7,18.5,EUR,"too small, ""sadly"""\nvisit_shop,1763632800000,u-2,,,,,"two\nlines"\n'

  test('takes lines of JSON, gzipped or not, and each only once', async () => {
    const { ask, stored } = open()
    const file = [line({ channel: 'phone', props: { topic: 'delivery' } }), '', line({ name: 'visit_shop', stage: 'consideration' })].join('\n')
    expect(await ask('POST', '/import?site=my-shop', file)).toMatchObject({ status: 200, body: { stored: 2, known: 0 } })
    expect(await ask('POST', '/import?site=my-shop', gzipSync(file))).toMatchObject({ status: 200, body: { stored: 0, known: 2 } })
    expect((await stored()).map(({ name, person, channel, props, stage, source, happened_at }) => ({ name, person, channel, props, stage: stage?.id, source, happened_at }))).toEqual([
      { name: 'visit_shop', person: 'u-1', channel: 'offline', stage: 'consideration', source: 'import', happened_at: Date.parse('2025-11-20T10:00:00Z') },
      { name: 'support_contacted', person: 'u-1', channel: 'phone', props: { topic: 'delivery' }, source: 'import', happened_at: Date.parse('2025-11-20T10:00:00Z') },
    ])
  })

  test('takes CSV: what is no field is a parameter, amounts are numbers, ids are texts', async () => {
    const { ask, stored } = open()
    expect(await ask('POST', '/import?site=my-shop', csv, { 'content-type': 'text/csv' })).toMatchObject({ status: 200, body: { stored: 2 } })
    expect((await stored()).map(({ name, props, channel }) => [name, channel, props])).toEqual([
      ['visit_shop', 'offline', { note: 'two\nlines' }],
      ['refund', 'phone', { transaction_id: 'T-7', value: 18.5, currency: 'EUR', note: 'too small, "sadly"' }],
    ])
  })

  test('an order is the one that a tracker has told of', async () => {
    const { ask, post, stored } = open()
    const { uuidv8 } = await import('../../src/ids.js')
    await post(batch({ touchpoints: [touchpoint({ id: uuidv8('my-shop|purchase|T-7|'), name: 'purchase', props: { transaction_id: 'T-7' } })] }))
    expect((await ask('POST', '/import?site=my-shop', line({ name: 'purchase', props: { transaction_id: 'T-7' } }))).body).toMatchObject({ stored: 0, known: 1 })
    expect(await stored()).toHaveLength(1)
  })

  test('joins what the same user has done in the shop', async () => {
    const { ask, post, store } = open()
    await post(batch())
    await post(batch({ pages: { 'k3v9x2ab-1': { tab: 'k3v9x2ab', visit: 'visit-1', url: '/', user: 'u-1' } }, touchpoints: [touchpoint({ name: 'login', seq: 2 })] }))
    await ask('POST', '/import?site=my-shop', line({}))
    expect((await store.touchpoints({ user: 'u-1' })).touchpoints.map(({ name }) => name).sort()).toEqual(['login', 'support_contacted', 'view_item'])
  })

  test('one bad line and nothing is stored: every one is named, with what was expected', async () => {
    const { ask, stored } = open()
    const bad = [line({}), '{', line({ name: 'Bad Name' }), line({ at: 'yesterday' }), line({ at: '2099-01-01' }), line({ user: undefined }), line({ channel: 'Phone!' }), line({ colour: 'red' }), line({ props: { items: 'cap' } }), '7'].join('\n')
    expect(await ask('POST', '/import?site=my-shop', bad)).toMatchObject({
      status: 422,
      body: {
        reason: '9 lines are not as expected, so none was stored',
        errors: [
          { line: 2, reason: 'expected JSON' },
          { line: 3, reason: 'name: expected a-z, then up to 63 of a-z 0-9 _' },
          { line: 4, reason: 'at: expected ms since epoch or an ISO 8601 date' },
          { line: 5, reason: 'at: expected a time that is not in the future' },
          { line: 6, reason: 'user: missing; whose it is must be known, by user or visitor' },
          { line: 7, reason: 'channel: expected a channel, 1 to 32 of a-z _' },
          { line: 8, reason: 'colour: unknown field' },
          { line: 9, reason: 'props.items: expected an array' },
          { line: 10, reason: 'expected an object' },
        ],
      },
    })
    expect((await ask('POST', '/import', line({}))).body.errors).toEqual([{ line: 1, reason: 'site: missing; give it here, or for all lines as ?site=' }])
    expect((await ask('POST', '/import?site=a/b', line({}))).status).toBe(400)
    expect((await ask('POST', '/import?site=s', '\n\n')).body.errors).toEqual([{ line: 1, reason: 'expected at least one touchpoint' }])
    expect(await stored()).toEqual([])
  })

  test('a bad table names its line, also after cells of several lines', async () => {
    const { ask } = open()
    const bad = async (file: string) => (await ask('POST', '/import?site=s&format=csv', file)).body.errors
    expect(await bad('name,at,user\n"a\nb",1763632800000,u\nvisit_shop,,u')).toEqual([{ line: 2, reason: 'name: expected a-z, then up to 63 of a-z 0-9 _' }, { line: 4, reason: 'at: missing' }])
    expect(await bad('name,at,user\nx,"never closed')).toEqual([{ line: 2, reason: 'expected quotes around a whole cell, doubled within it' }])
    expect(await bad('name,name\nx,y')).toEqual([{ line: 1, reason: 'name: expected each column once' }])
    expect(await bad('name,at\nx,1763632800000,extra')).toEqual([{ line: 2, reason: 'expected at most 2 cells, got 3' }])
  })
})

describe('forgetting by an administrator', () => {
  test('says what was erased, and that nothing is left', async () => {
    const { ask, post } = open({ adminToken: 'secret' })
    await post(batch({ touchpoints: [touchpoint(), touchpoint({ seq: 2 })] }))
    const headers = { authorization: 'Bearer secret' }
    expect((await ask('POST', '/forget', { site: 'my-shop', visitor: 'visitor-1' })).status).toBe(401)
    expect((await ask('POST', '/forget', { site: 'my-shop', visitor: 'visitor-1' }, headers)).body).toEqual({ erased: { touchpoints: 2, visits: 1 }, left: 0 })
    expect((await ask('POST', '/forget', { site: 'my-shop' }, headers)).body.reason).toBe('user: missing; whom to forget, by user or visitor')
    expect((await ask('POST', '/forget', { visitor: 'v' }, headers)).body.reason).toContain('site: expected')
    expect((await ask('POST', '/forget', { site: 's', email: 'x' }, headers)).body.reason).toBe('email: unknown field')
    expect((await ask('POST', '/forget', 'null', headers)).status).toBe(400)
    expect((await ask('POST', '/import?site=s', '{}')).status).toBe(401)
  })
})

describe('upkeep', () => {
  const cartProps = { cart_id: 'cart-1', cart_version: 2, currency: 'EUR' }
  const items = [{ item_id: 'cap', price: 18, quantity: 2 }]

  test('confirms the abandonment of those who never return, once, dated when it became true', async () => {
    let time = NOW
    const { collector, post, stored } = open({ now: () => time })
    const at = NOW - 5000
    await post(batch({ sent_at: NOW, touchpoints: [touchpoint({ at, name: 'add_to_cart', props: { ...cartProps, items } }), touchpoint({ at: at + 1000, seq: 2, name: 'checkout_error', props: { ...cartProps, code: 'declined', field: 'card', step: 'payment' } })] }))
    expect((await collector.maintain()).confirmed).toBe(0)
    time = at + 1000 + 31 * MINUTE
    expect([(await collector.maintain()).confirmed, (await collector.maintain()).confirmed]).toEqual([1, 0])
    const { abandonmentId } = await import('../../src/commerce/abandonment.js')
    expect((await stored())[0]).toMatchObject({
      name: 'cart_abandonment',
      happened_at: at + 1000 + 30 * MINUTE,
      source: 'collector',
      visitor: 'visitor-1',
      props: { abandonment_id: abandonmentId('cart-1', 2), status: 'confirmed', how: 'silence', cart_id: 'cart-1', value: 36, currency: 'EUR', step: 'payment', field: 'card', error: 'declined', items },
    })
  })

  test.each([
    ['begun', ['begin_checkout'], { step: 'checkout', dwell: { checkout: 0 } }],
    ['gone on with', ['begin_checkout', 'add_shipping_info', ['form_abandonment', { last_field: 'postcode' }]], { step: 'shipping', field: 'postcode', dwell: { checkout: 1000, shipping: 1000 } }],
    ['gone on with after an error', ['begin_checkout', ['checkout_error', { code: 'missing', field: 'city' }], 'add_shipping_info'], { step: 'shipping', dwell: { checkout: 2000, shipping: 0 } }],
    ['full of errors', ['add_payment_info', ['checkout_error', { code: 'declined', field: 'card' }], ['form_abandonment', { last_field: 'note' }]], { step: 'payment', field: 'card', error: 'declined', dwell: { payment: 2000 } }],
    ['left before', ['begin_checkout', ['cart_abandonment', { status: 'suspected', step: 'checkout', field: 'phone' }]], { step: 'checkout', field: 'phone', dwell: { checkout: 1000 } }],
    ['not begun', [], { dwell: {} }],
    ['not begun, by its own report', [['cart_abandonment', { status: 'suspected', step: 'cart' }]], { step: 'cart', dwell: {} }],
  ] as [string, (string | [string, object])[], object][])('says where a checkout was left that was %s', async (_, happened, place) => {
    let time = NOW
    const { collector, post, stored } = open({ now: () => time })
    const touchpoints = [['add_to_cart', { items }] as [string, object], ...happened].map((each, i) => {
      const [name, props] = typeof each === 'string' ? [each, {}] : each
      return touchpoint({ at: NOW - 10_000 + 1000 * i, seq: i + 1, name, props: { ...cartProps, ...props } })
    })
    await post(batch({ sent_at: NOW, touchpoints }))
    time = NOW + 31 * MINUTE
    expect((await collector.maintain()).confirmed).toBe(1)
    const { step, field, error, dwell } = (await stored())[0]!.props as Record<string, unknown>
    expect({ step, field, error, dwell }).toEqual(place)
  })

  test.each([
    ['bought', ['purchase', {}], 'js_error'],
    ['unknown', ['cart_abandonment', { status: 'unknown' }], 'form_abandonment'],
    ['confirmed', ['cart_abandonment', { status: 'confirmed' }], 'slow_page'],
  ] as [string, [string, object], string][])('leaves alone what is %s, also where something hurts afterwards', async (_, [name, props], hurt) => {
    let time = NOW
    const { collector, post } = open({ now: () => time })
    const all = [['add_to_cart', { items }], [name, props], [hurt, {}]] as [string, object][]
    await post(batch({ sent_at: NOW, touchpoints: all.map(([name, props], i) => touchpoint({ at: NOW - 10_000 + i, seq: i + 1, name, props: { ...cartProps, ...props } })) }))
    time = NOW + 31 * MINUTE
    expect((await collector.maintain()).confirmed).toBe(0)
  })

  test('leaves alone who is still there, what was bought or emptied, and what nobody can know', async () => {
    let time = NOW
    const { collector, post } = open({ now: () => time })
    const add = (cart: string, seq: number, more = {}) => touchpoint({ at: NOW, seq, name: 'add_to_cart', props: { ...cartProps, cart_id: cart, items }, ...more })
    const then = (name: string, cart: string, seq: number, props = {}) => touchpoint({ at: NOW + 1, seq, name, props: { ...cartProps, cart_id: cart, items, ...props } })
    const pages = { a: { tab: 'k3v9x2ab', visit: 'visit-1', url: '/' }, b: { tab: 'h7m2c0qe', visit: 'visit-2', url: '/' } }
    const visits = { 'visit-1': visit, 'visit-2': { visitor: 'visitor-2', started: NOW } }
    const touchpoints = [add('bought', 1), then('purchase', 'bought', 2), add('emptied', 3), then('remove_from_cart', 'emptied', 4), add('hosted', 5), then('cart_abandonment', 'hosted', 6, { status: 'unknown' })].map((each) => ({ ...each, page: 'a' }))
    await post(batch({ sent_at: NOW, visits, pages, touchpoints: [...touchpoints, add('active', 1, { page: 'b' })] }))
    time = NOW + 29 * MINUTE
    await post(batch({ sent_at: time, visits, pages, touchpoints: [touchpoint({ at: time, seq: 2, page: 'b', name: 'page_view' })] }))
    time = NOW + 40 * MINUTE
    expect((await collector.maintain()).confirmed).toBe(0)
    time = NOW + 60 * MINUTE
    expect((await collector.maintain()).confirmed).toBe(1)
  })

  test.each([{ visitor: 'visitor-1' }, { user: 'user-1' }])('waits for somebody, known by %o, who has come back in another visit', async ({ visitor, user }: { visitor?: string; user?: string }) => {
    let time = NOW
    const { collector, post } = open({ now: () => time })
    const send = (at: number, fields: object, n: number) => post(batch({ sent_at: (time = at), visits: { [`visit-${n}`]: { visitor, started: at } }, pages: { p: { tab: `k3v9x2a${n}`, visit: `visit-${n}`, url: '/', user } }, touchpoints: [touchpoint({ at, page: 'p', ...fields })] }))
    await send(NOW, { name: 'add_to_cart', props: { ...cartProps, items } }, 1)
    await send(NOW + 29 * MINUTE, { name: 'page_view' }, 2)
    time = NOW + 40 * MINUTE
    expect((await collector.maintain()).confirmed).toBe(0)
    time = NOW + 60 * MINUTE
    expect((await collector.maintain()).confirmed).toBe(1)
  })

  describe('of many carts', () => {
    const later = NOW + 31 * MINUTE
    const left = async (count: number, { visitor, user }: { visitor?: string; user?: string } = { visitor: 'visitor-1' }) => {
      const memory = createMemoryStore()
      const histories = vi.fn(memory.histories)
      const opened = open({ store: { ...memory, histories }, now: () => later })
      const touchpoints = Array.from({ length: count }, (_, i) => touchpoint({ at: NOW, seq: i + 1, name: 'add_to_cart', props: { ...cartProps, cart_id: `cart-${i}`, items } }))
      for (let i = 0; i < count; i += 100) await opened.post(batch({ sent_at: later, visits: { 'visit-1': { ...visit, visitor } }, pages: { 'k3v9x2ab-1': { ...page, user } }, touchpoints: touchpoints.slice(i, i + 100) }))
      const confirmed = async () => (await memory.touchpoints({ name: 'cart_abandonment', limit: 1000 })).touchpoints
      return { ...opened, memory, histories, confirmed }
    }

    test.each([{ visitor: 'visitor-1' }, { user: 'user-1' }, {}])('of one shopper, known by %o, looks at many together, and tells of each once', async (shopper) => {
      const { collector, histories, confirmed } = await left(450, shopper)
      expect([await collector.maintain(), await collector.maintain()].map((each) => each.confirmed)).toEqual([450, 0])
      expect(new Set((await confirmed()).map(({ props }) => props?.cart_id)).size).toBe(450)
      expect(histories).toHaveBeenCalledTimes(3)
    })

    test.each([false, true])('leaves the rest for another time when the collector closes, the shopper being back: %o', async (isBack) => {
      const { collector, memory, histories, confirmed, post } = await left(450)
      if (isBack) await post(batch({ sent_at: later, touchpoints: [touchpoint({ at: later, seq: 451, name: 'page_view' })] }))
      histories.mockImplementationOnce((carts, most) => {
        void collector.close()
        return memory.histories(carts, most)
      })
      expect((await collector.maintain()).confirmed).toBe(0)
      expect([histories.mock.calls.length, (await confirmed()).length]).toEqual([1, 0])
    })

    test('does not look again at one that was emptied, until something happens to it', async () => {
      const { collector, histories, post } = await left(1)
      const then = (name: string, seq: number) => post(batch({ sent_at: later, touchpoints: [touchpoint({ at: NOW, seq, name, props: { ...cartProps, cart_id: 'cart-0', items } })] }))
      await then('remove_from_cart', 2)
      for (const _ of [1, 2]) expect((await collector.maintain()).confirmed).toBe(0)
      expect(histories).toHaveBeenCalledTimes(1)
      await then('add_to_cart', 3)
      expect((await collector.maintain()).confirmed).toBe(1)
    })
  })

  test('erases what is older than the retention, at most every hour', async () => {
    let time = NOW
    const { collector, post, stored } = open({ now: () => time, retention: 1000 * MINUTE })
    await post(batch({ sent_at: NOW, touchpoints: [touchpoint({ at: NOW })] }))
    expect((await collector.maintain()).expired).toEqual({ touchpoints: 0, visits: 0 })
    time = NOW + 1001 * MINUTE
    expect((await collector.maintain()).expired).toEqual({ touchpoints: 1, visits: 1 })
    expect(await stored()).toEqual([])
  })

  test('runs by itself every so often, and not after the end', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const store = createMemoryStore()
    const expire = vi.fn(store.expire)
    const collector = createCollector({ store: { ...store, expire }, maintainEvery: 3_600_000 })
    await vi.advanceTimersByTimeAsync(3_600_000 * 2)
    expect(expire).toHaveBeenCalledTimes(2)
    await collector.close()
    await vi.advanceTimersByTimeAsync(3_600_000 * 2)
    expect(expire).toHaveBeenCalledTimes(2)
  })
})

describe('bad input', () => {
  const paths = ['/collect', '/import?site=s', '/import?site=s&format=csv', '/forget', '/login', '/touchpoints?limit=x', '/documents?y=1']

  test('of any kind is refused with a reason, never with a 5xx, and changes nothing', async () => {
    const { ask, stored } = open()
    const anyBody = fc.oneof(fc.string(), fc.json(), fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 50 }).map((bytes) => new Uint8Array([0x1f, 0x8b, ...bytes])), fc.array(fc.array(fc.string())).map((rows) => rows.map((row) => row.join(',')).join('\n')))
    const header = fc.dictionary(fc.constantFrom('content-type', 'origin', 'cookie', 'user-agent', 'authorization'), fc.stringMatching(/^[\x20-\x7e]*$/))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), anyBody, header, async (path, body, headers) => {
        const { status, body: answer } = await ask(path.includes('documents') || path.includes('touchpoints') ? 'PUT' : 'POST', path, body as BodyInit, headers)
        expect(status).toBeGreaterThanOrEqual(400)
        expect(status).toBeLessThan(500)
        expect(typeof answer.reason).toBe('string')
      }),
      { numRuns: 600 },
    )
    expect(await stored()).toEqual([])
  })

  const strange = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
    fc.constantFrom<unknown>(null, -0, -1, 0.5, 1e308, 9_007_199_254_740_993, 8.64e15, -8.64e15, '', '\u0000', '\ud800', 'a\u0000b', '__proto__', 'constructor', 'x'.repeat(5000), [[[[[[[[[[]]]]]]]]]], JSON.parse('{"__proto__":{"x":1},"constructor":1}')),
  )
  /** What replaces what, by the places taken on the way down. */
  const change = fc.record({ way: fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }), value: strange, isKey: fc.boolean() })

  /** A copy in which something at some place is something else, or goes by another name. */
  const changed = (whole: object, { way, value, isKey }: { readonly way: readonly number[]; readonly value: unknown; readonly isKey: boolean }) => {
    const copy = structuredClone(whole)
    let place = copy as Record<string, unknown>
    for (const [depth, step] of way.entries()) {
      const keys = Object.keys(place)
      const key = keys[step % (keys.length || 1)]
      if (key === undefined) break
      const next = place[key]
      if (depth < way.length - 1 && typeof next === 'object' && next !== null) {
        place = next as Record<string, unknown>
        continue
      }
      if (isKey && !Array.isArray(place)) {
        delete place[key]
        Object.defineProperty(place, (JSON.stringify(value) ?? '').slice(0, 100), { value: next, enumerable: true, configurable: true })
      } else place[key] = value
      break
    }
    return copy
  }

  test.each([
    ['memory', async () => createMemoryStore()],
    ['DuckDB', async () => openDuckdbStore(freshDatabase())],
  ])('anywhere in a good batch is answered with a reason or taken, never with a 5xx, and all can be read after it: %s', async (_, openStore) => {
    const store = await openStore()
    const { ask, collector } = open({ store })
    const props = { currency: 'EUR', value: 18.5, transaction_id: 'A-1', items: [{ item_id: 'sku-1', quantity: 2 }], segment: 'vip', score: 9, kind: 'nps', cart_id: 'c', cart_version: 1, abandonment_id: 'a', status: 'confirmed', step: 'payment', error: 'declined' }
    const names = ['page_view', 'purchase', 'identify', 'feedback', 'cart_abandonment', 'checkout_error']
    let good = 0
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const whole = batch({ touchpoints: names.map((name, i) => touchpoint({ name, props, seq: i + 1, stage: { id: 'conversion', confidence: 1, rule: 'explicit' } })), documents: { k3v9x2ab: 9 }, loss: [{ tab: 'k3v9x2ab', from: 7, to: 8, reason: 'evicted' }], ask: [{ tab: 'k3v9x2ab', from: 1, to: 9 }] })
        const body = changes.reduce<object>(changed, whole)
        const { status, body: answer } = await ask('POST', '/collect', JSON.stringify(body))
        if (status === 200) {
          good++
          for (const { reason } of (answer as { rejected?: { reason: string }[] }).rejected ?? []) expect(reason).not.toBe('')
        } else expect([status, typeof answer.reason]).toEqual([400, 'string'])
      }),
      { seed: 6, numRuns: 400 },
    )
    expect(good).toBeGreaterThan(50)
    for (const path of ['/touchpoints?limit=1000', '/documents', '/map', '/map?model=aida', '/shoppers', '/choices', '/losses']) expect([path, (await ask('GET', path)).status]).toEqual([path, 200])
    await collector.maintain()
    await collector.close()
    await store.close()
  }, 60_000)

  test('in a query is refused with a reason or answered, never with a 5xx', async () => {
    const { ask, post } = open()
    await post(batch())
    const names = ['site', 'name', 'user', 'visitor', 'visit', 'channel', 'tab', 'stage', 'source', 'cart', 'since', 'until', 'limit', 'before', 'model', 'device', 'segment', 'persona', 'constructor']
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('/touchpoints', '/documents', '/map', '/shoppers', '/choices', '/losses'), fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.constantFrom('1e3', '-1', 'five', '__proto__')), { maxKeys: 3 }), async (path, query) => {
        const { status, body } = await ask('GET', `${path}?${new URLSearchParams(query)}`)
        expect([200, 400]).toContain(status)
        if (status === 400) expect(typeof body.reason).toBe('string')
      }),
      { seed: 6, numRuns: 600 },
    )
  })

  test('in a file of offline touchpoints is told by line, never with a 5xx, and leaves nothing of it behind', async () => {
    const { ask, stored } = open()
    const cell = fc.oneof(fc.string(), fc.constantFrom('"', 'a"b', '"a', '""', '"a,b"', '\r', 'purchase', '2026-01-01', '=1+1', '\u0000'))
    const csv = fc.array(fc.array(cell, { maxLength: 6 }), { minLength: 1, maxLength: 5 }).map((rows) => ['name,at,user,value', ...rows.map((row) => row.join(','))].join('\n'))
    const ndjson = fc.array(fc.oneof(fc.json(), fc.string(), fc.record({ name: strange, at: strange, user: strange, props: strange }).map((line) => JSON.stringify(line))), { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n'))
    let before = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(csv.map((file) => [file, 'text/csv'] as const), ndjson.map((file) => [file, 'application/x-ndjson'] as const)), async ([file, type]) => {
        const { status, body } = await ask('POST', '/import?site=my-shop', file, { 'content-type': type })
        const now = (await stored()).length
        if (status !== 200) {
          expect(status).toBe(422)
          for (const { line, reason } of body.errors as { line: number; reason: string }[]) expect([line > 0, reason !== '']).toEqual([true, true])
          expect(now).toBe(before)
        }
        before = now
      }),
      { seed: 6, numRuns: 600 },
    )
  })
})
