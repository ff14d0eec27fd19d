import { listen } from '../browser/listen.js'
import { onRoute, type Route } from '../browser/on-route.js'
import { currentPage } from '../browser/page.js'
import type { Source } from '../types.js'

/**
 * Records `page_leave` when a page is hidden or left, and when a single-page route goes on to another: `visible_ms` and `focused_ms` are how long it was visible and had the focus since the last `page_leave` of this
 * page, so that sums count nothing twice; `scroll_depth` is how much of its height has been seen so far, in percent. Nothing of a page that nobody has looked at.
 */
export function pageLeave(): Source {
  return (record) => {
    const fail = (failure: unknown) => record({ failure })
    const clock = () => performance.now()
    // A page that is left is hidden after it was told so.
    let isLeft = false
    const isVisible = () => !isLeft && document.visibilityState !== 'hidden'
    let page = currentPage()
    let lowest = 0
    let visible = 0
    let focused = 0
    let since = clock()
    let was = { isVisible: isVisible(), isFocused: document.hasFocus() }

    /** Adds up until now. */
    const count = () => {
      const passed = clock() - since
      if (was.isVisible) visible += passed
      if (was.isVisible && was.isFocused) focused += passed
      since = clock()
      was = { isVisible: isVisible(), isFocused: document.hasFocus() }
    }
    const scrolled = () => void (lowest = Math.max(lowest, scrollY + innerHeight))

    const tell = (of?: typeof page) => {
      count()
      if (!visible) return
      scrolled()
      const { scrollHeight } = document.documentElement
      const depth = Math.min(100, Math.round((100 * lowest) / Math.max(scrollHeight, innerHeight, 1)))
      record({ name: 'page_leave', source: 'page-leave', props: { visible_ms: Math.round(visible), focused_ms: Math.round(focused), scroll_depth: depth }, page: of })
      visible = focused = 0
    }

    const turned = () => {
      if (isVisible()) count()
      else tell()
    }
    const placeOf = (url: string) => url.split('#')[0]!
    const routed = (how: Route) => {
      const next = currentPage()
      const [before, after] = how === 'replace' ? [new URL(page.url).pathname, location.pathname] : [placeOf(page.url), placeOf(next.url)]
      if (before !== after) {
        tell(page)
        lowest = 0
      }
      page = before === after ? { ...page, url: next.url } : { ...next, referrer: page.url }
    }
    // A router sets the title after the address.
    const named = () => void (page = { ...page, title: document.title })
    const left = () => {
      tell()
      isLeft = true
      count()
    }
    const restored = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return
      isLeft = false
      count()
      visible = focused = lowest = 0
    }
    // On window, where it comes before it comes to the tracker: what is told then leaves with the rest.
    const stops = [
      listen(window, 'visibilitychange', turned, fail),
      listen(window, 'pagehide', left, fail),
      listen(window, 'pageshow', restored, fail),
      listen(window, 'focus', count, fail),
      listen(window, 'blur', count, fail),
      listen(document, 'scroll', scrolled, fail),
      listen(document, 'click', named, fail),
      onRoute(routed, fail),
    ]
    return () => stops.forEach((stop) => stop())
  }
}
