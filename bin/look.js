// @ts-check
// Opens a page in a browser with rihla in it, and notes what it sees. Nothing leaves: what would be sent is taken on its way.
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { openChromium } from './chromium.js'

/** @typedef {{ name: string, source?: string, stage?: { id: string, confidence: number, rule?: string }, props?: { [name: string]: unknown }, page: string }} Touchpoint */
/** @typedef {{ touchpoints: Touchpoint[], pages: { [key: string]: { url: string, title?: string, kind?: string } } }} Batch */
/**
 * What was seen of a page. `own`: it has rihla itself. `store`: the shop system that was recognised. `layer`: the names of events in its dataLayer, `undefined` where it has none. `hidden`: places in it that hold personal data, which
 * is not read. `products`: how the page marks up a product. `words`: what rihla told the developer.
 * @typedef {{ url: string, status: number, title: string, own: boolean, store: string | undefined, layer: string[] | undefined, hidden: string[], products: string[], batches: Batch[], words: string[] }} Facts
 */

const ORIGIN = 'https://rihla.check'
const cors = [{ name: 'access-control-allow-origin', value: '*' }]

/** Runs in the page. */
const survey = () => {
  const page = /** @type {{ dataLayer?: unknown[] }} */ (/** @type {unknown} */ (window))
  const E_MAIL = /[\w.+-]+@[\w-]+\.[a-z]{2,}/i
  /** @type {(value: unknown, path: string, depth: number, found: string[]) => string[]} */
  const places = (value, path, depth, found) => {
    if (typeof value === 'string' && E_MAIL.test(value)) found.push(path)
    if (typeof value === 'object' && value && depth < 6) for (const [key, each] of Object.entries(value)) places(each, `${path}.${key}`, depth + 1, found)
    return found
  }
  const entries = Array.isArray(page.dataLayer) ? page.dataLayer : undefined
  const nameOf = (/** @type {any} */ entry) => (entry?.[0] === 'event' ? entry[1] : entry?.event)
  const isProduct = (/** @type {Element} */ script) => /"@type"\s*:\s*(?:\[[^\]]*)?"(?:Product|ProductGroup)"/.test(script.textContent ?? '')
  return {
    title: document.title,
    layer: entries?.map(nameOf).filter((name) => typeof name === 'string' && !name.startsWith('gtm.')),
    hidden: (entries ?? []).flatMap((entry, i) => places(entry, `dataLayer[${i}]`, 0, [])),
    products: [
      ...([...document.querySelectorAll('script[type="application/ld+json"]')].some(isProduct) ? ['JSON-LD'] : []),
      ...(document.querySelector('[itemtype$="schema.org/Product"]') ? ['microdata'] : []),
      ...(document.querySelector('meta[property="og:type"][content="product"]') ? ['OpenGraph'] : []),
    ],
    scripts: performance.getEntriesByType('resource').map(({ name }) => name),
  }
}

/** Puts the script tag into the page, as a shop does. Runs in the page. @param {string} origin */
const addTag = (origin) =>
  new Promise((resolve) => {
    const tag = Object.assign(document.createElement('script'), { src: `${origin}/rihla.js`, onload: resolve, onerror: resolve })
    Object.assign(tag.dataset, { endpoint: `${origin}/collect`, site: 'check', consent: 'granted', batchAfter: '200' })
    document.head.append(tag)
  })

/**
 * Opens `url` and watches it for `wait` ms. Throws one sentence for people where it cannot be opened.
 * @param {string} url @param {number} wait
 * @returns {Promise<Facts>}
 */
export const look = async (url, wait) => {
  const { page, close } = await openChromium()
  /** @type {Batch[]} */
  const batches = []
  /** @type {string[]} */
  const words = []
  let status = 0
  try {
    const file = async (/** @type {string} */ name) => (await readFile(new URL(`../${name}`, import.meta.url)).catch(() => undefined))?.toString('base64')

    const answer = async (/** @type {{ [name: string]: any }} */ { requestId, request, resourceType, responseStatusCode }) => {
      if (responseStatusCode !== undefined) {
        if (resourceType === 'Document' && !status) status = responseStatusCode
        return page.send('Fetch.continueResponse', { requestId })
      }
      const { url: asked, method, postData = '' } = request
      const own = asked.startsWith(`${ORIGIN}/`) ? asked.slice(ORIGIN.length + 1) : undefined
      const isBatch = method === 'POST' && /^\{"v":1,"site":/.test(postData)
      if (isBatch) batches.push(JSON.parse(postData))
      const body = own && method === 'GET' ? await file(own) : undefined
      if (isBatch || own) return page.send('Fetch.fulfillRequest', { requestId, responseCode: body ? 200 : isBatch ? 204 : 404, responseHeaders: [...cors, ...(body ? [{ name: 'content-type', value: 'text/javascript' }] : [])], ...(body && { body }) })
      return page.send('Fetch.continueRequest', { requestId })
    }
    page.on('Fetch.requestPaused', (paused) => void answer(paused).catch(() => {}))
    page.on('Runtime.consoleAPICalled', ({ type, args }) => {
      const [first] = args
      // What a shop's debug mode prints is no problem.
      if (type !== 'log' && typeof first?.value === 'string' && first.value.startsWith('rihla: ')) words.push(first.value.slice('rihla: '.length))
    })
    const loaded = new Promise((resolve) => page.on('Page.loadEventFired', resolve))
    await page.send('Page.enable')
    await page.send('Runtime.enable')
    await page.send('Page.setBypassCSP', { enabled: true })
    await page.send('Fetch.enable', { patterns: [{ urlPattern: '*' }, { urlPattern: '*', resourceType: 'Document', requestStage: 'Response' }] })
    const { errorText } = await page.send('Page.navigate', { url })
    if (errorText) throw new Error(`${url} cannot be opened: ${errorText}.`)
    await Promise.race([loaded, pause(15_000, undefined, { ref: false })])
    const own = !!(await page.evaluate('!!window.rihla?.version'))
    await page.evaluate(own ? `rihla('consent', 'granted')` : `(${addTag})(${JSON.stringify(ORIGIN)})`)
    await pause(wait)
    await page.evaluate(`window.rihla?.version && Promise.race([rihla('flush'), new Promise((done) => setTimeout(done, 3000))])`)
    const { scripts, ...seen } = await page.evaluate(`(${survey})()`)
    // What a page says as it is left is taken on its way, too, and not when the browser ends.
    await page.send('Page.navigate', { url: 'about:blank' })
    await pause(500)
    const store = scripts.map((/** @type {string} */ name) => /\/rihla\.(?!devtools)(\w+)\.js(?:$|\?)/.exec(name)?.[1]).find(Boolean)
    return { url, status, own, store, batches, words: [...new Set(words)], ...seen }
  } finally {
    await close()
  }
}
