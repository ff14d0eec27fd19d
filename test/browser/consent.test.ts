import { describe, expect, it } from 'vitest'
import { engines, type Tab } from '../harness/engines.js'
import { filesWith } from '../harness/profiles.js'
import { call, holds, holdsNoGap, isRunning, namesAt, onDevice, track, useShop } from '../harness/shop-page.js'

describe.each(engines)('consent in $name', (engine) => {
  const shop = useShop(engine)

  /** A page of the same origin without the tracker, to look at what the device holds. */
  const look = async (tab: Tab): Promise<string[]> => {
    await tab.goto(shop.add('/look', { tag: null }))
    return onDevice(tab)
  }

  /** Whom the collector was asked to forget. */
  const forgets = () => shop.collector.requests.flatMap(({ text }) => ((JSON.parse(text) as { forget?: object }).forget ? [(JSON.parse(text) as { forget: object }).forget] : []))

  it('keeps nothing on the device and sends nothing while pending, also when the page is hidden and closed', async () => {
    const keeper = await shop.visit('/look', { tag: null })
    const tab = await shop.visit('/', { tag: { consent: 'pending' }, body: '<a id="go" href="/look">go</a>' })
    await track(tab, 'view_item', 'purchase')
    await call(tab, 'flush')
    expect(await onDevice(tab)).toEqual([])
    await tab.click('#go')
    await tab.until("location.pathname === '/look' && document.readyState === 'complete'")
    await tab.back()
    await isRunning(tab)
    await track(tab, 'add_to_cart')
    await tab.close()
    expect(await onDevice(keeper)).toEqual([])
    expect(shop.collector.requests).toEqual([])
  })

  it('replays what happened while pending with its own times, on the page where it happened', async () => {
    const tab = await shop.visit('/?utm_source=mail', { tag: { consent: 'pending' }, title: 'Landing' })
    await track(tab, 'view_item')
    const before = await tab.eval<number>('Date.now()')
    // Time itself is the subject: what is replayed must be dated before this.
    await tab.until(`Date.now() > ${before} + 300`)
    await tab.eval("history.pushState({}, '', '/second'), document.title = 'Second', 0")
    await call(tab, 'consent', 'granted')
    await track(tab, 'add_to_cart')
    await holds(shop.collector, ['page_view', 'view_item', 'add_to_cart'])
    const stored = shop.collector.stored()
    const seen = (name: string) => stored.find((each) => each.name === name)!
    expect(seen('view_item').at).toBeLessThanOrEqual(before)
    expect(seen('view_item').on).toMatchObject({ url: `${shop.pages.origin}/?utm_source=mail`, title: 'Landing' })
    expect(seen('add_to_cart').at).toBeGreaterThan(before + 300)
    expect(seen('add_to_cart').on?.url).toBe(shop.pages.url('/second'))
    expect(seen('add_to_cart').of).toMatchObject({ landing: `${shop.pages.origin}/?utm_source=mail`, campaign: { utm_source: 'mail' } })
    await holdsNoGap(shop.collector)
  })

  it('sends nothing for a first denial and leaves no database behind', async () => {
    const tab = await shop.visit('/', { tag: { consent: 'pending' } })
    await track(tab, 'view_item')
    await call(tab, 'consent', 'denied')
    await track(tab, 'add_to_cart')
    await call(tab, 'flush')
    expect(await look(tab)).toEqual([])
    expect(shop.collector.requests).toEqual([])
  })

  it('deletes what an earlier page stored when the next one starts denied, and asks once to forget whom that page knew', async () => {
    shop.collector.answer = () => ({ status: 503 })
    const tab = await shop.visit()
    await track(tab, 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(true)
    const visitor = shop.collector.received().find(({ name }) => name === 'page_view')?.of?.visitor
    expect(await look(tab)).not.toEqual([])
    shop.collector.answer = () => undefined
    await tab.goto(shop.add('/denied', { tag: { consent: 'denied' } }))
    await isRunning(tab)
    await tab.until(async () => !(await indexedDB.databases()).length)
    await shop.collector.until(() => forgets().length > 0)
    const before = shop.collector.requests.length
    await track(tab, 'view_item')
    await call(tab, 'flush')
    await tab.goto(shop.add('/denied', { tag: { consent: 'denied' } }))
    await isRunning(tab)
    await call(tab, 'flush')
    expect(await look(tab)).toEqual([])
    expect(shop.collector.requests.length).toBe(before)
    expect(forgets()).toEqual([{ visitor: visitor ?? expect.any(String) }])
  })

  it('erases a device that had granted when a pending page is denied, and asks once to forget', async () => {
    const tab = await shop.visit()
    await call(tab, 'flush')
    await holds(shop.collector, ['page_view'])
    const { visitor } = shop.collector.stored()[0]!.of!
    await tab.goto(shop.add('/pending', { tag: { consent: 'pending' } }))
    await isRunning(tab)
    await track(tab, 'view_item')
    await call(tab, 'consent', 'denied')
    await shop.collector.until(() => forgets().length > 0)
    await tab.until(async () => !(await indexedDB.databases()).length)
    expect(await look(tab)).toEqual([])
    expect([forgets(), namesAt(shop.collector)]).toEqual([[{ visitor }], ['page_view']])
  })

  it('silences every other tab when consent is withdrawn in one: they keep nothing, send nothing and do not ask again', async () => {
    const one = await shop.visit('/one')
    const other = await shop.newTab({ window: true })
    await other.goto(shop.add('/other'))
    await isRunning(other)
    // It goes on all the time, also while the device is being erased.
    await other.eval("setInterval(() => rihla('track', 'view_item'), 5), 0")
    await holds(shop.collector, ['view_item'])
    await call(one, 'consent', 'denied')
    await shop.collector.until(() => forgets().length > 0)
    await other.until(async () => !(await indexedDB.databases()).length)
    await call(other, 'flush')
    const before = shop.collector.requests.length
    await other.eval("rihla('track', 'purchase', { transaction_id: '1' })")
    await call(other, 'flush')
    await other.eval('new Promise((resolve) => setTimeout(resolve, 600))')
    expect([shop.collector.requests.length - before, forgets().length, await onDevice(other)]).toEqual([0, 1, []])
    await other.close()
    expect(await look(one)).toEqual([])
  })

  it('leaves nothing to a page that comes back from the back/forward cache after consent was withdrawn elsewhere', async () => {
    const tab = await shop.visit('/first', { body: '<a id="go" href="/withdraw">go</a>' })
    await track(tab, 'view_item')
    await call(tab, 'flush')
    shop.add('/withdraw', {})
    await tab.click('#go')
    await tab.until("location.pathname === '/withdraw'")
    await isRunning(tab)
    await call(tab, 'flush')
    await call(tab, 'consent', 'denied')
    await shop.collector.until(() => forgets().length > 0)
    await tab.back()
    await tab.until("location.pathname === '/first'")
    await isRunning(tab)
    // A page that was not kept loads anew, with the consent that its tag says; one that was kept has to find out.
    const isKept = await tab.eval("performance.getEntriesByType('navigation')[0].type !== 'back_forward'")
    const before = shop.collector.requests.length
    await track(tab, 'add_to_cart')
    await call(tab, 'flush')
    if (isKept) expect([shop.collector.requests.length - before, await onDevice(tab)]).toEqual([0, []])
    else expect(namesAt(shop.collector)).toContain('add_to_cart')
  })

  it('is what the consent tool says: nothing before, everything from its grant on, for the purposes that it names', async () => {
    const gtag = 'window.dataLayer = []; window.gtag = function () { dataLayer.push(arguments) }; '
    const tab = await shop.visit('/', { tag: {}, before: `${gtag} gtag('consent', 'default', { analytics_storage: 'denied', ad_storage: 'denied' })` })
    await track(tab, 'view_item')
    await call(tab, 'flush')
    expect([await onDevice(tab), shop.collector.requests]).toEqual([[], []])
    await tab.eval("gtag('consent', 'update', { analytics_storage: 'granted', ad_storage: 'denied' }), 0")
    await call(tab, 'flush')
    await holds(shop.collector, ['page_view', 'view_item'])
    expect(new Set(shop.collector.stored().map(({ on }) => on?.denied?.join()))).toEqual(new Set(['ads']))
    await tab.eval("gtag('consent', 'update', { analytics_storage: 'denied' }), 0")
    await shop.collector.until(() => forgets().length > 0)
    expect(await look(tab)).toEqual([])
  })

  it('asks once to forget when consent is withdrawn, then sends nothing more', async () => {
    const tab = await shop.visit()
    await track(tab, 'view_item')
    await call(tab, 'flush')
    await holds(shop.collector, ['page_view', 'view_item'])
    const visitor = shop.collector.stored()[0]!.of!.visitor!
    await call(tab, 'consent', 'denied')
    await shop.collector.until(({ requests }) => requests.some(({ text }) => text.includes('"forget"')))
    await track(tab, 'add_to_cart', 'purchase')
    await call(tab, 'consent', 'denied')
    await call(tab, 'flush')
    expect(await look(tab)).toEqual([])
    const forgets = shop.collector.requests.filter(({ text }) => text.includes('"forget"'))
    expect(forgets.map(({ text }) => JSON.parse(text))).toEqual([{ v: 1, site: 'shop', sdk: expect.any(String), sent_at: expect.any(Number), forget: { visitor } }])
    expect(shop.collector.requests.at(-1)).toBe(forgets[0])
    expect(namesAt(shop.collector)).toEqual(['page_view', 'view_item'])
  })
})

describe.each(engines)('the profile of $name on the disk', (engine) => {
  const shop = useShop(engine)

  it.each<[consent: string, isFound: boolean]>([
    ['pending', false],
    ['denied', false],
    ['granted', true],
  ])('while consent is %s names the tracker: %s', async (consent, isFound) => {
    const profile = engine.newProfile()
    for (let visit = 0; visit < 2; visit++) {
      const page = await shop.visitBare({ tag: { consent } }, { profile })
      await track(page, 'view_item', 'add_to_cart')
      await call(page, 'saved')
      await page.browser.kill('SIGTERM')
    }
    expect(filesWith(profile, 'rihla-shop').length > 0).toBe(isFound)
  })
})
