import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { engines, type Tab } from '../harness/engines.js'
import { call, holds, namesAt, track, useShop } from '../harness/shop-page.js'

/** Its shadow root is closed; a test has to look inside. */
const LOOK_INSIDE = 'const { attachShadow } = Element.prototype; Element.prototype.attachShadow = function (init) { return (window.inside = attachShadow.call(this, { ...init, mode: "open" })) };'
const isOpen = "document.querySelector('rihla-devtools')"

describe.each(engines)('the panel in $name', (engine) => {
  const shop = useShop(engine)
  const rows = (tab: Tab) => tab.eval<string[]>("[...inside.querySelectorAll('summary')].map((row) => [...row.children].slice(1).map(({ textContent }) => textContent).join(' | '))")

  it('comes with ?rihla-debug, shows the truth, stays on the next page of the shop, and nothing that is done in it is recorded', async () => {
    const body = '<p>A shop</p><a id="next" href="/next?a=1">Next</a>'
    shop.add('/next', { body, before: LOOK_INSIDE })
    const tab = await shop.visit('/?rihla-debug', { body })
    await tab.until(isOpen)
    await holds(shop.collector, ['page_view'])
    // In its midst, where the list is, and where its buttons are.
    await tab.click('rihla-devtools', 4)
    await tab.keys('find me')
    await track(tab, 'custom')
    await holds(shop.collector, ['page_view', 'custom'])
    expect(namesAt(shop.collector)).toEqual(['page_view', 'custom'])

    await tab.click('#next')
    await tab.until("location.pathname === '/next' && window.inside && inside.querySelector('summary')")
    expect(await tab.eval('location.search')).toBe('?a=1&rihla-debug')
    await track(tab, 'add_to_cart')
    await call(tab, 'flush')
    await tab.until("[...inside.querySelectorAll('summary')].length >= 3 && [...inside.querySelectorAll('summary > :last-child')].every(({ textContent }) => textContent === 'sent') && [...inside.querySelectorAll('dd')].some(({ textContent }) => textContent.includes(', 0 waiting'))")
    expect((await rows(tab)).map((row) => row.split(' | ')).reverse()).toEqual(expect.arrayContaining([['page_view page-views', 'consideration', 'sent'], ['add_to_cart api', 'consideration', 'sent']]))
    expect(await tab.eval("[...inside.querySelectorAll('dd')].map(({ textContent }) => textContent).join('; ')")).toMatch(new RegExp(`analytics granted.*${shop.collector.url}, 0 waiting; .*ok \\(204\\)`))
    // Not even the address says that it was open.
    expect(shop.collector.requests.map(({ text }) => text).join()).not.toContain('rihla-debug')
  })

  it('says that the collector fails, and what waits for it', async () => {
    shop.collector.answer = () => ({ status: 503 })
    const tab = await shop.visit('/?rihla-debug', { before: LOOK_INSIDE })
    await tab.until('window.inside')
    await track(tab, 'custom')
    await tab.until("[...inside.querySelectorAll('dd')].some(({ textContent }) => /^is failing: .*, [1-9] waiting; .*retry \\(503\\)$/.test(textContent))")
    expect((await rows(tab)).map((row) => row.split(' | ').at(-1))).not.toContain('sent')
  })

  it('is drawn with its style where a policy allows only what is pinned, within the window', async () => {
    const integrity = readFileSync(join(inject('dist'), 'rihla.js.integrity'), 'utf8').trim()
    const policy = `default-src 'none'; script-src 'nonce-n'; style-src 'none'; connect-src ${shop.collector.origin} 'self'`
    const tab = await shop.visit('/?rihla-debug', { before: LOOK_INSIDE, nonce: 'n', headers: { 'content-security-policy': policy }, tag: { integrity, crossorigin: 'anonymous' } })
    await tab.until('window.inside')
    const { width, height, right, bottom, position } = await tab.eval(() => {
      const section = (window as unknown as { inside: ShadowRoot }).inside.querySelector('section')!
      const { width, height, right, bottom } = section.getBoundingClientRect()
      return { width, height, right: innerWidth - right, bottom: innerHeight - bottom, position: getComputedStyle(document.querySelector('rihla-devtools')!).position }
    })
    expect([width > 200, height > 200, right >= 0, bottom >= 0, position]).toEqual([true, true, true, true, 'fixed'])
  })

  it('is not loaded without being asked for', async () => {
    const tab = await shop.visit('/')
    await holds(shop.collector, ['page_view'])
    expect([await tab.eval(isOpen), shop.pages.hits.filter((path) => path.includes('devtools'))]).toEqual([null, []])
  })
})
