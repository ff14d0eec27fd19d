import { type Metric, onCLS, onINP, onLCP, onTTFB } from 'web-vitals'
import { listen } from '../browser/listen.js'
import { currentPage } from '../browser/page.js'
import type { Source } from '../types.js'

/** Settings of `vitals`. */
export interface VitalsOptions {
  /** Records also pages that are good in everything. @default false */
  readonly all?: boolean | undefined
}

/** What of a metric counts. */
type Value = Pick<Metric, 'name' | 'value' | 'rating'>
/** Calls back with a metric whenever it has changed: as `onLCP` does. */
type Measure = (callback: (metric: Value) => void, options: { readonly reportAllChanges: boolean }) => void

const RATINGS = ['good', 'needs-improvement', 'poor']

/**
 * Records `slow_page` for a page that is not good in one of Google's Web Vitals, when it is first hidden or left: `lcp`, `inp` and `ttfb` in ms, `cls`, as far as the browser measures them, and the `rating` of the worst
 * (`needs-improvement` or `poor`). Needs the package `web-vitals`. They are those of the document: of a single-page shop, the page that was loaded; a return from the back/forward cache counts anew.
 *
 * `web-vitals` has no undo: after a stop its listeners stay, and say nothing.
 */
export function vitals({ all = false }: VitalsOptions = {}, measures: readonly Measure[] = [onLCP, onINP, onCLS, onTTFB]): Source {
  return (record) => {
    let page = currentPage()
    let metrics: { readonly [name: string]: Value } = {}
    let isTold = false
    let isOver = false

    const measured = (metric: Value) => {
      if (!isOver) metrics = { ...metrics, [metric.name.toLowerCase()]: metric }
    }
    const tell = () => {
      const worst = Math.max(...Object.values(metrics).map(({ rating }) => RATINGS.indexOf(rating)))
      if (isTold || !(worst > 0 || (all && worst === 0))) return
      isTold = true
      const values = Object.entries(metrics).map(([name, { value }]) => [name, name === 'cls' ? Math.round(value * 1000) / 1000 : Math.round(value)] as const)
      record({ name: 'slow_page', source: 'vitals', props: { rating: RATINGS[worst], ...Object.fromEntries(values) }, ...(page.url !== location.href && { page }) })
    }
    const restored = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return
      page = currentPage()
      metrics = {}
      isTold = false
    }

    const fail = (failure: unknown) => record({ failure })
    for (const measure of measures) measure(measured, { reportAllChanges: true })
    const stops = [
      // On window, where it comes before it comes to the tracker: what is told then leaves with the rest.
      listen(window, 'visibilitychange', () => document.visibilityState === 'hidden' && tell(), fail),
      listen(window, 'pagehide', tell, fail),
      listen(window, 'pageshow', restored, fail),
    ]
    return () => {
      isOver = true
      for (const stop of stops) stop()
    }
  }
}
