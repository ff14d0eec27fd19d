import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest'
import { createCollector, type Collector, type Received, type Reply } from './collector.js'
import type { Browser, Engine, Tab } from './engines.js'
import { createPages, type PageOptions, type Pages } from './pages.js'
import { still } from './still.js'

declare const rihla: (method: string, ...args: unknown[]) => Promise<boolean>
declare const told: string[]
declare const mishaps: string[]

/** What a test shop is made of, beside a page's own options. */
export interface ShopPage extends PageOptions {
  /** More attributes of the tracker's tag, without `data-`. */
  readonly set?: { readonly [attribute: string]: string | number | boolean }
}

/** One engine with a shop and a collector, both on fresh origins for each test. */
export interface Shop {
  readonly collector: Collector
  readonly pages: Pages
  readonly browser: Browser
  /** Serves a page with the tracker and returns its URL. */
  readonly page: (options?: ShopPage, path?: string) => string
  /** Opens a URL in a window of its own, which is visible, and waits for the tracker. */
  readonly open: (url?: string) => Promise<Tab>
}

// First of all in each page: hears what must never reach a page, and what the tracker tells its developer.
const witness = `{
  const { error, warn } = console, tell = (name, text) => report(name, location.pathname + ' ' + text).catch(() => {})
  window.mishaps = []
  window.told = []
  const mishap = (text) => { mishaps.push(text); tell('mishap', text) }
  addEventListener('error', (event) => mishap('error: ' + (event.message || event.target.outerHTML)), true)
  addEventListener('unhandledrejection', (event) => mishap('unhandled rejection: ' + event.reason))
  console.error = (...args) => { mishap('console.error: ' + args.join(' ')); error.apply(console, args) }
  console.warn = (...args) => { told.push(args.join(' ')); tell('told', args.join(' ')); warn.apply(console, args) }
}
`

/** Sets up a shop for each test of a `describe`. No test passes when an exception, a rejection or a console error reached one of its pages (I5). */
export function useShop(engine: Engine): Shop {
  let collector: Collector
  let pages: Pages
  let browser: Browser
  const tabs: Tab[] = []
  beforeAll(async () => {
    browser = await engine.open()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    collector = await createCollector()
    pages = await createPages({ dist: inject('dist') })
  })
  afterEach(async () => {
    const seen: unknown[] = []
    for (const tab of tabs.splice(0)) {
      seen.push(...(await tab.eval(() => mishaps).catch(() => [])))
      await tab.close().catch(() => undefined)
    }
    seen.push(...pages.reports.filter(({ name }) => name === 'mishap').map(({ data }) => data))
    await pages.close()
    await collector.stop()
    expect(seen).toEqual([])
  })
  const page: Shop['page'] = ({ set, before = '', ...options } = {}, path = '/') => {
    const tag = { endpoint: collector.url, site: 'shop', consent: 'granted', grace: 0, 'batch-after': 200, ...set }
    return pages.add(path, { title: 'Shop', config: still, before: witness + before, ...(!options.module && { tag }), ...options })
  }
  return {
    get collector() {
      return collector
    },
    get pages() {
      return pages
    },
    get browser() {
      return browser
    },
    page,
    open: async (url = page()) => {
      const tab = await browser.newTab({ window: true })
      tabs.push(tab)
      await tab.goto(url)
      await tab.until('window.rihla?.version')
      return tab
    },
  }
}

/** Tracks `count` touchpoints `product_seen` that carry the numbers from `first` on, in one task, and waits until they are durable. */
export function track(tab: Tab, count: number, first = 1, props: { readonly [name: string]: unknown } = {}): Promise<boolean> {
  const run = (count: number, first: number, props: object): Promise<boolean> => {
    for (let n = first; n < first + count; n++) void rihla('track', 'product_seen', { n, ...props })
    return rihla('saved')
  }
  return tab.eval(run, count, first, props)
}

/** Sends all that waits; resolves with what the tracker says, `true` when nothing is left. */
export const flush = (tab: Tab): Promise<boolean> => tab.eval(() => rihla('flush'))

/** The numbers of the touchpoints that the collector holds, in order, each once. */
export function numbers(collector: Collector): number[] {
  return collector.stored().flatMap(({ props }) => (typeof props?.n === 'number' ? [props.n] : [])).sort((a, b) => a - b)
}

/** The numbers from `first` to `last`. */
export const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** Waits until the collector holds so many numbered touchpoints. */
export const arrival = (collector: Collector, count: number, ms = 20_000): Promise<void> => collector.until(() => numbers(collector).length >= count, ms)

/** Every `seq` that requests named as lost, with its reason; a request counts once it was acknowledged. */
export function losses(collector: Collector): Map<string, string> {
  const lost = new Map<string, string>()
  const heard = collector.requests.filter(({ status }) => status !== null && status < 300)
  for (const { tab, from, to, reason } of heard.flatMap(({ batch }) => batch?.loss ?? [])) {
    for (let seq = from; seq <= to; seq++) lost.set(`${tab} ${seq}`, reason)
  }
  return lost
}

/** Refuses the requests that `isBad`; takes the others. */
export const refuse = (isBad: (request: Received) => boolean, status: number) => (request: Received): Reply | undefined => (isBad(request) ? { status } : undefined)

/** The requests that carried touchpoints. */
export const carrying = (collector: Collector): Received[] => collector.requests.filter(({ batch }) => batch?.touchpoints.length)

/** What was asked of the collector in a time, ms since epoch. */
export const between = (collector: Collector, from: number, to = Infinity): Received[] => collector.requests.filter(({ at }) => at >= from && at < to)

/** Changes what the device knows of the outage, such as `{ nextAt: 0 }`: as if the time had passed. */
export function setOutage(tab: Tab, change: { readonly [field: string]: unknown }): Promise<void> {
  const run = async (change: object): Promise<void> => {
    const [{ name = '' }] = await indexedDB.databases()
    await new Promise<void>((done, failed) => {
      const open = indexedDB.open(name)
      open.onerror = () => failed(open.error)
      open.onsuccess = () => {
        const store = open.result.transaction('kept', 'readwrite').objectStore('kept')
        const read = store.get('outage')
        read.onsuccess = () => store.put({ fails: 0, since: 0, nextAt: 0, answered: false, ...(read.result as object), ...change }, 'outage')
        store.transaction.oncomplete = () => {
          open.result.close()
          done()
        }
      }
    })
  }
  return tab.eval(run, change)
}

/** The warnings of a page that contain some words. */
export const warned = async (tab: Tab, words: string): Promise<number> => (await tab.eval(() => told)).filter((line) => line.includes(words)).length
