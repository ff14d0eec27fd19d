import { describe, expect, it } from 'vitest'
import { engines, type Tab } from '../harness/engines.js'
import { call, useShop, type ShopOptions } from '../harness/shop-page.js'
import { poll } from '../harness/processes.js'

declare const rihla: (method: string, ...args: unknown[]) => unknown

const cap = { item_id: 'cap', price: 18, quantity: 1 }
const pot = { item_id: 'pot', price: 30, quantity: 2 }

describe.each(engines)('commerce in $name', (engine) => {
  const shop = useShop(engine)

  /** A page of a shop that imports the tracker and passes commerce to it. */
  const add = (path: string, code = '', paymentHosts: readonly string[] = []) =>
    shop.add(path, {
      tag: null,
      body: `<a id="next" href="/next">next</a><form id="form" action="/next" method="get"><button id="send">send</button></form><a id="pay" href="${shop.pages.otherOrigin}/pay">pay</a><a id="out" href="${shop.pages.otherOrigin}/out">out</a>`,
      module: `import { createTracker } from 'rihla'
import { commerce } from 'rihla/commerce/commerce'
const tracker = createTracker({ endpoint: ${JSON.stringify(shop.collector.url)}, site: 'shop', consent: 'granted', grace: 0, batchAfter: 100, commerce: commerce({ paymentHosts: ${JSON.stringify(paymentHosts)} }) })
window.rihla = (method, ...args) => tracker[method](...args)
${code}
await tracker.saved()
window.rihla.version = 'test'`,
    } as ShopOptions)
  const isUp = (tab: Tab) => tab.until('window.rihla?.version && document.readyState === "complete"')
  const visit = async (url: string) => {
    const tab = await shop.newTab({ window: true })
    await tab.goto(url)
    await isUp(tab)
    return tab
  }
  const words = () => {
    const all = shop.collector.stored().filter(({ name }) => name !== 'page_view' && name !== 'click')
    return all.sort((a, b) => a.at - b.at || a.seq - b.seq).map(({ name, props = {} }) => [name, props.status, props.result ?? props.transaction_id, (props.items as { item_id: string; quantity: number }[] | undefined)?.map((item) => `${item.quantity} ${item.item_id}`).join('+')].filter(Boolean).join(' '))
  }
  const flush = (tab: Tab) => call(tab, 'flush')
  const comes = (what: string) => poll(async () => words().includes(what), what, 20_000)

  it('two tabs that change the cart at once neither lose nor double a line', async () => {
    const url = add('/')
    const [one, two] = [await visit(url), await visit(url)]
    await Promise.all([one, two].map((tab, i) => tab.eval((item: object) => rihla('track', 'add_to_cart', { items: [item] }) as void, [cap, pot][i]!)))
    await Promise.all([one, two].map((tab) => call(tab, 'saved')))
    const snapshot = (tab: Tab) => tab.eval((items: object[]) => rihla('cart', items) as void, [cap, { ...pot, quantity: 3 }])
    await Promise.all([snapshot(one), snapshot(two)])
    await Promise.all([one, two].map((tab) => call(tab, 'saved')))
    await Promise.all([flush(one), flush(two)])
    expect(words().sort()).toEqual(['add_to_cart 1 cap', 'add_to_cart 1 pot', 'add_to_cart 2 pot'])
  })

  it('a link, a form, a reload and the back button are not leaving; another site is, once', async () => {
    const url = add('/')
    add('/next')
    shop.pages.add('/out', { title: 'Elsewhere' })
    const tab = await visit(url)
    await tab.eval((item: object) => rihla('cart', [item], { currency: 'EUR' }) as void, cap)
    await call(tab, 'saved')
    const at = async (path: string) => {
      await tab.until(`location.pathname === '${path}'`)
      await isUp(tab)
    }
    await tab.click('#next')
    await at('/next')
    await tab.back()
    await at('/')
    await tab.click('#send')
    await at('/next')
    await tab.reload()
    await at('/next')
    await tab.goto(url)
    await at('/')
    await flush(tab)
    expect(words()).toEqual(['add_to_cart 1 cap'])
    for (let i = 0; i < 2; i++) {
      await tab.click('#out')
      await tab.until(`location.pathname === '/out'`)
      await tab.goto(url)
      await isUp(tab)
    }
    await comes('cart_abandonment suspected 1 cap')
    await flush(tab)
    expect(words()).toEqual(['add_to_cart 1 cap', 'cart_abandonment suspected 1 cap'])
  })

  it('a payment provider is gone to and come back from, and the order counts once however often its page is opened', async () => {
    const hosts = [new URL(shop.pages.otherOrigin).host]
    const url = add('/', '', hosts)
    const thanks = add('/thank-you', `rihla('track', 'purchase', { transaction_id: 'T1', value: 18, currency: 'EUR', items: [${JSON.stringify(cap)}] })`, hosts)
    shop.pages.add('/pay', { title: 'Pay', body: `<a id="return" href="${thanks}">return</a>` })
    const tab = await visit(url)
    await tab.eval((item: object) => { rihla('cart', [item], { currency: 'EUR' }); rihla('track', 'begin_checkout') }, cap)
    await call(tab, 'saved')
    await tab.click('#pay')
    await tab.until(`location.pathname === '/pay'`)
    await tab.click('#return')
    await tab.until(`location.pathname === '/thank-you'`)
    await isUp(tab)
    await flush(tab)
    await tab.reload()
    await isUp(tab)
    await flush(tab)
    const second = await visit(thanks)
    await flush(second)
    await comes('payment_redirect')
    await comes('purchase T1 1 cap')
    expect(words()).toEqual(['add_to_cart 1 cap', 'begin_checkout 1 cap', 'payment_redirect', 'payment_return paid', 'purchase T1 1 cap'])
    expect(shop.collector.touchpoints().filter(({ name }) => name === 'purchase').length).toBe(1)
    const referrers = shop.collector.stored().filter(({ name }) => name === 'purchase').map(({ on }) => on?.referrer ?? '')
    expect(referrers).toEqual([''])
  })

  it('what came of a payment is told once, also where a script has sent the shopper there unheard', async () => {
    const hosts = [new URL(shop.pages.otherOrigin).host]
    const url = add('/', '', hosts)
    const failed = add('/payment-failed', '', hosts)
    shop.pages.add('/pay', { title: 'Pay', body: `<a id="return" href="${failed}">return</a>` })
    const tab = await visit(url)
    await tab.eval((item: object) => { rihla('cart', [item], { currency: 'EUR' }); rihla('track', 'begin_checkout') }, cap)
    await call(tab, 'saved')
    const isHeard = await tab.eval(() => 'navigation' in window)
    await tab.eval((pay: string) => void setTimeout(() => location.assign(pay), 50), `${shop.pages.otherOrigin}/pay`)
    await tab.until(`location.pathname === '/pay'`)
    await tab.click('#return')
    await tab.until(`location.pathname === '/payment-failed'`)
    for (let i = 0; i < 2; i++) {
      await isUp(tab)
      await tab.eval(() => rihla('track', 'view_cart') as void)
      await call(tab, 'saved')
      await flush(tab)
      await tab.reload()
    }
    await comes('payment_return failed')
    expect(words()).toEqual(['add_to_cart 1 cap', 'begin_checkout 1 cap', ...(isHeard ? ['payment_redirect'] : []), 'payment_return failed', 'view_cart 1 cap', 'view_cart 1 cap'])
  })
})
