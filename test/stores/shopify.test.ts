import { afterEach, describe, expect, test } from 'vitest'
import { shopify } from '../../src/stores/shopify.js'
import { storeContract, type StorePage } from '../../src/testing/testing.js'
import { openPage, shopAnswers } from './pages.js'

const shop = { shop: 'caps.myshopify.com', currency: { active: 'GBP', rate: '1.0' }, routes: { root: '/' } }
const page = (path: string, kind: string | undefined, html = '', more: Partial<StorePage> = {}): StorePage => ({
  html: `<!doctype html><html lang="en"><head><script src="//cdn.shopify.com/s/trekkie.storefront.min.js"></script></head><body class="gradient">${html}</body></html>`,
  path,
  globals: { Shopify: shop, ShopifyAnalytics: { meta: { currency: 'GBP', page: { pageType: kind } } } },
  ...(kind && { kind }),
  ...more,
})

const variants = [
  { id: 501, price: 1600, name: 'Fez - Red / M', public_title: 'Red / M', sku: 'FEZ-R-M' },
  { id: 502, price: 2050, name: 'Fez - Blue / L', public_title: 'Blue / L', sku: 'FEZ-B-L' },
]
const meta = { currency: 'GBP', product: { id: 90, gid: 'gid://shopify/Product/90', vendor: 'Finjan', type: 'Hats', variants }, page: { pageType: 'product', resourceId: 90 } }
const analytics = { Shopify: shop, ShopifyAnalytics: { meta } }
const selected = { id: 502, title: 'Blue / L', public_title: 'Blue / L', name: 'Fez - Blue / L', price: 2050, sku: 'FEZ-B-L', compare_at_price: null }
const og = '<meta property="og:type" content="product"><meta property="og:title" content="Fez"><meta property="og:price:amount" content="20,50"><meta property="og:price:currency" content="GBP">'
/** Two forms per page, each with a field called `id`: `form.id` is then no text. */
const forms = (id: number) => ['installment', 'product-form'].map((name) => `<form action="/cart/add" method="post" id="${name}-template"><input type="hidden" name="id" value="${id}"><input type="hidden" name="name" value="x"><input name="properties[Engraving]"><input type="number" name="quantity" value="1"><button name="add">Add to cart</button></form>`).join('')
const dawn = page('/products/fez', 'product', `${og}<product-info data-product-id="90">${forms(502)}<script type="application/json" data-selected-variant>${JSON.stringify(selected)}</script></product-info>`, { globals: analytics, item: '502' })
const cartPage = page('/cart', 'cart', '<form action="/cart" method="post" id="cart"><input name="updates[]" type="number" value="2"><textarea name="note"></textarea></form><button name="checkout" form="cart">Check out</button><input name="id">')

const answer = {
  token: 'c1',
  note: 'Ring twice, Mina Harker',
  attributes: { 'Gift message': 'Happy birthday Jonathan' },
  item_count: 3,
  currency: 'JPY',
  items: [
    { id: 502, variant_id: 502, product_id: 90, product_title: 'Fez', title: 'Fez - Blue / L', variant_title: 'Blue / L', vendor: 'Finjan', product_type: 'Hats', sku: 'FEZ-B-L', quantity: 2, price: 205000, original_price: 205000, final_price: 200000, properties: { Engraving: 'For my Lucy' } },
    { id: 601, variant_id: 601, product_id: 91, product_title: 'Cap', title: 'Cap', variant_title: null, vendor: 'Finjan', product_type: '', sku: null, quantity: 1, price: 180000, properties: null },
  ],
  cart_level_discount_applications: [{ type: 'automatic', title: 'Summer sale' }, { type: 'discount_code', title: 'WELCOME10' }],
  discount_codes: [{ code: 'WELCOME10', applicable: true }, { code: 'EXPIRED', applicable: false }],
}

const changesCart = true
const beginsCheckout = true
describe('the contract', () => {
  const checks = storeContract(shopify, {
    pages: [page('/', 'home'), page('/collections/hats', 'list'), dawn, page('/collections/hats/products/fez?variant=501', 'product', og + forms(501), { globals: analytics, item: '501' }), page('/search?q=fez', 'search'), cartPage, page('/account/login', 'account')],
    cart: { answer, items: ['502', '601'] },
    personal: ['Mina Harker', 'Happy birthday Jonathan', 'For my Lucy', 'Ring twice'],
    requests: [
      ...['/cart/add', '/cart/add.js', '/cart/change', '/cart/change.js', '/cart/update.js', '/cart/clear.js', '/en-gb/cart/add.js', '/de/cart/change'].map((url) => ({ method: 'POST', url, changesCart })),
      ...['/cart/add?id=502', '/cart/change?line=1&quantity=0', '/discount/WELCOME10', '/fr-ca/discount/WELCOME10?redirect=/cart'].map((url) => ({ url, changesCart })),
      { url: '/cart/502:2,601:1?discount=WELCOME10', changesCart, beginsCheckout },
      ...['/cart', '/cart.js', '/cart?view=drawer', '/products/fez?variant=502', '/products/fez?option_values=1&section_id=main', '/recommendations/products?product_id=90', '/blogs/news/checkout', '/collections/checkout'].map((url) => ({ url })),
      { method: 'POST', url: 'https://monorail-edge.shopifysvc.com/v1/produce' },
      ...['/checkout', '/de/checkout', '/checkouts/cn/Z2NwLWV1cm9wZQ?skip_shop_pay=true', 'https://shop.app/checkout/123/cn/abc/shoppay'].map((url) => ({ url, beginsCheckout })),
      { method: 'POST', url: '/cart', from: cartPage, button: 'update', changesCart },
      { method: 'POST', url: '/cart', from: cartPage, button: 'checkout', changesCart, beginsCheckout },
      { method: 'POST', url: '/en-gb/cart', from: cartPage, button: 'checkout', changesCart, beginsCheckout },
      { method: 'POST', url: '/cart/add', from: dawn, button: 'checkout', changesCart },
    ],
  })
  test.each(checks)('$name', ({ run }) => run())
})

const undo: (() => void)[] = []
afterEach(() => undo.splice(0).reverse().forEach((each) => each()))
const on = (shown: StorePage) => {
  undo.push(openPage(shown))
  return shopify()
}

describe('a page is one of Shopify', () => {
  test.each([
    ['by its global', { html: '', globals: { Shopify: { shop: 'caps.myshopify.com' } } }],
    ['by a script of its network', { html: '<script src="https://cdn.shopify.com/shopifycloud/storefront/assets/x.js"></script>' }],
  ])('%s', (_, shown) => {
    expect(on(shown).isHere()).toBe(true)
  })

  test.each([
    ['pictures', '<img src="https://cdn.shopify.com/s/files/1/cap.png">'],
    ['the scripts of a shop with pages of its own', '<script src="https://cdn.shopify.com/oxygen-v2/1/entry.js"></script>'],
    ['a global of that name', '<script id="Shopify"></script>'],
  ])('not by %s', (_, html) => {
    expect(on({ html }).isHere()).toBe(false)
  })
})

describe('the kind of page', () => {
  test.each([['/de', 'home'], ['/en-gb/', 'home'], ['/en-gb/collections/all', 'list'], ['/collections', 'list'], ['/fr/products/fez', 'product'], ['/de/search', 'search'], ['/en-gb/cart', 'cart'], ['/checkouts/cn/abc', 'checkout'], ['/pages/about', undefined], ['/blogs/news', undefined]])('is in the path, in each market: %s', (path, kind) => {
    expect(on(page(path, kind)).kind()).toBe(kind)
  })
})

describe('the product', () => {
  const blue = { item_id: '502', item_name: 'Fez', item_brand: 'Finjan', item_category: 'Hats', item_variant: 'Blue / L', price: 20.5, sku: 'FEZ-B-L', product_id: '90' }
  const red = { ...blue, item_id: '501', item_variant: 'Red / M', price: 16, sku: 'FEZ-R-M' }

  test("is the variant that Dawn's markup has chosen", () => {
    expect(on(dawn).product()).toEqual({ currency: 'GBP', items: [blue] })
  })

  test('is the variant of the address, which changes first', () => {
    expect(on({ ...dawn, path: '/products/fez?variant=501' }).product()?.items).toEqual([red])
  })

  test('is what the form would send, in themes that tell no more', () => {
    expect(on({ ...dawn, html: forms(502) }).product()?.items).toEqual([blue])
  })

  test('is the first variant where nothing is chosen, or something that is not there', () => {
    expect([on({ ...dawn, html: '' }).product()?.items, on({ ...dawn, html: '', path: '/products/fez?variant=7' }).product()?.items]).toEqual([[red], [red]])
  })

  test('is named by OpenGraph, with the price as it is written, where Shopify tells the scripts nothing', () => {
    expect(on({ ...dawn, html: og + forms(502), globals: { Shopify: { shop: 'caps.myshopify.com' } } }).product()).toEqual({ currency: 'GBP', items: [{ item_id: '502', item_name: 'Fez', price: '20,50' }] })
  })

  test('has its whole name where there is but one variant', () => {
    const one = { product: { id: 91, vendor: 'Finjan', type: '', variants: [{ id: 601, price: 0, name: 'Cap - Classic', public_title: null, sku: '' }] } }
    expect(on(page('/products/cap', 'product', '', { globals: { Shopify: shop, ShopifyAnalytics: { meta: one } } })).product()).toMatchObject({ currency: 'GBP', items: [{ item_id: '601', item_name: 'Cap - Classic', price: 0 }] })
  })

  test('that cannot be had says so, where the theme says it of the one that is chosen', () => {
    const chosen = (available: boolean) => on({ ...dawn, html: `<script type="application/json" data-selected-variant>${JSON.stringify({ ...selected, available })}</script>` }).product()!.items[0]!.availability
    expect([chosen(false), chosen(true)]).toEqual(['out_of_stock', undefined])
  })

  test('is none on other pages', () => {
    expect([on({ ...dawn, path: '/collections/hats' }).product(), on(page('/products/gone', 'product')).product()]).toEqual([undefined, undefined])
  })
})

describe('the cart', () => {
  test('has its lines by variant, in hundredths also of a currency without any, and the code that applies', async () => {
    const store = on(cartPage)
    undo.push(shopAnswers(answer))
    expect(await store.readCart()).toEqual({
      items: [
        { item_id: '502', item_name: 'Fez', item_brand: 'Finjan', item_category: 'Hats', item_variant: 'Blue / L', price: 200000, quantity: 2, sku: 'FEZ-B-L', product_id: '90' },
        { item_id: '601', item_name: 'Cap', item_brand: 'Finjan', item_category: '', item_variant: null, price: 180000, quantity: 1, sku: null, product_id: '91' },
      ],
      currency: 'JPY',
      coupon: 'WELCOME10',
      minorUnits: 2,
    })
  })

  test('is read from the root of the market', async () => {
    const asked: unknown[][] = []
    const store = on({ ...cartPage, globals: { Shopify: { ...shop, routes: { root: '/en-gb/' } } } })
    undo.push(shopAnswers({ items: [], currency: 'GBP' }, (...call) => asked.push(call)))
    expect(await store.readCart()).toEqual({ items: [], currency: 'GBP', minorUnits: 2 })
    expect(asked).toEqual([['/en-gb/cart.js']])
  })

  test('says the status when it cannot be read', async () => {
    const store = on(cartPage)
    undo.push(shopAnswers('<title>Password</title>'))
    await expect(store.readCart()).rejects.toThrow("Shopify's cart.js must answer with a cart, got status 200")
  })
})

describe("the cart's form", () => {
  const send = { method: 'POST', url: new URL('/cart', location.href) }

  test('begins the checkout when its button has the focus, where the button is not told', () => {
    const store = on(cartPage)
    const button = document.querySelector<HTMLElement>('[name=checkout]')!
    expect(store.beginsCheckout!(send)).toBe(false)
    button.focus()
    expect([store.beginsCheckout!(send), store.beginsCheckout!({ ...send, button: 'update' }), store.beginsCheckout!({ ...send, method: 'GET' })]).toEqual([true, false, false])
  })
})

describe('the one id of an item', () => {
  test('is that of the variant, also in the words of Google and of the APIs', () => {
    const { itemId } = on(page('/', 'home'))
    expect(['502', 502 as unknown as string, 'shopify_GB_90_502', 'gid://shopify/ProductVariant/502'].map((item_id) => itemId!({ item_id }))).toEqual(['502', '502', '502', '502'])
  })

  test('is the variant that is chosen for the product on the page', () => {
    const { itemId } = on(dawn)
    expect([itemId!({ item_id: '90' }), itemId!({ item_id: 'gid://shopify/Product/90' })]).toEqual(['502', '502'])
  })

  test('is found for the sku of each variant on the page', () => {
    const { itemId } = on(dawn)
    expect([itemId!({ item_id: 'FEZ-R-M' }), itemId!({ item_id: 'FEZ-B-L' })]).toEqual(['501', '502'])
  })

  test('is found in the cart as it was last read', async () => {
    const store = on(cartPage)
    undo.push(shopAnswers(answer))
    await store.readCart()
    expect([store.itemId!({ item_id: 'FEZ-B-L' }), store.itemId!({ item_id: '91' })]).toEqual(['502', '601'])
  })

  test('is not known for anything else', () => {
    const { itemId } = on({ ...dawn, globals: { Shopify: shop, ShopifyAnalytics: { meta: { product: { variants: [{ id: 1 }] } } } } })
    expect(['NOPE', 'CAP_RED_1', undefined].map((item_id) => itemId!(item_id ? { item_id } : {}))).toEqual([undefined, undefined, undefined])
  })
})
