import { describe, expect, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { holds, holdsNoGap, useShop } from '../harness/shop-page.js'

const card = `<article data-rihla="view_item" data-rihla-item_id="cap" data-rihla-price="16.5" data-rihla-currency="EUR">
  <a id="wish" href="/wishes" data-rihla="add_to_wishlist">Later</a>
  <form id="buy" method="post" action="/cart" data-rihla="add_to_cart" data-rihla-quantity="2">
    <input name="id" value="41"><input name="attributes" value="x"><input name="name" value="Mina Rad"><button id="add">Add</button>
  </form>
</article>`

describe.each(engines)('what the markup says, in $name', (engine) => {
  const shop = useShop(engine)
  const said = () =>
    shop.collector
      .stored()
      .filter(({ source }) => source === 'attributes')
      .map(({ name, props }) => [name, props])
  const items = [{ item_id: 'cap', price: 16.5 }]

  it('arrives when a link or a form leaves the page, also from a form whose fields hide its members', async () => {
    shop.add('/wishes')
    shop.add('/cart')
    const tab = await shop.visit('/', { body: card })
    await tab.click('#wish')
    await tab.until("location.pathname === '/wishes'")
    await tab.goto(shop.pages.url('/'))
    await tab.until('window.rihla?.version')
    await tab.click('#add')
    await tab.until("location.pathname === '/cart'")
    await holds(shop.collector, ['add_to_wishlist', 'add_to_cart'])
    await shop.collector.until(() => said().length === 4)
    expect(said().sort()).toEqual([
      ['add_to_cart', { currency: 'EUR', items: [{ ...items[0], quantity: 2 }], cart_id: expect.any(String), cart_version: 1 }],
      ['add_to_wishlist', { currency: 'EUR', items }],
      ['view_item', { currency: 'EUR', items }],
      ['view_item', { currency: 'EUR', items }],
    ])
    await holdsNoGap(shop.collector)
    expect(shop.collector.requests.map(({ text }) => text).join()).not.toContain('Mina')
  })

  it('is left out where the shop pushes the same, or tells it by hand', async () => {
    const tab = await shop.visit('/', {
      before: "var dataLayer = [{ event: 'view_item', ecommerce: { items: [{ item_id: 'cap' }] } }]; function add() { dataLayer.push({ event: 'add_to_cart', ecommerce: { value: 33 } }) }",
      body: `<button id="pushed" data-rihla="add_to_cart">Add</button><button id="told" data-rihla="add_to_wishlist">Later</button><button id="only" data-rihla="share">Share</button>`,
    })
    await tab.eval("document.querySelector('#pushed').addEventListener('click', () => setTimeout(add, 200)), document.querySelector('#told').addEventListener('click', () => rihla('track', 'add_to_wishlist')), 0")
    await tab.click('#pushed')
    await tab.click('#told')
    await tab.click('#only')
    await holds(shop.collector, ['view_item', 'add_to_cart', 'add_to_wishlist', 'share'])
    await tab.eval("new Promise((done) => setTimeout(done, 1200)).then(() => rihla('flush'))")
    const told = shop.collector.stored().filter(({ name }) => !/^(click|page_view|page_leave|stage_change|dead_click)$/.test(name))
    expect(told.map(({ name, source }) => `${name} by ${source ?? 'api'}`).sort()).toEqual(['add_to_cart by data-layer', 'add_to_wishlist by api', 'share by attributes', 'view_item by data-layer'])
  })
})
