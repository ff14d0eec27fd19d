import { listen } from './browser/listen.js'
import { loadScript } from './browser/load-script.js'
import { whichStore } from './browser/which-store.js'
import { INTEGRITY } from './integrity.js'
import { createStorefront, type StorefrontOptions } from './storefront.js'
import type { Record as Recorder, StoreSource, Tracker } from './types.js'

/** A call made before the script arrived: when, where, and `rihla`'s arguments. */
type Queued = [at: number, url: string, title: string, call: ArrayLike<unknown>]

interface Global {
  (method: string, ...args: unknown[]): unknown
  q?: (Queued | ArrayLike<unknown>)[]
  /** Set once the tracker runs. */
  version?: string
  /** Where the script of a shop system hands its source over. */
  store?: (source: StoreSource) => void
}

/** What the tag and the JSON settings say: a storefront's options, with the shop system by name. */
type Settings = Omit<StorefrontOptions, 'store'> & { readonly store?: string }

const TEXT = ['endpoint', 'site', 'consent', 'gpc', 'region', 'clickSelector', 'layer', 'store']
const NUMBERS = ['batchSize', 'batchBytes', 'batchAfter', 'grace', 'maxCount', 'maxBytes', 'maxAge', 'visitorAge', 'abandonAfter']
const FLAGS = ['debug', 'hash', 'hostedCheckout', 'dnt', 'hashUser', 'cookieless', 'staff', 'shopifyPixel']
/** The panel that shows the tracker at work, asked for by `?rihla-debug`. */
const DEVTOOLS = 'rihla.devtools.js'
const METHODS = ['track', 'cart', 'onAbandonment', 'identify', 'reset', 'feedback', 'journey', 'onStageChange', 'oncePer', 'saved', 'flush', 'consent', 'forget', 'inspect', 'status', 'stop']

start(window as Window & { rihla?: Global })

/** Starts the tracker that the script tag describes and makes `window.rihla` a function whose first argument is a tracker's method. Never throws. */
function start(page: Window & { rihla?: Global }): void {
  if (page.rihla?.version) return console.warn('rihla: the script is on this page twice; the second one does nothing')
  try {
    const early = (page.rihla?.q ?? []).map(toQueued)
    let record: Recorder = () => {}
    const hear = (to: Recorder) => {
      record = to
      return () => {}
    }
    const tag = tagOf()
    const { store, ...options } = settings(tag, early)
    const rihla: Global = (method, ...args) => call(tracker, method, args)
    const handed = new Promise<StoreSource>((resolve) => (rihla.store = resolve))
    const tracker = createStorefront({ onError: ({ message, cause }) => console.warn(message, cause ?? ''), ...options, sources: [hear], store: storeOf(tag, store, handed) })
    rihla.version = '1'
    page.rihla = rihla
    if (new URLSearchParams(location.search).has('rihla-debug')) loadScript(DEVTOOLS, tag, INTEGRITY[DEVTOOLS], console.warn).catch(({ message }: Error) => console.warn(message))
    for (const [at, url, title, queued] of early) {
      const [method, ...args] = Array.from(queued) as [string, ...unknown[]]
      const [name, props, options] = args as [string, { [key: string]: unknown }?, { stage?: string }?]
      if (method === 'track') record({ name, props, stage: options?.stage, at, page: url === location.href ? undefined : { url, title } })
      else if (method !== 'start') call(tracker, method, args)
    }
  } catch (error) {
    console.error((error as Error).message)
  }
}

function call(tracker: Tracker, method: string, args: unknown[]): unknown {
  if (!METHODS.includes(method)) return console.warn(`rihla: the first argument must be one of ${METHODS.join(', ')}, got "${method}"`)
  return (tracker as unknown as { [method: string]: (...args: unknown[]) => unknown })[method]!(...args)
}

function tagOf(): HTMLScriptElement {
  return (document.currentScript ?? document.querySelector('script[data-endpoint]') ?? document.head) as HTMLScriptElement
}

/** Tag managers keep nothing of a call but its arguments: then it is taken for one of this page and now. */
function toQueued(entry: Queued | ArrayLike<unknown>): Queued {
  return typeof entry[0] === 'string' ? [Date.now(), location.href, document.title, entry] : (entry as Queued)
}

/** Scalars from the tag's `data-` attributes, anything from `<script type="application/json" id="rihla">` or, where the tag cannot have either, from an early call `rihla('start', settings)`. */
function settings({ dataset }: HTMLScriptElement, early: readonly Queued[]): Settings {
  const json = document.querySelector('script#rihla[type="application/json"]')
  const started = early.find(([, , , { 0: method }]) => method === 'start')?.[3][1]
  const found: { [option: string]: unknown } = json ? JSON.parse(json.textContent) : { ...(started as object | undefined) }
  for (const option of TEXT) if (dataset[option]) found[option] = dataset[option]
  for (const option of NUMBERS) if (dataset[option]) found[option] = Number(dataset[option])
  for (const option of FLAGS) if (option in dataset) found[option] = dataset[option] !== 'false'
  // Whatever is wrong or missing, `createTracker` says so.
  return found as unknown as Settings
}

/** The source of the shop system that is named, or else looked up on the page; its script lies beside this one, and only that of the right one is loaded. */
async function storeOf(tag: HTMLScriptElement, named: string | undefined, handed: Promise<StoreSource>): Promise<StoreSource | undefined> {
  const name = named ?? whichStore() ?? (await parsed(), whichStore())
  if (!name || name === 'none') return
  const file = `rihla.${name}.js`
  if (!INTEGRITY[file]) throw new TypeError(`rihla: store must be woocommerce, shopify or none, got "${name}"`)
  await loadScript(file, tag, INTEGRITY[file], console.warn)
  return handed
}

/** Resolves when the page's own marks are there: a body, or all of it. */
function parsed(): Promise<void> {
  return new Promise((resolve) => {
    if (document.body || document.readyState !== 'loading') return resolve()
    const stop = listen(document, 'DOMContentLoaded', () => (stop(), resolve()), console.warn)
  })
}
