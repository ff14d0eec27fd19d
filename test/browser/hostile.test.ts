import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { call, holds, holdsNoGap, isRunning, namesAt, onDevice, track, useShop } from '../harness/shop-page.js'

declare const rihla: (method: string, ...args: unknown[]) => unknown

/** A clock that `setClock(ms)` sets forward or back. */
const clock = `{
  const RealDate = Date
  let shift = 0
  window.setClock = (ms) => void (shift += ms)
  window.Date = class extends RealDate {
    constructor(...args) { args.length ? super(...args) : super(RealDate.now() + shift) }
    static now() { return RealDate.now() + shift }
  }
}`
const DAY = 86_400_000

const hostile = `
  for (const prototype of [Object.prototype, Array.prototype, String.prototype, Number.prototype, Date.prototype]) prototype.toJSON = () => 'HOSTILE'
  Array.prototype.each = Object.prototype.each = () => 'HOSTILE'
`

/** What breaks when a page load is over, as scripts that come later do it. */
const breakLater = () => {
  const broken = () => {
    throw new Error('broken by the page')
  }
  JSON.stringify = JSON.parse = broken
  window.fetch = navigator.sendBeacon = broken
}

describe.each(engines)('hostile pages in $name', (engine) => {
  const shop = useShop(engine)
  const refuse = () => {
    shop.collector.answer = () => ({ status: 503, headers: { 'retry-after': '3600' } })
  }
  const accept = () => {
    shop.collector.answer = () => undefined
  }
  const clicks = () => shop.collector.stored().filter(({ name }) => name === 'click')

  // Fault 36.
  it('keeps the order and delivers everything when the clock jumps forward and back', async () => {
    const tab = await shop.visit('/', { before: clock })
    await holds(shop.collector, ['page_view'])
    const order = ['first', 'second', 'third', 'fourth', 'fifth']
    for (const [i, name] of order.entries()) {
      // While it waits to be sent.
      await tab.eval(`rihla('track', '${name}'), setClock(${[-DAY, 2 * DAY, -600_000, 3_600_000, -60_000][i]})`)
      await holds(shop.collector, [name])
    }
    expect(namesAt(shop.collector)).toEqual(['page_view', ...order])
    await holdsNoGap(shop.collector)
  })

  it('delivers rows that come from the future', async () => {
    refuse()
    const tab = await shop.visit('/', { before: `${clock}; setClock(${2 * DAY})` })
    await track(tab, 'view_item', 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(true)
    await tab.goto(shop.add('/later', { tag: null }))
    accept()
    await tab.goto(shop.add('/next'))
    await isRunning(tab)
    await holds(shop.collector, ['view_item', 'add_to_cart'], 20_000)
    await holdsNoGap(shop.collector)
  })

  it('does not wait for a time to retry that a clock set back has put days away', async () => {
    refuse()
    const tab = await shop.visit('/', { before: `${clock}; setClock(${2 * DAY})` })
    await shop.collector.until(({ requests }) => requests.length > 0)
    await track(tab, 'view_item')
    expect(await call(tab, 'saved')).toBe(true)
    accept()
    await tab.goto(shop.add('/next'))
    await isRunning(tab)
    await holds(shop.collector, ['view_item'], 20_000)
  })

  // Fault 37.
  it('sends the right bytes where prototypes have a toJSON', async () => {
    const module = `
      while (!window.rihla?.version) await new Promise((done) => setTimeout(done, 20))
      rihla('track', 'add_to_cart', { currency: 'EUR', value: 18.5, items: [{ item_id: 'sku-1' }], tags: ['a', 'b'] })
      while (!(await fetch('/arrived')).ok) await new Promise((done) => setTimeout(done, 20))
      rihla('consent', 'denied')
    `
    // Steered by itself: such a page breaks what a driver runs in it.
    await (await shop.newTab()).goto(shop.add('/', { before: hostile, module }))
    await holds(shop.collector, ['add_to_cart'])
    shop.add('/arrived', { tag: null })
    await shop.collector.until(({ requests }) => requests.some(({ text }) => text.includes('"forget"')))
    const sent = shop.collector.stored().find(({ name }) => name === 'add_to_cart')
    expect(sent?.props).toEqual({ currency: 'EUR', value: 18.5, items: [{ item_id: 'sku-1' }], tags: ['a', 'b'], cart_id: expect.any(String), cart_version: 1 })
    expect(JSON.parse(shop.collector.requests.at(-1)!.text)).toMatchObject({ forget: { visitor: sent?.of?.visitor } })
    expect(shop.collector.requests.some(({ text }) => text.includes('HOSTILE'))).toBe(false)
  })

  it('I5: goes on when the page replaces what the tracker was built on', async () => {
    const tab = await shop.visit('/', { body: '<a id="go" href="/other">Go</a>' })
    await holds(shop.collector, ['page_view'])
    shop.add('/other', { tag: null })
    // By the page itself: the driver may need what is broken then.
    await tab.eval(`setTimeout(() => { (${breakLater})(); document.querySelector('#go').click() }, 50)`)
    await holds(shop.collector, ['click'])
    expect(clicks()[0]?.props).toMatchObject({ selector: 'a#go', text: 'Go' })
  })

  it('I5: keeps everything for the next page where a wrapper of fetch throws', async () => {
    const tab = await shop.visit('/', { before: "window.fetch = () => { throw new Error('wrapped') }" })
    await track(tab, 'view_item', 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(true)
    await call(tab, 'flush')
    await tab.goto(shop.add('/next'))
    await isRunning(tab)
    // The page that was left may hold the lease for another 20 s.
    await holds(shop.collector, ['view_item', 'add_to_cart'], 60_000)
  })

  it('I5: works where the page has frozen the globals', async () => {
    const tab = await shop.visit('/', { before: 'for (const each of [Object.prototype, Array.prototype, Function.prototype, Promise.prototype, Element.prototype, history, JSON, navigator, document]) try { Object.freeze(each) } catch {}', body: '<button id="buy">Buy</button>' })
    await tab.click('#buy')
    await track(tab, 'add_to_cart')
    await holds(shop.collector, ['page_view', 'click', 'add_to_cart'])
  })

  it('I5: survives props that throw, never end or are huge', async () => {
    const tab = await shop.visit()
    await tab.eval(() => {
      const loop: { [name: string]: unknown } = { kept: 1 }
      loop.self = loop
      rihla('track', 'view_item', Object.defineProperty({ kept: 1 }, 'bad', { enumerable: true, get: () => { throw new Error('bad') } }))
      rihla('track', 'search', loop)
      rihla('track', 'share', new Proxy({}, { ownKeys: () => { throw new Error('proxy') } }))
      rihla('track', 'sign_up', { text: 'x'.repeat(1_000_000), list: Array(100_000).fill('y') })
      rihla('track', 'login', null)
      rihla('track', Symbol('no name'))
      rihla('track')
      rihla('no such method')
    })
    await holds(shop.collector, ['view_item', 'search', 'share', 'sign_up', 'login'])
    expect(shop.collector.stored().find(({ name }) => name === 'view_item')?.props).toEqual({ kept: 1 })
    expect(Math.max(...shop.collector.requests.map(({ raw }) => raw.length))).toBeLessThan(40_000)
    await holdsNoGap(shop.collector)
  })

  // Fault 42.
  it('runs once when the script is on the page twice, and warns once', async () => {
    const warnings = "window.warnings = []; { const { warn } = console; console.warn = (...args) => { warnings.push(args.join(' ')); warn.apply(console, args) } }"
    const attributes = Object.entries(shop.tag()).map(([name, value]) => `data-${name}="${value}"`).join(' ')
    const tab = await shop.visit('/', { before: warnings, head: `<script async src="/rihla.js?again" ${attributes}></script>`, body: '<button id="buy">Buy</button>' })
    await tab.until('warnings.length')
    await tab.click('#buy')
    await track(tab, 'add_to_cart')
    await call(tab, 'flush')
    expect(namesAt(shop.collector)).toEqual(['page_view', 'click', 'add_to_cart'])
    expect(await tab.eval('warnings.length')).toBe(1)
    expect(await tab.eval('warnings[0]')).toContain('twice')
  })

  it('works under a strict Content Security Policy', async () => {
    const policy = `default-src 'none'; script-src 'nonce-n1'; connect-src 'self' ${shop.collector.origin}; img-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'`
    const before = "window.violations = []; addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective + ' ' + event.blockedURI))"
    const tab = await shop.visit('/', { nonce: 'n1', before, headers: { 'content-security-policy': policy }, config: { keepParams: ['colour'] }, body: '<button id="buy">Buy</button>' })
    await tab.click('#buy')
    await track(tab, 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(true)
    await holds(shop.collector, ['page_view', 'click', 'add_to_cart'])
    expect(await tab.eval<string[]>('violations')).toEqual([])
  })

  it('loads from another origin with the integrity that the build prints', async () => {
    const integrity = readFileSync(join(inject('dist'), 'rihla.js.integrity'), 'utf8').trim()
    const src = `${shop.pages.otherOrigin}/rihla.js`
    const tab = await shop.visit('/', { tag: { src, integrity, crossorigin: 'anonymous' } })
    await holds(shop.collector, ['page_view'])
    await tab.goto(shop.add('/wrong', { tag: { src, integrity: integrity.replace(/.{8}$/, 'AAAAAAAA'), crossorigin: 'anonymous' } }))
    expect(await tab.eval('typeof window.rihla')).toBe('undefined')
  })

  it.each(['before', 'after'])('keeps calls before the script comes with the settings %s the stub: an element with that id is window.rihla, too', async (where) => {
    const stub = `<script>${readFileSync('examples/storefront/public/shop.js', 'utf8').split('\n')[0]}</script>`
    const settings = '<script type="application/json" id="rihla">{ "urgent": ["view_item"] }</script>'
    const tag = Object.entries(shop.tag()).map(([name, value]) => ` data-${name}="${value}"`).join('')
    const head = `${where === 'before' ? settings + stub : stub + settings}<script>rihla('track', 'view_item', { value: 3 })</script><script async src="/rihla.js"${tag}></script>`
    const tab = await shop.visit('/', { tag: null, head })
    await isRunning(tab)
    await holds(shop.collector, ['view_item', 'page_view'])
    expect(shop.collector.stored().find(({ name }) => name === 'view_item')).toMatchObject({ props: { value: 3 } })
  })

  it('gives calls made before the script came their own time and page', async () => {
    const stub = 'window.rihla = function () { (rihla.q = rihla.q || []).push([Date.now(), location.href, document.title, arguments]) }'
    const tab = await shop.visit('/first', { tag: null, title: 'First', before: stub })
    const [early, late] = await tab.eval(async (attributes: { [name: string]: unknown }) => {
      rihla('track', 'view_item', { value: 3 })
      const seen = Date.now()
      await new Promise((done) => setTimeout(done, 50))
      history.pushState({}, '', '/second')
      document.title = 'Second'
      rihla('identify', 'customer-7')
      rihla('track', 'add_to_cart', { value: 4 }, { stage: 'loyalty' })
      rihla('consent', 'granted')
      await new Promise((done) => setTimeout(done, 50))
      const script = document.createElement('script')
      script.src = '/rihla.js'
      for (const name in attributes) script.setAttribute(`data-${name}`, String(attributes[name]))
      document.head.append(script)
      return [seen, Date.now()]
    }, shop.tag({ consent: 'pending' }))
    await isRunning(tab)
    await holds(shop.collector, ['view_item', 'add_to_cart', 'identify', 'page_view'])
    const seen = (name: string) => shop.collector.stored().find((each) => each.name === name)!
    expect(seen('view_item').at).toBeLessThanOrEqual(early!)
    expect(seen('view_item')).toMatchObject({ props: { value: 3 }, on: { url: shop.pages.url('/first'), title: 'First' } })
    expect(seen('add_to_cart').at).toBeGreaterThan(early!)
    expect(seen('add_to_cart').at).toBeLessThan(late!)
    expect(seen('add_to_cart')).toMatchObject({ user: 'customer-7', stage: { id: 'loyalty', rule: 'explicit' }, on: { url: shop.pages.url('/second'), title: 'Second' } })
    await holdsNoGap(shop.collector)
    expect(await onDevice(tab)).toHaveLength(1)
  })
})
