import { describe, expect, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { page } from '../harness/pages.js'
import { useShop } from '../harness/shop-page.js'

describe.each(engines)('Web Vitals in $name', (engine) => {
  const shop = useShop(engine)

  it('of a page that is slow arrive when it is left', async () => {
    const module = `import { createTracker } from 'rihla'
import { vitals } from 'rihla/sources/vitals'
window.tracker = createTracker({ endpoint: ${JSON.stringify(shop.collector.url)}, site: 'shop', consent: 'granted', grace: 0, sources: [vitals()] })
await tracker.saved()
window.isReady = true`
    const { html } = page({ module, body: '<h1 id="x">A page that came late</h1>' })
    shop.pages.add('/slow', (_, response) => void setTimeout(() => response.writeHead(200, { 'content-type': 'text/html' }).end(html), 2000))
    const tab = await shop.newTab()
    await tab.goto(shop.pages.url('/slow'))
    await tab.until('window.isReady')
    await tab.click('#x')
    await tab.goto(shop.pages.add('/next', {}))
    await shop.collector.until(() => shop.collector.stored().some(({ name }) => name === 'slow_page'))
    const { props, on } = shop.collector.stored().find(({ name }) => name === 'slow_page')!
    expect(on?.url).toBe(shop.pages.url('/slow'))
    expect(props).toMatchObject({ rating: 'poor', ttfb: expect.any(Number) })
    expect(props!.ttfb).toBeGreaterThan(1800)
  })
})
