import { listen } from '../browser/listen.js'
import { onContent } from '../browser/on-content.js'
import type { Props, Source } from '../types.js'

// Taken when the script loads: pages replace it.
const { stringify } = JSON

/** Fields of an item; the others are parameters of the event. */
const ITEM = /^(item_(?!list_)|sku$|price$|quantity$|discount$|index$)/
const NUMBER = /^(price|quantity|discount|index|value|tax|shipping|rating)$/
/** Marks that say something else: the kind of a page, and what is private. */
const OTHER = /^(page|ignore)$/

/**
 * Records what the shop's markup says: an element with `data-rihla="add_to_cart"` is a touchpoint of that name when it is clicked, a form when it is
 * submitted; one whose name begins with `view_` when the page is seen and has it, once, and again when a single-page route brings another or changes its parameters.
 *
 * `data-rihla-item_id`, `data-rihla-price` and the like on the element, or on those around it, are its parameters, the nearest first: fields of an item
 * (`item_…` but for `item_list_…`, `sku`, `price`, `quantity`, `discount`, `index`) make up `items[0]`, the others `props`. `price`, `quantity`, `value` and other amounts are
 * numbers where they look like one (`16.5`).
 */
export function attributes(): Source {
  return (record) => {
    const fail = (failure: unknown) => record({ failure })
    const viewed = new WeakMap<Element, string>()

    const tell = (element: Element, props: Props, leaving?: boolean) => record({ name: nameOf(element), source: 'attributes', props, leaving })

    const used = (event: Event) => {
      const path = event.composedPath()
      const marked = path.find((node): node is Element => node instanceof Element && node.hasAttribute('data-rihla'))
      const isForm = marked instanceof HTMLFormElement
      if (marked && isForm === (event.type === 'submit') && !isView(marked)) tell(marked, propsOf(path.slice(path.indexOf(marked))), true)
    }

    const look = () => {
      for (const element of document.querySelectorAll('[data-rihla^=view_]')) {
        const props = propsOf(aroundOf(element))
        // A router may show the next product in the same element.
        const view = stringify(props)
        if (viewed.get(element) === view) continue
        viewed.set(element, view)
        tell(element, props)
      }
    }

    const stops = [onContent(look, fail), listen(document, 'click', used, fail), listen(document, 'submit', used, fail)]
    return () => {
      for (const stop of stops) stop()
    }
  }
}

const nameOf = (element: Element) => element.getAttribute('data-rihla')!
const isView = (element: Element) => nameOf(element).startsWith('view_')

/** An element and those around it, from the inside. */
function aroundOf(element: Element | null): Element[] {
  return element ? [element, ...aroundOf(element.parentElement)] : []
}

/** The parameters on a path from an element outwards. */
function propsOf(path: readonly EventTarget[]): Props {
  const item: { [field: string]: unknown } = {}
  const props: { [param: string]: unknown } = {}
  for (const element of path) {
    // Not `element.attributes`: a form answers with its field of that name.
    for (const name of element instanceof Element ? element.getAttributeNames() : []) {
      const param = name.slice(11)
      if (!name.startsWith('data-rihla-') || OTHER.test(param)) continue
      const value = (element as Element).getAttribute(name)!
      const of = ITEM.test(param) ? item : props
      of[param] ??= NUMBER.test(param) && /^-?\d+(\.\d+)?$/.test(value) ? +value : value
    }
  }
  return Object.keys(item).length ? { ...props, items: [item] } : props
}
