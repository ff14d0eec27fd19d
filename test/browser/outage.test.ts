import { afterEach, describe, expect, it } from 'vitest'
import { BLOCKED, type Blocked, openWithBlocker } from '../harness/blocker.js'
import { setOffline } from '../harness/cdp.js'
import type { Received, Reply } from '../harness/collector.js'
import { engines, type Tab } from '../harness/engines.js'
import { arrival, between, flush, losses, numbers, setOutage, track, upTo, useShop, warned } from '../harness/steps.js'

const { now } = Date
const down = (): Reply => ({ status: 503 })
const up = (): undefined => undefined

describe.each(engines)('$name', (engine) => {
  const shop = useShop(engine)

  describe('13: no network', () => {
    it('at the start: what one page kept arrives from the next', async () => {
      const { collector } = shop
      await collector.stop()
      const tab = await shop.open()
      expect(await track(tab, 10)).toBe(true)
      expect(await flush(tab)).toBe(false)
      await tab.goto(shop.pages.url('/blank'))
      await collector.start()
      await tab.goto(shop.pages.url('/'))
      await arrival(collector, 10)
      expect([numbers(collector), losses(collector).size]).toEqual([upTo(10), 0])
    })

    it('in session: arrives by itself, once', async () => {
      const { collector } = shop
      const tab = await shop.open()
      await track(tab, 5)
      await arrival(collector, 5)
      await collector.stop()
      await track(tab, 20, 6)
      expect(await flush(tab)).toBe(false)
      await track(tab, 5, 26)
      await collector.start()
      await arrival(collector, 30)
      expect([numbers(collector), collector.duplicates()]).toEqual([upTo(30), 0])
    })

    it('coming and going: nothing is lost', async () => {
      const { collector } = shop
      const tab = await shop.open()
      for (let round = 0; round < 4; round++) {
        await collector.stop()
        await track(tab, 10, round * 20 + 1)
        await flush(tab)
        await collector.start()
        await track(tab, 10, round * 20 + 11)
        if (round % 2) await arrival(collector, round * 20 + 20, 30_000)
      }
      expect([numbers(collector), losses(collector).size]).toEqual([upTo(80), 0])
    })

    // Only DevTools takes one tab's network away.
    it.runIf(engine.name === 'chromium')('taken from the tab, beacons included', async () => {
      const { collector } = shop
      const tab = await shop.open()
      await track(tab, 5)
      await arrival(collector, 5)
      await setOffline(tab, true)
      await track(tab, 20, 6)
      expect(await flush(tab)).toBe(false)
      await setOffline(tab, false)
      await arrival(collector, 25)
      expect(numbers(collector)).toEqual(upTo(25))
    })
  })

  describe('14: a collector in trouble', () => {
    // The back-off is the same code in every engine.
    it.runIf(engine.name === 'chromium')('30 s of 503 cost at most 8 requests, then all arrives', async () => {
      const { collector } = shop
      collector.answer = down
      const tab = await shop.open()
      const from = now()
      for (let n = 1; n <= 60; n++) {
        await track(tab, 1, n)
        await new Promise((done) => setTimeout(done, Math.max(0, from + n * 500 - now())))
      }
      const meanwhile = between(collector, from, from + 30_000).length
      expect(meanwhile).toBeLessThanOrEqual(8)
      collector.answer = up
      await setOutage(tab, { nextAt: 0 })
      await flush(tab)
      expect([numbers(collector), losses(collector).size]).toEqual([upTo(60), 0])
    })

    // Real time: all of it at once, each case with an endpoint and so a queue of its own.
    it('Retry-After in seconds and as a date is waited out, a request without an answer is given up after 12 s', async () => {
      const { collector } = shop
      const cases: { [search: string]: () => Reply } = {
        '?503': () => ({ status: 503, headers: { 'retry-after': '10' } }),
        '?429': () => ({ status: 429, headers: { 'retry-after': '10' } }),
        // A date has whole seconds.
        '?date': () => ({ status: 503, headers: { 'retry-after': new Date(now() + 11_000).toUTCString() } }),
        '?hang': () => ({ hang: true }),
      }
      const of = (search: string): Received[] => collector.requests.filter(({ url }) => url.endsWith(search))
      const searches = Object.keys(cases)
      collector.answer = ({ url }) => {
        const search = searches.find((each) => url.endsWith(each))!
        return of(search).length ? undefined : cases[search]()
      }
      for (const search of searches) {
        const tab = await shop.open(shop.page({ set: { endpoint: collector.url + search } }, `/${search.slice(1)}`))
        await track(tab, 3)
      }
      await collector.until(() => searches.every((search) => of(search).length > 1), 30_000)
      for (const search of searches) {
        const [first, second] = of(search)
        expect(second.at - first.at, search).toBeGreaterThanOrEqual(search === '?hang' ? 12_000 : 10_000)
        expect(second.at - first.at, search).toBeLessThan(20_000)
      }
      const arrived = (search: string): number => new Set(of(search).filter(({ status }) => status === 204).flatMap(({ batch }) => batch!.touchpoints.map(({ props }) => props?.n)).filter(Boolean)).size
      await collector.until(() => searches.every((search) => arrived(search) === 3), 15_000)
    })

    it('connections that break, before or after the request was taken in, cost no touchpoint', async () => {
      const { collector } = shop
      const replies: Reply[] = [{ resetBefore: true }, { reset: true }]
      collector.answer = () => replies.shift()
      const tab = await shop.open()
      await track(tab, 10)
      await collector.until(() => new Set(collector.touchpoints().map(({ props }) => props?.n)).size >= 10, 20_000)
      expect(numbers(collector)).toEqual(upTo(10))
    })

    it('slow answers: one request at a time, nothing twice', async () => {
      const { collector } = shop
      let open = 0
      let most = 0
      collector.answer = async () => {
        most = Math.max(most, ++open)
        await new Promise((done) => setTimeout(done, 700))
        open--
        return undefined
      }
      const tab = await shop.open()
      for (let round = 0; round < 4; round++) await track(tab, 25, round * 25 + 1)
      await arrival(collector, 100)
      expect([most, collector.duplicates(), numbers(collector)]).toEqual([1, 0, upTo(100)])
    })

    it('I9: the number of requests in an outage does not grow with tabs and page loads', async () => {
      const { collector } = shop
      collector.answer = down
      const from = now()
      const tabs: Tab[] = [await shop.open()]
      await flush(tabs[0])
      for (let i = 0; i < 2; i++) tabs.push(await shop.open(shop.pages.url('/')))
      let n = 0
      for (let load = 0; load < 3; load++) {
        for (const tab of tabs) {
          await tab.until('window.rihla?.version')
          await track(tab, 3, n + 1)
          n += 3
          await tab.reload()
        }
      }
      const seconds = (now() - from) / 1000
      const meanwhile = collector.requests.length
      // The first, and a probe after each wait: of 1 s at the least, then about double the one before.
      expect(meanwhile, `requests in ${seconds} s`).toBeLessThanOrEqual(Math.ceil(Math.log2(seconds + 1)) + 2)
      collector.answer = up
      await setOutage(tabs[0], { nextAt: 0 })
      await flush(tabs[0])
      await arrival(collector, n, 30_000)
      expect(numbers(collector)).toEqual(upTo(n))
    })

    it('recovery: one tab sends one small probe, the rest follows its answer', async () => {
      const { collector } = shop
      collector.answer = down
      const tab = await shop.open()
      await track(tab, 300)
      await flush(tab)
      await setOutage(tab, { fails: 6, nextAt: now() + 3_600_000 })
      await shop.open(shop.pages.url('/'))
      await shop.open(shop.pages.url('/'))
      collector.requests.length = 0
      let probes = 0
      let answered = false
      collector.answer = async () => {
        if (answered) return undefined
        probes++
        await new Promise((done) => setTimeout(done, 1000))
        answered = true
        return undefined
      }
      await setOutage(tab, { nextAt: 0 })
      await flush(tab)
      await arrival(collector, 300)
      expect([probes, numbers(collector)]).toEqual([1, upTo(300)])
      expect(collector.requests[0].text.length).toBeLessThanOrEqual(16_384)
    })

    it('a collector that never answered is tried once per page load', async () => {
      const { collector } = shop
      await collector.stop()
      const tab = await shop.open(shop.page({ set: { 'batch-after': 60_000 } }))
      await track(tab, 5)
      await flush(tab)
      await setOutage(tab, { fails: 5, since: now() - 61_000 })
      await tab.goto(shop.pages.url('/blank'))
      await collector.start()
      let tries = 0
      collector.answer = () => (tries++, { reset: true })
      for (let load = 1; load <= 3; load++) {
        await tab.goto(shop.pages.url('/'))
        await tab.until('window.rihla?.version')
        await track(tab, 5, load * 5 + 1)
        for (let i = 0; i < 3; i++) expect(await flush(tab)).toBe(false)
        expect(tries).toBe(load)
      }
      collector.answer = up
      await tab.reload()
      await arrival(collector, 20)
      expect(numbers(collector)).toEqual(upTo(20))
    })

    it.each([401, 404, 302])('%i: everything is kept and the developer is told once', async (status) => {
      const { collector } = shop
      collector.answer = () => ({ status, headers: { location: '/elsewhere' } })
      const tab = await shop.open()
      await track(tab, 10)
      for (let i = 0; i < 3; i++) expect(await flush(tab)).toBe(false)
      await setOutage(tab, { nextAt: 0 })
      expect(await flush(tab)).toBe(false)
      expect(await warned(tab, 'refuses every request')).toBe(1)
      expect(collector.requests.length).toBeLessThanOrEqual(4)
      expect(collector.requests.filter(({ url }) => url.includes('elsewhere'))).toEqual([])
      collector.answer = up
      await setOutage(tab, { nextAt: 0 })
      await flush(tab)
      expect([numbers(collector), losses(collector).size]).toEqual([upTo(10), 0])
    })
  })

  it('31: a policy that forbids the collector loses nothing, is told once, and does not make the page spin', async () => {
    const { collector } = shop
    const before = "window.blocked = 0; addEventListener('securitypolicyviolation', () => blocked++)"
    const tab = await shop.open(shop.page({ before, headers: { 'content-security-policy': "connect-src 'self'" } }))
    await track(tab, 10)
    for (let i = 0; i < 5; i++) expect(await flush(tab)).toBe(false)
    await tab.until("told.some((line) => line.includes('Content-Security-Policy'))")
    expect(await warned(tab, 'Content-Security-Policy')).toBe(1)
    expect(await tab.eval<number>('blocked')).toBeLessThanOrEqual(3)
    expect(collector.requests).toHaveLength(0)
    shop.page()
    await tab.goto(shop.pages.url('/'))
    await arrival(collector, 10, 30_000)
    expect([numbers(collector), losses(collector).size]).toEqual([upTo(10), 0])
  })

  describe('32: a content blocker', () => {
    // Counts what the tracker asks for, as what is ended arrives nowhere.
    const before = `{ window.tries = 0
      for (const [owner, name] of [[window, 'fetch'], [navigator, 'sendBeacon']]) {
        const send = owner[name].bind(owner)
        owner[name] = (url, ...rest) => (String(url?.url ?? url).startsWith(location.origin) || window.tries++, send(url, ...rest))
      } }`
    let blocked: Blocked | undefined
    const open = async (path: string): Promise<Tab> => {
      blocked = await openWithBlocker(engine, shop.collector.origin)
      // Whether it blocks was tried out.
      shop.collector.reset()
      await blocked.tab.goto(shop.page({ before }, path))
      await blocked.tab.until('window.rihla?.version')
      return blocked.tab
    }
    afterEach(() => blocked?.browser.close())

    it('that kills beacons: all arrives by fetch', async () => {
      const { collector } = shop
      const tab = await open('/')
      await tab.eval((url: string) => navigator.sendBeacon(url, 'beacon'), collector.url)
      for (let page = 0; page < 3; page++) {
        await track(tab, 5, page * 5 + 1)
        await tab.goto(shop.pages.url('/'))
        await tab.until('window.rihla?.version')
      }
      await arrival(collector, 15)
      expect(numbers(collector)).toEqual(upTo(15))
      expect(collector.requests.filter(({ text }) => text === 'beacon')).toEqual([])
    })

    it('that kills every request: no spin, and nothing is lost once it is gone', async () => {
      const { collector } = shop
      const tab = await open(BLOCKED)
      const from = now()
      await track(tab, 30)
      for (let i = 0; i < 5; i++) expect(await flush(tab)).toBe(false)
      const tries = await tab.eval<number>('tries')
      expect(tries).toBeGreaterThan(0)
      expect(tries).toBeLessThanOrEqual(Math.ceil(Math.log2((now() - from) / 1000 + 1)) + 2)
      expect(collector.requests).toHaveLength(0)
      // The same page goes on by itself.
      await tab.eval("history.replaceState({}, '', '/')")
      await arrival(collector, 30, 30_000)
      expect(numbers(collector)).toEqual(upTo(30))
    })
  })
})
