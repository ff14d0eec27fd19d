import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGate, hear, isConsent, PURPOSES, unsaid, withheldBy } from '../src/consent.js'
import type { Consent, ConsentSignal } from '../src/types.js'

const setUp = (initial: Consent) => {
  const words: string[] = []
  let isReady = true
  const gate = createGate<string>(initial, () => isReady, (moment) => words.push(moment), (count) => words.push(`skipped ${count}`))
  return { gate, words, setReady: (is: boolean) => void (isReady = is) }
}

test('granted lets everything through at once, in order', () => {
  const { gate, words } = setUp('granted')
  gate.pass('a')
  gate.pass('b')
  expect([words, gate.state(), gate.release()]).toEqual([['a', 'b'], 'granted', true])
})

test('pending holds everything back until it is granted, then keeps the order', () => {
  const { gate, words } = setUp('pending')
  gate.pass('a')
  gate.pass('b')
  expect([words, gate.release()]).toEqual([[], false])
  gate.set('granted')
  gate.pass('c')
  expect([words, gate.release()]).toEqual([['a', 'b', 'c'], true])
})

test('denied drops what was held and what comes', () => {
  const { gate, words } = setUp('pending')
  gate.pass('a')
  gate.set('denied')
  gate.pass('b')
  gate.set('granted')
  gate.pass('c')
  expect(words).toEqual(['c'])
})

test('granted, then pending again, holds back what comes', () => {
  const { gate, words } = setUp('granted')
  gate.pass('a')
  gate.set('pending')
  gate.pass('b')
  expect(words).toEqual(['a'])
  gate.set('granted')
  expect(words).toEqual(['a', 'b'])
})

test('nothing passes before the page is visited and storage was read', () => {
  const { gate, words, setReady } = setUp('granted')
  setReady(false)
  gate.pass('a')
  expect([words, gate.release()]).toEqual([[], false])
  setReady(true)
  expect([gate.release(), words]).toEqual([true, ['a']])
})

test('while pending the latest 500 are kept, and it is told how many were dropped before them', () => {
  const { gate, words } = setUp('pending')
  for (let i = 1; i <= 503; i++) gate.pass(`${i}`)
  gate.set('granted')
  expect([words.slice(0, 2), words.at(-1), words.length]).toEqual([['skipped 3', '4'], '503', 501])
})

test('what was dropped is told once', () => {
  const { gate, words } = setUp('pending')
  for (let i = 1; i <= 501; i++) gate.pass(`${i}`)
  gate.set('granted')
  gate.set('pending')
  gate.pass('a')
  gate.set('granted')
  expect(words.filter((word) => word.startsWith('skipped'))).toEqual(['skipped 1'])
})

test('nothing is told of what was dropped before a denial', () => {
  const { gate, words } = setUp('pending')
  for (let i = 1; i <= 550; i++) gate.pass(`${i}`)
  gate.set('denied')
  gate.set('granted')
  gate.pass('a')
  expect(words).toEqual(['a'])
})

describe('what was agreed to', () => {
  const after = (...signals: ConsentSignal[]) => signals.reduce((agreed, signal) => hear(agreed, signal, []), unsaid).states

  test('is pending until somebody says something', () => {
    expect(after()).toEqual({ analytics: 'pending', personalization: 'pending', ads: 'pending' })
  })

  test('is said for all purposes, or for some while the others stay as they are', () => {
    expect(after({ consent: 'granted' })).toEqual({ analytics: 'granted', personalization: 'granted', ads: 'granted' })
    expect(after({ consent: 'granted' }, { consent: { ads: 'denied' } })).toEqual({ analytics: 'granted', personalization: 'granted', ads: 'denied' })
    expect(after({ consent: { analytics: 'granted', ads: undefined } })).toEqual({ analytics: 'granted', personalization: 'pending', ads: 'pending' })
  })

  test('by default holds until something was said, whenever the default comes', () => {
    expect(after({ consent: 'granted', isDefault: true }).analytics).toBe('granted')
    expect(after({ consent: 'granted', isDefault: true }, { consent: 'denied' }, { consent: 'granted', isDefault: true }).analytics).toBe('denied')
    expect(after({ consent: 'granted' }, { consent: 'pending', isDefault: true }).analytics).toBe('granted')
  })

  test('of one purpose by default holds although something was said of another', () => {
    expect(after({ consent: { ads: 'denied' } }, { consent: 'granted', isDefault: true })).toEqual({ analytics: 'granted', personalization: 'granted', ads: 'denied' })
  })

  const state = fc.constantFrom<Consent>('pending', 'granted', 'denied')
  const purposes = fc.record({ analytics: state, personalization: state, ads: state }, { requiredKeys: [] })
  const signals = fc.array(fc.record({ consent: fc.oneof(state, purposes), isDefault: fc.boolean() }))

  test('is what was said last, defaults aside, and denied where the browser withholds it', () => {
    fc.assert(
      fc.property(signals, fc.subarray([...PURPOSES]), (all, withheld) => {
        const { states } = all.reduce((agreed, signal) => hear(agreed, signal, withheld), unsaid)
        const said = all.filter(({ isDefault }) => !isDefault)
        for (const purpose of PURPOSES) {
          const words = said.map(({ consent }) => (typeof consent === 'string' ? consent : consent[purpose])).filter(Boolean)
          if (words.length) expect(states[purpose]).toBe(withheld.includes(purpose) ? 'denied' : words.at(-1))
          if (all.length && withheld.includes(purpose)) expect(states[purpose]).toBe('denied')
        }
      }),
    )
  })
})

test.each([
  ['granted', true],
  ['maybe', false],
  [{}, true],
  [{ ads: 'denied', analytics: undefined }, true],
  [{ ads: true }, false],
  [{ marketing: 'granted' }, false],
  ...[undefined, null, '', 'Granted', 'granted ', 'granted\n', true, 1, ['granted']].map((value): [unknown, boolean] => [value, false]),
])('%o is consent: %s', (value, is) => {
  expect(isConsent(value)).toBe(is)
})

test.each<[what: string, settings: { gpc: string; dnt: boolean }, signals: object, withheld: readonly string[]]>([
  ['nothing where the browser says nothing', { gpc: 'deny', dnt: true }, {}, []],
  ['ads by Global Privacy Control', { gpc: 'ads', dnt: false }, { globalPrivacyControl: true }, ['ads']],
  ['all by it, where the shop is strict', { gpc: 'deny', dnt: false }, { globalPrivacyControl: true }, PURPOSES],
  ['nothing by it, where the shop ignores it', { gpc: 'ignore', dnt: false }, { globalPrivacyControl: true }, []],
  ['all by Do Not Track, where the shop heeds it', { gpc: 'ads', dnt: true }, { doNotTrack: '1' }, PURPOSES],
  ['nothing by Do Not Track, where the shop does not', { gpc: 'ads', dnt: false }, { doNotTrack: '1' }, []],
])('withheld is %s', (_, settings, signals, withheld) => {
  expect(withheldBy(settings, signals)).toEqual(withheld)
})
