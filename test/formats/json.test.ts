import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { json } from '../../src/formats/json.js'
import { uuidv7 } from '../../src/ids.js'
import { toJson } from '../../src/to-json.js'
import type { Answer, Batch, Loss } from '../../src/types.js'

const schema = JSON.parse(readFileSync('docs/protocol.schema.json', 'utf8'))
const validate = new Ajv({ allErrors: true }).compile(schema)
const errorsOf = (body: string) => (validate(JSON.parse(body)) ? [] : validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`))

const empty: Batch = { site: 'my-shop', sdk: 'rihla/0.1.0', sentAt: 1_763_769_605_120, visits: [], pages: [], touchpoints: [], documents: {}, loss: [], ask: [] }
const answerOf = (status: number, body = '', headers: { [name: string]: string } = {}): Answer => ({ status, body, header: (name) => headers[name.toLowerCase()] ?? null })

/** Pseudo-random, the same in each run (mulberry32). */
const createDice = (seed: number) => {
  let state = seed
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0
    let word = Math.imul(state ^ (state >>> 15), 1 | state)
    word ^= word + Math.imul(word ^ (word >>> 7), 61 | word)
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(roll() * n)
  const pick = <T>(list: readonly T[]) => list[below(list.length)]!
  return { below, pick, times: <T>(most: number, make: (i: number) => T) => Array.from({ length: below(most + 1) }, (_, i) => make(i)) }
}

const reasons: Loss['reason'][] = ['evicted', 'quarantined', 'pending', 'memory', 'forgotten']
const words = ['', 'cap', 'قبعة', '😀', 'a"b\\c\n', '\u2028', '</script>', '\ud800']

/** A batch as the tracker makes them, of anything that may be in one. */
const generate = (seed: number): Batch => {
  const { below, pick, times } = createDice(seed)
  const tabs = ['k3v9x2ab', 'h7m2c0qe12', 'aaaaaaaaaaaaaaaa']
  const range = () => ({ tab: pick(tabs), from: 1 + below(9), to: 10 + below(9) })
  const write = (value: unknown) => toJson(value, (text) => text, () => {})!
  const visit = uuidv7(1_763_769_600_000 + seed)
  return {
    ...empty,
    sentAt: 1_763_769_605_120 + below(1e9),
    visits: [`"${visit}":${write({ visitor: uuidv7(seed), started: seed, landing: 'https://shop.example/', referrer: pick(words), campaign: { utm_source: pick(words), click_ids: ['gclid'] } })}`],
    pages: tabs.map((tab) => `"${tab}-1":${write({ tab, visit, model: 'five@1', url: 'https://shop.example/', title: pick(words), locale: 'ar', ...(below(2) && { user: 'u1' }) })}`),
    touchpoints: times(20, (i) => {
      const props = times(3, (n) => [`p${n}`, pick([1, pick(words), [pick(words)], { deep: pick(words) }, true])] as const)
      const stage = { id: 'consideration', confidence: below(11) / 10, rule: 'view_item' }
      return write({ id: uuidv7(seed + i), name: pick(['click', 'view_item', 'a']), at: seed + i, seq: i + 1, page: `${tabs[0]}-1`, ...(props.length && { props: Object.fromEntries(props) }), ...(below(2) && { stage }), source: 'api' })
    }),
    documents: Object.fromEntries(tabs.map((tab) => [tab, 1 + below(99)])),
    loss: times(3, () => ({ ...range(), reason: pick(reasons) })),
    ask: times(3, range),
  }
}

describe('encode', () => {
  test('every batch is valid against the published schema and says what went in', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const batch = generate(seed)
      const body = json.encode(batch)
      const read = JSON.parse(body)
      expect({ seed, errors: errorsOf(body) }).toEqual({ seed, errors: [] })
      expect(read.touchpoints).toEqual(batch.touchpoints.map((line) => JSON.parse(line)))
      expect([read.sent_at, read.documents, read.loss ?? [], read.ask ?? []]).toEqual([batch.sentAt, batch.documents, batch.loss, batch.ask])
      expect([Object.keys(read.visits).length, Object.keys(read.pages)]).toEqual([1, ['k3v9x2ab-1', 'h7m2c0qe12-1', 'aaaaaaaaaaaaaaaa-1']])
    }
  })

  test('the example of the protocol can be encoded to the byte', () => {
    const batch: Batch = {
      ...empty,
      visits: ['"v1":{"started":1}'],
      pages: ['"p1":{"tab":"k3v9x2ab"}'],
      touchpoints: ['{"id":"1"}', '{"id":"2"}'],
      documents: { k3v9x2ab: 1, h7m2c0qe: 40 },
      loss: [{ tab: 'k3v9x2ab', from: 7, to: 9, reason: 'evicted' }],
      ask: [{ tab: 'h7m2c0qe', from: 1, to: 40 }],
    }
    expect(json.encode(batch)).toBe(
      '{"v":1,"site":"my-shop","sdk":"rihla/0.1.0","sent_at":1763769605120,"visits":{"v1":{"started":1}},"pages":{"p1":{"tab":"k3v9x2ab"}},"touchpoints":[{"id":"1"},{"id":"2"}],' +
        '"documents":{"k3v9x2ab":1,"h7m2c0qe":40},"loss":[{"tab":"k3v9x2ab","from":7,"to":9,"reason":"evicted"}],"ask":[{"tab":"h7m2c0qe","from":1,"to":40}]}',
    )
  })

  test('what is empty costs nothing: no loss and no ask', () => {
    const body = json.encode(empty)
    expect([Object.keys(JSON.parse(body)), errorsOf(body)]).toEqual([['v', 'site', 'sdk', 'sent_at', 'visits', 'pages', 'touchpoints', 'documents'], []])
  })

  test('two batches of the same touchpoints differ in sent_at alone', () => {
    const batch = generate(7)
    const [one, other] = [json.encode({ ...batch, sentAt: 1 }), json.encode({ ...batch, sentAt: 2 })]
    expect(other.replace('"sent_at":2', '"sent_at":1')).toBe(one)
  })
})

describe('forget', () => {
  test('names who is to be forgotten, and is valid against the published schema', () => {
    const who = { site: 'my-shop', sdk: 'rihla/0.1.0', sentAt: 5 }
    const bodies = [json.forget!({ ...who, visitor: 'v', user: 'u' }), json.forget!({ ...who, visitor: 'v', user: undefined }), json.forget!({ ...who, user: 'ü"' })]
    expect(bodies.map(errorsOf)).toEqual([[], [], []])
    expect(bodies.map((body) => JSON.parse(body).forget)).toEqual([{ visitor: 'v', user: 'u' }, { visitor: 'v' }, { user: 'ü"' }])
  })
})

describe('classify', () => {
  test('takes a web page for no acknowledgement, whatever its status: no collector has answered', () => {
    const pages = ['<!doctype html><title>Offline</title>', '\n <!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">', '<html lang="en">']
    expect(pages.map((body) => json.classify(answerOf(200, body)))).toEqual(pages.map(() => ({ kind: 'retry' })))
    for (const body of ['ok', '<ok/>', '<response>ok</response>', 'html']) expect(json.classify(answerOf(200, body))).toEqual({ kind: 'ok' })
  })

  afterEach(() => vi.useRealTimers())

  test('every status of the protocol means what its table says', () => {
    const meaning: { [kind: string]: number[] } = {
      ok: [200, 201, 202, 204, 299],
      split: [400, 422],
      smaller: [413],
      misconfigured: [401, 403, 404, 410, 301, 302, 307, 308, 0, 402, 405, 409, 451],
      retry: [408, 425, 429, 500, 502, 503, 504, 520, 599],
    }
    for (const [kind, codes] of Object.entries(meaning)) {
      expect(codes.map((status) => [status, json.classify(answerOf(status))])).toEqual(codes.map((status) => [status, { kind }]))
    }
  })

  test('the table of the protocol names no status that is not tested here', () => {
    const rows = readFileSync('docs/protocol.md', 'utf8').split('\n').filter((line) => /^\| [2-5]/.test(line))
    const statuses = rows.flatMap((line) => line.split('|')[1]!.match(/\d(?:\d\d|xx)/g)!)
    expect(statuses).toEqual(['2xx', '2xx', '400', '422', '413', '401', '403', '404', '410', '3xx', '408', '425', '429', '5xx'])
  })

  test('a 2xx acknowledges whatever its body says', () => {
    const bodies = ['', 'OK', '[]', 'null', '42', '"text"', '{"rejected":"no","held":{}}', '{', '<ok>']
    expect(bodies.map((body) => json.classify(answerOf(200, body)))).toEqual(bodies.map(() => ({ kind: 'ok' })))
  })

  test('a 2xx may name what was rejected and what is held', () => {
    const rejected = [{ id: 'a', reason: 'props.value: expected a number' }]
    const held = [{ tab: 'h7m2c0qe', from: 1, to: 38 }]
    expect(json.classify(answerOf(200, JSON.stringify({ rejected, held, more: 1 })))).toEqual({ kind: 'ok', rejected, held })
    expect(json.classify(answerOf(200, JSON.stringify({ held: [] })))).toEqual({ kind: 'ok', held: [] })
  })

  test('a 2xx may switch the site off, in so many words', () => {
    expect(json.classify(answerOf(200, '{"off":true}'))).toEqual({ kind: 'ok', off: true })
    for (const body of ['{"off":1}', '{"off":"true"}', '{"off":false}']) expect(json.classify(answerOf(200, body))).toEqual({ kind: 'ok' })
    expect(json.classify(answerOf(503, '{"off":true}'))).toEqual({ kind: 'retry' })
  })

  test('a 2xx is read also where the page has replaced JSON.parse', () => {
    const replaced = vi.spyOn(JSON, 'parse').mockImplementation(() => ({}))
    const outcome = json.classify(answerOf(200, '{"rejected":[{"id":"a","reason":"b"}]}'))
    replaced.mockRestore()
    expect(outcome).toEqual({ kind: 'ok', rejected: [{ id: 'a', reason: 'b' }] })
  })

  test('only a 2xx body is read', () => {
    expect(json.classify(answerOf(400, '{"rejected":[{"id":"a","reason":"x"}]}'))).toEqual({ kind: 'split' })
  })

  test('Retry-After in seconds is obeyed on 429 and 503, and nowhere else', () => {
    const after = [429, 503, 500, 408].map((status) => json.classify(answerOf(status, '', { 'retry-after': '7' })))
    expect(after).toEqual([{ kind: 'retry', after: 7000 }, { kind: 'retry', after: 7000 }, { kind: 'retry' }, { kind: 'retry' }])
    expect(json.classify(answerOf(503, '', { 'retry-after': '0' }))).toEqual({ kind: 'retry', after: 0 })
  })

  test('Retry-After as a date counts from the clock of the device', () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 12, 0, 0) })
    expect(json.classify(answerOf(429, '', { 'retry-after': 'Thu, 01 Jan 2026 12:01:30 GMT' }))).toEqual({ kind: 'retry', after: 90_000 })
    expect(json.classify(answerOf(429, '', { 'retry-after': 'Thu, 01 Jan 2026 11:59:00 GMT' }))).toEqual({ kind: 'retry', after: -60_000 })
  })

  test('a Retry-After that is neither says nothing', () => {
    expect(['', 'soon', '-', 'NaN'].map((value) => json.classify(answerOf(503, '', { 'retry-after': value })))).toEqual(Array(4).fill({ kind: 'retry' }))
  })
})

test('a body may be compressed: the collector tells gzip by its first bytes', () => {
  expect(json.compress).toBe(true)
})
