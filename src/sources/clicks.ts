import { CONTROLS, describe, isPrivate, pathOf } from '../browser/control.js'
import { listen } from '../browser/listen.js'
import type { Props, Source } from '../types.js'

/** Settings of `clicks`. */
export interface ClickOptions {
  /** What counts as a control besides links, buttons and ARIA roles, as a CSS selector. */
  readonly selector?: string
}

const FILES = /\.(pdf|docx?|xlsx?|pptx?|csv|txt|zip|rar|7z|gz|dmg|pkg|exe|msi|apk|mp[34]|mov|avi|wav|epub)$/i

/**
 * Records `click` on controls: links, buttons, ARIA roles and what `selector` matches, through open shadow roots.
 *
 * `props`: `selector` (short and stable), `text` (which the tracker cuts at 64 characters, once it is clean; never from fields, editable text or `data-rihla-ignore`), and for links GA4's
 * `link_url`, `outbound`, `file_extension`, or `scheme` alone for `mailto:`, `tel:` and the like. Clicks by script carry `scripted`.
 * Never delays or prevents navigation, never reads layout.
 */
export function clicks({ selector }: ClickOptions = {}): Source {
  const controls = selector ? `${CONTROLS},${selector}` : CONTROLS
  return (record) => {
    const fail = (failure: unknown) => record({ failure })
    // Throws here, at the start, if the selector is no CSS.
    document.createDocumentFragment().querySelector(controls)
    const clicked = (event: MouseEvent) => {
      if (event.type === 'auxclick' && event.button !== 1) return
      const path = pathOf(event)
      const control = path.find((element) => element.matches(controls))
      if (control) record({ name: 'click', source: 'clicks', props: propsOf(control, path, event), leaving: mayLeave(control, event) })
    }
    const stops = [listen(document, 'click', clicked, fail), listen(document, 'auxclick', clicked, fail)]
    return () => stops.forEach((stop) => stop())
  }
}

function propsOf(control: Element, path: readonly Element[], event: Event): Props {
  return {
    ...describe(control, path),
    ...(!isPrivate(control, path) && linkOf(control)),
    ...(!event.isTrusted && { scripted: true }),
  }
}

function linkOf(control: Element): Props | undefined {
  if (!(control instanceof HTMLAnchorElement || control instanceof HTMLAreaElement)) return
  const { href, protocol, host, pathname } = control
  if (protocol !== 'http:' && protocol !== 'https:') return { scheme: protocol.slice(0, -1) }
  const file = FILES.exec(pathname)?.[1]
  return {
    link_url: href,
    ...(host !== location.host && { outbound: true }),
    ...((file || control.hasAttribute('download')) && { file_extension: file?.toLowerCase() ?? 'download' }),
  }
}

/** Whether the page may be gone after this click. */
function mayLeave(control: Element, event: MouseEvent): boolean {
  const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button === 1 || control.getAttribute('target') === '_blank'
  const isButton = control.matches('button,input') && !!(control as HTMLButtonElement).form
  return !opensElsewhere && (control.matches('a[href]:not([href^="#"]),area[href]') || isButton)
}
