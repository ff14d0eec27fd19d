import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { IDBObjectStore } from 'fake-indexeddb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { commerce } from '../src/commerce/commerce.js'
import { journey } from '../src/journey/journey.js'
import { clicks } from '../src/sources/clicks.js'
import { pageViews } from '../src/sources/page-views.js'
import { five } from '../src/stages/five.js'
import type { Record as Recorder, Tracker } from '../src/types.js'
import { countListeners } from './harness/listeners.js'
import { createShop, START } from './harness/shop.js'
import { setVisibility, transition } from './harness/visibility.js'

const left = countListeners()
const shop = createShop()
const { sent, errors, start, pass, names, stored } = shop

const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync('docs/protocol.schema.json', 'utf8')))
const touchpoints = () => sent.flatMap(({ batch }) => batch.touchpoints ?? [])
const losses = () => sent.flatMap(({ batch }) => batch.loss ?? []).map(({ from, to, reason }) => `${reason} ${from}-${to}`)
const ids = () => touchpoints().map(({ id }) => id)
const codes = () => errors.map(({ code }) => code)

const undo: (() => void)[] = []
afterEach(() => undo.splice(0).forEach((each) => each()))

/** Replaces a global's value by a getter, until the test ends. */
const setGlobal = (name: string, get: () => unknown) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, name)!
  Object.defineProperty(globalThis, name, { configurable: true, get })
  undo.push(() => Object.defineProperty(globalThis, name, before))
}

/** What a closed page left on the device: touchpoints that no collector has answered for. */
const leaveBehind = async (count: number, name = 'view_item') => {
  shop.answer = () => undefined
  const tracker = start()
  for (let i = 0; i < count; i++) tracker.track(name)
  await pass(1000)
  tracker.stop()
  await pass(100)
  shop.answer = () => 204
  sent.length = errors.length = 0
  return stored()
}

describe('a request', () => {
  test('is what the protocol says, without anything that needs a preflight', async () => {
    history.replaceState({}, '', '/p/cap?q=1&session=2&utm_source=mail')
    const tracker = start({ journey: journey({ stages: five }) })
    tracker.track('view_item', { currency: 'EUR', value: 18, items: [{ item_id: 'sku-1' }] })
    tracker.track('purchase', { transaction_id: '1001' })
    await pass(3000)
    expect(sent.map(({ url, body }) => [url, validate(JSON.parse(body)), validate.errors])).toEqual([['https://collect.example/t', true, null]])
    expect(sent[0]!.init).toMatchObject({ method: 'POST', keepalive: true, credentials: 'omit', redirect: 'manual', headers: { 'content-type': 'text/plain;charset=UTF-8' } })
    const [visit] = Object.values(sent[0]!.batch.visits)
    expect(visit).toMatchObject({ landing: 'http://localhost:3000/p/cap?q=1&utm_source=mail', campaign: { utm_source: 'mail' } })
    expect(names().sort()).toEqual(['purchase 3', 'stage_change 2', 'stage_change 4', 'view_item 1'])
  })

  test('says the highest seq of the document', async () => {
    const tracker = start()
    for (let i = 0; i < 3; i++) tracker.track('a')
    await pass(8000)
    expect(Object.values(sent[0]!.batch.documents)).toEqual([3])
  })
})

describe('consent', () => {
  test('that is pending touches neither storage nor network, whatever happens to the page', async () => {
    const words: string[] = []
    const refuse = (word: string) => () => {
      words.push(word)
      throw new DOMException(word, 'SecurityError')
    }
    setGlobal('indexedDB', refuse('indexedDB'))
    setGlobal('localStorage', refuse('localStorage'))
    navigator.sendBeacon = () => !!words.push('sendBeacon')
    const tracker = start({ consent: 'pending', sources: [pageViews(), clicks()] })
    tracker.track('add_to_cart')
    tracker.track('purchase', { transaction_id: '1' })
    tracker.identify('u1')
    document.body.click()
    setVisibility('hidden')
    setVisibility('visible')
    transition('pagehide', true)
    transition('pageshow', true)
    await pass(60_000)
    expect([await tracker.saved(), await tracker.flush()]).toEqual([false, false])
    tracker.stop()
    await pass(3000)
    expect([words, sent, codes(), document.cookie]).toEqual([[], [], [], ''])
  })

  test.each(['pending', 'denied'] as const)('that is %s lets nothing be read, also where nothing was held back', async (consent) => {
    const tracker = start({ consent })
    await pass(3000)
    const words: string[] = []
    const read = (word: string) => () => void words.push(word)
    setGlobal('indexedDB', read('indexedDB'))
    setGlobal('localStorage', read('localStorage'))
    expect([await tracker.flush(), await tracker.saved(), words]).toEqual([false, false, []])
  })

  test('that is pending is told to the developer once, with what to do', () => {
    start({ consent: 'pending' })
    expect(vi.mocked(console.info).mock.calls).toEqual([[expect.stringContaining(`consent('granted')`)]])
  })

  test('that is granted later replays what happened, with its own times and places', async () => {
    const tracker = start({ consent: 'pending' })
    tracker.track('page_view')
    await pass(2000)
    history.pushState({}, '', '/p/cap')
    tracker.track('view_item')
    await pass(2000)
    history.pushState({}, '', '/late')
    tracker.consent('granted')
    await pass(8000)
    const urls = touchpoints().map(({ page }) => sent[0]!.batch.pages[page]!.url)
    expect(touchpoints().map(({ name, at, seq }) => `${name} ${at - START} ${seq}`)).toEqual(['page_view 0 1', 'view_item 2000 2'])
    expect(urls).toEqual(['http://localhost:3000/', 'http://localhost:3000/p/cap'])
    expect(Object.values(sent[0]!.batch.visits)[0]!.landing).toBe('http://localhost:3000/')
  })

  test('that is granted late accounts for what memory could not keep', async () => {
    const tracker = start({ consent: 'pending' })
    for (let i = 0; i < 505; i++) tracker.track('click')
    tracker.consent('granted')
    await pass(20_000)
    expect([new Set(losses()), names()[0], names().length]).toEqual([new Set(['pending 1-5']), 'click 6', 500])
  })

  test('that is denied at first sends nothing and keeps nothing', async () => {
    const tracker = start({ consent: 'pending' })
    tracker.track('add_to_cart')
    tracker.consent('denied')
    tracker.track('add_to_cart')
    await pass(10_000)
    expect([sent, await stored(), codes()]).toEqual([[], [], []])
  })

  test('that is granted after a denial replays nothing from before it', async () => {
    const tracker = start({ consent: 'pending' })
    tracker.track('add_to_cart')
    tracker.consent('denied')
    tracker.track('add_to_cart')
    await pass(1000)
    tracker.consent('granted')
    tracker.track('view_item')
    await pass(10_000)
    expect(names()).toEqual(['view_item 1'])
  })

  test('that was denied deletes what an earlier page stored, and asks the collector once to forget whom that page knew', async () => {
    const before = await leaveBehind(3)
    localStorage.setItem('cart', '1')
    const tracker = start({ consent: 'denied' })
    tracker.track('a')
    await pass(60_000)
    tracker.consent('denied')
    void tracker.forget()
    await pass(60_000)
    expect([before.length, await stored(), sent.map(({ batch }) => batch.forget), Object.keys(localStorage)]).toEqual([3, [], [{ visitor: expect.stringMatching(/^[0-9a-f-]{36}$/) }], ['cart']])
    expect(await indexedDB.databases()).toEqual([])
  })

  test('that is denied while pending on a device that had granted erases it, and asks once, too', async () => {
    await leaveBehind(3)
    const tracker = start({ consent: 'pending' })
    tracker.track('a')
    await pass(1000)
    expect(sent).toEqual([])
    tracker.consent('denied')
    await pass(10_000)
    expect([await stored(), sent.map(({ batch }) => [batch.forget?.visitor, batch.touchpoints]), await indexedDB.databases()]).toEqual([[], [[expect.any(String), undefined]], []])
  })

  test('that is withdrawn asks the collector in the same task: the page may be loaded anew in the next', async () => {
    const tracker = start()
    tracker.track('view_item')
    await pass(8000)
    sent.length = 0
    tracker.consent('denied')
    expect(sent.map(({ batch }) => !!batch.forget)).toEqual([true])
    await pass(1000)
    expect(await indexedDB.databases()).toEqual([])
  })

  test('that is denied erases what a part left between two pages, also where this page is without it', async () => {
    await leaveBehind(1)
    const [{ name = '' } = {}] = await indexedDB.databases()
    localStorage.setItem(`${name}:k3v9x2ab7q`, 'change\n{}')
    localStorage.setItem(`${name}-k3v9x2ab7q`, 'e1|x\n{}')
    localStorage.setItem('cart', '1')
    start({ consent: 'denied' })
    await pass(3000)
    expect(Object.keys(localStorage)).toEqual(['cart'])
  })

  test('that is withdrawn ends a halving that is under way', async () => {
    shop.answer = ({ batch }) => (batch.touchpoints ? 413 : 204)
    const tracker = start()
    for (let i = 0; i < 16; i++) tracker.track('view_item')
    void tracker.flush()
    await pass(20)
    tracker.consent('denied')
    sent.length = 0
    await pass(60_000)
    expect(sent.filter(({ batch }) => batch.touchpoints)).toEqual([])
  })

  test('that is withdrawn in another tab silences this one, which neither asks nor keeps anything', async () => {
    const one = start()
    const other = start()
    one.track('view_item')
    await pass(8000)
    sent.length = 0
    other.consent('denied')
    await pass(1000)
    one.track('purchase', { transaction_id: '1' })
    await pass(60_000)
    expect([sent.map(({ batch }) => 'forget' in batch), await indexedDB.databases(), Object.keys(localStorage)]).toEqual([[true], [], []])
    one.consent('granted')
    one.track('view_cart')
    await pass(8000)
    expect(names().filter((name) => name.startsWith('view_cart'))).toHaveLength(1)
  })

  test('by purpose is said of the pages, and keeps the names of click ids for ads', async () => {
    history.replaceState({}, '', '/?gclid=1')
    const tracker = start({ consent: { analytics: 'granted' } })
    tracker.track('view_item')
    await pass(8000)
    tracker.consent({ personalization: 'granted', ads: 'granted' })
    tracker.track('view_cart')
    await pass(8000)
    const pages = sent.flatMap(({ batch }) => Object.values(batch.pages))
    expect([pages.map(({ denied }) => denied), Object.values(sent[0]!.batch.visits)[0]!.campaign]).toEqual([[['personalization', 'ads'], undefined], {}])
  })

  test('for anything but analytics holds everything back', async () => {
    start({ consent: { ads: 'granted', personalization: 'granted' } }).track('view_item')
    await pass(8000)
    expect([sent, await indexedDB.databases()]).toEqual([[], []])
  })

  test('that a source signals counts, at its start even before the first write', async () => {
    start({ consent: 'granted', sources: [(record) => (record({ consent: 'pending', isDefault: true }), () => {})] }).track('view_item')
    await pass(8000)
    expect([sent, await indexedDB.databases()]).toEqual([[], []])
  })

  test('that nobody understands changes nothing, and is told', async () => {
    const tracker = start()
    tracker.consent('yes' as never)
    tracker.consent({ marketing: 'granted' } as never)
    tracker.track('view_item')
    await pass(8000)
    expect([names(), errors.map(({ code, message }) => `${code}: ${message}`)]).toEqual([['view_item 1'], ['consent: rihla: consent must be pending, granted or denied, or that for analytics, personalization or ads']])
  })

  test('to ads is not given where the browser sends Global Privacy Control, whatever is said', async () => {
    Object.assign(navigator, { globalPrivacyControl: true })
    undo.push(() => Reflect.deleteProperty(navigator, 'globalPrivacyControl'))
    const tracker = start()
    tracker.consent('granted')
    tracker.track('view_item')
    await pass(8000)
    expect(Object.values(sent[0]!.batch.pages)[0]!.denied).toEqual(['ads'])
    sent.length = 0
    start({ gpc: 'deny' }).track('view_item')
    await pass(8000)
    expect(sent.filter(({ batch }) => batch.touchpoints)).toEqual([])
  })

  test('that is withdrawn asks the collector once to forget the visitor, and deletes what is on the device', async () => {
    const tracker = start()
    tracker.track('page_view')
    tracker.identify('u1')
    await pass(8000)
    const { visitor } = Object.values(sent[0]!.batch.visits)[0]!
    sent.length = 0
    tracker.track('view_item')
    tracker.consent('denied')
    tracker.track('view_item')
    await pass(60_000)
    expect(sent.map(({ batch }) => batch.forget)).toEqual([{ visitor, user: 'u1' }])
    expect([validate(sent[0]!.batch), await stored(), (await indexedDB.databases()).length]).toEqual([true, [], 0])
  })

  test('that is withdrawn twice in one task, as by two callbacks of a banner, still asks once', async () => {
    const tracker = start()
    tracker.track('page_view')
    await pass(8000)
    sent.length = 0
    tracker.consent('denied')
    tracker.consent('denied')
    await pass(10_000)
    expect([sent.map(({ batch }) => Object.keys(batch.forget ?? {})), await stored()]).toEqual([[['visitor']], []])
  })

  test('that is withdrawn and granted again in one task keeps what comes after', async () => {
    const tracker = start()
    tracker.track('page_view')
    await pass(8000)
    sent.length = 0
    tracker.consent('denied')
    tracker.consent('granted')
    tracker.track('view_item')
    await pass(10_000)
    expect(names()).toEqual(['view_item 2'])
  })

  test('that is granted again after a withdrawal begins a new visitor and accounts for what was forgotten', async () => {
    const tracker = start()
    tracker.track('page_view')
    await pass(8000)
    const before = Object.values(sent[0]!.batch.visits)[0]!.visitor
    tracker.consent('denied')
    await pass(1000)
    sent.length = 0
    tracker.consent('granted')
    tracker.track('view_item')
    await pass(8000)
    expect([names(), new Set(losses())]).toEqual([['view_item 2'], new Set(['forgotten 1-1'])])
    expect(Object.values(sent.at(-1)!.batch.visits)[0]!.visitor).not.toBe(before)
  })

  test('forget resolves true when the collector has answered, false when it has not', async () => {
    const tracker = start()
    tracker.track('page_view')
    await pass(8000)
    shop.answer = () => undefined
    const one = tracker.forget()
    await pass(1000)
    expect([await one, codes()]).toEqual([false, ['consent']])
    shop.answer = () => 204
    tracker.consent('granted')
    tracker.track('page_view')
    await pass(8000)
    const other = tracker.forget()
    await pass(1000)
    expect(await other).toBe(true)
  })

  test('that is no state of consent is told and changes nothing', async () => {
    const tracker = start()
    tracker.consent('yes' as never)
    tracker.track('a')
    await pass(8000)
    expect([codes(), names()]).toEqual([['consent'], ['a 1']])
  })

  test('of any wrong type is told and never thrown', () => {
    const tracker = start()
    const wrong = [undefined, null, {}, ['granted'], Symbol('granted'), Object.create(null)]
    expect(() => wrong.forEach((state) => tracker.consent(state as never))).not.toThrow()
    expect(codes()).toEqual(['consent'])
  })
})

test('what waits for a network is sent soon after it is back', async () => {
  const tracker = start()
  tracker.track('page_view')
  await pass(8000)
  shop.answer = () => undefined
  tracker.track('view_item')
  await pass(120_000)
  shop.answer = () => 204
  const tries = sent.length
  window.dispatchEvent(new Event('online'))
  await pass(3000)
  expect([sent.length > tries, await stored()]).toEqual([true, []])
})

test('a prerendered page where consent is denied erases and asks only when it is activated', async () => {
  const before = await leaveBehind(2)
  Object.defineProperty(document, 'prerendering', { configurable: true, value: true })
  undo.push(() => void Reflect.deleteProperty(document, 'prerendering'))
  start({ consent: 'denied' })
  await pass(3000)
  expect([before.length, (await stored()).length, sent]).toEqual([2, 2, []])
  Object.defineProperty(document, 'prerendering', { configurable: true, value: false })
  document.dispatchEvent(new Event('prerenderingchange'))
  await pass(3000)
  expect([await stored(), sent.map(({ batch }) => !!batch.forget)]).toEqual([[], [true]])
})

test('a prerendered page stores and sends nothing before it is activated', async () => {
  Object.defineProperty(document, 'prerendering', { configurable: true, value: true })
  undo.push(() => void Reflect.deleteProperty(document, 'prerendering'))
  const tracker = start()
  tracker.track('add_to_cart')
  await pass(10_000)
  expect([sent.length, (await indexedDB.databases()).length]).toEqual([0, 0])
  Object.defineProperty(document, 'prerendering', { configurable: true, value: false })
  document.dispatchEvent(new Event('prerenderingchange'))
  await pass(8000)
  expect(names()).toEqual(['add_to_cart 1'])
})

describe('wrong input', () => {
  test('is told once, with the field and what was expected', async () => {
    const tracker = start()
    for (const name of ['Add to cart', 'a-b', '']) tracker.track(name)
    await pass(8000)
    expect(codes()).toEqual(['input'])
    expect(errors[0]!.message).toMatch(/^rihla: name must be .*; recorded as add_to_cart/)
  })

  test.each([
    ['Add to cart', 'add_to_cart'],
    ['addToCart', 'addtocart'],
    ['1st-visit', 'st_visit'],
    ['', 'custom'],
    ['قبعة', 'custom'],
    ['a'.repeat(65), 'a'.repeat(64)],
    [['click'], 'custom'],
    [5, 'custom'],
    [undefined, 'custom'],
  ])('a name %o is told, and recorded as %s', async (name, recorded) => {
    start().track(name as string)
    await pass(8000)
    expect([codes(), names(), validate(sent[0]?.batch)]).toEqual([['input'], [`${recorded} 1`], true])
  })

  test('a stage that the model does not have is told, and the touchpoint is kept with the hint of the rules', async () => {
    start({ journey: journey({ stages: five }) }).track('view_item', {}, { stage: 'nirvana' })
    await pass(8000)
    expect([errors[0]?.message, touchpoints()[0]?.stage]).toEqual([
      'rihla: stage must be one of awareness, consideration, conversion, loyalty, advocacy, got "nirvana"',
      { id: 'consideration', confidence: 0.7 },
    ])
  })

  test('a user that is an e-mail address is told and never kept', async () => {
    const tracker = start()
    for (const user of ['sara@example.com', '', 5, 'x'.repeat(257), null]) tracker.identify(user as string)
    await pass(8000)
    expect([codes(), sent]).toEqual([['input'], []])
  })

  test('props of a wrong kind never spoil the batch they are in', async () => {
    const tracker = start()
    const wrong = ['text', [1], () => {}, 5, new Date(0), Symbol('s'), new Proxy({}, { ownKeys: () => { throw new Error('no') } }), null, true]
    tracker.track('first')
    for (const props of wrong) tracker.track('wrong', props as never)
    tracker.track('last')
    await pass(8000)
    expect([validate(sent[0]?.batch), names().filter((name) => !name.startsWith('wrong')).length]).toEqual([true, 2])
  })

  test('options of track that are no object never throw into the page', () => {
    const tracker = start()
    expect(() => [null, 'loyalty', 5].forEach((options) => tracker.track('a', {}, options as never))).not.toThrow()
  })

  test('a callback that throws does not reach the page', () => {
    const tracker = start({ onError: () => { throw new Error('the developer') } })
    expect(() => tracker.track('no name')).not.toThrow()
  })
})

describe('a batch leaves', () => {
  test('at 20 touchpoints, without waiting', async () => {
    const tracker = start()
    await pass(2000)
    for (let i = 0; i < 19; i++) tracker.track('click')
    await pass(500)
    expect(sent).toHaveLength(0)
    tracker.track('click')
    await pass(500)
    expect([sent.length, names().length]).toEqual([1, 20])
  })

  test('5 s after its oldest touchpoint', async () => {
    const tracker = start()
    await pass(2000)
    tracker.track('click')
    await pass(3000)
    tracker.track('click')
    await pass(1500)
    expect(sent).toHaveLength(0)
    await pass(1000)
    expect([sent.length, names().length]).toEqual([1, 2])
  })

  test('5 s after its oldest touchpoint also where the page has only begun', async () => {
    start().track('page_view')
    await pass(5200)
    expect(names()).toEqual(['page_view 1'])
  })

  test('at once for an order that a page reports as it starts', async () => {
    start().track('purchase', { transaction_id: '1' })
    await pass(500)
    expect(names()).toEqual(['purchase 1'])
  })

  test.each(['begin_checkout', 'checkout_error', 'cart_abandonment', 'purchase'])('at once for %s, with what waited before it', async (name) => {
    const tracker = start()
    await pass(2000)
    tracker.track('click')
    tracker.track(name, { transaction_id: '1', code: 'x' })
    await pass(500)
    expect(names()).toEqual(['click 1', `${name} 2`])
  })

  test('when the options say so', async () => {
    const tracker = start({ batchSize: 2, batchAfter: 1000, urgent: ['size_guide_opened'] })
    await pass(2000)
    tracker.track('purchase', { transaction_id: '1' })
    await pass(500)
    expect(sent).toHaveLength(0)
    await pass(1000)
    expect(sent).toHaveLength(1)
    tracker.track('click')
    tracker.track('click')
    await pass(500)
    expect(sent).toHaveLength(2)
    tracker.track('size_guide_opened')
    await pass(500)
    expect(sent).toHaveLength(3)
  })

  test('on flush, which resolves true when the collector has answered', async () => {
    const tracker = start()
    tracker.track('click')
    const flushed = tracker.flush()
    await pass(500)
    expect([await flushed, names()]).toEqual([true, ['click 1']])
    shop.answer = () => undefined
    tracker.track('click')
    const failed = tracker.flush()
    await pass(500)
    expect(await failed).toBe(false)
  })

  test('with one request under way at a time', async () => {
    let most = 0
    let now = 0
    const { fetch } = globalThis
    globalThis.fetch = async (...args: Parameters<typeof fetch>) => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 300))
      now--
      return fetch(...args)
    }
    const tracker = start()
    for (let i = 0; i < 100; i++) {
      tracker.track('click')
      if (i % 10 === 0) await pass(100)
    }
    await pass(20_000)
    expect([most, new Set(ids()).size]).toEqual([1, 100])
  })

  test('never larger than 16 KiB while the page is open', async () => {
    const tracker = start()
    for (let i = 0; i < 200; i++) tracker.track('search', { search_term: `${i} ${'x'.repeat(900)}` })
    await pass(30_000)
    expect(new Set(ids()).size).toBe(200)
    expect(Math.max(...sent.map(({ body }) => body.length))).toBeLessThan(17_500)
  })
})

describe('storage', () => {
  const puts = () => {
    const texts: string[] = []
    const { put } = IDBObjectStore.prototype
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
      if (typeof value === 'string') texts.push(value)
      return put.call(this, value, key)
    } as typeof put)
    return texts
  }
  const countIn = (text: string) => text.match(/^\{"id"/gm)?.length ?? 0

  test('gets the touchpoints of one task in one put', async () => {
    const texts = puts()
    const tracker = start()
    await pass(1000)
    for (let i = 0; i < 10; i++) tracker.track('view_item', { value: i })
    expect(texts).toEqual([])
    await pass(100)
    expect(texts.map(countIn)).toEqual([10])
  })

  test('gets commerce in the same task, and with it what waited', async () => {
    const texts = puts()
    const tracker = start()
    await pass(1000)
    tracker.track('view_item')
    expect(texts).toHaveLength(0)
    tracker.track('add_to_cart')
    // A microtask: the task has not ended.
    await null
    expect(texts.map(countIn)).toEqual([1, 1])
  })

  test('gets a click that may leave the page in the same task, and an ordinary one later', async () => {
    const texts = puts()
    document.body.innerHTML = '<a href="/next">Next</a><button>Open</button>'
    document.body.addEventListener('click', (event) => event.preventDefault(), { once: true })
    start({ sources: [clicks()] })
    await pass(1000)
    document.querySelector('button')!.click()
    expect(texts).toHaveLength(0)
    await pass(100)
    texts.length = 0
    document.querySelector('a')!.click()
    await null
    expect(texts.map(countIn)).toEqual([1])
    document.body.innerHTML = ''
  })

  test('holds a touchpoint from its birth until a readable 2xx, and not longer', async () => {
    shop.answer = () => undefined
    const tracker = start()
    tracker.track('view_item')
    await pass(100)
    expect([await tracker.saved(), (await stored()).length, sent.length]).toEqual([true, 1, 0])
    await pass(8000)
    expect([sent.length > 0, (await stored()).length]).toEqual([true, 1])
    shop.answer = () => 204
    await pass(60_000)
    expect([await stored(), new Set(names())]).toEqual([[], new Set(['view_item 1'])])
  })

  test('that throws at everything leaves the tracker sending from memory, and is told once', async () => {
    setGlobal('indexedDB', () => { throw new DOMException('no', 'SecurityError') })
    setGlobal('localStorage', () => { throw new DOMException('no', 'SecurityError') })
    const tracker = start()
    tracker.track('view_item')
    tracker.track('add_to_cart')
    const saved = tracker.saved()
    await pass(10_000)
    tracker.track('view_item')
    await pass(10_000)
    expect([await saved, names(), codes()]).toEqual([false, ['view_item 1', 'add_to_cart 2', 'view_item 3'], ['storage']])
  })

  test('that never answers does not hold touchpoints up', async () => {
    setGlobal('indexedDB', () => ({ open: () => ({}), deleteDatabase: () => ({}) }))
    start().track('view_item')
    await pass(30_000)
    expect(names()).toEqual(['view_item 1'])
  })
})

describe('what an earlier page left behind', () => {
  test('is sent by the next page after a grace, once, with identical bytes', async () => {
    const before = await leaveBehind(30)
    start()
    await pass(20_000)
    expect(sent).toHaveLength(0)
    await pass(20_000)
    expect([ids().sort(), before.length, await stored()]).toEqual([before.sort(), 30, []])
  })

  test('is not sent again where the collector says that it holds it', async () => {
    await leaveBehind(3)
    shop.answer = ({ batch }) => ({ status: 200, body: { held: batch.ask ?? [] } })
    start()
    await pass(60_000)
    expect([sent.length > 0, names(), await stored()]).toEqual([true, [], []])
  })

  test('is drained also where the page broke JSON.parse', async () => {
    const before = await leaveBehind(30)
    vi.spyOn(JSON, 'parse').mockImplementation(() => { throw new Error('broken') })
    start()
    await pass(60_000)
    vi.mocked(JSON.parse).mockRestore()
    expect([ids().sort(), await stored()]).toEqual([before.sort(), []])
  })

  test('is drained together with what its page spilled at the end', async () => {
    const tracker = start()
    await pass(1000)
    shop.answer = () => undefined
    tracker.track('view_item')
    setVisibility('hidden')
    transition('pagehide')
    tracker.stop()
    setVisibility('visible')
    await pass(1000)
    shop.answer = () => 204
    sent.length = 0
    start()
    await pass(60_000)
    expect([[...new Set(names())], await stored(), Object.keys(localStorage)]).toEqual([['view_item 1'], [], []])
  })

  test('beyond the caps is evicted, money last, and accounted for', async () => {
    shop.answer = () => undefined
    const before = start()
    before.track('purchase', { transaction_id: '1' })
    for (let i = 0; i < 60; i++) before.track('click')
    await pass(3000)
    before.stop()
    await pass(100)
    shop.answer = () => 204
    sent.length = errors.length = 0
    start({ maxCount: 30 })
    await pass(60_000)
    const lost = sent.flatMap(({ batch }) => batch.loss ?? [])
    const gone = new Set(lost.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)))
    const arrived = touchpoints().map(({ seq }) => seq)
    expect([new Set(lost.map(({ reason }) => reason)), codes(), arrived.includes(1)]).toEqual([new Set(['evicted']), ['evicted'], true])
    expect(new Set([...gone, ...arrived]).size).toBe(61)
    expect(arrived.length).toBeLessThanOrEqual(30)
  })
})

describe('a collector', () => {
  test('that answers 503 gets the same bytes again, later', async () => {
    shop.answer = () => 503
    const tracker = start()
    tracker.track('view_item', { value: 1 })
    await pass(8000)
    shop.answer = () => 204
    await pass(60_000)
    const lines = sent.map(({ body }) => /"touchpoints":\[(.*?)\],"documents"/.exec(body)![1]!).filter((line) => line)
    expect([lines.length > 1, new Set(lines).size, await stored()]).toEqual([true, 1, []])
  })

  test('that rejects one touchpoint by name has it set aside and hears of the loss', async () => {
    shop.answer = ({ batch }) => ({ status: 200, body: { rejected: (batch.touchpoints ?? []).filter(({ name }) => name === 'bad').map(({ id }) => ({ id, reason: 'props.value: expected a number' })) } })
    const tracker = start()
    for (const name of ['a', 'bad', 'b']) tracker.track(name)
    await pass(150_000)
    expect([names(), new Set(losses()), codes()]).toEqual([['a 1', 'bad 2', 'b 3'], new Set(['quarantined 2-2']), ['quarantined']])
  })

  test('that answers 400 to one bad touchpoint gets all the others', async () => {
    const taken = new Set<number>()
    shop.answer = ({ batch }) => {
      if (batch.touchpoints?.some(({ name }) => name === 'bad')) return 400
      for (const { seq } of batch.touchpoints ?? []) taken.add(seq)
      return 204
    }
    const tracker = start()
    for (let i = 1; i <= 20; i++) tracker.track(i === 7 ? 'bad' : 'click')
    await pass(60_000)
    expect([[...taken].sort((a, b) => a - b), new Set(losses())]).toEqual([Array.from({ length: 20 }, (_, i) => i + 1).filter((i) => i !== 7), new Set(['quarantined 7-7'])])
  })

  test.each([400, 404])('that answers %i to everything loses nothing', async (status) => {
    shop.answer = () => status
    const tracker = start()
    for (let i = 0; i < 20; i++) tracker.track('click')
    await pass(20_000)
    expect([(await stored()).length, codes()]).toEqual([20, ['collector']])
    shop.answer = () => 204
    sent.length = 0
    await pass(600_000)
    expect([new Set(ids()).size, losses(), await stored()]).toEqual([20, [], []])
  })

  test('that answers 413 gets smaller batches', async () => {
    const taken = new Set<number>()
    shop.answer = ({ body, batch }) => {
      if (body.length > 3000) return 413
      for (const { seq } of batch.touchpoints ?? []) taken.add(seq)
      return 204
    }
    const tracker = start()
    for (let i = 0; i < 40; i++) tracker.track('search', { search_term: 'x'.repeat(200) })
    await pass(60_000)
    expect([taken.size, losses(), await stored()]).toEqual([40, [], []])
  })
})

describe('a collector that wants nothing of this site', () => {
  test('is asked once for each page: what it was sent is gone, and nothing more is recorded', async () => {
    shop.answer = () => ({ status: 200, body: { off: true } })
    const tracker = start({ sources: [pageViews(), clicks()] })
    tracker.track('view_item')
    await pass(8000)
    expect([sent.length, names(), await stored(), codes()]).toEqual([1, ['page_view 1', 'view_item 2'], [], ['collector']])
    tracker.track('add_to_cart')
    document.body.click()
    setVisibility('hidden')
    setVisibility('visible')
    expect([await tracker.flush(), await tracker.saved()]).toEqual([false, false])
    await pass(60_000)
    expect([sent.length, await stored()]).toEqual([1, []])
  })

  test('is heard again on the next page, which may find it on', async () => {
    shop.answer = () => ({ status: 200, body: { off: true } })
    start().track('view_item')
    await pass(8000)
    shop.answer = () => 204
    start().track('add_to_cart')
    await pass(8000)
    expect([names(), await stored()]).toEqual([['view_item 1', 'add_to_cart 1'], []])
  })
})

describe('a page that goes', () => {
  test('hands over at hide what no request carries, and beacons at pagehide what no answer came for', async () => {
    const words: string[] = []
    navigator.sendBeacon = (_, body) => !!words.push(`beacon ${(body as Blob).type}`)
    const tracker = start()
    await pass(2000)
    globalThis.fetch = () => new Promise(() => {})
    tracker.track('view_item')
    setVisibility('hidden')
    expect(sent.map(({ init }) => init.keepalive)).toEqual([true])
    tracker.track('click')
    transition('pagehide')
    expect(words).toEqual(['beacon text/plain;charset=utf-8'])
    expect(names()).toEqual(['view_item 1'])
  })

  test('hears at hide, too, which touchpoints the collector rejects by name', async () => {
    shop.answer = ({ batch }) => ({ status: 200, body: { rejected: (batch.touchpoints ?? []).filter(({ name }) => name === 'bad').map(({ id }) => ({ id, reason: 'no' })) } })
    const tracker = start()
    await pass(2000)
    for (const name of ['a', 'bad']) tracker.track(name)
    setVisibility('hidden')
    await pass(1000)
    setVisibility('visible')
    await pass(150_000)
    expect([names(), new Set(losses()), codes()]).toEqual([['a 1', 'bad 2'], new Set(['quarantined 2-2']), ['quarantined']])
  })

  test('spills what is not stored yet, synchronously', async () => {
    const tracker = start()
    await pass(2000)
    tracker.track('view_item')
    setVisibility('hidden')
    expect(Object.values({ ...localStorage }).join()).toContain('view_item')
    await pass(1000)
    expect([names(), Object.keys(localStorage)]).toEqual([['view_item 1'], []])
  })

  test('and comes back from the back/forward cache goes on, with nothing lost', async () => {
    const tracker = start()
    await pass(2000)
    tracker.track('view_item')
    setVisibility('hidden')
    transition('pagehide', true)
    transition('pageshow', true)
    setVisibility('visible')
    tracker.track('click')
    await pass(60_000)
    expect([[...new Set(names())].sort(), await stored()]).toEqual([['click 2', 'view_item 1'], []])
  })

  test('and comes back from the back/forward cache goes on with the cart, too, however long it takes to find out that nothing was erased', async () => {
    const tracker = start({ commerce: commerce() })
    tracker.track('view_item')
    await pass(2000)
    transition('pagehide', true)
    const all = await indexedDB.databases()
    const slow = vi.spyOn(indexedDB, 'databases').mockImplementation(async () => (await new Promise((resolve) => setTimeout(resolve, 500)), all))
    transition('pageshow', true)
    tracker.track('add_to_cart', { items: [{ item_id: 'cap' }] })
    await pass(1000)
    slow.mockRestore()
    await pass(20_000)
    expect([names().filter((name) => name.startsWith('add_to_cart')).length, await stored()]).toEqual([1, []])
  })

  test('before storage was read still sends what it knows', async () => {
    const tracker = start()
    tracker.track('page_view')
    setVisibility('hidden')
    expect(names()).toEqual(['page_view 1'])
    await pass(1000)
    expect(validate(sent[0]!.batch)).toBe(true)
  })
})

describe('the bytes', () => {
  test('stay right where the page has given arrays and objects a toJSON', async () => {
    const prototypes: object[] = [Array.prototype, Object.prototype, String.prototype]
    for (const prototype of prototypes) Object.defineProperty(prototype, 'toJSON', { configurable: true, value: () => 'polluted' })
    undo.push(() => prototypes.forEach((prototype) => void Reflect.deleteProperty(prototype, 'toJSON')))
    const tracker = start({ journey: journey({ stages: five }) })
    tracker.track('add_to_cart', { items: [{ item_id: 'sku-1' }], tags: ['a'] })
    await pass(8000)
    undo.splice(0).forEach((each) => each())
    expect([touchpoints()[0]?.props, validate(sent[0]!.batch), sent[0]!.body.includes('polluted')]).toEqual([{ items: [{ item_id: 'sku-1' }], tags: ['a'] }, true, false])
  })

  test('of an order have the same id on every page that reports it', async () => {
    for (let i = 0; i < 2; i++) {
      const tracker = start()
      tracker.track('purchase', { transaction_id: '1001', value: i })
      await pass(3000)
      tracker.stop()
    }
    expect([ids().length, new Set(ids()).size, new Set(touchpoints().map(({ page }) => page)).size]).toEqual([2, 1, 2])
  })

  test('are those of the moment when it happened, also when the page changes its objects later', async () => {
    const tracker = start({ consent: 'pending' })
    const items = [{ item_id: 'sku-1' }]
    tracker.track('view_item', { items })
    items[0]!.item_id = 'changed'
    items.push({ item_id: 'sku-2' })
    tracker.consent('granted')
    await pass(8000)
    expect(touchpoints()[0]?.props).toEqual({ items: [{ item_id: 'sku-1' }] })
  })

  test('name the user from identify on', async () => {
    const tracker = start()
    tracker.track('page_view')
    tracker.identify('u1', { plan: 'gold' })
    tracker.track('view_item')
    await pass(8000)
    expect(touchpoints().map(({ name, page }) => `${name} ${sent[0]!.batch.pages[page]!.user}`)).toEqual(['page_view undefined', 'identify u1', 'view_item u1'])
  })
})

describe('sources', () => {
  test('record through the tracker, under their own names', async () => {
    start({ sources: [pageViews(), clicks()] })
    document.body.innerHTML = '<button id="buy">Buy</button>'
    document.querySelector('button')!.click()
    await pass(8000)
    document.body.innerHTML = ''
    expect(touchpoints().map(({ name, source }) => `${name} ${source}`)).toEqual(['page_view page-views', 'click clicks'])
  })

  test('that cannot be started are told and do not stop the others', async () => {
    const broken = () => { throw new Error('no') }
    start({ sources: [broken, pageViews()] })
    await pass(8000)
    expect([errors.map(({ code, cause }) => [code, (cause as Error).message]), names()]).toEqual([[['source', 'no']], ['page_view 1']])
  })

  test('tell of their own mishaps', async () => {
    let record: Recorder = () => {}
    start({ sources: [(to) => ((record = to), () => {})] })
    record({ failure: new Error('mishap') })
    record({ failure: new Error('again') })
    expect(errors.map(({ code, cause }) => [code, (cause as Error).message])).toEqual([['source', 'mishap']])
  })

  test('that hand over nonsense never throw back', () => {
    let record: Recorder = () => {}
    start({ sources: [(to) => ((record = to), () => {})] })
    expect(() => [undefined, null, 5, {}, { name: 'a', page: 5 }, { name: 'a', at: 'x' }].forEach((seen) => record(seen as never))).not.toThrow()
  })

  test('see the page of their page view: its referrer and title go to all touchpoints there', async () => {
    start({ sources: [(record) => (record({ name: 'page_view', page: { url: location.href, title: 'Settled', referrer: 'https://google.com/' } }), () => {})] }).track('view_item')
    await pass(8000)
    expect(new Set(touchpoints().map(({ page }) => sent[0]!.batch.pages[page]!.title))).toEqual(new Set(['Settled']))
  })
})

describe('stop', () => {
  test('leaves no listener, no timer and nothing patched', async () => {
    const { pushState, replaceState } = history
    const tracker = start({ sources: [pageViews(), clicks()] })
    tracker.track('view_item')
    await pass(10_000)
    history.pushState({}, '', '/pending')
    tracker.track('click')
    tracker.stop()
    await pass(3000)
    const count = sent.length
    expect([left(), vi.getTimerCount(), history.pushState === pushState, history.replaceState === replaceState]).toEqual([[], 0, true, true])
    await pass(60_000)
    expect(sent).toHaveLength(count)
  })

  test('right after the start leaves nothing either', async () => {
    start({ sources: [pageViews(), clicks()] }).stop()
    await pass(3000)
    expect([left(), vi.getTimerCount(), sent]).toEqual([[], 0, []])
  })

  test('during an outage leaves nothing either, and keeps what is stored', async () => {
    shop.answer = () => undefined
    const tracker = start()
    for (let i = 0; i < 3; i++) tracker.track('view_item')
    await pass(10_000)
    tracker.stop()
    await pass(3000)
    expect([left(), vi.getTimerCount(), (await stored()).length]).toEqual([[], 0, 3])
  })

  test('stores what was still in memory', async () => {
    const tracker = start()
    await pass(2000)
    tracker.track('view_item')
    tracker.stop()
    await pass(100)
    expect((await stored()).length).toBe(1)
  })

  test('may be called twice, and every method after it is harmless', async () => {
    const tracker = start()
    tracker.stop()
    tracker.stop()
    const calls = () => {
      tracker.track('a')
      tracker.identify('u1')
      tracker.consent('granted')
    }
    expect(calls).not.toThrow()
    await pass(10_000)
    expect([left(), vi.getTimerCount(), sent]).toEqual([[], 0, []])
  })
})

describe('two trackers on one page', () => {
  test('of two shops do not know of each other', async () => {
    const one = start({ site: 'one' })
    const other = start({ site: 'other', endpoint: 'https://other.example/t' })
    one.track('a')
    other.track('b')
    other.track('purchase', { transaction_id: '1' })
    await pass(3000)
    expect(sent.map(({ url, batch }) => [url, batch.site, batch.touchpoints.map(({ name, seq }) => `${name} ${seq}`)])).toEqual([['https://other.example/t', 'other', ['b 1', 'purchase 2']]])
    other.consent('denied')
    await pass(10_000)
    expect([sent.filter(({ batch }) => batch.site === 'one').flatMap(({ batch }) => batch.touchpoints.map(({ name }) => name)), (await indexedDB.databases()).length]).toEqual([['a'], 1])
  })

  test('of one shop share the visit, and each counts for itself', async () => {
    const trackers = [start(), start()]
    for (const tracker of trackers) {
      tracker.track('a')
      tracker.track('b')
    }
    await pass(10_000)
    const tabs = new Set(sent.flatMap(({ batch }) => Object.values(batch.pages).map(({ tab }) => tab)))
    const visits = new Set(sent.flatMap(({ batch }) => Object.keys(batch.visits)))
    expect([names().sort(), tabs.size, visits.size, new Set(ids()).size]).toEqual([['a 1', 'a 1', 'b 2', 'b 2'], 2, 1, 4])
  })
})

test('a wrong option throws at once', () => {
  expect(() => start({ site: 'my shop' })).toThrow('rihla: site must be')
  expect([left(), vi.getTimerCount()]).toEqual([[], 0])
})

test('debug prints each touchpoint', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const tracker = start({ debug: true, journey: journey({ stages: five }) })
  tracker.track('a')
  tracker.track('add_to_cart', { currency: 'EUR' })
  await pass(8000)
  const printed = log.mock.calls.map(([words]) => words)
  expect(printed).toEqual(['rihla: a by api', 'rihla: add_to_cart by api, consideration 0.85 by add_to_cart', 'rihla: stage_change by journey', 'rihla: 3 to https://collect.example/t, ok 204'])
  expect(log.mock.calls[1]![1]).toMatchObject({ name: 'add_to_cart', props: { currency: 'EUR' } })
})

test('a page in place of a collector keeps everything, and is told to the developer once', async () => {
  shop.answer = () => ({ status: 200, body: '<!doctype html><title>Offline</title>' })
  const tracker = start()
  tracker.track('a')
  await pass(30_000)
  expect([(await stored()).length, errors.map(({ message }) => message)]).toEqual([1, ['rihla: a web page answers at the endpoint, no collector: everything is kept']])
  shop.answer = () => 204
  await pass(300_000)
  expect([names().at(-1), await stored()]).toEqual(['a 1', []])
})

describe('who looks into a tracker', () => {
  const look = (tracker: Pick<Tracker, 'inspect'>) => {
    const seen: string[] = []
    const stop = tracker.inspect(({ touchpoint, request, problem }) => seen.push(touchpoint ? JSON.parse(touchpoint.line).name : request ? `${request.ids.length} ${request.outcome?.kind} ${request.status}` : problem!.code))
    return { seen, stop }
  }

  test('sees what was done before and what is done from then on, until they stop', async () => {
    const tracker = start()
    tracker.track('a')
    await pass(100)
    const { seen, stop } = look(tracker)
    expect(seen).toEqual(['a'])
    tracker.track('B')
    shop.answer = () => undefined
    await pass(8000)
    shop.answer = () => 204
    await pass(8000)
    // Between the two it is asked what has arrived, as often as chance will have it.
    expect([seen.slice(0, 4), seen.at(-1)]).toEqual([['a', 'input', 'b', '2 undefined 0'], '2 ok 204'])
    const { length } = seen
    stop()
    tracker.track('c')
    await pass(8000)
    expect([seen.length, names().at(-1)]).toEqual([length, 'c 3'])
  })

  test('sees the last hundred things at most', async () => {
    const tracker = start()
    for (let i = 0; i < 150; i++) tracker.track(`n_${i}`)
    await pass(100)
    const { seen } = look(tracker)
    expect([seen.length, seen.filter((name) => name.startsWith('n_')).slice(-1)]).toEqual([100, ['n_149']])
  })

  test('and throws, is told to the console, and nobody else notices', async () => {
    const tracker = start()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const wrong = new Error('a tool')
    tracker.inspect(() => {
      throw wrong
    })
    const { seen } = look(tracker)
    tracker.track('a')
    await pass(8000)
    expect([seen, names(), codes(), warn.mock.calls]).toEqual([['a', '1 ok 204'], ['a 1'], [], [['rihla:', wrong], ['rihla:', wrong]]])
  })

  test('sees nothing of what consent holds back, but how much that is', async () => {
    const tracker = start({ consent: 'pending' })
    tracker.track('a')
    await pass(1000)
    const { seen } = look(tracker)
    expect([seen, await tracker.status()]).toEqual([[], expect.objectContaining({ held: 1, consent: { analytics: 'pending', personalization: 'pending', ads: 'pending' }, visit: undefined })])
    tracker.consent('granted')
    await pass(1000)
    expect([seen, (await tracker.status()).held]).toEqual([['a'], 0])
  })

  test('is told how many wait for each endpoint, and which of them fails', async () => {
    shop.answer = ({ url }) => (url.includes('other') ? undefined : 204)
    const tracker = start({ destinations: [{ endpoint: 'https://other.example/t' }] })
    tracker.identify('u-7')
    tracker.track('a')
    await pass(8000)
    const { visit, ...status } = await tracker.status()
    expect(status).toMatchObject({ site: 'my-shop', held: 0, destinations: [{ endpoint: 'https://collect.example/t', waiting: 0, isFailing: false }, { endpoint: 'https://other.example/t', waiting: 2, isFailing: true }] })
    expect(visit).toEqual({ id: Object.keys(sent[0]!.batch.visits).at(-1), visitor: expect.stringMatching(/^[0-9a-f-]{36}$/), user: 'u-7' })
    tracker.consent('denied')
    await pass(1000)
    // What was there to be seen is forgotten, too.
    expect(look(tracker).seen).not.toContain('a')
    expect(await tracker.status()).toMatchObject({ consent: { analytics: 'denied' }, visit: undefined, destinations: [{ waiting: 0 }, { waiting: 0 }] })
  })
})

describe("Shopify's pixel", () => {
  /** As Shopify has it on the pages of a shop. */
  const publishes = () => {
    const told: [name: string, data: { id: string; visitor: string; entry: string; user?: string }][] = []
    Object.assign(window, { Shopify: { analytics: { publish: (...args: (typeof told)[number]) => told.push(args) } } })
    undo.push(() => delete (window as { Shopify?: unknown }).Shopify)
    return told
  }

  test('is told whose visit it is, once, and again when somebody is named', async () => {
    const told = publishes()
    const tracker = start({ journey: journey({ stages: five, shopifyPixel: true }) })
    tracker.track('view_item')
    tracker.track('add_to_cart')
    await pass(8000)
    const [[visit, { visitor }]] = Object.entries(sent[0]!.batch.visits)
    expect(told).toEqual([['rihla', { id: visit, visitor, entry: expect.stringContaining(`"${visit}":{"visitor":"${visitor}"`), user: undefined }]])
    tracker.identify('u-7')
    tracker.track('view_cart')
    await pass(8000)
    expect(told.slice(1).map(([, { id, user }]) => [id, user])).toEqual([[visit, 'u-7']])
  })

  test('is told nothing unless the shop wants it, without consent, under Global Privacy Control, or of nobody', async () => {
    const told = publishes()
    start({ journey: journey() }).track('a')
    start({ journey: journey({ shopifyPixel: true }), consent: 'pending' }).track('a')
    start({ journey: journey({ shopifyPixel: true }), cookieless: true }).track('a')
    Object.assign(navigator, { globalPrivacyControl: true })
    undo.push(() => delete (navigator as { globalPrivacyControl?: unknown }).globalPrivacyControl)
    start({ journey: journey({ shopifyPixel: true }) }).track('a')
    await pass(8000)
    expect(told).toEqual([])
  })
})
