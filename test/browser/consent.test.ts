import { describe, expect, it } from 'vitest'
import { engines, type Tab } from '../harness/engines.js'
import { call, holds, holdsNoGap, isRunning, namesAt, onDevice, track, useShop } from '../harness/shop-page.js'

describe.each(engines)('consent in $name', (engine) => {
  const shop = useShop(engine)

  /** A page of the same origin without the tracker, to look at what the device holds. */
  const look = async (tab: Tab): Promise<string[]> => {
    await tab.goto(shop.add('/look', { tag: null }))
    return onDevice(tab)
  }

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

  it('deletes what an earlier page stored when the next one starts denied, and sends nothing', async () => {
    shop.collector.answer = () => ({ status: 503 })
    const tab = await shop.visit()
    await track(tab, 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(true)
    expect(await look(tab)).not.toEqual([])
    await tab.goto(shop.add('/denied', { tag: { consent: 'denied' } }))
    await isRunning(tab)
    await tab.until(async () => !(await indexedDB.databases()).length)
    shop.collector.reset()
    await track(tab, 'view_item')
    await call(tab, 'flush')
    expect(await look(tab)).toEqual([])
    expect(shop.collector.requests).toEqual([])
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
