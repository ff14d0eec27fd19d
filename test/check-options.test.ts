import { describe, expect, test } from 'vitest'
import { checkOptions } from '../src/check-options.js'
import { json } from '../src/formats/json.js'
import { journey } from '../src/journey/journey.js'
import { five } from '../src/stages/five.js'
import type { TrackerOptions } from '../src/types.js'

const right = { endpoint: 'https://collect.example/t', site: 'my-shop' }
const check = (options: unknown) => checkOptions(options as TrackerOptions)
const messageOf = (options: unknown) => {
  try {
    check(options)
    return 'right'
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

test('fills in every default, as the types document them', () => {
  expect(check(right)).toMatchObject({
    ...right,
    sources: [],
    consent: 'pending',
    format: json,
    keepParams: ['page', 'q', 's', 'sort', 'variant', 'category'],
    batchSize: 20,
    batchAfter: 5000,
    urgent: ['begin_checkout', 'checkout_error', 'purchase', 'cart_abandonment'],
    grace: 30_000,
    maxCount: 10_000,
    maxBytes: 8_000_000,
    maxAge: 604_800_000,
    onError: expect.any(Function),
  })
})

test('keeps what is given, and an undefined counts as not given', () => {
  const onError = () => {}
  const given = { ...right, consent: 'granted', journey: journey({ stages: five }), redact: () => {}, batchSize: 1, batchAfter: 0, keepParams: [], urgent: ['a'], sources: [() => () => {}], debug: true, onError }
  expect(check(given)).toMatchObject(given)
  expect(check({ ...right, batchSize: undefined, consent: undefined, format: undefined })).toMatchObject({ batchSize: 20, consent: 'pending', format: json })
})

describe('endpoint', () => {
  test('may be a URL or a path of the page', () => {
    const ends = ['https://collect.example/t', 'http://localhost:1/t', '/t', '../t', '//collect.example/t'].map((endpoint) => check({ ...right, endpoint }).endpoint)
    const here = (path: string) => new URL(path, location.href).href
    expect(ends).toEqual(['https://collect.example/t', 'http://localhost:1/t', here('/t'), here('../t'), here('//collect.example/t')])
  })
})

describe('a wrong option', () => {
  const wrong: [option: string, value: unknown, expected: RegExp][] = [
    ...[undefined, '', 'ftp://collect.example', 'javascript:alert(1)', 'https://'].map((value): [string, unknown, RegExp] => ['endpoint', value, /an http\(s\) URL or a path/]),
    ...[undefined, '', 5, 'my shop', 'my-shop\n', 'x'.repeat(65)].map((value): [string, unknown, RegExp] => ['site', value, /1 to 64 of A-Z a-z 0-9 \. _ -/]),
    ['consent', 'yes', /pending, granted or denied/],
    ['consent', true, /string|pending/],
    ['sources', {}, /array/],
    ['sources', ['clicks'], /array of/],
    ['format', { encode: () => '' }, /format/],
    ['format', 'json', /format|object/],
    ['journey', { stages: five }, /journey\(\)/],
    ['redact', 'yes', /a function/],
    ['keepParams', 'q', /array/],
    ['urgent', 'purchase', /array/],
    ['onError', 'log', /function/],
    ...['batchSize', 'batchAfter', 'grace', 'maxCount', 'maxBytes', 'maxAge'].flatMap((option) => ['5', -1, NaN, Infinity, {}].map((value): [string, unknown, RegExp] => [option, value, /number/])),
  ]

  test.each(wrong)('%s %o is told with its field and what was expected', (option, value, expected) => {
    const [, field, must, got] = /^TypeError: rihla: (\w+) must be (.*), got ([^]*)$/.exec(messageOf({ ...right, [option]: value })) ?? []
    expect([field, must, !!got]).toEqual([option, expect.stringMatching(expected), true])
  })

  test('is told also when there are no options at all', () => {
    expect([undefined, null, {}].map(messageOf)).toEqual(Array(3).fill(expect.stringMatching(/^TypeError: rihla: endpoint must be /)))
  })
})
