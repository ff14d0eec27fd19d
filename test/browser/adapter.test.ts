import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { holds, track, useShop } from '../harness/shop-page.js'

/** What WooCommerce leaves in the head of its pages. */
const woo = '<meta name="generator" content="WooCommerce 10.3.0">'
const added = 'script[src$="/rihla.woocommerce.js"]'

describe.each(engines)('the adapter of a shop system, in $name', (engine) => {
  const shop = useShop(engine)
  const sources = () => shop.collector.stored().filter(({ name }) => name === 'view_cart').map(({ source, on }) => `${source} ${on?.kind}`)

  it('is found by what the page shows, and loaded beside the script', async () => {
    await shop.visit('/cart/', { head: woo })
    await holds(shop.collector, ['page_view', 'view_cart'])
    expect(sources()).toEqual(['woocommerce cart'])
  })

  it('is loaded where the policy of the page knows the script by its nonce only', async () => {
    const policy = `default-src 'none'; script-src 'nonce-n1'; connect-src 'self' ${shop.collector.origin}; base-uri 'none'`
    await shop.visit('/cart/', { head: woo, nonce: 'n1', headers: { 'content-security-policy': policy } })
    await holds(shop.collector, ['page_view', 'view_cart'])
    expect(sources()).toEqual(['woocommerce cart'])
  })

  it('comes from where the script comes from, and is checked where the script is', async () => {
    const integrity = readFileSync(join(inject('dist'), 'rihla.js.integrity'), 'utf8').trim()
    const tab = await shop.visit('/cart/', { head: woo, tag: { src: `${shop.pages.otherOrigin}/rihla.js`, integrity, crossorigin: 'anonymous' } })
    await holds(shop.collector, ['page_view', 'view_cart'])
    const pinned = await tab.eval((selector: string) => document.querySelector<HTMLScriptElement>(selector)!.integrity, added)
    expect(pinned).toBe(readFileSync(join(inject('dist'), 'rihla.woocommerce.js.integrity'), 'utf8').trim())
  })

  it('is not loaded where the tag says none, nor on a page without marks', async () => {
    const tab = await shop.visit('/cart/', { head: woo, tag: { store: 'none' } })
    await track(tab, 'view_cart')
    await holds(shop.collector, ['page_view', 'view_cart'])
    expect([sources(), await tab.eval((selector: string) => document.querySelectorAll(selector).length, added)]).toEqual([['undefined undefined'], 0])
  })

  it('that does not exist is told to the developer, and the shop\'s other voices are heard', async () => {
    const before = 'window.warnings = []; console.warn = (...said) => warnings.push(said.join(" ")); dataLayer = [{ event: "add_to_cart", ecommerce: { items: [{ item_id: "cap" }] } }]'
    const tab = await shop.visit('/', { before, tag: { store: 'shopware' } })
    await holds(shop.collector, ['page_view', 'add_to_cart'])
    expect(await tab.eval<string[]>('warnings')).toEqual([expect.stringContaining('store must be woocommerce, shopify or none, got "shopware"')])
  })
})
