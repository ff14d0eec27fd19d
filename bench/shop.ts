import type { PageOptions } from '../test/harness/pages.js'
import type { Tab } from '../test/harness/tab.js'

/** Pages without a library: one that does nothing, one `fetch` for each touchpoint, one that gathers touchpoints in an array for a beacon; and rihla as a shop has it, by its script tag. */
export type Variant = 'empty' | 'bare' | 'beacon' | 'rihla'

declare global {
  /** Set in the page by `pageOf`: what happens for one touchpoint. */
  var act: (name: string, props: object) => void
  var rihla: ((method: string, ...args: unknown[]) => unknown) | undefined
  /** Calls `act` so many times; each has a prop `nth` that begins with `label`. */
  var visitShop: (count: number, perTask: number, every: number, label?: string) => Promise<void>
}

/** Ten touchpoints as a shop has them, over and over: page views, clicks, products looked at, one into the cart. */
const shop = `{
  const item = (i) => ({ item_id: 'sku-' + i, item_name: 'Linen shirt ' + i, item_category: 'Shirts', price: 49.9, quantity: 1 })
  const commerce = (i) => ({ currency: 'EUR', value: 49.9, items: [item(i)] })
  const click = (i) => ({ selector: 'a#teaser', text: 'Linen shirt ' + i, link_url: location.origin + '/p/' + i })
  const cycle = [
    ['page_view', () => ({ navigation: 'push' })], ['click', click], ['view_item', commerce], ['click', click], ['click', click],
    ['view_item', commerce], ['click', click], ['page_view', () => ({ navigation: 'push' })], ['click', click], ['add_to_cart', commerce],
  ]
  window.act = () => {}
  window.visitShop = (count, perTask, every, label = 'nth') => new Promise((done) => {
    let i = 0
    const step = () => {
      for (let n = 0; n < perTask && i < count; n++, i++) { const [name, props] = cycle[i % 10]; act(name, { ...props(i), nth: label + '-' + i }) }
      if (i < count) return
      clearInterval(timer)
      done()
    }
    const timer = setInterval(step, every)
  })
}`

/** Keepalive bodies of a page share 64 KiB, and about 20 may be under way: beyond that, a careful bare tracker posts without keepalive. */
const bare = (endpoint: string): string => `{
  let bytes = 0, count = 0, seq = 0
  window.act = async (name, props) => {
    const body = JSON.stringify({ id: crypto.randomUUID(), name, at: Date.now(), seq: ++seq, url: location.href, title: document.title, props })
    const keepalive = bytes + body.length < 60000 && count < 15
    if (keepalive) { bytes += body.length; count++ }
    try { await (await fetch('${endpoint}', { method: 'POST', body, keepalive, credentials: 'omit' })).text() } catch (error) { window.failed = String(error) }
    if (keepalive) { bytes -= body.length; count-- }
  }
}`

/** The least that batches: an array, and a beacon of it when it has 20, is a second old, or the page is hidden. Whatever goes wrong, it is lost. */
const beacon = (endpoint: string): string => `{
  let waiting = [], seq = 0, timer
  const send = () => { clearTimeout(timer); timer = undefined; if (waiting.length) navigator.sendBeacon('${endpoint}', JSON.stringify(waiting.splice(0))) }
  window.act = (name, props) => {
    waiting.push({ id: crypto.randomUUID(), name, at: Date.now(), seq: ++seq, url: location.href, title: document.title, props })
    if (waiting.length < 20) timer ??= setTimeout(send, 1000)
    else send()
  }
  document.addEventListener('visibilitychange', () => document.hidden && send())
}`

/** A shop's page in one of the variants. */
export function pageOf(variant: Variant, endpoint: string, settings: NonNullable<PageOptions['tag']> = {}): PageOptions {
  if (variant === 'empty') return { before: shop }
  if (variant === 'bare') return { before: shop + bare(endpoint) }
  if (variant === 'beacon') return { before: shop + beacon(endpoint) }
  return { before: `${shop}\nwindow.act = (name, props) => rihla('track', name, props)`, tag: { endpoint, site: 'bench', consent: 'granted', ...settings } }
}

/** A shop's page with a bundled library, which finds the endpoint in `ENDPOINT` and sets `act`. */
export const pageWith = (src: string, endpoint: string): PageOptions => ({ before: `${shop}\nwindow.ENDPOINT = '${endpoint}'`, head: `<script type="module" async src="${src}"></script>` })

/** How many rows of the outbox are left on the device. */
export const rowsLeft = (tab: Tab): Promise<number> =>
  tab.eval(async () => {
    const databases = (await indexedDB.databases()).flatMap(({ name = '' }) => (name.startsWith('rihla-') ? [name] : []))
    const promised = <T>(request: IDBRequest<T>) => new Promise<T>((done, failed) => {
      request.onsuccess = () => done(request.result)
      request.onerror = () => failed(request.error)
    })
    let count = 0
    for (const name of databases) {
      const database = await promised(indexedDB.open(name))
      for (const store of database.objectStoreNames) count += (await promised(database.transaction(store).objectStore(store).getAllKeys())).filter((key) => /^e\d+\|/.test(String(key))).length
      database.close()
    }
    return count
  })
