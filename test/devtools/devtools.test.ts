import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { devtools } from '../../src/devtools/devtools.js'
import { journey } from '../../src/journey/journey.js'
import { five } from '../../src/stages/five.js'
import type { Tracker } from '../../src/types.js'
import { countListeners } from '../harness/listeners.js'
import { createShop } from '../harness/shop.js'

// How it opens by an address and what a press in it leaves unrecorded, test/browser/devtools.test.ts shows.
const left = countListeners()
const shop = createShop()
const { start, pass } = shop
const stops: (() => void)[] = []
let root: ShadowRoot | undefined

beforeEach(() => {
  const { attachShadow } = Element.prototype
  vi.spyOn(Element.prototype, 'attachShadow').mockImplementation(function (this: Element, init) {
    return (root = attachShadow.call(this, { ...init, mode: 'open' }))
  })
})
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  vi.restoreAllMocks()
})

const open = (tracker: Parameters<typeof devtools>[0]) => void stops.push(devtools(tracker))
const all = (selector: string) => [...root!.querySelectorAll<HTMLElement>(selector)]
const rows = () => all('summary').map((summary) => [...summary.children].slice(1).map(({ textContent }) => textContent).join(' | '))
const facts = () => Object.fromEntries(all('dt').map((term) => [term.textContent, term.nextElementSibling!.textContent]))
const press = (title: string) => all(`[title="${title}"]`)[0]!.click()

describe('the panel', () => {
  test('shows what was done before it was opened and what is done from then on, with stage, source and fate', async () => {
    const tracker = start({ journey: journey({ stages: five }) })
    tracker.track('add_to_cart', { currency: 'EUR', value: 18 })
    await pass(200)
    open(tracker)
    await pass(200)
    expect(rows()).toEqual(['stage_change journey |  | waiting', 'add_to_cart api | consideration | waiting'])
    tracker.track('custom')
    await pass(8000)
    expect(rows()).toEqual(['custom api |  | sent', 'stage_change journey |  | sent', 'add_to_cart api | consideration | sent'])
    expect(JSON.parse(all('pre').at(-1)!.textContent)).toMatchObject({ stage: { id: 'consideration', rule: 'add_to_cart' }, props: { currency: 'EUR', value: 18 }, page: { url: location.href } })
  })

  test('shows consent, the shopper, the stage, and what each endpoint holds and answered', async () => {
    shop.answer = ({ url }) => (url.includes('other') ? undefined : 204)
    const tracker = start({ journey: journey({ stages: five }), destinations: [{ endpoint: 'https://other.example/t' }], consent: { analytics: 'granted', ads: 'denied' } })
    tracker.identify('u-7')
    tracker.track('add_to_cart')
    open(tracker)
    await pass(10_000)
    expect(facts()).toMatchObject({ Consent: 'analytics granted, personalization pending, ads denied', Shopper: expect.stringContaining('user u-7') })
    expect(all('dd').slice(-2).map(({ textContent }) => textContent.replace(/\d\d:\d\d:\d\d/, 'then'))).toEqual(['https://collect.example/t, 0 waiting; then: ok (204)', expect.stringMatching(/^is failing: https:\/\/other\.example\/t, \d waiting; then: no answer$/)])
    // Sent means: to all.
    expect(rows().map((row) => row.split(' | ').at(-1))).not.toContain('sent')
  })

  test('says that consent is waited for', async () => {
    const tracker = start({ consent: 'pending' })
    tracker.track('a')
    open(tracker)
    await pass(3000)
    expect([all('.empty').map(({ textContent }) => textContent), facts().Consent]).toEqual([['1 touchpoint held back until there is consent to analytics.'], 'analytics pending, personalization pending, ads pending; 1 touchpoint held back until then'])
  })

  test('lists problems, and how often they came', async () => {
    const tracker = start()
    open(tracker)
    tracker.track('A')
    tracker.track('A')
    await pass(500)
    expect(all('.problems li').map(({ textContent }) => textContent)).toEqual(['input: name must be a word such as add_to_cart; recorded as a: A (2 times)'])
  })

  test('finds, clears, sends, minimises and comes back', async () => {
    const tracker = start({ batchAfter: 60_000 })
    open(tracker)
    tracker.track('one')
    tracker.track('two', { item: 'cup' })
    await pass(500)
    const [search] = all('input') as [HTMLInputElement]
    const find = (text: string) => {
      search.value = text
      search.dispatchEvent(new Event('input'))
      return rows().map((row) => row.split(' ')[0])
    }
    expect([find('cup'), find('tea'), find('')]).toEqual([['two'], [], ['two', 'one']])
    press('Send what waits now')
    await pass(1000)
    expect([shop.names(), rows().map((row) => row.split(' | ').at(-1))]).toEqual([['one 1', 'two 2'], ['sent', 'sent']])
    press('Clear the list')
    expect(rows()).toEqual([])
    press('Minimise')
    expect(all('section,[title^=Show]').map(({ hidden }) => hidden)).toEqual([true, false])
    press('Show the rihla panel')
    expect(all('section,[title^=Show]').map(({ hidden }) => hidden)).toEqual([false, true])
  })

  test('keeps open what is read while more comes', async () => {
    const tracker = start()
    open(tracker)
    tracker.track('one')
    await pass(500)
    ;(all('details')[0] as HTMLDetailsElement).open = true
    tracker.track('two')
    await pass(8000)
    expect(all('details').map((row) => (row as HTMLDetailsElement).open)).toEqual([false, true])
    expect(rows().map((row) => row.split(' | ').at(-1))).toEqual(['sent', 'sent'])
  })

  test('goes away by its button, with all that it listens to, and can be opened again', async () => {
    const tracker = start()
    const before = left()
    open(tracker)
    press('Close')
    tracker.track('a')
    await pass(500)
    expect([document.querySelector('rihla-devtools'), left()]).toEqual([null, before])
    open(tracker)
    await pass(500)
    expect(rows()).toEqual(['a api |  | waiting'])
  })

  test('is there once', () => {
    const tracker = start()
    open(tracker)
    open(tracker)
    expect(document.querySelectorAll('rihla-devtools')).toHaveLength(1)
  })

  test('tells the console of a tracker that is none', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const wrong = new Error('none')
    open({ inspect: () => () => {}, status: () => Promise.reject(wrong), flush: async () => true } as unknown as Tracker)
    await pass(100)
    expect(warn.mock.calls).toEqual([['rihla:', wrong]])
  })
})
