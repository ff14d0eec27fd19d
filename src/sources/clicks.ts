import { listen } from '../browser/listen.js'
import type { Props, Source } from '../types.js'

/** Settings of `clicks`. */
export interface ClickOptions {
  /** What counts as a control besides links, buttons and ARIA roles, as a CSS selector. */
  readonly selector?: string
}

const CONTROLS =
  'a[href],area[href],button,summary,input[type=submit],input[type=button],input[type=image],input[type=reset],[role=button],[role=link],[role=menuitem],[role=tab],[role=option],[role=switch],[data-rihla]'
const PRIVATE = 'input,textarea,select,[contenteditable]:not([contenteditable=false]),[data-rihla-ignore]'
const FILES = /\.(pdf|docx?|xlsx?|pptx?|csv|txt|zip|rar|7z|gz|dmg|pkg|exe|msi|apk|mp[34]|mov|avi|wav|epub)$/i
/** The characters of a text: those that are kept, and as many as an e-mail address may have, to find one that the end cuts in two. */
const ENOUGH = 64 + 257
/** Ids and names that a framework made up say nothing tomorrow. */
const STABLE = /^(?!.*\d{3})[\w-]{1,40}$/

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
      const path = event.composedPath().filter((node): node is Element => node instanceof Element)
      const control = path.find((element) => element.matches(controls))
      if (control) record({ name: 'click', source: 'clicks', props: describe(control, path, event), leaving: mayLeave(control, event) })
    }
    const stops = [listen(document, 'click', clicked, fail), listen(document, 'auxclick', clicked, fail)]
    return () => stops.forEach((stop) => stop())
  }
}

function describe(control: Element, path: readonly Element[], event: Event): Props {
  // From the control outwards: the path goes on through shadow roots, where `closest` ends.
  const isPrivate = path.slice(path.indexOf(control)).some((element) => element.matches('[contenteditable]:not([contenteditable=false]),[data-rihla-ignore]'))
  return {
    selector: selectorOf(control),
    ...(!isPrivate && { text: control.getAttribute('aria-label')?.slice(0, ENOUGH) || textOf(control) || undefined }),
    ...(!isPrivate && linkOf(control)),
    ...(!event.isTrusted && { scripted: true }),
  }
}

function selectorOf(control: Element): string {
  const own = markOf(control)
  if (own) return control.localName + own
  for (let element = control.parentElement; element; element = element.parentElement) {
    const mark = markOf(element)
    if (mark) return `${element.localName}${mark} ${control.localName}`
  }
  return control.localName
}

function markOf(element: Element): string {
  if (STABLE.test(element.id)) return `#${element.id}`
  for (const attribute of ['data-testid', 'name', 'data-rihla', 'role']) {
    const value = element.getAttribute(attribute)
    if (value && STABLE.test(value)) return `[${attribute}=${value}]`
  }
  return ''
}

/** The control's own words, gathered only until there are enough. */
function textOf(control: Element): string {
  if (control.matches(PRIVATE)) return ''
  const isShown = (node: Node) =>
    node instanceof Element && node.matches(`${PRIVATE},script,style,svg`) ? NodeFilter.FILTER_REJECT : node instanceof Element ? NodeFilter.FILTER_SKIP : NodeFilter.FILTER_ACCEPT
  const walker = document.createTreeWalker(control, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, isShown)
  let text = ''
  while (text.length < ENOUGH && walker.nextNode()) text = `${text} ${walker.currentNode.nodeValue!.slice(0, 5000)}`.replace(/\s+/g, ' ')
  return text.trim().slice(0, ENOUGH)
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
