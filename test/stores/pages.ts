import type { StorePage } from '../../src/testing/testing.js'

/** Shows a page of a shop, until it is undone. */
export function openPage({ html, path = '/', globals = {}, cookie }: StorePage): () => void {
  const before = document.documentElement
  const { href } = location
  history.replaceState(null, '', path)
  before.remove()
  document.append(document.adoptNode(new DOMParser().parseFromString(html, 'text/html').documentElement))
  Object.assign(window, globals)
  if (cookie) document.cookie = `${cookie}; path=/`
  return () => {
    if (cookie) document.cookie = `${cookie}; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT`
    for (const name of Object.keys(globals)) Reflect.deleteProperty(window, name)
    document.documentElement.remove()
    document.append(before)
    history.replaceState(null, '', href)
  }
}

/** Lets the shop answer each request in the same way, and tells what was asked. */
export function shopAnswers(answer: unknown, asked: (...call: unknown[]) => void = () => {}, status = 200): () => void {
  const { fetch } = globalThis
  globalThis.fetch = async (...call: unknown[]) => {
    asked(...call)
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), { status })
  }
  return () => void (globalThis.fetch = fetch)
}

/** Whether the browser takes cookies at all. */
export function cookies(isOn: boolean): () => void {
  Object.defineProperty(navigator, 'cookieEnabled', { value: isOn, configurable: true })
  return () => Reflect.deleteProperty(navigator, 'cookieEnabled')
}
