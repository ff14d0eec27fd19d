import type { Stop } from '../types.js'

/** A page to try something on. */
export interface TestPage {
  /** The document as the server sends it, with the attributes of its `<html>` and `<body>`. No script of it runs. */
  readonly html: string
  /** Path and query, on the origin of the test. @default '/' */
  readonly path?: string
  /** What the shop's own scripts leave on `window`: `{ Shopify: { shop: … } }`. */
  readonly globals?: { readonly [name: string]: unknown }
  /** A cookie that the page can read: `items_in_cart=1`. */
  readonly cookie?: string
}

/** One thing that must hold. `run` rejects, with a sentence, where it does not. */
export interface ContractCheck {
  /** A sentence, to name a test by. */
  readonly name: string
  readonly run: () => Promise<void>
}

/** A request that was made. */
export interface Call {
  readonly method: string
  readonly url: URL
}

/** A page with nothing on it. */
export const BLANK: TestPage = { html: '<!doctype html><title>Blank</title>' }

/** What a shopper types; it may be found again nowhere. */
export const TYPED = 'typed by the shopper'

const CHOICES = /^(hidden|radio|checkbox|submit|button|reset|image|file|range|color)$/

/** A check, by the sentence that names it. */
export const check = (name: string, run: () => void | Promise<void>): ContractCheck => ({ name, run: async () => run() })

/** Throws a sentence where something does not hold. */
export function must(holds: boolean, message: string): void {
  if (!holds) throw new Error(message)
}

/** A value, as it is shown in a sentence. */
export const show = (value: unknown) => JSON.stringify(value) ?? 'undefined'

/** Shows a page while something is done, also when that fails or takes its time. */
export function on<T>(page: TestPage, use: () => T): T {
  return during(open(page), use)
}

/** Undoes something once work is done, also when that fails or takes its time. */
export function during<T>(undo: Stop, use: () => T): T {
  let result: T
  try {
    result = use()
  } catch (cause) {
    undo()
    throw cause
  }
  if (!(result instanceof Promise)) undo()
  return result instanceof Promise ? (result.finally(undo) as T) : result
}

function open({ html, path = '/', globals = {}, cookie }: TestPage): Stop {
  const { href } = location
  const before = document.documentElement
  const undo = Object.entries(globals).map(([name, value]) => replace(window, name, value))
  const setCookie = (attributes: string) => cookie && (document.cookie = `${cookie}; path=/${attributes}`)
  goTo(path)
  before.remove()
  document.append(document.adoptNode(toDocument(html).documentElement))
  for (const field of document.querySelectorAll<HTMLInputElement>('input,textarea')) if (!CHOICES.test(field.type)) field.value = TYPED
  setCookie('')
  return () => {
    setCookie('; expires=Thu, 01 Jan 1970 00:00:00 GMT')
    document.documentElement.remove()
    document.append(before)
    goTo(href)
    for (const each of undo) each()
  }
}

/** Browsers take about 200 changes of the address in 10 seconds; more of them are passed over without a word. */
function goTo(path: string): void {
  const { href } = new URL(path, location.href)
  if (href !== location.href) history.replaceState(history.state, '', href)
  must(href === location.href, `the browser must go to ${path}; it may have been there too often, too soon`)
}

export const toDocument = (html: string) => new DOMParser().parseFromString(html, 'text/html')

/** Puts a value under a name. Returns its undo. */
export function replace(target: object, name: string, value: unknown): Stop {
  const before = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { value, configurable: true, writable: true })
  return () => void (before ? Object.defineProperty(target, name, before) : Reflect.deleteProperty(target, name))
}

/** What a server answers. */
export function reply(body: string, status = 200): Response {
  const text = async () => body
  const plain = { ok: status < 300, status, text, json: async () => JSON.parse(body) as unknown }
  // Not every test environment has one.
  return typeof Response === 'function' ? new Response(body, { status }) : (plain as Response)
}

/** Answers requests while something is done, and writes them down. */
export function answering<T>(answer: () => Promise<Response>, use: (calls: readonly Call[]) => T): T {
  const calls: Call[] = []
  const fetch = (input: RequestInfo | URL, init?: RequestInit) => {
    const { method, url } = typeof input === 'object' && 'url' in input ? input : { method: 'GET', url: `${input}` }
    calls.push({ method: init?.method ?? method, url: new URL(url, location.href) })
    return answer()
  }
  const undo = [...new Set([globalThis, window])].map((target) => replace(target, 'fetch', fetch))
  return during(() => undo.forEach((each) => each()), () => use(calls))
}

/** Making something must neither listen, nor ask, nor wait. */
export function mustBeSilent(create: () => unknown): void {
  const words: string[] = []
  const watched: readonly (readonly [object, string])[] = [[window, 'addEventListener'], [document, 'addEventListener'], [globalThis, 'fetch'], [globalThis, 'setTimeout'], [globalThis, 'setInterval'], [history, 'pushState'], [history, 'replaceState']]
  // A request that is never answered: the factory may wait for it.
  const noted = (name: string) => () => (words.push(name), new Promise(() => {}))
  const undo = watched.map(([target, name]) => replace(target, name, noted(name)))
  during(() => undo.reverse().forEach((each) => each()), create)
  must(!words.length, `creating it must touch nothing, got ${words.join(', ')}`)
}

/** What is told may hold nothing of what a shopper has typed, or of these texts. */
export function mustHide(told: unknown, personal: readonly string[]): void {
  const text = show(told)
  const found = [TYPED, ...personal].filter((each) => text.includes(show(each).slice(1, -1)))
  must(!found.length, `nothing personal may be told, got ${found.join(', ')}`)
}
