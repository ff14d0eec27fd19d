/** What shoppers press: links, buttons and ARIA roles, as a CSS selector. */
export const CONTROLS =
  'a[href],area[href],button,summary,input[type=submit],input[type=button],input[type=image],input[type=reset],[role=button],[role=link],[role=menuitem],[role=tab],[role=option],[role=switch],[data-rihla]'
const EDITABLE = '[contenteditable]:not([contenteditable=false]),[data-rihla-ignore]'
const PRIVATE = `input,textarea,select,${EDITABLE}`
/** The characters of a text: those that are kept, and as many as an e-mail address may have, to find one that the end cuts in two. */
const ENOUGH = 64 + 257
/** Ids and names that a framework made up say nothing tomorrow. */
const STABLE = /^(?!.*\d{3})[\w-]{1,40}$/

/** The elements that an event goes through, from the inmost outwards, through open shadow roots. */
export const pathOf = (event: Event): readonly Element[] => elementsOf(event.composedPath())

/** The elements of an event's whole path. */
export const elementsOf = (path: readonly EventTarget[]): readonly Element[] => path.filter((node) => node instanceof Element)

/** Whether nothing of a control may be read but its selector. The path goes on through shadow roots, where `closest` ends. */
export const isPrivate = (control: Element, path: readonly Element[]): boolean => path.slice(path.indexOf(control)).some((element) => element.matches(EDITABLE))

/** A short and stable selector of a control, and what it says of itself, unless that is private: never from fields. Not cut to its length yet: it is to be cleaned first. */
export function describe(control: Element, path: readonly Element[]): { readonly selector: string; readonly text?: string | undefined } {
  return { selector: selectorOf(control), ...(!isPrivate(control, path) && { text: control.getAttribute('aria-label')?.slice(0, ENOUGH) || textOf(control) || undefined }) }
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

/** What attributes of an element say, in one text. Not its properties: a field of a form may be called `action` or `id`. */
export const wordsOf = (element: Element, attributes: string): string => attributes.split(' ').map((name) => element.getAttribute(name) ?? '').join(' ')

/** What controls are for, by words that their own attributes and texts use, and the addresses that they lead to. The first that fits counts. */
const PURPOSES: readonly (readonly [purpose: string, words: RegExp])[] = [
  ['add_to_cart', /add.?to.?(?:cart|bag|basket)|cart[/_-]?add|أضف إلى (?:ال)?سل|افزودن به سبد/i],
  ['coupon', /coupon|voucher|promo|discount|قسيمة|کد تخفیف/i],
  ['pay', /place.?order|submit.?order|\bpay(?:ment)?\b|buy.?now|ادفع|تأكيد الطلب|پرداخت|ثبت سفارش/i],
  ['checkout', /checkout|check.out|إتمام (?:ال)?شراء|تسویه/i],
]

/** What a control is for: `pay`, `add_to_cart`, `checkout`, `coupon`; `undefined` for anything else. */
export function purposeOf(control: Element, text = ''): string | undefined {
  const words = [wordsOf(control, 'id class name data-testid data-rihla href'), control.closest('form')?.getAttribute('action'), text].join(' ')
  return PURPOSES.find(([, of]) => of.test(words))?.[0]
}
