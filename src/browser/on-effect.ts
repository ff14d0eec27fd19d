import type { Stop } from '../types.js'
import { type Fail, guarded, listen } from './listen.js'
import { type Requests, onRequest } from './on-request.js'
import { onRoute } from './on-route.js'
import { patch } from './patch.js'

/** Watches for what a press may have set off. */
export interface Effects {
  /** Looks for changes of the document and of the shadow trees on an event's path, too, until `rest`: an observer of a whole document is not for all the time. */
  readonly observe: (path: readonly EventTarget[]) => void
  readonly rest: () => void
  readonly stop: Stop
}

/** Events that show that something has happened; they are rare, or cheap to hear. */
const TELLING = 'scroll focusin input change invalid reset toggle beforetoggle play pause copy cut fullscreenchange'.split(' ')

/**
 * Calls back when something has happened that a shopper can see or wait for: the document changes (while `observe` is on), a navigation or a request begins, something scrolls, gets the
 * focus (with what got it), is filled in, found invalid, opened, played, copied or selected, another window comes to the front. May fire without any press.
 */
export function onEffect(callback: (focused?: EventTarget | null) => void, requests: Requests, fail: Fail): Effects {
  const { navigation } = window as Window & { navigation?: EventTarget }
  const clipboard = navigator.clipboard as Clipboard | undefined
  const happened = () => callback()
  // To the very same place leads a link that has nothing else to do.
  const went = (url: string) => /#$/.test(url) || callback()
  const observer = new MutationObserver(guarded(happened, fail))
  let inmost: EventTarget | undefined
  const stops = [
    ...TELLING.map((type) => listen(document, type, ({ type, target }) => callback(type === 'focusin' ? target : undefined), fail)),
    listen(document, 'selectionchange', () => isSelecting() && callback(), fail),
    // Those of elements come by here, too.
    listen(window, 'blur', ({ target }) => target === window && callback(), fail),
    navigation ? listen<Event & { destination: { url: string } }>(navigation, 'navigate', ({ destination }) => went(destination.url), fail) : onRoute(() => went(location.href), fail),
    onRequest({ ...requests, began: (request) => (callback(), requests.began?.(request)) }, fail),
    // Plain http has none.
    clipboard ? patch(clipboard, 'writeText', happened, fail) : () => {},
  ]
  const rest = () => {
    inmost = undefined
    observer.disconnect()
  }
  return {
    observe: (path) => {
      // A click comes after a press on the same.
      if (path[0] === inmost) return
      inmost = path[0]
      for (const node of path) if (node === document || node instanceof ShadowRoot) observer.observe(node as Node, { subtree: true, childList: true, attributes: true, characterData: true })
    },
    rest,
    stop: () => {
      rest()
      for (const stop of stops) stop()
    },
  }
}

/** Whether some of the page's text is selected. */
export const isSelecting = (): boolean => getSelection()?.type === 'Range'
