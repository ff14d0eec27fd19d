import { describe, expect, test } from 'vitest'
import { after, blank, type Log, matches } from '../../src/devtools/log.js'
import type { Inspected, Outcome } from '../../src/types.js'

const HERE = 'https://collect.example/t'
const touchpoint = (seq: number, more = ''): Inspected => ({
  at: 1000 + seq,
  touchpoint: { line: `{"id":"id-${seq}","name":"view_item","at":${1000 + seq},"seq":${seq},"page":"tab-1"${more}}`, page: '"tab-1":{"tab":"tab","visit":"v","url":"https://shop.example/p"}', visit: '"v":{"started":1,"channel":"email"}' },
})
const answer = (ids: readonly string[], outcome: Outcome | undefined, status = outcome ? 200 : 0): Inspected => ({ at: 5000, request: { endpoint: HERE, ids, status, outcome } })
const logOf = (...all: readonly Inspected[]): Log => all.reduce(after, blank)
const fates = ({ entries }: Log) => entries.map(({ seq, fates }) => `${seq} ${fates[HERE] ?? 'waiting'}`)

describe('a touchpoint', () => {
  test('is shown with what the wire leaves out, and the page and the visit that it belongs to', () => {
    expect(logOf(touchpoint(1, ',"stage":{"id":"consideration","confidence":0.8}')).entries).toEqual([
      { id: 'id-1', name: 'view_item', at: 1001, seq: 1, tab: 'tab', source: 'api', props: {}, stage: { id: 'consideration', confidence: 0.8, rule: 'view_item' }, page: { tab: 'tab', visit: 'v', url: 'https://shop.example/p' }, visit: { started: 1, channel: 'email' }, fates: {} },
    ])
  })

  test('keeps the rule and the source that the wire names', () => {
    expect(logOf(touchpoint(1, ',"props":{"a":1},"stage":{"id":"loyalty","confidence":0.8,"rule":"customer"},"source":"clicks"')).entries[0]).toMatchObject({ props: { a: 1 }, stage: { rule: 'customer' }, source: 'clicks' })
  })

  test('waits until an answer says that it was taken, or refused', () => {
    const all = [touchpoint(1), touchpoint(2), touchpoint(3), answer(['id-1', 'id-2'], undefined), answer(['id-1'], { kind: 'misconfigured' }, 404)]
    expect(fates(logOf(...all))).toEqual(['3 waiting', '2 waiting', '1 waiting'])
    expect(fates(logOf(...all, answer(['id-1', 'id-2'], { kind: 'ok', rejected: [{ id: 'id-2', reason: 'no' }] })))).toEqual(['3 waiting', '2 refused', '1 sent'])
  })

  test('is sent, too, when the collector says that it holds it', () => {
    expect(fates(logOf(touchpoint(1), touchpoint(2), touchpoint(3), answer([], { kind: 'ok', held: [{ tab: 'tab', from: 2, to: 3 }, { tab: 'other', from: 1, to: 9 }] })))).toEqual(['3 sent', '2 sent', '1 waiting'])
  })

  test('is found by any of its words', () => {
    const [entry] = logOf(touchpoint(1, ',"props":{"items":[{"item_id":"FJ-301"}]}')).entries
    expect(['view', 'fj-301 SHOP.example', 'add_to_cart', 'view add'].map((search) => matches(entry!, search))).toEqual([true, true, false, false])
  })
})

test('the last answer of each endpoint is kept', () => {
  expect(logOf(answer([], { kind: 'ok' }, 204)).answers).toEqual({ [HERE]: { at: 5000, status: 204, meaning: 'ok' } })
  expect(logOf(answer([], { kind: 'ok' }), answer([], undefined)).answers).toEqual({ [HERE]: { at: 5000, status: 0, meaning: 'no answer' } })
})

test('a problem that comes again is counted, and the latest is first', () => {
  const problem = (code: string, message: string, cause?: unknown): Inspected => ({ at: 1, problem: { code, message, cause } })
  expect(logOf(problem('input', 'one'), problem('storage', 'two', new Error('full')), problem('input', 'one', 'Add to cart')).problems).toEqual([{ code: 'input', message: 'one', times: 2, about: 'Add to cart' }, { code: 'storage', message: 'two', times: 1, about: 'full' }])
})

test('no list grows for ever', () => {
  const many = Array.from({ length: 1000 }, (_, i) => [touchpoint(i), { at: 1, problem: { code: 'input', message: `${i}` } }]).flat()
  const { entries, problems } = logOf(...many)
  expect([entries.length, entries[0]!.seq, problems.length, problems[0]!.message]).toEqual([300, 999, 20, '999'])
})
