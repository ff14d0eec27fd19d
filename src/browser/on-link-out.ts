import type { Stop } from '../types.js'
import { type Fail, listen } from './listen.js'

/**
 * Lets the address of a link or a form be another one just for the moment in which it is followed: `callback` gets the address and returns the one to go to, or
 * `undefined` to leave it. What the page and its visitor see and copy afterwards is as it was.
 */
export function onLinkOut(callback: (url: URL) => string | undefined, fail: Fail): Stop {
  const away = new Set<Element>()
  const detour = (element: Element, attribute: string) => {
    // Not as a property: a field of the form may be called `action`.
    const own = element.getAttribute(attribute)
    const to = own === null || away.has(element) ? undefined : callback(new URL(own, document.baseURI))
    if (to === undefined) return
    element.setAttribute(attribute, to)
    away.add(element)
    // The browser takes the address in this task.
    setTimeout(() => {
      away.delete(element)
      if (element.getAttribute(attribute) === to) element.setAttribute(attribute, own!)
    }, 0)
  }
  const clicked = (event: Event) => {
    const link = event.composedPath().find((node): node is Element => node instanceof Element && node.matches('a[href],area[href]'))
    if (link) detour(link, 'href')
  }
  const submitted = ({ target }: Event) => {
    if (target instanceof HTMLFormElement) detour(target, 'action')
  }
  // `auxclick` is that of the middle button, which opens another tab.
  const stops = [listen(document, 'click', clicked, fail), listen(document, 'auxclick', clicked, fail), listen(document, 'submit', submitted, fail)]
  return () => stops.forEach((stop) => stop())
}
