import { createStorefront, type StorefrontOptions } from './storefront.js'
import type { Record as Recorder, Tracker } from './types.js'

/** A call made before the script arrived: when, where, and `rihla`'s arguments. */
type Queued = [at: number, url: string, title: string, call: ArrayLike<unknown>]

interface Global {
  (method: string, ...args: unknown[]): unknown
  q?: Queued[]
  /** Set once the tracker runs. */
  version?: string
}

const TEXT = ['endpoint', 'site', 'consent', 'clickSelector', 'layer']
const NUMBERS = ['batchSize', 'batchAfter', 'grace', 'maxCount', 'maxBytes', 'maxAge', 'abandonAfter']
const FLAGS = ['debug', 'hash', 'hostedCheckout']
const METHODS = ['track', 'cart', 'onAbandonment', 'identify', 'saved', 'flush', 'consent', 'forget', 'stop']

start(window as Window & { rihla?: Global })

/** Starts the tracker that the script tag describes and makes `window.rihla` a function whose first argument is a tracker's method. Never throws. */
function start(page: Window & { rihla?: Global }): void {
  if (page.rihla?.version) return console.warn('rihla: the script is on this page twice; the second one does nothing')
  try {
    const early = page.rihla?.q ?? []
    let record: Recorder = () => {}
    const listen = (to: Recorder) => {
      record = to
      return () => {}
    }
    const tracker = createStorefront({ onError: ({ message, cause }) => console.warn(message, cause ?? ''), ...settings(), sources: [listen] })
    const rihla: Global = (method, ...args) => call(tracker, method, args)
    rihla.version = '1'
    page.rihla = rihla
    for (const [at, url, title, queued] of early) {
      const [method, ...args] = Array.from(queued) as [string, ...unknown[]]
      const [name, props, options] = args as [string, { [key: string]: unknown }?, { stage?: string }?]
      if (method === 'track') record({ name, props, stage: options?.stage, at, page: url === location.href ? undefined : { url, title } })
      else call(tracker, method, args)
    }
  } catch (error) {
    console.error((error as Error).message)
  }
}

function call(tracker: Tracker, method: string, args: unknown[]): unknown {
  if (!METHODS.includes(method)) return console.warn(`rihla: the first argument must be one of ${METHODS.join(', ')}, got "${method}"`)
  return (tracker as unknown as { [method: string]: (...args: unknown[]) => unknown })[method]!(...args)
}

/** Scalars from the tag's `data-` attributes, objects from `<script type="application/json" id="rihla">`. */
function settings(): StorefrontOptions {
  const { dataset } = (document.currentScript ?? document.querySelector('script[data-endpoint]') ?? document.head) as HTMLElement
  const json = document.querySelector('script#rihla[type="application/json"]')
  const found: { [option: string]: unknown } = json ? JSON.parse(json.textContent) : {}
  for (const option of TEXT) if (dataset[option]) found[option] = dataset[option]
  for (const option of NUMBERS) if (dataset[option]) found[option] = Number(dataset[option])
  for (const option of FLAGS) if (option in dataset) found[option] = dataset[option] !== 'false'
  // Whatever is wrong or missing, `createTracker` says so.
  return found as unknown as StorefrontOptions
}
