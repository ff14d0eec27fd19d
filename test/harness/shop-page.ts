import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest'
import { uuidv8 } from '../../src/ids.js'
import { createCollector, type Collector } from './collector.js'
import type { Bare, Browser, Engine, OpenOptions, Tab } from './engines.js'
import { createPages, type PageOptions, type Pages } from './pages.js'
import { untilBy } from './script.js'

declare const rihla: (method: string, ...args: unknown[]) => unknown

/** A shop and its collector, each on an origin of its own and new for every test, and a browser that stays for all of them. */
export interface ShopPage {
  readonly browser: Browser
  readonly collector: Collector
  readonly pages: Pages
  /** The name of the tracker's database. */
  readonly database: () => string
  /** The tag of a shop where consent was given, which sends soon. */
  readonly tag: (extra?: Attributes) => Attributes
  /** Serves a page that watches for what the shop must never notice; with a tag unless `tag` is `null`. Returns its URL. */
  readonly add: (path: string, options?: ShopOptions) => string
  /** Adds the page, opens it in a new tab and waits until the tracker runs. */
  readonly visit: (path?: string, options?: ShopOptions, browser?: Browser) => Promise<Tab>
  /** As `visit`, in a browser without driver, which ends with the test: WebKit's driver keeps nothing on the disk and obeys no settings. */
  readonly visitBare: (options?: ShopOptions, browser?: OpenOptions) => Promise<BarePage>
  /** A new tab that is closed after the test; `window: true` gives it a window of its own, which hides nothing. */
  readonly newTab: (options?: { readonly window?: boolean }, browser?: Browser) => Promise<Tab>
  /** Another browser, closed after the test. */
  readonly open: (options?: OpenOptions) => Promise<Browser>
  /** What was thrown, rejected or logged as an error in any page so far. */
  readonly flaws: () => Promise<unknown[]>
}

/** A page that a test can run code in. */
export type Steered = Pick<Tab, 'eval' | 'until'>

/** The page that a browser without driver was started with. */
export interface BarePage extends Steered {
  readonly browser: Bare
}

type Attributes = NonNullable<PageOptions['tag']>

/** A page, in which `tag` only says what is different. */
export type ShopOptions = Omit<PageOptions, 'tag'> & { readonly tag?: Attributes | null }

/** Tells of every error that reaches the page, also of a page that is gone later. Holds on to what hostile pages replace. */
const watch = `{
  const f = fetch.bind(window), s = JSON.stringify, flaws = window.flaws = []
  const flaw = (what) => { flaws.push(String(what)); f('/report', { method: 'POST', mode: 'no-cors', keepalive: true, body: '{"name":"flaw","data":' + s(location.pathname + ': ' + what) + '}' }).catch(() => {}) }
  addEventListener('error', (event) => flaw('error ' + event.message))
  addEventListener('unhandledrejection', ({ reason }) => flaw('rejection ' + (reason && reason.stack || reason)))
  const { error } = console
  console.error = (...args) => { flaw('console.error ' + args.join(' ')); error.apply(console, args) }
}
`

/** Registers the hooks of a `describe`: a browser for all its tests, a shop and a collector for each. After each test no page may have noticed anything. */
export function useShop(engine: Engine, openOptions: OpenOptions = {}): ShopPage {
  let browser: Browser
  let collector: Collector
  let pages: Pages
  const tabs: Tab[] = []
  const browsers: Pick<Browser, 'kill'>[] = []

  beforeAll(async () => {
    browser = await engine.open(openOptions)
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    collector = await createCollector()
    pages = await createPages({ dist: inject('dist') })
  })
  afterEach(async () => {
    const seen = await flaws()
    for (const tab of tabs.splice(0)) await soon(tab.close())
    for (const each of browsers.splice(0)) await each.kill()
    await pages.close()
    await collector.stop()
    expect(seen, 'I5: what reached the page').toEqual([])
  })

  const tag = (extra: Attributes = {}): Attributes => ({ endpoint: collector.url, site: 'shop', consent: 'granted', grace: 0, 'batch-after': 200, ...extra })
  const add = (path: string, { tag: extra, before = '', ...options }: ShopOptions = {}): string =>
    pages.add(new URL(path, pages.origin).pathname, { ...options, before: watch + before, ...(extra !== null && { tag: tag(extra) }) }) && pages.url(path)
  const newTab = async (options = {}, of = browser): Promise<Tab> => {
    const tab = await of.newTab(options)
    tabs.push(tab)
    return tab
  }
  const flaws = async (): Promise<unknown[]> => {
    const seen = pages.reports.filter(({ name }) => name === 'flaw').map(({ data }) => data)
    // As text: a hostile page may have changed what JSON makes of an array.
    for (const tab of tabs) seen.push(await soon(tab.eval<string>("(window.flaws || []).join('\\n')")))
    return seen.filter(Boolean)
  }

  return {
    get browser() {
      return browser
    },
    get collector() {
      return collector
    },
    get pages() {
      return pages
    },
    database: () => `rihla-shop-${uuidv8(collector.url).slice(0, 8)}`,
    tag,
    add,
    newTab,
    flaws,
    visit: async (path = '/', options = {}, of = browser) => {
      const url = add(path, options)
      const tab = await newTab({}, of)
      await tab.goto(url)
      if (options.tag !== null) await isRunning(tab)
      return tab
    },
    visitBare: async (options = {}, openOptions) => {
      // A killed browser's page of the same name would still be asked for a while.
      const remote = `bare ${browsers.length}`
      const bare = engine.bare(add('/', { ...options, remote }), openOptions)
      browsers.push(bare)
      const { eval: run } = pages.remote(remote)
      const page = { browser: bare, eval: run, until: untilBy(run) }
      await isRunning(page)
      return page
    },
    open: async (options) => {
      const other = await engine.open(options)
      browsers.push(other)
      return other
    },
  }
}

/** Gives up on a tab that was closed, crashed or replaced by a prerendered one. */
const soon = <T>(promise: Promise<T>): Promise<T | undefined> => Promise.race([promise.catch(() => undefined), new Promise<undefined>((done) => setTimeout(done, 5000))])

/** Waits until the script tag's tracker runs. */
export const isRunning = (tab: Steered): Promise<void> => tab.until('window.rihla?.version')

/** Calls the tracker and waits for what its method promises: `saved`, `flush`. */
export const call = <T>(tab: Steered, method: string, ...args: unknown[]): Promise<T> => tab.eval((name: string, rest: unknown[]) => rihla(name, ...rest) as T, method, args)

/** Records one touchpoint for each name, in one task. */
export const track = (tab: Steered, ...names: string[]): Promise<void> =>
  tab.eval((all: string[]) => {
    for (const name of all) void rihla('track', name)
  }, names)

/** Waits until a real collector would hold a touchpoint of each name. */
export const holds = (collector: Collector, names: readonly string[], ms?: number): Promise<void> =>
  collector.until(() => {
    const held = new Set(collector.stored().map(({ name }) => name))
    return names.every((name) => held.has(name))
  }, ms)

/** Lets no request be answered until `release`. `came` resolves when the first one is there. */
export function holdBack(collector: Collector): { readonly came: Promise<void>; readonly release: () => void } {
  let arrived = () => {}
  let release = () => {}
  const came = new Promise<void>((done) => (arrived = done))
  const released = new Promise<undefined>((done) => (release = () => done(undefined)))
  collector.answer = () => {
    arrived()
    return released
  }
  return { came, release }
}

/** The touchpoints that a real collector would hold, by document in the order in which they happened, without those named and without what follows from them and from the page: `stage_change`, `page_leave`, `dead_click`. */
export const namesAt = (collector: Collector, ...without: string[]): string[] =>
  collector
    .stored()
    .filter(({ name }) => !/^(stage_change|page_leave|dead_click)$/.test(name) && !without.includes(name))
    .sort((a, b) => (a.tab === b.tab ? a.seq - b.seq : a.at - b.at))
    .map(({ name }) => name)

/** Waits until nothing is missing at a collector before the last that it holds: what was sent from memory may overtake what was read from storage. */
export async function holdsNoGap(collector: Collector, ms?: number): Promise<void> {
  await collector.until(() => !gapsAt(collector).length, ms).catch(() => {})
  expect(gapsAt(collector), 'missing at the collector').toEqual([])
}

/** The numbers that are missing at a collector, by document: the tracker numbers touchpoints from 1 without gaps. */
function gapsAt(collector: Collector): string[] {
  const seqs = new Map<string, Set<number>>()
  for (const { tab, seq } of collector.stored()) seqs.set(tab, (seqs.get(tab) ?? new Set()).add(seq))
  return [...seqs].flatMap(([tab, held]) => Array.from({ length: Math.max(...held) }, (_, i) => i + 1).filter((seq) => !held.has(seq)).map((seq) => `${tab} ${seq}`))
}

/** What a page finds on the device: databases, keys of localStorage and sessionStorage, cookies. */
export const onDevice = (tab: Steered): Promise<string[]> =>
  tab.eval(async () => [...(await indexedDB.databases()).map(({ name }) => `database ${name}`), ...Object.keys(localStorage).map((key) => `localStorage ${key}`), ...Object.keys(sessionStorage).map((key) => `sessionStorage ${key}`), ...(document.cookie ? [`cookie ${document.cookie}`] : [])])
