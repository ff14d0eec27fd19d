import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { survey, type SurveyOptions, whyLeaving } from '../../src/survey/survey.js'
import { WORDS } from '../../src/survey/words.js'
import type { Feedback } from '../../src/journey/feedback.js'
import type { Props } from '../../src/types.js'
import { countListeners } from '../harness/listeners.js'

// How it is used by keyboard, and under which policies it is drawn, test/browser/survey.test.ts shows.
const left = countListeners()
let answers: Feedback[] = []
let asked: unknown[] = []
let mayAsk = true
let abandon: (props: Props) => void = () => {}
const tracker = {
  oncePer: async (...args: unknown[]) => (asked.push(args), mayAsk),
  feedback: (given: Feedback) => void answers.push(given),
  onAbandonment: (callback: (props: Props) => void) => {
    abandon = callback
    return () => (abandon = () => {})
  },
}
const stops: (() => void)[] = []

beforeEach(() => {
  vi.useFakeTimers()
  document.documentElement.lang = 'en'
  ;[answers, asked, mayAsk] = [[], [], true]
})
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  document.documentElement.lang = ''
  vi.useRealTimers()
})

const ask = async (options: Partial<SurveyOptions> = {}) => {
  stops.push(survey(tracker, { kind: 'nps', ...options }))
  await vi.advanceTimersByTimeAsync(0)
}
const host = () => document.querySelector<HTMLElement>('rihla-survey')
const all = <E extends HTMLElement>(selector: string) => [...host()!.shadowRoot!.querySelectorAll<E>(selector)]
const textsOf = (selector: string) => all(selector).map(({ textContent }) => textContent)
const choose = (value: string) => (all<HTMLInputElement>(`[value="${value}"]`)[0]!.checked = true)
const press = (selector: string) => all(selector)[0]!.click()

describe('a question', () => {
  test.each([
    ['nps', 11, '0', '10'],
    ['csat', 5, '1', '5'],
    ['ces', 7, '1', '7'],
    ['emoji', 5, '1', '5'],
    ['leaving', 6, 'price', 'other'],
    ['source', 7, 'organic_search', 'other'],
    ['text', 0, undefined, undefined],
  ] as const)('of kind %s has %i answers', async (kind, count, first, last) => {
    await ask({ kind })
    const values = all<HTMLInputElement>('input').map(({ value }) => value)
    expect([values.length, values[0], values[count - 1]]).toEqual([count, first, last])
    expect(textsOf('legend')).toEqual([WORDS.en![kind]])
  })

  test('is answered by a score, with a word more, and thanks for it', async () => {
    await ask({ about: 'T-1' })
    choose('9')
    all<HTMLTextAreaElement>('textarea')[0]!.value = '  Lovely  '
    press('.send')
    expect([answers, textsOf('[role=status]'), all('input').length]).toEqual([[{ kind: 'nps', about: 'T-1', score: 9, text: 'Lovely' }], ['Thank you!'], 0])
    await vi.advanceTimersByTimeAsync(3000)
    expect(host()).toBe(null)
  })

  test('is answered by a choice', async () => {
    await ask({ kind: 'source', choices: { shop: 'Your shop', fair: 'A fair' } })
    expect(textsOf('.list label')).toEqual(['Your shop', 'A fair'])
    choose('fair')
    press('.send')
    expect(answers).toEqual([{ kind: 'source', choice: 'fair' }])
  })

  test('is not sent without an answer, and closes without one', async () => {
    await ask({ kind: 'text' })
    press('.send')
    expect([answers.length, !!host()]).toEqual([0, true])
    press('.close')
    expect([answers.length, host()]).toEqual([0, null])
  })

  test('speaks the language of the page, in its direction, with its digits; English where it does not know it', async () => {
    document.documentElement.lang = 'fa-IR'
    await ask()
    expect([host()!.dir, host()!.lang, textsOf('legend'), textsOf('.scale label')[10]]).toEqual(['rtl', 'fa-IR', [WORDS.fa!.nps], '۱۰'])
    press('.close')
    await ask({ locale: 'de' })
    expect([host()!.dir, textsOf('legend')]).toEqual(['ltr', [WORDS.en!.nps]])
    press('.close')
    await ask({ locale: 'ar', question: 'لماذا؟' })
    expect([host()!.dir, textsOf('legend'), textsOf('.send')]).toEqual(['rtl', ['لماذا؟'], ['إرسال']])
  })

  test('is said to who cannot see it, and what is pressed in it is no business of the sources', async () => {
    await ask({ kind: 'emoji' })
    await vi.advanceTimersByTimeAsync(100)
    expect([textsOf('[role=status]'), host()!.hasAttribute('data-rihla-ignore')]).toEqual([[WORDS.en!.emoji], true])
    expect(all('input').map((input) => input.getAttribute('aria-label'))).toEqual(WORDS.en!.faces)
  })
})

describe('is asked', () => {
  test('as often as oncePer allows, by a key of its own and every 90 days, or as said', async () => {
    await ask()
    stops.pop()!()
    await ask({ kind: 'csat', key: 'mine', every: { visits: 2 } })
    expect(asked).toEqual([['survey-nps', { days: 90 }], ['mine', { visits: 2 }]])
  })

  test('not where it does not, nor where it cannot say', async () => {
    mayAsk = false
    await ask()
    expect(host()).toBe(null)
    stops.push(survey({ ...tracker, oncePer: () => Promise.reject(new Error('no')) }, { kind: 'nps' }))
    await vi.advanceTimersByTimeAsync(0)
    expect(host()).toBe(null)
  })

  test('one at a time, and the other is not counted as asked', async () => {
    stops.push(survey(tracker, { kind: 'nps' }), survey(tracker, { kind: 'csat' }))
    await vi.advanceTimersByTimeAsync(0)
    expect([asked.length, document.querySelectorAll('rihla-survey').length]).toEqual([1, 1])
  })

  test('no more once it was undone, which leaves nothing behind', async () => {
    const stop = survey(tracker, { kind: 'nps' })
    stop()
    await vi.advanceTimersByTimeAsync(0)
    expect(host()).toBe(null)
    const again = survey(tracker, { kind: 'nps' })
    await vi.advanceTimersByTimeAsync(0)
    again()
    again()
    expect([host(), left(), vi.getTimerCount()]).toEqual([null, [], 0])
  })
})

describe('whyLeaving', () => {
  test('asks when a cart is left, about that abandonment, not when it is taken up again', async () => {
    stops.push(whyLeaving(tracker))
    abandon({ status: 'recovered', abandonment_id: 'A-0' })
    expect(host()).toBe(null)
    abandon({ status: 'suspected', abandonment_id: 'A-1' })
    await vi.advanceTimersByTimeAsync(0)
    choose('price')
    press('.send')
    expect(answers).toEqual([{ kind: 'leaving', about: 'A-1', choice: 'price' }])
  })

  test('asks no more once it was undone', async () => {
    const stop = whyLeaving(tracker)
    abandon({ status: 'suspected' })
    await vi.advanceTimersByTimeAsync(0)
    stop()
    abandon({ status: 'suspected' })
    await vi.advanceTimersByTimeAsync(0)
    expect(host()).toBe(null)
  })
})

test.each([
  [{ kind: 'stars' }, 'kind of a survey must be one of nps, csat, ces, emoji, leaving, source, text'],
  [undefined, 'kind of a survey must be one of nps, csat, ces, emoji, leaving, source, text'],
  [{ kind: 'nps', locale: 'English please' }, 'locale of a survey must be a language such as en or fa-IR'],
  [{ kind: 'nps', question: '' }, 'question of a survey must be a text'],
  [{ kind: 'source', choices: { one: 'One' } }, 'choices of a survey must be two texts and more, by ids of at most 64 characters'],
  [{ kind: 'nps', about: 'x'.repeat(65) }, 'about of a survey must be a text of at most 64 characters'],
])('%o is told at once', (options, message) => {
  expect(() => survey(tracker, options as SurveyOptions)).toThrow(new TypeError(`rihla: ${message}`))
})

test('every language says everything', () => {
  const keysOf = (words: object): unknown[] => Object.entries(words).map(([key, value]) => [key, Array.isArray(value) ? value.length : typeof value === 'object' ? keysOf(value as object) : typeof value])
  const [en, ...others] = Object.values(WORDS).map(keysOf)
  for (const other of others) expect(other).toEqual(en)
})
