import { type ClickOptions, clicks } from './sources/clicks.js'
import { type PageViewOptions, pageViews } from './sources/page-views.js'
import { five } from './stages/five.js'
import { createTracker } from './tracker.js'
import type { Tracker, TrackerOptions } from './types.js'

/** Settings of `createStorefront`: a tracker's, and those of the sources that it brings. */
export interface StorefrontOptions extends TrackerOptions, PageViewOptions {
  /** What counts as a control besides links, buttons and ARIA roles, as a CSS selector. */
  readonly clickSelector?: ClickOptions['selector']
}

/** Starts a tracker with everything a shop wants: page views, clicks, and hints of the five-stage journey. `sources` adds to them. */
export function createStorefront({ hash, clickSelector, sources = [], ...options }: StorefrontOptions): Tracker {
  const own = [pageViews(hash === undefined ? {} : { hash }), clicks(clickSelector === undefined ? {} : { selector: clickSelector })]
  return createTracker({ stages: five, ...options, sources: [...own, ...sources] })
}
