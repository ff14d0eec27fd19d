// @vitest-environment node
import { readFileSync } from 'node:fs'
import Ajv from 'ajv'
import { describe, expect, test } from 'vitest'
import { validate } from '../../src/collector/validate.js'
import { batch, orderId, page, touchpoint, visit } from '../examples/collector-harness.js'

const schema = JSON.parse(readFileSync(new URL('../../docs/protocol.schema.json', import.meta.url), 'utf8'))
const matchesSchema = new Ajv({ strict: false }).compile(schema)

/** The first reason that the collector gives, if any. */
const reasonFor = (body: unknown): string | undefined => {
  const judged = validate(JSON.parse(JSON.stringify(body)), 1_763_769_606_000)
  return 'reason' in judged ? judged.reason : judged.batch.refused[0]?.reason
}
const withTouchpoint = (fields: Record<string, unknown>) => batch({ touchpoints: [touchpoint(fields)] })
const withPage = (fields: Record<string, unknown>) => batch({ pages: { 'k3v9x2ab-1': { ...page, ...fields } } })
const withVisit = (fields: Record<string, unknown>) => batch({ visits: { 'visit-1': { ...visit, ...fields } } })
const { site: _site, ...withoutSite } = batch()
const { at: _at, ...withoutAt } = touchpoint()
const stage = { id: 'consideration', confidence: 0.7, rule: 'view_item' }
const range = { tab: 'k3v9x2ab', from: 1, to: 2 }

const good: [string, unknown][] = [
  ['a plain batch', batch()],
  ['the least there can be', { v: 1, site: 's', sdk: '', sent_at: 0 }],
  ['everything at once', batch({ touchpoints: [touchpoint({ props: { items: [] }, stage })], documents: { k3v9x2ab: 9 }, loss: [{ ...range, reason: 'evicted' }], ask: [range] })],
  ['an order id', withTouchpoint({ id: orderId(1), name: 'purchase' })],
  ['a request to forget', batch({ touchpoints: [], forget: { visitor: 'v', user: 'u' } })],
  ['a visit that is not in the table', batch({ visits: {} })],
  ['a title of 2048 emoji', withPage({ title: '🧢'.repeat(2048) })],
  ['props with null', withTouchpoint({ props: { a: null } })],
  ['props with prototype keys', withTouchpoint({ props: JSON.parse('{"__proto__":{"x":1},"constructor":2}') })],
]

const bad: [string, unknown, string][] = [
  ['no object', [], 'body: expected an object'],
  ['null', null, 'body: expected an object'],
  ['another version', batch({ v: 2 }), 'v: expected 1'],
  ['no site', withoutSite, 'site: missing'],
  ['a site with a slash', batch({ site: 'a/b' }), 'site: expected 1 to 64 of A-Z a-z 0-9 . _ -'],
  ['a time as text', batch({ sent_at: '1' }), 'sent_at: expected ms since epoch, an integer from 0'],
  ['an unknown field', batch({ extra: 1 }), 'extra: unknown field'],
  ['a prototype key as a field', JSON.parse('{"v":1,"site":"s","sdk":"x","sent_at":1,"__proto__":{}}'), '__proto__: unknown field'],
  ['touchpoints that are no array', batch({ touchpoints: {} }), 'touchpoints: expected an array'],
  ['pages that are an array', batch({ pages: [] }), 'pages: expected an object'],
  ['documents with a bad tab', batch({ documents: { 'No Tab!': 1 } }), 'documents.No Tab!: expected 8 to 16 of a-z 0-9'],
  ['documents that count from 0', batch({ documents: { k3v9x2ab: 0 } }), 'documents.k3v9x2ab: expected an integer from 1'],
  ['a loss without a known reason', batch({ loss: [{ ...range, reason: 'gone' }] }), 'loss[0].reason: expected "evicted" or "quarantined" or "pending" or "memory" or "forgotten"'],
  ['an ask that is no range', batch({ ask: [range, { tab: 'k3v9x2ab', from: 1 }] }), 'ask[1].to: missing'],
  ['forget with another field', batch({ forget: { email: 'x' } }), 'forget.email: unknown field'],
  ['a touchpoint that is text', batch({ touchpoints: ['x'] }), 'expected an object'],
  ['a touchpoint without time', batch({ touchpoints: [withoutAt] }), 'at: missing'],
  ['an id of version 4', withTouchpoint({ id: '019aa3c1-7c3e-4abc-8abc-0123456789ab' }), 'id: expected a UUID of version 7 or 8 in lower case'],
  ['an id in upper case', withTouchpoint({ id: '019AA3C1-7C3E-7ABC-8ABC-0123456789AB' }), 'id: expected a UUID of version 7 or 8 in lower case'],
  ['a name with a space', withTouchpoint({ name: 'add to cart' }), 'name: expected a-z, then up to 63 of a-z 0-9 _'],
  ['half a millisecond', withTouchpoint({ at: 1.5 }), 'at: expected ms since epoch, an integer from 0'],
  ['seq 0', withTouchpoint({ seq: 0 }), 'seq: expected an integer from 1'],
  ['props as a list', withTouchpoint({ props: [] }), 'props: expected an object'],
  ['a stage without confidence', withTouchpoint({ stage: { id: 'x' } }), 'stage.confidence: missing'],
  ['too much confidence', withTouchpoint({ stage: { ...stage, confidence: 1.1 } }), 'stage.confidence: expected a number from 0 to 1'],
  ['an unknown field in a touchpoint', withTouchpoint({ value: 3 }), 'value: unknown field'],
  ['a page without url', withPage({ url: undefined }), 'page.url: missing'],
  ['a long title', withPage({ title: 'x'.repeat(2049) }), 'page.title: expected a string of at most 2048 characters'],
  ['a bad tab', withPage({ tab: 'x' }), 'page.tab: expected 8 to 16 of a-z 0-9'],
  ['a visit without start', withVisit({ started: undefined }), 'visit.started: missing'],
  ['a campaign of numbers', withVisit({ campaign: { utm_source: 1 } }), 'visit.campaign.utm_source: expected a string of at most 2048 characters, or an array of strings of at most 32'],
]

/** What a schema cannot say, or need not: see docs/protocol.md, and the limits of a database column. */
const stricter: [string, unknown, string][] = [
  ['a page that is not in the table', withTouchpoint({ page: 'k3v9x2ab-2' }), 'page: expected a key of pages'],
  ['a page named like a prototype key', withTouchpoint({ page: '__proto__' }), 'page: expected a key of pages'],
  ['items that are no list', withTouchpoint({ props: { items: 'cap' } }), 'props.items: expected an array'],
  ['props nested deeper than 5', withTouchpoint({ props: { a: [[[[[[1]]]]]] } }), 'props: nested deeper than 5'],
  ['a time that no double holds', withTouchpoint({ at: 1e300 }), 'at: expected ms since epoch, an integer from 0'],
  ['a range that ends before it starts', batch({ ask: [{ tab: 'k3v9x2ab', from: 3, to: 2 }] }), 'ask[0].to: expected at least from'],
]

describe('the collector agrees with the schema', () => {
  test.each(good)('and takes %s', (_name, body) => {
    expect(matchesSchema(body), JSON.stringify(matchesSchema.errors)).toBe(true)
    expect(reasonFor(body)).toBeUndefined()
  })

  test.each(bad)('and refuses %s', (_name, body, reason) => {
    expect(matchesSchema(JSON.parse(JSON.stringify(body)))).toBe(false)
    expect(reasonFor(body)).toBe(reason)
  })

  test.each(stricter)('but is stricter on %s', (_name, body, reason) => {
    expect(matchesSchema(body)).toBe(true)
    expect(reasonFor(body)).toBe(reason)
  })
})

type Tree = { [key: string | number]: unknown }

/** What a request that is well comes to. */
const batchOf = (...given: Parameters<typeof validate>) => {
  const judged = validate(...given)
  if ('reason' in judged) throw new Error(judged.reason)
  return judged.batch
}

describe('judging', () => {
  test('never throws, whatever single value is replaced by whatever other', () => {
    const whole = batch({ touchpoints: [touchpoint({ props: { items: [{ item_id: 'x' }] }, stage })], documents: { k3v9x2ab: 1 }, loss: [{ ...range, reason: 'memory' }], ask: [range] })
    const others = [null, undefined, 0, -1, '', 'x', true, [], {}, [null], { a: {} }, 1e400, '\u0000']
    const paths: (string | number)[][] = []
    const walk = (value: unknown, path: (string | number)[]) => {
      paths.push(path)
      if (typeof value === 'object' && value !== null) for (const [key, entry] of Object.entries(value)) walk(entry, [...path, key])
    }
    walk(whole, [])
    for (const path of paths.slice(1)) {
      for (const other of others) {
        const copy = structuredClone(whole)
        const parent = path.slice(0, -1).reduce((value, key) => value[key] as Tree, copy as Tree)
        parent[path.at(-1)!] = other
        expect(() => validate(copy, 1)).not.toThrow()
      }
    }
  })

  test('keeps the neighbours of a bad touchpoint, and its place in the account', () => {
    const judged = batchOf(batch({ touchpoints: [touchpoint({ seq: 1 }), touchpoint({ seq: 2, name: '!' }), touchpoint({ seq: 3 })] }), 1)
    expect(judged.rows.map(({ seq }) => seq)).toEqual([1, 3])
    expect(judged.refused).toMatchObject([{ tab: 'k3v9x2ab', seq: 2 }])
  })

  test('corrects the clock of the device', () => {
    const judged = batchOf(batch({ sent_at: 5000, touchpoints: [touchpoint({ at: 4000 })] }), 1_763_769_600_000)
    expect(judged.rows[0]).toMatchObject({ at: 4000, received_at: 1_763_769_600_000, happened_at: 1_763_769_599_000 })
  })
})
