import type { Stop } from '../types.js'
import { type Fail, listen } from './listen.js'

interface Going extends Event {
  readonly destination: { readonly url: string; readonly sameDocument: boolean }
  /** Not `null` for a download, which leaves nothing. */
  readonly downloadRequest?: string | null
}

/**
 * Calls back with the address of each navigation that begins in this document: a link, a form, a script. It may never get there.
 * Where there is no Navigation API, only clicks on links and submitted forms are seen.
 */
export function onOutward(callback: (url: string) => void, fail: Fail): Stop {
  const { navigation } = window as Window & { navigation?: EventTarget }
  if (navigation) return listen<Going>(navigation, 'navigate', ({ destination, downloadRequest }) => destination.sameDocument || typeof downloadRequest === 'string' || callback(destination.url), fail)
  const clicked = (event: MouseEvent) => {
    const link = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement)
    if (link?.href && !link.download && isHere(link) && !event.ctrlKey && !event.metaKey && !event.shiftKey) callback(link.href)
  }
  const submitted = ({ target }: Event) => {
    // A field may be called `action`.
    if (target instanceof HTMLFormElement && isHere(target)) callback(new URL(target.getAttribute('action') ?? '', location.href).href)
  }
  const stops = [listen(document, 'click', clicked, fail), listen(document, 'submit', submitted, fail)]
  return () => stops.forEach((stop) => stop())
}

/** Whether it is this page that goes. */
const isHere = (element: Element) => /^(_self)?$/.test(element.getAttribute('target') ?? '')
