import { describe, expect, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { holds, isRunning, useShop } from '../harness/shop-page.js'
import { php, runPlugin, type WordPress } from '../harness/wordpress.js'

// WordPress itself is not here: the plugin runs in PHP with what it uses of it, by its documentation.

const settings = { endpoint: 'https://collector.example/collect', site: 'my-shop', consent: 'granted', identify: 1 }
const order = {
  order_number: 'T-1042', currency: 'EUR', total: '44.90', total_tax: 7.17, shipping_total: '4.90', coupon_codes: ['spring'],
  items: [{ sku: 'FJ-301', product_id: 7, variation_id: 9, name: 'Cups </script><b>', quantity: 2, total: 33.61, total_tax: 6.39 }, { product_id: 8, variation_id: 0, name: 'Tea', quantity: 0, total: 0, total_tax: 0 }],
}

describe.runIf(php)('the plugin for WordPress', () => {
  it('prints the tag with what is set, before it the stub, and touches no other script', () => {
    const { head } = runPlugin({ settings: { ...settings, site: 'a"b' }, user: 5, staff: true })
    expect(head).toContain('<script data-endpoint="https://collector.example/collect" data-site="a&quot;b" data-consent="granted" data-store="woocommerce" data-staff="true" src="/rihla.js?ver=0.1.0"')
    expect(head.match(/data-endpoint/g)).toHaveLength(1)
    expect(head).toContain('<script src="/other.js"></script>')
  })

  it('prints nothing until there is a collector', () => {
    const { head, thankyou } = runPlugin({ order })
    expect([head, thankyou]).toEqual(['<script src="/other.js"></script>', ''])
  })

  it('tells no order that has failed, and nobody who is not to be told', () => {
    expect(runPlugin({ settings, order: { ...order, status: 'failed' } }).thankyou).toBe('')
    expect(runPlugin({ settings: { ...settings, identify: 0 }, user: 5 }).head).not.toContain('identify")')
  })

  it('keeps of its form what is right', () => {
    const kept = (given: unknown) => runPlugin({ given }).sanitized
    expect(kept({ endpoint: ' https://c.example/t ', site: 'shop 1!', consent: 'granted', identify: '1' })).toEqual({ endpoint: 'https://c.example/t', site: 'shop1', consent: 'granted', identify: 1 })
    expect(kept({ endpoint: 'javascript:alert(1)', site: '<>', consent: 'maybe' })).toEqual({ endpoint: '', site: 'my-shop', consent: 'pending', identify: 0 })
    expect(kept(null)).toEqual({ endpoint: '', site: 'my-shop', consent: 'pending', identify: 0 })
  })

  it('has a page of settings for who may manage them, with what is set', () => {
    const made = runPlugin({ settings: { ...settings, endpoint: 'https://c.example/"><script>' } })
    expect([made.for, made.page.includes('value="https://c.example/&quot;&gt;&lt;script&gt;"'), made.page.includes('<option selected>granted</option>')]).toEqual(['manage_options', true, true])
  })

  describe.each(engines)('in $name', (engine) => {
    const shop = useShop(engine)
    const visit = async (state: WordPress, head = '') => {
      const { head: printed, thankyou } = runPlugin({ ...state, settings: { ...settings, endpoint: shop.collector.url, ...state.settings } })
      const url = shop.add('/checkout/order-received/1042/', { tag: null, head: head + printed.replace('data-store', 'data-batch-after="200" data-store'), body: `<p>Thank you</p>${thankyou}` })
      const tab = await shop.newTab()
      await tab.goto(url)
      await isRunning(tab)
      return tab
    }

    it('an order arrives whole, by whom it is, and no name of an item breaks the page', async () => {
      const tab = await visit({ user: 5, staff: true, order })
      await holds(shop.collector, ['page_view', 'identify', 'purchase'])
      const purchases = shop.collector.stored().filter(({ name }) => name === 'purchase')
      expect(purchases.map(({ props }) => props)).toEqual([
        expect.objectContaining({ transaction_id: 'T-1042', currency: 'EUR', value: 44.9, tax: 7.17, shipping: 4.9, coupon: 'spring', items: [{ item_id: '9', sku: 'FJ-301', item_name: 'Cups </script><b>', price: 20, quantity: 2 }, { item_id: '8', item_name: 'Tea', price: 0, quantity: 1 }] }),
      ])
      const pages = Object.values(shop.collector.requests.at(-1)!.batch!.pages)
      expect(pages.at(-1)).toMatchObject({ user: 'customer-5', marks: expect.arrayContaining(['staff']) })
      expect(await tab.eval("document.querySelector('b')")).toBe(null)
    })

    it('what a plugin for consent says is heard: nothing before, everything after', async () => {
      const api = "<script>let has = false; window.wp_consent_type = 'optin'; window.wp_has_consent = () => has; window.agree = () => { has = true; document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change', { detail: { statistics: 'allow' } })) }</script>"
      const tab = await visit({ settings: { consent: 'pending' } }, api)
      await tab.eval("rihla('track', 'before'), 0")
      expect(await tab.eval("rihla('flush')")).toBe(false)
      expect(shop.collector.requests).toEqual([])
      await tab.eval('agree(), 0')
      await holds(shop.collector, ['page_view', 'before'])
    })
  })
})
