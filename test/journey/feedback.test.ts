import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Feedback, toFeedback } from '../../src/journey/feedback.js'

const become = (given: unknown) => {
  const told: string[] = []
  const moment = toFeedback(given as Feedback, (code, message) => told.push(`${code}: ${message}`))
  return { props: moment && JSON.parse(JSON.stringify(moment.props)), told }
}

describe('feedback that is right is recorded as it is', () => {
  test.each<[Feedback, sentiment?: string]>([
    [{ kind: 'nps', score: 0 }, 'negative'],
    [{ kind: 'nps', score: 6 }, 'negative'],
    [{ kind: 'nps', score: 7 }, 'neutral'],
    [{ kind: 'nps', score: 8 }, 'neutral'],
    [{ kind: 'nps', score: 9 }, 'positive'],
    [{ kind: 'nps', score: 10, text: 'Lovely cups', about: 'FJ-301' }, 'positive'],
    [{ kind: 'csat', score: 1 }, 'negative'],
    [{ kind: 'csat', score: 3 }, 'neutral'],
    [{ kind: 'emoji', score: 4 }, 'positive'],
    [{ kind: 'ces', score: 3 }, 'negative'],
    [{ kind: 'ces', score: 4 }, 'neutral'],
    [{ kind: 'ces', score: 5 }, 'positive'],
    [{ kind: 'text', text: 'سريع' }],
    [{ kind: 'source', choice: 'referral', text: 'A friend told me' }],
    [{ kind: 'leaving', choice: 'price', about: 'A-1' }],
    [{ kind: 'size_fits', score: -3.5 }],
  ])('%o', (given, sentiment) => {
    expect(become(given)).toEqual({ props: { ...given, ...(sentiment && { sentiment }) }, told: [] })
  })
})

describe('what is wrong is told and left out, the rest still counts', () => {
  test.each<[what: string, given: unknown, props: unknown, told: string]>([
    ['a score beyond the scale', { kind: 'nps', score: 11, text: 'a' }, { kind: 'nps', text: 'a' }, 'input: score of feedback must be a number from 0 to 10'],
    ['a score that is a text', { kind: 'csat', score: '5', about: 'x' }, { kind: 'csat', about: 'x' }, 'input: score of feedback must be a number from 1 to 5'],
    ['an own score that is no number', { kind: 'mine', score: NaN, text: 'a' }, { kind: 'mine', text: 'a' }, 'input: score of feedback must be a number'],
    ['an empty text', { kind: 'nps', score: 1, text: '  ' }, { kind: 'nps', score: 1, sentiment: 'negative' }, 'input: text of feedback must be a text that is not empty'],
    ['a long subject', { kind: 'nps', score: 1, about: 'x'.repeat(65) }, { kind: 'nps', score: 1, sentiment: 'negative' }, 'input: about of feedback must be a text of at most 64 characters'],
    ['a choice that is no text', { kind: 'leaving', choice: 5, text: 'a' }, { kind: 'leaving', text: 'a' }, 'input: choice of feedback must be a text of at most 64 characters'],
    ['a kind that is no word', { kind: 'N P S', text: 'a' }, { kind: 'text', text: 'a' }, 'input: kind of feedback must be a word such as nps, csat, ces, emoji, text or source'],
  ])('%s', (_, given, props, told) => {
    expect(become(given)).toEqual({ props, told: [told] })
  })
})

test.each([[undefined], [null], ['good'], [7], [{}], [{ kind: 'nps' }], [{ kind: 'nps', score: 11 }]])('nothing is recorded of %o, and it is told', (given) => {
  const { props, told } = become(given)
  expect([props, told.at(-1)]).toEqual([undefined, 'input: feedback must have a score, a text, a choice or what it is about'])
})

test('whatever is given, it does not throw, and a known kind has a score on its scale', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.record({ kind: fc.constantFrom('nps', 'csat', 'ces', 'emoji'), score: fc.anything(), text: fc.anything() })), (given) => {
      const { props } = become(given)
      return props?.score === undefined || props.kind.length > 5 || (props.score >= 0 && props.score <= 10)
    }),
  )
})
