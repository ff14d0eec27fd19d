// @vitest-environment node
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStorefront } from '../../examples/storefront/server.js'

const endpoint = 'http://127.0.0.1:9/collect'
const languages = [['en', 'ltr'], ['ar', 'rtl'], ['fa', 'rtl']] as const
const address = { email: 'sara@example.com', name: 'Sara Ahmadi', street: 'Lindenweg 5', city: 'Berlin', postcode: '10115', country: 'DE', phone: '' }
const card = { card_name: 'Sara Ahmadi', card_number: '4242 4242 4242 4242', card_expiry: '12/40', card_cvc: '123' }

let shop: Awaited<ReturnType<typeof startStorefront>>

beforeAll(async () => {
  shop = await startStorefront({ port: 0, endpoint })
})

afterAll(() => shop.close())

/** A shopper with a cookie jar, who follows redirects by hand. */
const createShopper = () => {
  const jar = new Map<string, string>()
  const request = async (path: string, form?: Record<string, string>) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(shop.url + path, { redirect: 'manual', headers: { cookie }, ...(form && { method: 'POST', body: new URLSearchParams(form) }) })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return { status: answer.status, to: answer.headers.get('location') ?? '', headers: answer.headers, text: await answer.text() }
  }
  const follow = async (path: string, form?: Record<string, string>) => {
    let answer = await request(path, form)
    while (answer.to) {
      path = answer.to
      answer = await request(path)
    }
    return { ...answer, path }
  }
  return { jar, request, follow }
}

type Item = { item_id: string; price: number; quantity: number }
type Track = { name: string; props: { readonly [key: string]: unknown; readonly items: readonly Item[] } }

const pageData = (text: string): { events: Track[]; lists: Record<string, { readonly items: readonly Item[] }>; lines: Record<string, Item>; product?: Item } =>
  JSON.parse(/<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(text)?.[1] ?? '')

const names = (text: string) => pageData(text).events.map(({ name }) => name)

/** A shopper with two bags and a dallah, who has answered the first steps. */
const atPayment = async (lang = 'en') => {
  const shopper = createShopper()
  await shopper.follow(`/${lang}/cart/add`, { sku: 'FJ-101', variant: '250g', quantity: '2' })
  await shopper.follow(`/${lang}/cart/add`, { sku: 'FJ-401', variant: '600ml', quantity: '1' })
  await shopper.follow(`/${lang}/checkout`)
  await shopper.follow(`/${lang}/checkout/address`, address)
  await shopper.follow(`/${lang}/checkout/shipping`, { shipping: 'express' })
  return shopper
}

/** The first piece of every page, with what its shopper needs to see it. */
const everyPage = async (lang: string) => {
  const shopper = await atPayment(lang)
  const pages = ['', '/shop', '/shop/tea', '/shop?q=saffron', '/shop?sort=low', '/product/haraz-natural', '/cart', '/checkout/address', '/checkout/shipping', '/checkout/payment']
  const seen = []
  for (const page of pages) seen.push({ page, ...(await shopper.request(`/${lang}${page}`)) })
  await shopper.follow(`/${lang}/checkout/payment`, card)
  seen.push({ page: 'review', ...(await shopper.request(`/${lang}/checkout/review`)) })
  seen.push({ page: 'thank-you', ...(await shopper.follow(`/${lang}/checkout/review`, {})) })
  return seen
}

test.each(languages)('every page answers in %s, written %s', async (lang, dir) => {
  for (const { page, status, text } of await everyPage(lang)) {
    expect([page, status]).toEqual([page, 200])
    expect(text).toContain(`<html lang="${lang}" dir="${dir}">`)
    for (const [other] of languages) expect(text).toMatch(new RegExp(`<a href="/${other}[^"]*" lang="${other}"`))
  }
})

test('prices are written with the digits of the language', async () => {
  const { request } = createShopper()
  expect((await request('/en/product/haraz-natural')).text).toContain('€19.00')
  expect((await request('/ar/product/haraz-natural')).text).toContain('١٩٫٠٠')
  expect((await request('/fa/product/haraz-natural')).text).toContain('۱۹٫۰۰')
})

test('the choice of a language keeps the query: where a shopper comes from, and whether the panel is asked for', async () => {
  const { headers } = await fetch(`${shop.url}/?utm_source=newsletter&rihla-debug`, { redirect: 'manual', headers: { 'accept-language': 'fa' } })
  expect(headers.get('location')).toBe('/fa?utm_source=newsletter&rihla-debug')
})

test('the front door leads to the language that the browser prefers', async () => {
  const at = async (accept: string) => (await fetch(shop.url, { redirect: 'manual', headers: { 'accept-language': accept } })).headers.get('location')
  expect([await at('fa-IR,fa;q=0.9,en;q=0.8'), await at('ar'), await at('de-DE,de;q=0.9')]).toEqual(['/fa', '/ar', '/en'])
})

test('nothing in any page needs an inline script or style, and the policy forbids both', async () => {
  for (const lang of ['en', 'ar', 'fa']) {
    for (const { headers, text } of await everyPage(lang)) {
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'self'; connect-src 'self' http://127.0.0.1:9; script-src 'self'; style-src 'self'")
      expect(policy).not.toContain('unsafe')
      const scripts = [...text.matchAll(/<script\b([^>]*)>/g)].map(([, attributes = '']) => attributes)
      expect(scripts.filter((attributes) => !/ src="\/[^"]+"/.test(attributes))).toEqual([' type="application/json" id="page-data"'])
      expect(text).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i)
    }
  }
})

test('the tracker comes by its script tag, and waits for an answer about consent', async () => {
  const shopper = createShopper()
  const tag = `<script async src="/rihla.js" data-endpoint="${endpoint}" data-site="example-shop"`
  const head = async () => /<head>.*<\/head>/s.exec((await shopper.request('/en')).text)?.[0] ?? ''
  expect(await head()).toContain(`${tag}></script>\n<script defer src="/shop.js"></script>`)
  shopper.jar.set('consent', 'granted')
  expect(await head()).toContain(`${tag} data-consent="granted"></script>`)
  shopper.jar.set('consent', '"><script>')
  expect(await head()).toContain(`${tag}></script>`)
})

test('the script of the shop begins with the queue for calls before the tracker arrives', async () => {
  const { text, headers } = await createShopper().request('/shop.js')
  expect(text.split('\n')[0]).toBe("typeof rihla=='function'||(window.rihla=function(){(rihla.q=rihla.q||[]).push([Date.now(),location.href,document.title,arguments])})")
  expect(headers.get('content-type')).toContain('text/javascript')
})

test.each(['/rihla.js', '/rihla.devtools.js'])('%s lies where the tag looks for it', async (path) => {
  const { status, headers } = await createShopper().request(path)
  expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript;charset=utf-8'])
})

test('an address that the shop does not have says so in its language', async () => {
  for (const path of ['/fa/nothing', '/fa/product/nothing', '/fa/shop/__proto__', '/fa/checkout/nothing', '/fa/thank-you/FJ-NOTHING']) {
    const shopper = createShopper()
    await shopper.follow('/fa/cart/add', { sku: 'FJ-101', variant: '250g', quantity: '1' })
    const { status, text } = await shopper.request(path)
    expect([path, status]).toEqual([path, 404])
    expect(text).toContain('<html lang="fa" dir="rtl">')
  }
})

test('a hostile search is text everywhere', async () => {
  const q = `</script><script>alert(1)</script>"'&<img src=x onerror=alert(1)>`
  for (const lang of ['en', 'ar', 'fa']) {
    const { text } = await createShopper().request(`/${lang}/shop?q=${encodeURIComponent(q)}`)
    expect(text).not.toContain('<script>alert')
    expect(text).not.toContain('<img')
    expect(pageData(text).events[0]).toEqual({ name: 'search', props: { search_term: q, results: 0 } })
  }
})

test('a search finds products in any of the three languages, whichever keyboard wrote it', async () => {
  const found = async (q: string) => pageData((await createShopper().request(`/en/shop?q=${encodeURIComponent(q)}`)).text).lists.search.items.map((item) => item.item_id)
  expect(await found('yemen')).toEqual(['FJ-101'])
  expect(await found('يمن')).toEqual(['FJ-101'])
  expect(await found('کاسه')).toEqual(['FJ-302'])
  expect(await found('كاسه')).toEqual(['FJ-302'])
})

test('a list is sorted by price in both directions', async () => {
  const prices = async (sort: string) => pageData((await createShopper().request(`/en/shop?sort=${sort}`)).text).lists.all.items.map(({ price }) => price)
  const low = await prices('low')
  expect(low).toEqual([...low].sort((a, b) => a - b))
  expect(await prices('high')).toEqual([...low].sort((a, b) => b - a))
})

test('a shopper gets from the product to the thank-you page', async () => {
  const shopper = createShopper()
  const product = await shopper.request('/en/product/haraz-natural')
  expect(names(product.text)).toEqual(['view_item', 'view_item_list'])

  const added = await shopper.request('/en/cart/add', { sku: 'FJ-101', variant: '250g', quantity: '2' })
  expect([added.status, added.to]).toEqual([303, '/en/cart'])
  const cart = await shopper.request('/en/cart')
  const item = { item_id: 'FJ-101', item_name: 'Haraz natural', item_brand: 'Finjan', item_category: 'Coffee', item_variant: '250 g', price: 19, quantity: 2 }
  expect(pageData(cart.text).events).toEqual([{ name: 'view_cart', props: { currency: 'EUR', value: 38, items: [item] } }])

  const begun = await shopper.follow('/en/checkout')
  expect([begun.path, names(begun.text)]).toEqual(['/en/checkout/address', ['begin_checkout']])
  expect(names((await shopper.request('/en/checkout/address')).text)).toEqual([])

  const shipping = await shopper.follow('/en/checkout/address', { ...address, create_account: 'yes' })
  expect([shipping.path, names(shipping.text)]).toEqual(['/en/checkout/shipping', ['sign_up']])
  const payment = await shopper.follow('/en/checkout/shipping', { shipping: 'express' })
  expect([payment.path, pageData(payment.text).events.map(({ name, props }) => [name, props.shipping_tier])]).toEqual(['/en/checkout/payment', [['add_shipping_info', 'express']]])
  const review = await shopper.follow('/en/checkout/payment', card)
  expect([review.path, names(review.text)]).toEqual(['/en/checkout/review', ['add_payment_info']])
  expect(review.text).toContain('Card ending in 4242')

  const thanks = await shopper.follow('/en/checkout/review', {})
  const number = /^\/en\/thank-you\/(FJ-[A-Z2-9]{8})$/.exec(thanks.path)?.[1]
  expect(pageData(thanks.text).events).toEqual([{ name: 'purchase', props: { transaction_id: number, currency: 'EUR', value: 38, tax: 3.42, shipping: 12.9, items: [item] } }])
  expect(pageData((await shopper.request(thanks.path)).text).events).toEqual(pageData(thanks.text).events)
  expect((await shopper.request('/en/cart')).text).toContain('Your cart is empty')
})

test('a quantity may be typed with Arabic or Persian digits', async () => {
  const shopper = createShopper()
  await shopper.follow('/fa/cart/add', { sku: 'FJ-101', variant: '250g', quantity: '۳' })
  const { text } = await shopper.follow('/ar/cart/add', { sku: 'FJ-101', variant: '250g', quantity: '٢' })
  expect(pageData(text).events[0]?.props.items[0].quantity).toBe(5)
})

test('a line of the cart changes its quantity and goes away', async () => {
  const shopper = createShopper()
  await shopper.follow('/en/cart/add', { sku: 'FJ-101', variant: '250g', quantity: '1' })
  await shopper.follow('/en/cart/add', { sku: 'FJ-401', variant: '1l', quantity: '1' })
  const quantities = (text: string) => pageData(text).events[0]?.props.items.map((item) => [item.item_id, item.quantity])
  expect(quantities((await shopper.follow('/en/cart/update', { key: 'FJ-101.250g', quantity: '4' })).text)).toEqual([['FJ-101', 4], ['FJ-401', 1]])
  expect(quantities((await shopper.follow('/en/cart/update', { key: 'FJ-101.250g', quantity: '0' })).text)).toEqual([['FJ-401', 1]])
})

test('what is sold out, unknown or made up does not get into the cart', async () => {
  const shopper = createShopper()
  for (const form of [{ sku: 'FJ-101', variant: '1kg' }, { sku: 'FJ-999', variant: '250g' }, { sku: '__proto__', variant: 'x' }]) {
    expect((await shopper.follow('/en/cart/add', { ...form, quantity: '1' })).text).toContain('Your cart is empty')
  }
  shopper.jar.set('cart', encodeURIComponent('FJ-101.250g:-3,FJ-101.500g:99999,nonsense,;FREE'))
  expect(pageData((await shopper.request('/en/cart')).text).events[0]?.props).toMatchObject({ value: 720, items: [{ quantity: 20 }] })
})

test('a coupon takes its share, and an unknown one is refused', async () => {
  const shopper = createShopper()
  await shopper.follow('/en/cart/add', { sku: 'FJ-101', variant: '250g', quantity: '2' })
  const refused = await shopper.follow('/en/cart/coupon', { coupon: 'nope' })
  expect([names(refused.text), refused.text.includes('We do not know this coupon code.')]).toEqual([['view_cart', 'coupon_refused'], true])
  const accepted = await shopper.follow('/en/cart/coupon', { coupon: 'welcome10' })
  expect(pageData(accepted.text).events[0]?.props).toMatchObject({ coupon: 'WELCOME10', value: 34.2 })
})

test('a declined card stays on the payment step, says why and is never sent back', async () => {
  const shopper = await atPayment()
  const { status, text } = await shopper.request('/en/checkout/payment', { ...card, card_number: '4000 0000 0000 0002' })
  expect(status).toBe(422)
  expect(text).toContain('Your bank declined this card.')
  expect(pageData(text).events).toEqual([{ name: 'checkout_error', props: { code: 'payment_declined', field: 'card_number', step: 'payment' } }])
  expect(text).not.toContain('4000')
  expect(text).not.toContain('value="123"')
  expect((await shopper.follow('/en/checkout/payment', card)).path).toBe('/en/checkout/review')
})

test('each field says what is wrong with it, and the tracker learns the field but never its value', async () => {
  const shopper = createShopper()
  await shopper.follow('/en/cart/add', { sku: 'FJ-101', variant: '250g', quantity: '1' })
  const { status, text } = await shopper.request('/en/checkout/address', { ...address, email: 'sara@', city: '', country: 'XX' })
  expect(status).toBe(422)
  expect(pageData(text).events.map(({ props }) => props)).toEqual([
    { code: 'email', field: 'email', step: 'address' },
    { code: 'required', field: 'city', step: 'address' },
    { code: 'option', field: 'country', step: 'address' },
  ])
  expect(text).toMatch(/<input id="email"[^>]*value="sara@"[^>]*aria-invalid="true" aria-describedby="email-error"/)
  expect(text).toContain('<p class="error" id="email-error">')

  const paying = await atPayment()
  const refused = await paying.request('/en/checkout/payment', { ...card, card_number: '42', card_expiry: '01/20', card_cvc: 'x' })
  expect(pageData(refused.text).events.map(({ props }) => [props.field, props.code])).toEqual([['card_number', 'card_number'], ['card_expiry', 'expired'], ['card_cvc', 'cvc']])
})

test('the checkout sends back whoever is ahead of it', async () => {
  const shopper = createShopper()
  expect((await shopper.request('/en/checkout/review')).to).toBe('/en/cart')
  expect((await shopper.request('/en/checkout/review', {})).to).toBe('/en/cart')
  await shopper.follow('/en/cart/add', { sku: 'FJ-101', variant: '250g', quantity: '1' })
  expect((await shopper.request('/en/checkout/review', {})).to).toBe('/en/checkout/address')
  await shopper.follow('/en/checkout/address', address)
  expect((await shopper.request('/en/checkout/review', {})).to).toBe('/en/checkout/shipping')
})

test('the newsletter brings its reader back to the same page, tracked once, and nowhere else', async () => {
  const shopper = createShopper()
  const joined = await shopper.request('/fa/newsletter', { email: 'sara@example.com', back: '/shop?q=tea' })
  expect([joined.status, joined.to]).toEqual([303, '/fa/shop?q=tea#newsletter'])
  expect(names((await shopper.request('/fa/shop?q=tea')).text)).toContain('newsletter_subscribed')
  expect(names((await shopper.request('/fa/shop?q=tea')).text)).not.toContain('newsletter_subscribed')
  expect((await shopper.request('/fa/newsletter', { email: 'sara@example.com', back: '//elsewhere.example' })).to).toBe('/fa#newsletter')
  expect((await shopper.follow('/fa/newsletter', { email: 'sara', back: '' })).text).toContain('id="newsletter-error"')
})

test('a taken port and a wrong endpoint are told in one sentence', async () => {
  const port = Number(new URL(shop.url).port)
  await expect(startStorefront({ port })).rejects.toThrow(`Port ${port} of 127.0.0.1 is already taken: choose another with --port.`)
  await expect(startStorefront({ port: 0, endpoint: 'collector' })).rejects.toThrow('The endpoint "collector" is no address: give one like http://127.0.0.1:4400/collect.')
})
