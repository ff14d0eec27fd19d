import { describe, expect, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { call, holds, isRunning, useShop } from '../harness/shop-page.js'

describe.each(engines)('loyalty and service without code in $name', (engine) => {
  const shop = useShop(engine)
  const told = () =>
    shop.collector
      .stored()
      .filter(({ source }) => /^(forms|sharing|shop-pages|page-leave)$/.test(source ?? ''))
      .map(({ name, source, props, on }) => ({ name, source, props, path: new URL(on!.url).pathname }))

  it('a form that leaves the page, links to share and to call are told, none of what was typed or dialled', async () => {
    shop.add('/thanks', {})
    const share = 'https://wa.me/?text=' + encodeURIComponent(`${shop.pages.origin}/?ref=MINA7`)
    const tab = await shop.visit('/', {
      before: "addEventListener('click', (event) => event.target.closest('a') && event.preventDefault())",
      body: `<a id="share" href="${share}">Share</a> <a id="call" href="tel:+491701234567">Call</a>
        <form action="/thanks"><input id="mail" type="email" name="email"><button id="join">Join</button></form>`,
    })
    await tab.click('#share')
    await tab.click('#call')
    await tab.type('#mail', 'mina@shop.example')
    await tab.click('#join')
    await tab.until("location.pathname === '/thanks'")
    await isRunning(tab)
    await call(tab, 'flush')
    await holds(shop.collector, ['referral_sent', 'support_contacted', 'newsletter_subscribed'])
    const names = told().filter(({ name }) => !/^(page_leave|form_start|form_submit)$/.test(name))
    expect(names.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'newsletter_subscribed', source: 'forms', props: undefined, path: '/' },
      { name: 'referral_sent', source: 'sharing', props: { method: 'whatsapp' }, path: '/' },
      { name: 'support_contacted', source: 'sharing', props: { via: 'phone' }, path: '/' },
    ])
    expect(shop.collector.requests.map(({ text }) => text).join()).not.toMatch(/1701234567|mina@|MINA7/)
  })

  it('a search, an account and an order are told once each, also where the dataLayer says the same', async () => {
    const tab = await shop.visit('/search?q=cups', { before: "window.dataLayer = [{ event: 'search', search_term: 'cups' }]" })
    await tab.eval("history.pushState({}, '', '/account'), document.title = 'Account', 0")
    await tab.until('new Promise((resolve) => setTimeout(() => resolve(true), 1500))')
    await tab.eval("history.pushState({}, '', '/account/orders/f00d'), document.title = 'Order', 0")
    await tab.until('new Promise((resolve) => setTimeout(() => resolve(true), 2500))')
    await call(tab, 'flush')
    await holds(shop.collector, ['search', 'account_viewed', 'order_status_viewed'])
    const names = shop.collector.stored().filter(({ name }) => /^(search|account_viewed|order_status_viewed)$/.test(name))
    expect(names.map(({ name, source, props }) => [name, source, props?.search_term]).sort()).toEqual([
      ['account_viewed', 'shop-pages', undefined],
      ['order_status_viewed', 'shop-pages', undefined],
      ['search', 'data-layer', 'cups'],
    ])
  })

  it('how long a page was looked at, and how far, arrives when it is left by a link', async () => {
    shop.add('/next', {})
    const tab = await shop.visit('/', { body: '<div style="height: 3000px">Tea</div><a id="go" href="/next">go</a>' })
    const started = await tab.eval<number>('performance.now()')
    await tab.eval('scrollTo(0, 1e6), 0')
    await tab.click('#go')
    await tab.until("location.pathname === '/next'")
    await isRunning(tab)
    await call(tab, 'flush')
    await holds(shop.collector, ['page_leave'])
    const [left] = told().filter(({ name, path }) => name === 'page_leave' && path === '/')
    const { visible_ms: visible, focused_ms: focused, scroll_depth: depth } = left!.props as { visible_ms: number; focused_ms: number; scroll_depth: number }
    expect([depth, visible > 0, visible < started + 60_000, focused <= visible]).toEqual([100, true, true, true])
  })
})
