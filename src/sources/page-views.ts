import { listen } from '../browser/listen.js'
import { onRoute, type Route } from '../browser/on-route.js'
import { currentPage, loadType } from '../browser/page.js'
import { whenSeen } from '../browser/when-seen.js'
import { whenTitled } from '../browser/when-titled.js'
import type { Source, Stop } from '../types.js'

/** Settings of `pageViews`. */
export interface PageViewOptions {
  /** Counts a change of the fragment (`#/cart`) as a page view, for shops that route by it. @default false */
  readonly hash?: boolean
}

/**
 * Records `page_view` for each page that was seen: at load, on single-page routes, and on a return from the back/forward cache.
 *
 * `replaceState` counts only when it changes the path, since shops write filters and scroll positions with it. Neither a prerendered page nor a tab in the
 * background counts before it is looked at. The time is that of the load or the route change, the title that which the parser or the router set afterwards.
 * `props.navigation` says how the page was reached: `load`, `reload`, `back_forward`, `restore`, `push`, `replace` or `traverse`.
 */
export function pageViews({ hash = false }: PageViewOptions = {}): Source {
  return (record) => {
    const fail = (failure: unknown) => record({ failure })
    const placeOf = (url: string) => (hash ? url : url.split('#')[0]!)
    let url = location.href
    let isSeen = false
    let pending: { readonly emit: () => void; readonly stop: Stop } | undefined

    const view = (navigation: string, referrer: string, isTitled?: boolean) => {
      pending?.emit()
      const at = Date.now()
      const page = { ...currentPage(), referrer }
      const emit = () => {
        pending?.stop()
        pending = undefined
        record({ name: 'page_view', source: 'page-views', at, props: { navigation }, page: { ...page, title: document.title } })
      }
      if (isTitled) emit()
      else pending = { emit, stop: whenTitled(emit, fail) }
    }

    const seen = () => {
      isSeen = true
      // The tag may stand above the title, and be here before it.
      view(loadType(), document.referrer, !!document.title || document.readyState !== 'loading')
    }

    const routed = (how: Route) => {
      const before = url
      url = location.href
      const hasMoved = how === 'replace' ? pathOf(before, hash) !== pathOf(url, hash) : placeOf(before) !== placeOf(url)
      // Where a page nobody has looked at went, nobody has been.
      if (isSeen && hasMoved) view(how, before)
    }

    const stops = [
      whenSeen(seen, fail),
      onRoute(routed, fail),
      listen<PageTransitionEvent>(window, 'pageshow', (event) => event.persisted && isSeen && view('restore', document.referrer, true), fail),
    ]
    return () => {
      pending?.stop()
      for (const stop of stops) stop()
    }
  }
}

function pathOf(url: string, hash: boolean): string {
  const { pathname, hash: fragment } = new URL(url)
  return hash ? pathname + fragment : pathname
}
