// @vitest-environment node
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { sizeOf, weights } from '../scripts/sizes.js'
import { json } from '../src/formats/json.js'
import { createRedactor } from '../src/redact.js'
import { five } from '../src/stages/five.js'
import { createBirths } from '../src/touchpoint.js'
import type { Moment, PageView } from '../src/types.js'
import { SDK } from '../src/version.js'
import type { Visit } from '../src/visit.js'

/** What a shop may load and its budget, min + brotli, bytes; `npm run sizes` writes them. */
const budgets: { readonly [entry: string]: number } = JSON.parse(readFileSync('test/budgets.json', 'utf8'))
/** What one touchpoint of a batch of 20 costs on the wire, bytes. */
const WIRE = { plain: 330, gzip: 75 }
/** What a page carries inline for calls before the script arrives, bytes. */
const STUB = 250

const stores = readdirSync('src/stores').map((file) => file.replace('.ts', ''))
const script = () => readFileSync('dist/rihla.js', 'utf8')

test('every entry is within its budget', async () => {
  const sizes = await weights()
  expect(Object.keys(sizes)).toEqual(Object.keys(budgets))
  expect(Object.entries(sizes).filter(([entry, bytes]) => bytes > budgets[entry]!)).toEqual([])
}, 120_000)

test.each(stores)('the script tag knows the hash of the file for %s', (name) => {
  const hash = `sha384-${createHash('sha384').update(readFileSync(`dist/rihla.${name}.js`)).digest('base64')}`
  expect([script().includes(hash), readFileSync(`dist/rihla.${name}.js.integrity`, 'utf8').trim()]).toEqual([true, hash])
})

test('what a shop does not use costs it nothing', async () => {
  const core = `export { createTracker } from './dist/index.js'`
  const unused = await sizeOf(`import { clicks } from './dist/sources/clicks.js'\nimport { five } from './dist/stages/five.js'\n${core}`)
  expect(unused.min).toBe((await sizeOf(core)).min)
}, 120_000)

test('the script tag is one minified function that sets window.rihla and nothing else', () => {
  expect(script()).toMatch(/^\/\/# allFunctionsCalledOnLoad\n/)
  const code = script().replace(/^\/\/#.*\n/, '').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '').trim()
  expect([code.split('\n').length, /\/\*[!@*\s]|\bimport\b.*from|\bexport\b/.test(code), code.startsWith('!function(){') || code.startsWith('(function(){') || /^\(\(?\(\)=>|^\(function/.test(code)]).toEqual([1, false, true])
  expect(code).toContain('.rihla=')
  const words: string[] = []
  const page = { location: { href: 'https://shop.example/' } } as { location: { href: string }; rihla?: unknown }
  const document = { head: { dataset: {} }, currentScript: null, querySelector: () => null }
  const console = { error: (text: string) => words.push(text), warn: (text: string) => words.push(text), info: () => {} }
  new Function('window', 'document', 'location', 'console', code)(page, document, page.location, console)
  // Without settings it says what is missing, and has evaluated without a document's help.
  expect([words.length, words[0]?.split(',')[0], Object.keys(page)]).toEqual([1, 'rihla: endpoint must be an http(s) URL or a path', ['location']])
})

test('scripts read the same in a page of any encoding', () => {
  const scripts = readdirSync('dist').filter((file) => /^rihla.*\.js$/.test(file))
  expect(scripts.length).toBe(stores.length + 3)
  expect(scripts.filter((file) => /[^\x00-\x7f]/.test(readFileSync(`dist/${file}`, 'utf8')))).toEqual([])
})

test('the stub for calls before the script is small', () => {
  const stub = readFileSync('examples/storefront/public/shop.js', 'utf8').split('\n')[0]!
  expect(stub).toContain('rihla.q')
  expect(Buffer.byteLength(stub)).toBeLessThan(STUB)
})

/** Twenty touchpoints as a shopper makes them: three pages, clicks, products seen, one put into the cart. */
function realisticBatch(): { body: string; count: number } {
  const start = 1_763_769_600_000
  // Ids are as random as ever, but the same in each run.
  let state = 42
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
    for (let i = 0; i < bytes!.byteLength; i++) (bytes as unknown as Uint8Array)[i] = (state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 13
    return bytes
  })
  const births = createBirths({ site: 'my-shop', model: five, marks: [], denied: () => [], redactor: createRedactor(['q']), report: () => {} })
  const id = '019aa8dc-4800-7c3e-9b1f-4d2a8c6e0b57'
  const visit: Visit = { id, visitor: '019aa8dc-4800-71d2-8a3b-5e6f7a8b9c0d', since: start, last: start, user: undefined, campaign: '{}', entry: '' }
  const entry = `"${id}":${JSON.stringify({ visitor: visit.visitor, started: start, landing: 'https://shop.example/en?utm_source=newsletter&utm_medium=email', referrer: '', campaign: { utm_source: 'newsletter', utm_medium: 'email' } })}`
  const shop = 'https://shop.example/en'
  const pages: PageView[] = [
    { url: `${shop}?utm_source=newsletter&utm_medium=email`, title: 'Finjan, coffee and tea from the Levant', locale: 'en', referrer: '' },
    { url: `${shop}/coffee`, title: 'Coffee | Finjan', locale: 'en', referrer: shop },
    { url: `${shop}/coffee/yirgacheffe-natural`, title: 'Yirgacheffe Natural | Finjan', locale: 'en', referrer: `${shop}/coffee` },
    { url: `${shop}/coffee/harari-longberry`, title: 'Harari Longberry | Finjan', locale: 'en', referrer: `${shop}/coffee` },
  ]
  const items = [
    { item_id: 'FJ-101', item_name: 'Yirgacheffe Natural', item_category: 'coffee', item_variant: '250g', price: 14.5, quantity: 1 },
    { item_id: 'FJ-107', item_name: 'Harari Longberry', item_category: 'coffee', item_variant: '250g', price: 16, quantity: 1 },
  ]
  const view = (navigation: string): Moment => ({ name: 'page_view', source: 'page-views', props: { navigation } })
  const click = (selector: string, text: string, path?: string): Moment => ({ name: 'click', source: 'clicks', props: { selector, text, ...(path && { link_url: shop + path }) } })
  const see = (name: string, item: number): Moment => ({ name, props: { currency: 'EUR', value: items[item]!.price, items: [items[item]] } })
  const walk: [page: number, moment: Moment][] = [
    [0, view('load')], [0, click('nav#main a', 'Coffee', '/coffee')],
    [1, view('load')], [1, click('button[name=sort]', 'Price')], [1, click('button[name=filter]', 'Natural')], [1, click('ul#products a', 'Yirgacheffe Natural', '/coffee/yirgacheffe-natural')],
    [2, view('load')], [2, see('view_item', 0)], [2, click('button[name=variant]', '250g')], [2, click('button[name=quantity]', '+')], [2, click('button#add', 'Add to cart')], [2, see('add_to_cart', 0)], [2, click('a#back', 'Coffee', '/coffee')],
    [1, view('load')], [1, click('ul#products a', 'Harari Longberry', '/coffee/harari-longberry')],
    [3, view('load')], [3, see('view_item', 1)], [3, click('summary#brewing', 'How to brew')], [3, click('button#add', 'Add to cart')], [3, see('add_to_cart', 1)],
  ]
  const born = walk.map(([page, moment], i) => births.bear(births.stamp(moment, pages[page]!, start + i * 3517), visit))
  const body = json.encode({ site: 'my-shop', sdk: SDK, sentAt: start + 80_000, visits: [entry], pages: [...new Set(born.map(({ page }) => page))], touchpoints: born.map(({ line }) => line), documents: { [births.tab]: born.length }, loss: [], ask: [] })
  return { body, count: born.length }
}

test('a touchpoint in a batch of 20 costs few bytes on the wire', () => {
  const { body, count } = realisticBatch()
  const plain = Buffer.byteLength(body) / count
  const gzip = gzipSync(body).length / count
  expect(count).toBe(20)
  expect(plain, `${plain} bytes plain`).toBeLessThanOrEqual(WIRE.plain)
  expect(gzip, `${gzip} bytes gzip`).toBeLessThanOrEqual(WIRE.gzip)
})
