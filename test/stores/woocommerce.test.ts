import { afterEach, describe, expect, test } from 'vitest'
import { woocommerce } from '../../src/stores/woocommerce.js'
import { storeContract, type StorePage } from '../../src/testing/testing.js'
import { toMoney } from '../../src/commerce/money.js'
import { cookies, openPage, shopAnswers } from './pages.js'

const page = (body: string, html: string, more: Partial<StorePage> = {}): StorePage => ({ html: `<!doctype html><html lang="de"><head><meta name="generator" content="WooCommerce 10.3.4"></head><body class="${body} woocommerce-js">${html}</body></html>`, ...more })
const ld = (...graph: object[]) => `<script type="application/ld+json">${JSON.stringify({ '@context': 'https://schema.org/', '@graph': graph })}</script>`
const crumbs = { '@type': 'BreadcrumbList', itemListElement: [] }

const simple = { '@type': 'Product', '@id': 'http://localhost/product/cap/#product', name: 'Salt &amp; Pepper Cap', sku: 'CAP-1', offers: [{ '@type': 'Offer', priceSpecification: [{ '@type': 'UnitPriceSpecification', price: '18.00', priceCurrency: 'EUR' }] }] }
const variable = { '@type': 'Product', name: 'Fez', sku: 'FEZ', offers: [{ '@type': 'AggregateOffer', lowPrice: '16.00', highPrice: '20.00', priceCurrency: 'EUR' }] }
const choices = [
  { variation_id: 21, display_price: 16, sku: 'FEZ-RED', attributes: { attribute_pa_color: 'red' } },
  { variation_id: 22, display_price: 20, sku: 'FEZ', attributes: { attribute_pa_color: 'blue' } },
]
const asAttribute = (value: unknown) => JSON.stringify(value).replaceAll('"', '&quot;')
const variations = (id: string, given: unknown = choices) => `<form class="variations_form cart" method="post" data-product_id="20" data-product_variations="${asAttribute(given)}"><select name="attribute_pa_color"><option value="">Farbe</option><option value="red">Rot</option><option value="blue">Blau</option></select><input type="number" name="quantity" value="1"><button>In den Warenkorb</button><input type="hidden" name="add-to-cart" value="20"><input type="hidden" name="product_id" value="20"><input type="hidden" name="variation_id" value="${id}"></form>`

const capPage = page('product-template-default single single-product postid-13 woocommerce woocommerce-page', `${ld(crumbs, simple)}<h1 class="product_title">Salt &amp; Pepper Cap</h1><form class="cart" action="/product/cap/" method="post"><input name="id"><input type="number" name="quantity" value="1"><button name="add-to-cart" value="13">In den Warenkorb</button></form>`, { path: '/produkt/cap/', kind: 'product', item: '13' })
const fezPage = (id: string, given?: unknown) => page('single-product postid-20 woocommerce woocommerce-page', ld(crumbs, variable) + variations(id, given), { path: '/produkt/fez/', kind: 'product', item: +id ? id : '20' })
const listPage = page('archive tax-product_cat term-kappen woocommerce woocommerce-page', '<a class="button add_to_cart_button" data-product_id="13" data-product_sku="CAP-1" data-quantity="1" href="?add-to-cart=13">Kaufen</a>', { path: '/product-category/kappen/', kind: 'list' })
const cartPage = page('page woocommerce-cart woocommerce-page', '<form class="woocommerce-cart-form" action="/warenkorb/" method="post"><input name="cart[ab][qty]" type="number" value="2"></form>', { path: '/warenkorb/', kind: 'cart', cookie: 'woocommerce_items_in_cart=1' })

const buyer = ['Mina', 'Harker', 'mina@shop.example', 'Lindenweg 3', '+49 30 1234567']
const address = { first_name: 'Mina', last_name: 'Harker', address_1: 'Lindenweg 3', phone: '+49 30 1234567', email: 'mina@shop.example' }
const money = { currency_code: 'EUR', currency_minor_unit: 2 }
const answer = {
  items: [
    { key: 'ab', id: 13, name: 'Salt &amp; Pepper Cap', sku: 'CAP-1', quantity: 2, prices: { price: '1800', ...money }, variation: [] },
    { key: 'cd', id: 22, name: 'Fez', sku: '', quantity: 1, prices: { price: '2000', ...money }, variation: [{ attribute: 'Farbe', value: 'Blau' }, { attribute: 'Größe', value: 'L' }] },
  ],
  coupons: [{ code: 'welcome10' }],
  billing_address: address,
  shipping_address: address,
  totals: { total_price: '5600', ...money },
}

const classicOrder = page('page woocommerce-checkout woocommerce-page woocommerce-order-received', '<ul class="woocommerce-order-overview"><li class="woocommerce-order-overview__order order">Nummer: <strong>77</strong></li><li class="woocommerce-order-overview__email email">E-Mail: <strong>mina@shop.example</strong></li><li class="woocommerce-order-overview__total total">Gesamt: <strong><span class="woocommerce-Price-amount amount"><bdi>18,00&nbsp;<span class="woocommerce-Price-currencySymbol">&euro;</span></bdi></span></strong></li></ul><address>Mina Harker<br>Lindenweg 3</address>', { path: '/kasse/bestellung-erhalten/77/?key=wc_order_Ab12', kind: 'thank_you', order: '77' })
const blocksOrder = page('woocommerce-checkout woocommerce-page woocommerce-order-received', '<ul class="wc-block-order-confirmation-summary-list">' + ['77', '22. November 2026', '<span class="woocommerce-Price-amount amount"><bdi>1.234,50&nbsp;<span class="woocommerce-Price-currencySymbol">&euro;</span></bdi></span>', 'mina@shop.example'].map((value) => `<li class="wc-block-order-confirmation-summary-list-item"><span class="wc-block-order-confirmation-summary-list-item__value">${value}</span></li>`).join('') + '</ul>', { path: '/checkout/order-received/77/?key=wc_order_Ab12&utm_nooverride=1', kind: 'thank_you', order: '77' })
const checkoutPage = page('woocommerce-checkout woocommerce-page', '<form class="checkout" name="checkout"><input name="billing_first_name"><input name="billing_email" value="mina@shop.example"></form><ul class="woocommerce-error"><li data-id="billing_email">mina@shop.example ist ungültig</li></ul>', { path: '/kasse/', kind: 'checkout' })
const refusedPage = page('page woocommerce-cart woocommerce-page', '<ul class="woocommerce-error" role="alert"><li>Gutschein „X“ existiert nicht!</li></ul>', { path: '/warenkorb/', kind: 'cart' })
const homePage = page('home page theme-storefront', '', { kind: 'home' })

const rest = '/wp-json/wc/store/v1'
const adds = { method: 'POST', changesCart: true } as const
describe('the contract', () => {
  const checks = storeContract(woocommerce, {
    pages: [listPage, capPage, fezPage(''), fezPage('21'), cartPage, checkoutPage, classicOrder, blocksOrder, homePage],
    cart: { answer, from: cartPage, items: ['13', '22'] },
    personal: buyer,
    requests: [
      ...['add_to_cart', 'remove_from_cart', 'apply_coupon', 'remove_coupon'].map((name) => ({ ...adds, url: `/?wc-ajax=${name}` })),
      ...['update_order_review', 'get_refreshed_fragments', 'get_variation', 'update_shipping_method'].map((name) => ({ method: 'POST', url: `/?wc-ajax=${name}` })),
      { method: 'POST', url: '/?wc-ajax=checkout', placesOrder: true },
      { ...adds, url: '/?wc-ajax=apply_coupon', from: refusedPage, status: 200, refusesCoupon: true },
      { ...adds, url: '/?wc-ajax=remove_coupon', from: refusedPage, status: 200 },
      { ...adds, url: `${rest}/cart/apply-coupon`, status: 400, refusesCoupon: true },
      { ...adds, url: `${rest}/cart/apply-coupon`, status: 200 },
      ...['/cart/add-item', '/cart/update-item', '/cart/remove-item', '/cart/apply-coupon', '/batch?_locale=user'].map((path) => ({ ...adds, url: rest + path })),
      ...['/cart/update-customer', '/cart/select-shipping-rate'].map((path) => ({ method: 'POST', url: rest + path })),
      { method: 'POST', url: `${rest}/checkout?_locale=user`, placesOrder: true },
      { method: 'PUT', url: `${rest}/checkout?__experimental_calc_totals=true` },
      { method: 'DELETE', url: `${rest}/cart/items/ab`, changesCart: true },
      ...['/cart', '/cart/items', '/products?search=cart'].map((path) => ({ url: rest + path })),
      { ...adds, url: '/?rest_route=%2Fwc%2Fstore%2Fv1%2Fcart%2Fadd-item' },
      { ...adds, url: '/shop/index.php?rest_route=/wc/store/v1/batch&q=100%' },
      { method: 'POST', url: '/?rest_route=/wc/store/v1/checkout', placesOrder: true },
      { ...adds, url: '/warenkorb/', from: cartPage },
      { ...adds, url: '/cart/' },
      { url: '/warenkorb/', from: cartPage },
      { ...adds, url: '/produkt/cap/', from: capPage },
      { url: '/produkt/cap/', from: capPage },
      { method: 'POST', url: '/wp-comments-post.php', from: capPage },
      ...['?add-to-cart=13', '/warenkorb/?remove_item=ab&_wnonce=1', '/warenkorb/?undo_item=ab', '/warenkorb/?removed_item=1'].map((url) => ({ url, changesCart: true })),
      { method: 'POST', url: '/kasse/', from: checkoutPage },
    ],
  })
  test.each(checks)('$name', ({ run }) => run())
})

const undo: (() => void)[] = []
afterEach(() => undo.splice(0).reverse().forEach((each) => each()))
const on = (shown: StorePage) => {
  undo.push(openPage(shown))
  return woocommerce()
}

describe('a page is one of WooCommerce', () => {
  test.each([
    ['by the generator', '<head><meta name="generator" content="WooCommerce 10.3.4"></head><body class="home theme-storefront">'],
    ['by its body before its scripts ran', '<body class="blog theme-storefront woocommerce-no-js">'],
    ['by a script of the plugin', '<body class="home"><script src="/sub/wp-content/plugins/woocommerce/assets/js/x.min.js?ver=1"></script>'],
    ['by a stylesheet of the plugin', '<head><link rel="preload" href="https://shop.example/wp-content/plugins/woocommerce/assets/css/woocommerce.css"></head><body>'],
  ])('%s', (_, html) => {
    expect(on({ html }).isHere()).toBe(true)
  })

  test('not because it writes about WooCommerce', () => {
    expect(on({ html: '<body class="archive tag-woocommerce"><a href="https://wordpress.org/plugins/woocommerce/">WooCommerce</a>' }).isHere()).toBe(false)
  })
})

describe('the kind of page', () => {
  test.each([
    ['woocommerce-account woocommerce-page', '/mein-konto/', 'account'],
    ['search search-results post-type-archive-product woocommerce woocommerce-page woocommerce-shop archive', '/?s=cap&post_type=product', 'search'],
    ['search search-no-results', '/?s=zzz', 'search'],
    ['home archive post-type-archive-product woocommerce-shop woocommerce woocommerce-page', '/', 'home'],
    ['archive post-type-archive-product woocommerce-shop woocommerce woocommerce-page', '/laden/', 'list'],
    ['page woocommerce-checkout woocommerce-page woocommerce-order-received', '/?page_id=8&order-received=77&key=wc_order_x', 'thank_you'],
  ])('is in the body classes, in every language: %s', (body, path, kind) => {
    expect(on(page(body, '', { path })).kind()).toBe(kind)
  })

  test.each([
    ['/', 'home'], ['/shop/', 'list'], ['/product-category/caps/red/', 'list'], ['/product/cap/', 'product'], ['/cart/', 'cart'], ['/checkout/', 'checkout'],
    ['/checkout/order-received/77/?key=wc_order_x', 'thank_you'], ['/my-account/orders/', 'account'], ['/?s=cap&post_type=product', 'search'], ['/about-us/', undefined],
  ])('is in the address where a theme has no classes: %s', (path, kind) => {
    expect(on({ html: '<body></body>', path }).kind()).toBe(kind)
  })
})

describe('the product', () => {
  test('has the id of its post, its name as it is read, and the price of the specification', () => {
    expect(on(capPage).product()).toEqual({ currency: 'EUR', items: [{ item_id: '13', item_name: 'Salt & Pepper Cap', price: 18, sku: 'CAP-1' }] })
  })

  test('is the parent at its lowest price before something is chosen', () => {
    expect(on(fezPage('0')).product()).toEqual({ currency: 'EUR', items: [{ item_id: '20', item_name: 'Fez', price: 16, sku: 'FEZ' }] })
  })

  test('is the variation that is chosen, in the words of the lists', () => {
    const store = on(fezPage('22'))
    document.querySelector('select')!.value = 'blue'
    expect(store.product()).toEqual({ currency: 'EUR', items: [{ item_id: '22', item_name: 'Fez', item_variant: 'Blau', price: 20, sku: 'FEZ' }] })
  })

  test('has no price where the variations come later, one by one', () => {
    expect(on(fezPage('22', false)).product()?.items).toMatchObject([{ item_id: '22', price: undefined }])
  })

  test('is read from other JSON-LD, too: a list of nodes, an Offer that is no list, several types', () => {
    const html = `<h1>Cap</h1><script type="application/ld+json">[{"@type":"WebSite"},{"@type":["Product","Thing"],"name":"Cap","offers":{"price":5,"priceCurrency":"CHF"}}]</script>`
    expect(on(page('single-product postid-9', html)).product()).toEqual({ currency: 'CHF', items: [{ item_id: '9', item_name: 'Cap', price: 5 }] })
  })

  test('is the heading and the form where there is no JSON-LD', () => {
    expect(on({ html: '<body><h1> Cap </h1><form class="cart"><button name="add-to-cart" value="13">', path: '/product/cap/' }).product()?.items).toEqual([{ item_id: '13', item_name: 'Cap' }])
  })

  test('that cannot be had says so: a variation by the form, a simple one by its markup', () => {
    const soldOut = choices.map((each) => ({ ...each, is_in_stock: each.variation_id !== 21 }))
    const availabilityOf = (shown: StorePage) => (on(shown).product()!.items[0] as { availability?: string }).availability
    expect([fezPage('21', soldOut), fezPage('22', soldOut), fezPage('21')].map(availabilityOf)).toEqual(['out_of_stock', undefined, undefined])
    const gone = { ...simple, offers: [{ ...simple.offers[0], availability: 'https://schema.org/OutOfStock' }] }
    expect([page('single-product postid-13', ld(gone)), capPage].map(availabilityOf)).toEqual(['out_of_stock', undefined])
  })

  test('is none on other pages', () => {
    expect([listPage, cartPage].map((shown) => on(shown).product())).toEqual([undefined, undefined])
  })
})

describe('the cart', () => {
  test('has the ids, the names, the choice, and prices in minor units', async () => {
    const store = on(cartPage)
    undo.push(shopAnswers(answer))
    expect(await store.readCart()).toEqual({
      items: [
        { item_id: '13', item_name: 'Salt & Pepper Cap', price: 1800, quantity: 2, sku: 'CAP-1' },
        { item_id: '22', item_name: 'Fez', item_variant: 'Blau, L', price: 2000, quantity: 1, sku: '' },
      ],
      currency: 'EUR',
      coupon: 'welcome10',
      minorUnits: 2,
    })
  })

  test.each([
    ['/wp-json/wc/store/v1/cart', ''],
    ['/laden/wp-json/wc/store/v1/cart', 'http://localhost:3000/laden/wp-json/'],
    ['/?rest_route=/wc/store/v1/cart', 'http://localhost:3000/?rest_route=/'],
    ['/index.php?rest_route=/wc/store/v1/cart', 'https://www.localhost:3000/index.php?rest_route=/'],
  ])('is read from %s', async (address, root) => {
    const asked: unknown[][] = []
    const store = on({ ...cartPage, html: `<link rel="https://api.w.org/"${root && ` href="${root}"`}>` })
    undo.push(shopAnswers(answer, (...call) => asked.push(call)))
    await store.readCart()
    expect(asked).toEqual([[address]])
  })

  test('is empty without a request where the cookie is missing', async () => {
    const store = on({ ...cartPage, cookie: 'sbjs_session=1' })
    expect(await store.readCart()).toEqual({ items: [] })
  })

  test('is asked for where cookies cannot tell', async () => {
    const store = on({ ...cartPage, cookie: 'sbjs_session=1' })
    undo.push(cookies(false), shopAnswers({ items: [], totals: { ...money, currency_code: 'KWD', currency_minor_unit: 3 } }))
    expect(await store.readCart()).toEqual({ items: [], currency: 'KWD', minorUnits: 3 })
  })

  test('says the status when it cannot be read', async () => {
    const store = on(cartPage)
    undo.push(shopAnswers('Forbidden', () => {}, 403))
    await expect(store.readCart()).rejects.toThrow("WooCommerce's Store API must answer with a cart, got status 403")
  })
})

describe('the order', () => {
  test.each([['classic', classicOrder, 18], ['blocks', blocksOrder, 1234.5]])('has the id of the address and the total as it is shown: %s', (_, shown, value) => {
    const order = on(shown).order!()
    expect(order).toEqual({ transaction_id: '77', value: expect.any(String), currency: 'EUR' })
    expect(toMoney(order!.value)).toBe(value)
  })

  test('has the id of plain permalinks, and nothing that is not shown', () => {
    expect(on({ ...classicOrder, html: '<body class="woocommerce-order-received">', path: '/?page_id=8&order-received=77&key=wc_order_x' }).order!()).toEqual({ transaction_id: '77' })
  })

  test('guesses no currency from a symbol that many have', () => {
    expect(on({ ...classicOrder, html: classicOrder.html.replace('&euro;', '$') }).order!()).toMatchObject({ transaction_id: '77', currency: undefined })
  })

  test('has the currency that the settings of blocks name', () => {
    expect(on({ ...classicOrder, html: classicOrder.html.replace('&euro;', '$'), globals: { wcSettings: { currency: { code: 'CAD', symbol: '$' } } } }).order!()).toMatchObject({ currency: 'CAD' })
  })

  test.each(['woocommerce-thankyou-order-failed', 'wc-block-order-confirmation-status__actions'])('is none where the payment failed: %s', (name) => {
    expect(on({ ...classicOrder, html: `${classicOrder.html}<p class="${name}">` }).order!()).toBeUndefined()
  })

  test('is none on other pages, whatever numbers are in their addresses', () => {
    expect(on({ ...checkoutPage, path: '/kasse/order-pay/77/' }).order!()).toBeUndefined()
  })
})

describe('what the checkout finds fault with', () => {
  const faults = (html: string) => on(page('woocommerce-checkout', html)).checkoutErrors!()

  test('is a field, or the checkout itself, never a message', () => {
    expect(faults('<ul class="woocommerce-error" role="alert"><li data-id="billing_email"><strong>mina@shop.example</strong> ist ungültig</li><li>Karte abgelehnt</li></ul>')).toEqual([{ code: 'invalid', field: 'billing_email' }, { code: 'checkout' }])
  })

  test('is in blocks the field beside it, by name or id, and the banner', () => {
    const field = (attributes: string) => `<div class="wc-block-components-text-input has-error"><input ${attributes} value="Mina"><div class="wc-block-components-validation-error" role="alert"><p id="validate-error">Bitte</p></div></div>`
    expect(faults(`<input name="other">${field('id="billing-first_name"')}${field('id="x" name="email"')}<div class="wc-block-components-notice-banner is-error"><div>Karte abgelehnt</div></div>`)).toEqual([{ code: 'invalid', field: 'billing-first_name' }, { code: 'invalid', field: 'email' }, { code: 'checkout' }])
  })

  test('is in a block theme a list in a banner', () => {
    expect(faults('<div class="wc-block-components-notice-banner is-error"><ul><li data-id="billing_city">Bitte</li></ul></div>')).toEqual([{ code: 'invalid', field: 'billing_city' }])
  })

  test('is nothing while all is well', () => {
    expect(faults('<div class="wc-block-components-notice-banner is-success">Gutschein</div>')).toEqual([])
  })
})

describe('the one id of an item', () => {
  test('is a number as it is, with or without the sign of the Google plugin', () => {
    const { itemId } = on(listPage)
    expect([itemId!({ item_id: '13' }), itemId!({ item_id: '#13' }), itemId!({ item_id: 13 as unknown as string })]).toEqual(['13', '13', '13'])
  })

  test('is found for the sku of a button, of a product, of a variation', () => {
    expect([on(listPage).itemId!({ item_id: 'CAP-1' }), on(capPage).itemId!({ item_id: 'CAP-1' }), on(fezPage('')).itemId!({ item_id: 'FEZ-RED' })]).toEqual(['13', '13', '21'])
  })

  test('is the parent for a sku that variations share, until one is chosen', () => {
    expect([on(fezPage('')).itemId!({ item_id: 'FEZ' }), on(fezPage('22')).itemId!({ item_id: 'FEZ' })]).toEqual(['20', '22'])
  })

  test('is found in the cart as it was last read', async () => {
    const store = on(cartPage)
    expect(store.itemId!({ item_id: 'CAP-1' })).toBeUndefined()
    undo.push(shopAnswers(answer))
    await store.readCart()
    expect(store.itemId!({ item_id: 'CAP-1' })).toBe('13')
  })

  test('is not known for anything else', () => {
    expect([on(listPage).itemId!({ item_id: 'NOPE' }), on(capPage).itemId!({}), on(cartPage).itemId!({ item_name: 'Cap' })]).toEqual([undefined, undefined, undefined])
  })
})
