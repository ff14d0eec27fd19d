import { describe, expect, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { call, holds, isRunning, track, useShop } from '../harness/shop-page.js'

describe.each(engines)('the journey in $name', (engine) => {
  const shop = useShop(engine)
  const of = (name: string) => shop.collector.stored().filter((each) => each.name === name)

  it('is one across pages: the landing counts once, the stage and the channel stay known', async () => {
    shop.add('/second', {})
    const tab = await shop.visit('/?utm_source=letter&utm_medium=email', { body: '<a id="go" href="/second">go</a>' })
    await track(tab, 'view_item')
    await call(tab, 'flush')
    await tab.click('#go')
    await tab.until("location.pathname === '/second'")
    await isRunning(tab)
    await track(tab, 'begin_checkout')
    await call(tab, 'flush')
    await holds(shop.collector, ['begin_checkout'])
    // Each move is told once, in the order of the journey.
    expect(of('stage_change').sort((a, b) => a.at - b.at).map(({ props }) => [props?.from, props?.to])).toEqual([
      [undefined, 'awareness'],
      ['awareness', 'consideration'],
      ['consideration', 'conversion'],
    ])
    expect(new Set(shop.collector.stored().map((each) => each.of?.channel))).toEqual(new Set(['email']))
    expect(new Set(shop.collector.stored().map((each) => each.on?.visit)).size).toBe(1)
    expect(await call(tab, 'journey')).toMatchObject({ visits: 1, channel: 'email', stage: 'conversion', first: { channel: 'email', source: 'letter' } })
  })

  it('of two tabs is one: an order in the one is known in the other', async () => {
    const tab = await shop.visit('/', {})
    await call(tab, 'flush')
    const other = await shop.visit('/other', {})
    await other.eval("rihla('track', 'purchase', { transaction_id: 'A1', value: 20, currency: 'EUR' })")
    await call(other, 'flush')
    await other.close()
    await tab.goto(shop.add('/third', {}))
    await isRunning(tab)
    await call(tab, 'saved')
    expect(await call(tab, 'journey')).toMatchObject({ visits: 1, purchases: 1, total: { EUR: 20 }, stage: 'conversion' })
  })

  it('goes on at another domain of the shop by a followed link, and by nothing else', async () => {
    const config = { crossDomains: ['localhost', '127.0.0.1'] }
    shop.add('/there', { config })
    shop.add('/stranger', { config })
    const there = `${shop.pages.otherOrigin}/there?variant=2`
    const tab = await shop.visit('/', { config, body: `<a id="go" href="${there}">go</a>` })
    await track(tab, 'view_item')
    await call(tab, 'flush')
    await tab.click('#go')
    await tab.until("location.pathname === '/there'")
    await isRunning(tab)
    expect(await tab.eval('location.href')).toBe(there)
    await track(tab, 'add_to_cart')
    await call(tab, 'flush')
    await holds(shop.collector, ['view_item', 'add_to_cart'])
    const [here] = of('view_item')
    const [across] = of('add_to_cart')
    expect(here!.of!.visitor).toMatch(/^[0-9a-f-]{36}$/)
    expect([across!.of!.visitor, across!.on!.visit]).toEqual([here!.of!.visitor, here!.on!.visit])
    expect([across!.on!.url.startsWith(shop.pages.otherOrigin), across!.on!.url.includes('_rihla')]).toEqual([true, false])
    // Somebody who opens the very address that was followed, but not by the link.
    const hit = shop.pages.hits.find((path) => path.startsWith('/there?'))!
    expect(hit).toContain('_rihla=')
    const stranger = await (await shop.open()).newTab()
    await stranger.goto(`${shop.pages.otherOrigin}${hit.replace('/there', '/stranger')}`)
    await isRunning(stranger)
    await track(stranger, 'add_to_wishlist')
    await call(stranger, 'flush')
    await holds(shop.collector, ['add_to_wishlist'])
    expect(of('add_to_wishlist')[0]!.of!.visitor).not.toBe(here!.of!.visitor)
    await stranger.close()
  })

  it('is somebody else\'s after a log-out, in every tab', async () => {
    const tab = await shop.visit('/', {})
    await tab.eval("rihla('identify', 'u1', { persona: 'gift giver' })")
    await call(tab, 'flush')
    await tab.eval("rihla('reset')")
    await track(tab, 'view_item')
    await call(tab, 'flush')
    await tab.goto(shop.add('/next', {}))
    await isRunning(tab)
    await track(tab, 'view_cart')
    await call(tab, 'flush')
    await holds(shop.collector, ['identify', 'view_item', 'view_cart'])
    const [known] = of('identify')
    expect([...of('view_item'), ...of('view_cart')].map(({ of, on }) => [of!.visitor === known!.of!.visitor, on!.user])).toEqual([[false, undefined], [false, undefined]])
    expect(await call(tab, 'journey')).not.toHaveProperty('persona')
  })
})
