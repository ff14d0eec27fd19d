// @vitest-environment node
import { JsonLogsSerializer } from '@opentelemetry/otlp-transformer'
import { Analytics } from '@segment/analytics-node'
import { buildPageView, buildSelfDescribingEvent, buildStructEvent, payloadJsonProcessor } from '@snowplow/tracker-core'
import { Ajv } from 'ajv'
import { type CloudEvent, HTTP } from 'cloudevents'
import { PostHog } from 'posthog-node'
import { describe, expect, test } from 'vitest'
import { cloudevents } from '../../src/formats/cloudevents.js'
import { ndjson } from '../../src/formats/ndjson.js'
import { otlp } from '../../src/formats/otlp.js'
import { posthog } from '../../src/formats/posthog.js'
import { segment } from '../../src/formats/segment.js'
import { snowplow } from '../../src/formats/snowplow.js'
import { type Told, toldIn } from '../../src/told.js'
import type { Answer, Format, Props } from '../../src/types.js'
import { batchOf, everyTouchpoint } from '../fixtures/touchpoints.js'

const names = Object.keys(everyTouchpoint)
const known = batchOf()
const unknown = batchOf(everyTouchpoint, 'cookieless')
const answerOf = (status: number, body: unknown = '', headers: { [name: string]: string } = {}): Answer => ({ status, body: typeof body === 'string' ? body : JSON.stringify(body), header: (name) => headers[name] ?? null })
const formats: { readonly [name: string]: Format } = { ndjson, cloudevents, otlp, segment: segment({ writeKey: 'wk' }), snowplow: snowplow({ entity: 'iglu:com.acme/touchpoint/jsonschema/1-0-0' }), posthog: posthog({ apiKey: 'phc_k' }) }
/** What other systems' JSON holds is theirs: it is compared, not described. */
type Json = any

const lines = (format: Format, batch = known): Json => JSON.parse(format.encode(batch))
const told = toldIn(known)
const byName = (name: string) => told.find((each) => each.name === name)!

describe.each(Object.entries(formats))('%s', (_name, format) => {
  test('holds each touchpoint once, known visitor or not, under its own id', () => {
    for (const batch of [known, unknown]) {
      const body = format.encode(batch)
      const ids = batch.touchpoints.map((line) => JSON.parse(line).id as string)
      // The entity of Snowplow has it beside the event.
      expect(ids.filter((id) => ![1, 2].includes(body.split(id).length - 1))).toEqual([])
      expect(body).not.toMatch(/\bundefined\b|\bnull\b|\[object/)
    }
  })

  test('says what statuses mean as rihla itself does', () => {
    const kinds = [200, 202, 204, 400, 422, 413, 401, 403, 404, 408, 429, 500, 503].map((status) => format.classify(answerOf(status)).kind)
    expect(kinds).toEqual(['ok', 'ok', 'ok', 'split', 'split', 'smaller', ...Array(3).fill('misconfigured'), ...Array(4).fill('retry')])
    expect(format.classify(answerOf(429, '', { 'retry-after': '7' }))).toEqual({ kind: 'retry', after: 7000 })
  })

  test('writes the same where prototypes have a toJSON', () => {
    const body = format.encode(known)
    const prototypes = [Object.prototype, Array.prototype, String.prototype] as { toJSON?: unknown }[]
    for (const prototype of prototypes) prototype.toJSON = () => 'HOSTILE'
    try {
      expect(format.encode(known) === body).toBe(true)
    } finally {
      for (const prototype of prototypes) delete prototype.toJSON
    }
  })

  test('the largest body of a tracker stays below 500 KB, and one touchpoint below 64 KiB', () => {
    const text = 'x'.repeat(900)
    const much = batchOf(Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`own_${i}`, { a: text, b: text, c: text }])))
    // What a tracker sends at once, see src/delivery.ts.
    expect(much.touchpoints.join().length).toBeGreaterThan(44_000)
    expect(Buffer.byteLength(format.encode(much))).toBeLessThan(500_000)
    const large = batchOf({ own: Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`p${i}`, 'x'.repeat(1000)])) })
    expect(Buffer.byteLength(format.encode(large))).toBeLessThan(65_536)
  })
})

test('ndjson: a line is one flat record with page and visit', () => {
  const rows = ndjson.encode(known).split('\n').map((line) => JSON.parse(line) as Props)
  const { id, tab } = { id: told[1]!.id, tab: told[1]!.page.tab }
  expect(rows[1]).toEqual({
    site: 'my-shop', sdk: known.sdk, sent_at: known.sentAt, id, name: 'view_item_list', at: 1_763_769_601_000, seq: 2, source: 'commerce', props: everyTouchpoint.view_item_list,
    tab, visit: '019aa8dc-4800-7c3e-9b1f-4d2a8c6e0b57', visitor: '019aa8dc-4800-71d2-8a3b-5e6f7a8b9c0d', user: 'u-7', model: 'five@2', url: 'https://shop.example/coffee?page=2', title: 'Coffee "fresh" | Finjan', referrer: 'https://shop.example/', kind: 'list', locale: 'en-GB',
    started: 1_763_769_600_000, landing: 'https://shop.example/?utm_source=newsletter', visit_referrer: '', channel: 'email', visit_number: 2, first: { at: 1_763_000_000_000, channel: 'paid_search', source: 'google' }, campaign: { utm_source: 'newsletter', utm_medium: 'email', utm_campaign: 'spring', click_ids: ['gclid'] },
  })
  expect(rows[3]).toMatchObject({ name: 'view_item', stage: 'consideration', stage_confidence: 0.7, stage_rule: 'own' })
  expect(rows[0]).toMatchObject({ name: 'page_view', stage_rule: 'page_view' })
  expect(ndjson.encode(unknown).split('\n').map((line) => JSON.parse(line))[0]).toMatchObject({ marks: ['bot'], denied: ['ads'] })
})

test('cloudevents: the SDK takes every touchpoint of the vocabulary', () => {
  const events = HTTP.toEvent<Props>({ headers: { 'content-type': cloudevents.type! }, body: cloudevents.encode(known) }) as CloudEvent<Props>[]
  expect(events.map((event) => [event.validate(), event.type])).toEqual(names.map((name) => [true, `rihla.${name}`]))
  expect(new Set(events.map(({ source, id }) => `${source} ${id}`)).size).toBe(names.length)
  expect(events[1]).toMatchObject({ source: 'rihla/my-shop', time: '2025-11-22T00:00:01.000Z', datacontenttype: 'application/json', partitionkey: told[1]!.visit.visitor, sequence: '2', data: JSON.parse(ndjson.encode(known).split('\n')[1]!) })
  expect(lines(cloudevents, unknown)[0].partitionkey).toBe('019aa8dc-4801-7c3e-9b1f-4d2a8c6e0b57')
})

describe('otlp', () => {
  const sent = lines(otlp).resourceLogs[0]

  test("OpenTelemetry's own serializer writes the same of every touchpoint", () => {
    const [seconds, ms] = [(at: number) => Math.floor(at / 1000), (at: number) => (at % 1000) * 1e6]
    const instrumentationScope = { name: 'rihla', version: known.sdk.split('/')[1]! }
    const resource = { attributes: { 'service.name': 'my-shop' }, asyncAttributesPending: false, merge: () => resource, getRawAttributes: () => [['service.name', 'my-shop']] as [string, string][] }
    const records = told.map(({ id, name, at, seq, source, props, stage, page, visit }) => ({
      hrTime: [seconds(at), ms(at)] as [number, number],
      hrTimeObserved: [seconds(known.sentAt), ms(known.sentAt)] as [number, number],
      severityNumber: 9,
      severityText: 'INFO',
      eventName: `rihla.${name}`,
      body: props as {},
      resource,
      instrumentationScope,
      droppedAttributesCount: 0,
      attributes: {
        'log.record.uid': id, 'session.id': page.visit, 'user.id': page.user!, 'url.full': page.url, 'browser.language': page.locale!,
        'rihla.source': source, 'rihla.seq': seq, 'rihla.visitor': visit.visitor!, 'rihla.started': visit.started, 'rihla.channel': visit.channel!, 'rihla.first': visit.first as {}, 'rihla.landing': visit.landing, 'rihla.campaign': visit.campaign as {},
        'rihla.tab': page.tab, 'rihla.model': page.model!, 'rihla.title': page.title!, 'rihla.referrer': page.referrer!, 'rihla.kind': page.kind!,
        ...(stage && { 'rihla.stage': stage.id, 'rihla.stage_confidence': stage.confidence, 'rihla.stage_rule': stage.rule }),
        'rihla.visit_number': visit.number!, 'rihla.visit_referrer': visit.referrer,
      },
    }))
    const own = JSON.parse(new TextDecoder().decode(JsonLogsSerializer.serializeRequest(records))).resourceLogs[0]
    const recordsOf = ({ scopeLogs: [{ logRecords }] }: Json) => logRecords.map(({ droppedAttributesCount: _, attributes, ...record }: Json) => ({ ...record, attributes: [...attributes].sort((a, b) => (a.key < b.key ? -1 : 1)) }))
    expect(recordsOf(sent)).toEqual(recordsOf(own))
    expect([sent.resource.attributes, sent.scopeLogs[0].scope]).toEqual([own.resource.attributes, own.scopeLogs[0].scope])
  })

  test('what was refused of what was taken is told to the developer, and never comes again', () => {
    expect(otlp.classify(answerOf(200, { partialSuccess: { rejectedLogRecords: '3', errorMessage: 'too old' } }))).toEqual({ kind: 'ok', complaint: 'the collector refused 3 touchpoints: too old' })
    for (const body of [{ partialSuccess: { rejectedLogRecords: '0' } }, { partialSuccess: {} }, {}, 'x']) expect(otlp.classify(answerOf(200, body))).toEqual({ kind: 'ok' })
  })
})

describe('segment', () => {
  /** What Segment's own client sends when it is told the same. */
  const ofClient = async (events: readonly Json[]) => {
    let body = ''
    const client = new Analytics({
      writeKey: 'wk',
      flushAt: events.length,
      httpClient: async (_url, init) => ((body = String(init.body)), { ok: true, status: 200, statusText: 'OK', headers: {}, json: async () => ({}), text: async () => '' }) as never,
    })
    for (const { type, ...event } of events) client[type as 'track']({ ...event, timestamp: new Date(event.timestamp) } as never)
    await client.closeAndFlush()
    return JSON.parse(body)
  }

  test.each([['known', known], ['cookieless', unknown]] as const)("Segment's own client, told the same, sends the same of every touchpoint (%s)", async (_who, batch) => {
    const mine = lines(formats.segment!, batch)
    const own = await ofClient(structuredClone(mine.batch))
    // The client says who it is itself.
    const comparable = ({ _metadata: _, integrations: __, context: { library: ___, ...context }, ...event }: Json) => ({ ...event, context })
    expect(mine.batch.map(comparable)).toEqual(own.batch.map(comparable))
    expect(Object.keys(mine).sort()).toEqual(Object.keys(own).sort())
    const { context } = mine.batch[0]
    expect([mine.writeKey, mine.sentAt, context['library']]).toEqual(['wk', '2025-11-22T00:01:20.000Z', { name: 'rihla', version: known.sdk.split('/')[1] }])
  })

  test('is in the words of the e-commerce spec', () => {
    const { batch } = lines(formats.segment!)
    const of = (name: string) => batch[names.indexOf(name)]
    expect(of('page_view')).toMatchObject({ type: 'page', userId: 'u-7', properties: { url: 'https://shop.example/coffee?page=2', referrer: 'https://shop.example/' } })
    expect(of('identify')).toMatchObject({ type: 'identify', traits: { segment: 'gold', orders: 4 } })
    expect(of('purchase')).toMatchObject({
      type: 'track', event: 'Order Completed', timestamp: '2025-11-22T00:00:12.000Z',
      properties: { order_id: '1001', revenue: 45, value: 45, currency: 'EUR', tax: 7.19, shipping: 4.9, coupon: 'SPRING', products: [{ product_id: 'FJ-101', sku: 'FJ-101', name: 'Yirgacheffe Natural', brand: 'Finjan', category: 'coffee', variant: '250g', price: 14.5, quantity: 2, position: 3, coupon: 'SPRING' }, { product_id: 'FJ-107', price: 16, quantity: 1 }] },
      context: { campaign: { source: 'newsletter', medium: 'email', name: 'spring' }, rihla: { stage: { id: 'consideration', confidence: 0.7, rule: 'purchase' }, seq: 13, channel: 'email' } },
    })
    expect(of('add_to_cart')).toMatchObject({ event: 'Product Added', properties: { product_id: 'FJ-101', price: 14.5, cart_id: 'c1', value: 29 } })
    expect(of('search')).toMatchObject({ event: 'Products Searched', properties: { query: 'cups', results: 3 } })
    expect(of('cart_abandonment')).toMatchObject({ event: 'cart_abandonment', properties: { step: 'payment', products: [{ product_id: 'FJ-101' }, { product_id: 'FJ-107' }] } })
  })

  test('asks for a write key', () => {
    for (const options of [{}, { writeKey: '' }, { writeKey: 5 }]) expect(() => segment(options as never)).toThrow(new TypeError('rihla: writeKey must be the write key of a source'))
  })
})

describe('posthog', () => {
  const mine = lines(formats.posthog!)

  test("PostHog's own client, told the same, sends the same of every touchpoint", async () => {
    let body = ''
    const client = new PostHog('phc_k', { host: 'https://posthog.example', flushAt: 1000, disableCompression: true, fetch: async (_url, init) => ((body = String(init.body)), { status: 200, ok: true, headers: new Headers(), text: async () => '{}', json: async () => ({}) }) as never })
    for (const { distinct_id: distinctId, timestamp, ...event } of mine.batch) client.capture({ ...event, distinctId, timestamp: new Date(timestamp) })
    await client.shutdown()
    const own = JSON.parse(body)
    // The client says who it is itself, and that it is a server.
    const comparable = ({ properties: { $lib: _, $lib_version: __, $is_server: ___, $geoip_disable: ____, ...properties }, ...event }: Json) => ({ ...event, properties })
    expect(mine.batch.map(comparable)).toEqual(own.batch.map(comparable))
    expect([Object.keys(mine).sort(), mine.api_key]).toEqual([Object.keys(own).sort(), own.api_key])
  })

  test('knows page views and persons as PostHog does, and shopping by the names of its spec', () => {
    const of = (name: string) => mine.batch[names.indexOf(name)]
    expect(of('page_view')).toMatchObject({ event: '$pageview', distinct_id: 'u-7', properties: { $current_url: 'https://shop.example/coffee?page=2', $session_id: '019aa8dc-4800-7c3e-9b1f-4d2a8c6e0b57', utm_source: 'newsletter', $process_person_profile: true, $lib: 'rihla' } })
    expect(of('identify')).toMatchObject({ event: '$identify', properties: { $set: { segment: 'gold', orders: 4 }, $anon_distinct_id: '019aa8dc-4800-71d2-8a3b-5e6f7a8b9c0d' } })
    expect(of('purchase')).toMatchObject({ event: 'Order Completed', uuid: byName('purchase').id, properties: { order_id: '1001', revenue: 45, rihla_stage: 'consideration', rihla_channel: 'email' } })
    const [first] = lines(formats.posthog!, unknown).batch
    expect(first).toMatchObject({ distinct_id: '019aa8dc-4801-7c3e-9b1f-4d2a8c6e0b57', properties: { $process_person_profile: false } })
  })

  test('what is beyond a quota is told to the developer', () => {
    expect(formats.posthog!.classify(answerOf(200, { status: 1, quota_limited: ['events'] }))).toEqual({ kind: 'ok', complaint: 'PostHog throws away what is beyond the quota of events' })
    for (const body of [{ status: 1 }, { quota_limited: [] }, { quota_limited: 'x' }, 'x']) expect(formats.posthog!.classify(answerOf(200, body))).toEqual({ kind: 'ok' })
  })

  test('asks for a key', () => {
    for (const options of [{}, { apiKey: '' }, { apiKey: 5 }]) expect(() => posthog(options as never)).toThrow(new TypeError('rihla: apiKey must be the key of a project'))
  })
})

describe('snowplow', () => {
  const plain = lines(snowplow())
  const events = plain.data as { readonly [field: string]: string }[]
  const of = (name: string) => events[names.indexOf(name)]!
  const entitiesOf = (event: { readonly [field: string]: string }) => (event.co ? JSON.parse(event.co).data : []) as { schema: string; data: Props }[]

  // What Iglu Central's schemas of these versions ask for, of the fields that are sent.
  const text = { type: 'string', maxLength: 4096 }
  const [money, count, currency] = [{ type: 'number', minimum: 0, multipleOf: 0.01, maximum: 9_999_999 }, { type: 'integer', minimum: 0, maximum: 9_999_999 }, { type: 'string', pattern: '^[A-Z]{3}$' }]
  const objectOf = (required: readonly string[], properties: object) => ({ type: 'object', required, properties, additionalProperties: false })
  const fields = ['aid', 'p', 'dtm', 'e', 'eid', 'tv', 'duid', 'uid', 'url', 'page', 'refr', 'lang', 'se_ca', 'se_ac', 'se_la', 'se_pr', 'se_va', 'ue_pr', 'co', 'stm', 'sid', 'vid']
  const schemas: { readonly [schema: string]: object } = {
    'payload_data/jsonschema/1-0-4': { type: 'array', minItems: 1, items: objectOf(['tv', 'p', 'e'], Object.fromEntries(fields.map((field) => [field, { type: 'string' }]))) },
    'snowplow_ecommerce_action/jsonschema/1-0-2': objectOf(['type'], { type: { enum: ['add_to_cart', 'remove_from_cart', 'product_view', 'list_click', 'list_view', 'promo_click', 'promo_view', 'checkout_step', 'transaction', 'refund', 'trns_error'] }, name: { type: 'string', maxLength: 128 } }),
    'product/jsonschema/1-0-0': objectOf(['id', 'category', 'price', 'currency'], { id: text, name: text, category: text, price: money, currency, quantity: count, variant: { type: 'string', maxLength: 256 }, brand: { type: 'string', maxLength: 256 }, position: count }),
    'checkout_step/jsonschema/1-0-0': objectOf(['step'], { step: { type: 'integer', minimum: 1, maximum: 90 }, delivery_method: { type: 'string', maxLength: 128 }, payment_method: { type: 'string', maxLength: 128 }, coupon_code: { type: 'string', maxLength: 128 } }),
    'promotion/jsonschema/1-0-0': objectOf(['id'], { id: text, name: { type: 'string', maxLength: 256 } }),
    'refund/jsonschema/1-0-0': objectOf(['transaction_id', 'currency', 'refund_amount'], { transaction_id: text, currency, refund_amount: money }),
    'transaction/jsonschema/1-0-0': objectOf(['transaction_id', 'revenue', 'payment_method', 'currency', 'total_quantity'], { transaction_id: text, revenue: money, currency, payment_method: { type: 'string', maxLength: 128 }, total_quantity: count, tax: money, shipping: money }),
  }
  const ajv = new Ajv({ allErrors: true, multipleOfPrecision: 6 })
  const errorsOf = ({ schema, data }: { schema: string; data: unknown }) => {
    const known = schemas[schema.replace(/^iglu:com\.snowplowanalytics\.snowplow(?:\.ecommerce)?\//, '')]
    const validate = ajv.compile(known ?? { not: {} })
    return validate(data) ? [] : validate.errors!.map(({ instancePath, message }) => `${schema} ${instancePath} ${message}`)
  }

  test('every touchpoint is valid by the payload schema, and so is each action and entity', () => {
    for (const batch of [known, unknown]) {
      const body = lines(snowplow(), batch)
      expect(errorsOf(body)).toEqual([])
      for (const event of body.data) {
        expect(entitiesOf(event).flatMap(errorsOf)).toEqual([])
        if (event.ue_pr) expect(errorsOf(JSON.parse(event.ue_pr).data)).toEqual([])
      }
    }
  })

  test("is built as Snowplow's own tracker builds it", () => {
    const built = (name: string) => {
      const event = of(name)
      const builder =
        event.e === 'pv'
          ? buildPageView({ pageUrl: event.url!, pageTitle: event.page, referrer: event.refr })
          : event.e === 'ue'
            ? buildSelfDescribingEvent({ event: JSON.parse(event.ue_pr!).data })
            : buildStructEvent({ category: event.se_ca!, action: event.se_ac!, label: event.se_la, property: event.se_pr, value: event.se_va === undefined ? undefined : +event.se_va })
      builder.withJsonProcessor(payloadJsonProcessor(false))
      for (const entity of entitiesOf(event)) builder.addContextEntity(entity as never)
      return builder.build()
    }
    const parsed = ({ co, ue_pr, ...event }: Json) => ({ ...event, ...(co && { co: JSON.parse(co) }), ...(ue_pr && { ue_pr: JSON.parse(ue_pr) }) })
    for (const name of names) {
      const { p, tv, aid, eid, dtm, stm, duid, sid, vid, uid, lang, url, page, refr, ...own } = of(name) as Json
      expect(parsed({ ...own, ...(own.e === 'pv' && { url, page, refr }) })).toEqual(parsed(built(name)))
    }
  })

  test('tells commerce by its actions, page views as such, and the rest as structured events', () => {
    const kinds = Object.fromEntries(names.map((name) => [name, of(name).e === 'ue' ? JSON.parse(of(name).ue_pr!).data.data.type : of(name).e]))
    const actions = { view_item_list: 'list_view', select_item: 'list_click', view_item: 'product_view', add_to_cart: 'add_to_cart', remove_from_cart: 'remove_from_cart', begin_checkout: 'checkout_step', add_shipping_info: 'checkout_step', add_payment_info: 'checkout_step', purchase: 'transaction', refund: 'refund', view_promotion: 'promo_view', select_promotion: 'promo_click' }
    // A product without a currency cannot be one of Snowplow's.
    expect(kinds).toEqual({ ...Object.fromEntries(names.map((name) => [name, 'se'])), ...actions, page_view: 'pv' })
    expect(of('checkout_error')).toMatchObject({ se_ca: 'rihla', se_ac: 'checkout_error', se_pr: 'card_declined' })
    expect(of('purchase')).toMatchObject({ aid: 'my-shop', eid: byName('purchase').id, dtm: '1763769612000', stm: `${known.sentAt}`, duid: byName('purchase').visit.visitor, uid: 'u-7', vid: '2', lang: 'en-GB' })
    expect(entitiesOf(of('purchase'))[0]!.data).toEqual({ transaction_id: '1001', revenue: 45, currency: 'EUR', payment_method: 'card', total_quantity: 3, tax: 7.19, shipping: 4.9 })
  })

  test('what says less than the schemas require is a structured event, never a bad row', () => {
    const poor = { view_item: { items: [{ item_id: 'a', price: 5 }] }, purchase: { transaction_id: '7' }, refund: { currency: 'EUR', value: 5 }, view_promotion: { creative_name: 'x' }, add_to_cart: { currency: 'EUR', items: [{ price: 5 }, { item_id: 'a' }, { item_id: 'b', price: -1 }] } }
    expect(lines(snowplow(), batchOf(poor)).data.map((event: Json) => event.e)).toEqual(['se', 'se', 'se', 'se', 'se'])
    const odd = { view_item: { currency: 'EUR', items: [{ item_id: 5, item_name: 6, item_brand: true, item_category: 7, price: 5.005, quantity: 1.5, index: -1 }] } }
    const [event] = lines(snowplow(), batchOf(odd)).data
    expect([event.e, entitiesOf(event).flatMap(errorsOf), entitiesOf(event)[0]!.data]).toEqual(['ue', [], { id: '5', name: '6', category: '7', price: 5.01, currency: 'EUR' }])
  })

  test('the whole touchpoint goes along as an entity of a schema of the shop', () => {
    const [first] = lines(formats.snowplow!).data
    expect(entitiesOf(first)).toEqual([{ schema: 'iglu:com.acme/touchpoint/jsonschema/1-0-0', data: JSON.parse(ndjson.encode(known).split('\n')[0]!) }])
    for (const entity of ['touchpoint', 'iglu:com.acme/touchpoint', 5]) expect(() => snowplow({ entity } as never)).toThrow('rihla: entity must be the URI of an Iglu schema')
  })
})

test('told: a touchpoint that leaves out what is usual has it', () => {
  const [first] = toldIn(known) as [Told]
  expect(first).toMatchObject({ name: 'page_view', source: 'api', stage: { id: 'consideration', rule: 'page_view' }, page: { visit: '019aa8dc-4800-7c3e-9b1f-4d2a8c6e0b57' }, visit: { channel: 'email' } })
  expect(byName('account_viewed').props).toEqual({})
})
