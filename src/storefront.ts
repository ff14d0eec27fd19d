import { type CartMethods, commerce, type CommerceOptions } from './commerce/commerce.js'
import { journey, type JourneyMethods, type JourneyOptions } from './journey/journey.js'
import { oneTruth } from './one-truth.js'
import { attributes } from './sources/attributes.js'
import { type ClickOptions, clicks } from './sources/clicks.js'
import { consent, type ConsentOptions } from './sources/consent.js'
import { dataLayer, type DataLayerOptions } from './sources/data-layer.js'
import { errors } from './sources/errors.js'
import { forms } from './sources/forms.js'
import { friction } from './sources/friction.js'
import { pageLeave } from './sources/page-leave.js'
import { type PageViewOptions, pageViews } from './sources/page-views.js'
import { productMarkup } from './sources/product-markup.js'
import { sharing } from './sources/sharing.js'
import { shopPages } from './sources/shop-pages.js'
import { five } from './stages/five.js'
import { createTracker } from './tracker.js'
import type { Source, StageModel, Stop, StoreSource, Tracker, TrackerOptions } from './types.js'

/** Settings of `createStorefront`: a tracker's, and those of the sources that it brings. */
export interface StorefrontOptions extends Omit<TrackerOptions, 'commerce' | 'journey'>, PageViewOptions, CommerceOptions, JourneyOptions, Pick<ConsentOptions, 'region'> {
  /** What counts as a control besides links, buttons and ARIA roles, as a CSS selector. */
  readonly clickSelector?: ClickOptions['selector']
  /** The global array that the shop pushes its events to. @default 'dataLayer' */
  readonly layer?: DataLayerOptions['name']
  /** The stage model that gives hints. @default five */
  readonly stages?: StageModel
  /** What else tells of what a shopper does, beside the dataLayer and the markup, such as `segmentEvents()` of `rihla/sources/segment-events`: of what several say, one is told. @default [] */
  readonly readers?: readonly Source[]
  /** The shop system that this is, as `store(woocommerce())` of `rihla/sources/store`, or a promise of it. */
  readonly store?: StoreSource | Promise<StoreSource | undefined>
}

/**
 * Starts a tracker with everything a shop wants: page views, clicks and where they are in vain, errors, what its store, its dataLayer, its attributes, its markup, its forms and its links tell, each once and the
 * surest first; the cart and the orders, the journey in five stages, and what its consent tool says. `sources` adds to them.
 */
export function createStorefront({ hash, clickSelector, layer, region, store, readers = [], sources = [], ...options }: StorefrontOptions): Tracker & CartMethods & JourneyMethods {
  // An adapter alone is the likely mistake.
  if (store && typeof store !== 'function' && typeof store.then !== 'function') throw new TypeError('rihla: store must be store(adapter) of rihla/sources/store, or a promise of it')
  const expected = store && Promise.resolve(store)
  // The sources say what became of it; they start only later, and until then the page would hear of a rejection.
  expected?.catch(() => {})
  const truth = oneTruth([dataLayer(layer === undefined ? {} : { name: layer }), ...readers, attributes(), productMarkup(), forms(), sharing(), shopPages()], expected)
  const signals = consent({ ...(layer !== undefined && { layer }), ...(region !== undefined && { region }) })
  const own = [signals, pageViews(hash === undefined ? {} : { hash }), clicks(clickSelector === undefined ? {} : { selector: clickSelector }), errors(), pageLeave(), inItsTurn(friction({ selector: clickSelector })), inItsTurn(truth.source)]
  const tracker = createTracker({ ...options, commerce: commerce(options), journey: journey({ stages: five, ...options }), sources: [...own, ...sources] })
  return {
    ...tracker,
    track: (name, props, ...rest) => {
      if (truth.told({ name, props })) tracker.track(name, props, ...rest)
    },
  }
}

/** Started in a task of its own, so that all of them together are not one long task. */
const inItsTurn = (source: Source): Source => (record) => {
  let stop: Stop | undefined
  const timer = setTimeout(() => {
    try {
      stop = source(record)
    } catch (failure) {
      record({ failure })
    }
  }, 0)
  return () => {
    clearTimeout(timer)
    stop?.()
  }
}
