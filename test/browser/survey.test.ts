import { describe, expect, it } from 'vitest'
import { engines, type Tab } from '../harness/engines.js'
import { useShop } from '../harness/shop-page.js'

describe.each(engines)('a survey in $name', (engine) => {
  const shop = useShop(engine)

  const visit = async (options: string, { lang = 'en', policy = '' } = {}): Promise<Tab> => {
    const url = shop.add('/', {
      tag: null,
      lang,
      body: '<p>A shop</p><button id="before">Before</button>',
      ...(policy && { nonce: 'n', headers: { 'content-security-policy': policy } }),
      module: `import { createStorefront } from 'rihla/storefront'
import { survey } from 'rihla/survey/survey'
window.tracker = createStorefront({ endpoint: ${JSON.stringify(shop.collector.url)}, site: 'shop', consent: 'granted', grace: 0, batchAfter: 200 })
window.ask = () => survey(tracker, ${options})
ask()`,
    })
    const tab = await shop.newTab()
    await tab.goto(url)
    await tab.until("document.querySelector('rihla-survey')?.shadowRoot?.querySelector('.send')")
    return tab
  }
  const feedback = async () => {
    await shop.collector.until(() => shop.collector.stored().some(({ name }) => name === 'feedback'))
    return shop.collector.stored().filter(({ name }) => name === 'feedback').map(({ props }) => props)
  }
  const inside = (script: string) => `(() => { const root = document.querySelector('rihla-survey').shadowRoot; return ${script} })()`

  it('is answered by the keyboard alone, takes no focus by itself and gives it back, and is asked once', async () => {
    const tab = await visit("{ kind: 'csat', about: 'T-1' }")
    await tab.click('p')
    await tab.eval("document.querySelector('#before').focus(), 0")
    expect(await tab.eval('document.activeElement.id')).toBe('before')
    // Space chooses, the arrow keys go on, Enter sends.
    await tab.eval(inside("root.querySelector('input').focus(), 0"))
    await tab.keys('\uE00D\uE014\uE014\uE007')
    expect(await feedback()).toEqual([{ kind: 'csat', about: 'T-1', score: 3, sentiment: 'neutral' }])
    await tab.until("document.activeElement.id === 'before'")
    await tab.until("!document.querySelector('rihla-survey')")
    expect(await tab.eval("new Promise((done) => { ask(); setTimeout(() => done(!!document.querySelector('rihla-survey')), 300) })")).toBe(false)
    // What is done in it is nothing that a shopper does in the shop.
    expect(shop.collector.stored().filter(({ name }) => /^form_|_click$/.test(name))).toEqual([])
  })

  it('is closed by Escape', async () => {
    const tab = await visit("{ kind: 'nps' }")
    // So that the window has the focus.
    await tab.click('p')
    await tab.eval("document.querySelector('#before').focus(), 0")
    await tab.eval(inside("root.querySelector('input').focus(), 0"))
    await tab.keys('\uE00C')
    await tab.until("!document.querySelector('rihla-survey') && document.activeElement.id === 'before'")
  })

  it('is drawn with its style under a policy that allows no style, from right to left in Arabic, within the window', async () => {
    const policy = `default-src 'none'; script-src 'self' 'nonce-n'; style-src 'none'; connect-src ${shop.collector.origin} 'self'; require-trusted-types-for 'script'`
    const tab = await visit("{ kind: 'nps' }", { lang: 'ar', policy })
    const seen = await tab.eval(inside(`{
      position: getComputedStyle(root.host).position,
      direction: getComputedStyle(root.querySelector('section')).direction,
      columns: new Set([...root.querySelectorAll('.scale label')].map((each) => Math.round(each.getBoundingClientRect().top))).size,
      isInside: root.host.getBoundingClientRect().left >= 0 && root.host.getBoundingClientRect().right <= innerWidth && root.querySelector('section').getBoundingClientRect().top >= 0,
      legend: root.querySelector('legend').textContent,
    }`))
    expect(seen).toEqual({ position: 'fixed', direction: 'rtl', columns: 1, isInside: true, legend: 'ما مدى احتمال أن توصي بنا صديقًا؟' })
  })

  // Only DevTools says what a shopper prefers.
  it.runIf(engine.name === 'chromium')('moves only where that is not unwanted, and is dark where the shopper wants that', async () => {
    const tab = await visit("{ kind: 'emoji' }")
    const look = async (features: { readonly [name: string]: string }) => {
      await tab.cdp('Emulation.setEmulatedMedia', { features: Object.entries(features).map(([name, value]) => ({ name, value })) })
      return tab.eval<readonly string[]>(inside("[getComputedStyle(root.querySelector('section')).animationName, getComputedStyle(root.querySelector('section')).backgroundColor]"))
    }
    const usual = await look({ 'prefers-reduced-motion': 'no-preference', 'prefers-color-scheme': 'light' })
    const still = await look({ 'prefers-reduced-motion': 'reduce', 'prefers-color-scheme': 'light' })
    const dark = await look({ 'prefers-reduced-motion': 'no-preference', 'prefers-color-scheme': 'dark' })
    expect([usual, still[0]]).toEqual([['come', 'rgb(255, 255, 255)'], 'none'])
    expect(dark[1]).not.toBe(usual[1])
  })
})
