import { gzipSync } from 'node:zlib'
import type { Received } from '../test/harness/collector.js'
import { inLab, say } from './lab.js'
import { pageOf } from './shop.js'
import type { Row } from './table.js'
import type { Browser } from '../test/harness/tab.js'

const SIZES = [1, 5, 20]
/** Products looked at: each is a page view, a product view, a click and something in the cart. */
const PRODUCTS = 11

/** What a product page of a single-page shop does: the router's part, then the shop's. */
async function look(i: number): Promise<void> {
  const pause = () => new Promise((done) => setTimeout(done, 20))
  const commerce = { currency: 'EUR', value: 49.9, items: [{ item_id: `sku-10${i}`, item_name: `Linen shirt ${i}`, item_category: 'Shirts', price: 49.9, quantity: 1 }] }
  history.pushState({}, '', `/p/linen-shirt-${i}`)
  document.title = `Linen shirt ${i} – Shop`
  await pause()
  rihla!('track', 'view_item', commerce)
  await pause()
  document.querySelector('button')!.onclick = () => void setTimeout(() => rihla!('track', 'add_to_cart', commerce))
}

/** A shopper's browser: what is driven by a program says so in each page, which shoppers do not send. */
const AS_SHOPPER = `{
  const userAgent = navigator.userAgent.replace('Headless', '')
  Object.defineProperties(Navigator.prototype, { webdriver: { get: () => false }, userAgent: { get: () => userAgent } })
}`

const bytes = (browser: Browser, size: number): Promise<{ count: number; plain: number; gzip: number }> =>
  inLab(browser, async ({ collector, open }) => {
    const body = '<main><button id="add" type="button">Add to cart</button></main>'
    const page = pageOf('rihla', collector.url, { 'batch-size': size, 'batch-after': 60_000 })
    const tab = await open('/', { ...page, before: `${AS_SHOPPER}\n${page.before}`, body })
    for (let i = 0; i < PRODUCTS; i++) {
      await tab.eval(look, i)
      await tab.click('#add')
      await tab.eval(() => new Promise((done) => setTimeout(done, 40)))
    }
    await tab.eval("rihla('flush')")
    // A request that was under way may have let one more wait.
    const lengthOf = ({ batch }: Received) => batch?.touchpoints.length ?? 0
    const full = collector.requests.filter((request) => lengthOf(request) === size || (size > 1 && lengthOf(request) === size + 1))
    if (full.some(({ text }) => text.includes('"marks"'))) throw new Error('the browser is known to be driven by a program')
    const count = full.reduce((total, request) => total + lengthOf(request), 0)
    if (!count) throw new Error(`no request had ${size} touchpoints, but ${collector.requests.map(lengthOf).join(' ')}`)
    const sum = (of: (text: string) => number) => full.reduce((total, { text }) => total + of(text), 0) / count
    return { count, plain: sum((text) => Buffer.byteLength(text)), gzip: sum((text) => gzipSync(text).length) }
  })

/** Bytes of body for each touchpoint: `page_view`, `click`, `view_item` and `add_to_cart` in equal parts, on a product page each. */
export async function wire(browser: Browser): Promise<Row[]> {
  const rows: Row[] = []
  for (const size of SIZES) {
    const { count, plain, gzip } = await bytes(browser, size)
    say(`wire: ${count} touchpoints in batches of ${size}`)
    const targets = size === 20 ? [{ target: '≤ 330' }, { target: '≤ 75' }] : [{}, {}]
    rows.push({ what: `bytes on the wire for each touchpoint, batches of ${size}`, value: plain.toFixed(0), ...targets[0] })
    rows.push({ what: `the same in gzip`, value: gzip.toFixed(0), ...targets[1] })
  }
  return rows
}
