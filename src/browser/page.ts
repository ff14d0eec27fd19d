import type { PageView } from '../types.js'

/** The page as it is now. */
export function currentPage(): PageView {
  const { title, referrer, documentElement } = document
  return { url: location.href, title, referrer, locale: documentElement.lang || undefined, kind: documentElement.dataset.rihlaPage }
}
