import type { PageView } from '../types.js'

/** How the document came: `navigate` and `prerender` are a `load` to the shopper. */
export function loadType(): 'load' | 'reload' | 'back_forward' {
  const type = (performance.getEntriesByType?.('navigation')[0] as PerformanceNavigationTiming | undefined)?.type
  return type === 'reload' || type === 'back_forward' ? type : 'load'
}

/** The page as it is now. */
export function currentPage(): PageView {
  const { title, referrer, documentElement } = document
  return { url: location.href, title, referrer, locale: documentElement.lang || undefined, kind: documentElement.dataset.rihlaPage }
}
