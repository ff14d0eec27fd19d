import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Seen, Source, Store } from '../../src/types.js'
import { countListeners } from '../harness/listeners.js'
import { resetVisibility, setVisibility, transition } from '../harness/visibility.js'

const left = countListeners()
const page = window as unknown as { dataLayer: unknown[]; adobeDataLayer: unknown[]; _paq: unknown[]; fbq: (...args: unknown[]) => void; analytics: ReturnType<typeof emitter> }
// `web-vitals` finds nothing to measure here, and has no undo.
const files = readdirSync('src/sources').map((file) => file.replace('.ts', '')).filter((file) => file !== 'vitals')
const toCamel = (file: string) => file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** As analytics.js and Adobe's data layer are: those who listen are told. */
const emitter = () => {
  const heard = new Set<(...args: unknown[]) => void>()
  return { heard, on: (_: string, hear: () => void) => heard.add(hear), off: (_: string, hear: () => void) => heard.delete(hear), emit: (...args: unknown[]) => heard.forEach((hear) => hear(...args)) }
}
const adobe = () => {
  const { heard, on, off, emit } = emitter()
  const layer: unknown[] & { heard?: typeof heard } = []
  layer.push = (entry: unknown) => (typeof entry === 'function' ? entry({ addEventListener: on, removeEventListener: off }) : emit(entry), 0)
  return Object.assign(layer, { heard })
}

beforeEach(() => {
  vi.useFakeTimers()
  history.replaceState({}, '', '/')
  document.body.innerHTML = '<form action="/"><button id="buy" data-rihla="add_to_cart">Buy</button></form><a href="#a">A</a><a href="tel:1">Call</a><form class="newsletter"><input type="email"></form><script type="application/ld+json" id="product"></script>'
  page.dataLayer = []
  page.adobeDataLayer = adobe()
  page._paq = []
  page.fbq = () => {}
  page.analytics = emitter()
})
afterEach(() => {
  vi.useRealTimers()
  resetVisibility()
})

/** What a factory needs to watch anything. */
const adapter: Store = { name: 'store', isHere: () => true, kind: () => 'cart', product: () => undefined, changesCart: () => false, readCart: async () => undefined }
const needs: { readonly [file: string]: unknown } = { store: adapter }

/** As if a shopper had done it. */
const trusted = (event: Event) => Object.defineProperty(event, 'isTrusted', { value: true })

/** What shoppers and shops do, so that every source has something to see. */
const shop = async () => {
  for (const element of document.body.querySelectorAll<HTMLElement>('button,a')) {
    element.addEventListener('click', (event) => event.preventDefault())
    element.dispatchEvent(trusted(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true, detail: 1 })))
  }
  window.dispatchEvent(new ErrorEvent('error', { message: `theirs ${Math.random()}` }))
  history.pushState({}, '', `/p/${Math.random()}`)
  document.querySelector('#product')!.textContent = JSON.stringify({ '@type': 'Product', sku: `${Math.random()}`, name: 'Cap', offers: { price: 16, priceCurrency: 'EUR' } })
  document.title = 'Cap'
  await vi.advanceTimersByTimeAsync(2000)
  page.dataLayer.push({ event: 'view_item', ecommerce: { currency: 'EUR', value: 16, items: [{ item_id: 'cap', price: 16 }] } })
  page.dataLayer.push(['consent', 'update', { analytics_storage: 'granted' }])
  page.adobeDataLayer.push({ event: 'sign-in', eventInfo: {} })
  page._paq.push(['trackSiteSearch', 'caps'])
  page.fbq('track', 'Lead')
  page.analytics.emit('Product Viewed', { sku: 'cap' })
  history.replaceState({}, '', '/checkout')
  window.dispatchEvent(new Event('popstate'))
  document.body.dispatchEvent(new Event('submit', { bubbles: true }))
  document.querySelector('.newsletter')!.dispatchEvent(new Event('submit', { bubbles: true }))
  history.pushState({}, '', `/account?${Math.random()}`)
  await vi.advanceTimersByTimeAsync(2000)
  document.body.dispatchEvent(new Event('input', { bubbles: true }))
  setVisibility('hidden')
  setVisibility('visible')
  transition('pagehide', true)
  transition('pageshow', true)
  await vi.advanceTimersByTimeAsync(2000)
}

/** What a source may replace on the page. */
const globalsOf = () => [history.pushState, history.replaceState, window.fetch, XMLHttpRequest.prototype.open, XMLHttpRequest.prototype.send, window.onerror, page.dataLayer, page.dataLayer.push, page._paq.push, page.fbq, [...page.analytics.heard], (page.adobeDataLayer as ReturnType<typeof adobe>).heard.size]

describe.each(files)('%s', (file) => {
  const make = async (): Promise<Source> => {
    const module = (await import(`../../src/sources/${file}.ts`)) as { [name: string]: (needed?: unknown) => Source }
    return module[toCamel(file)]!(needs[file])
  }

  test('exports one factory, named after its file', async () => {
    const module = (await import(`../../src/sources/${file}.ts`)) as object
    expect(Object.keys(module)).toEqual([toCamel(file)])
    expect(await make()).toBeTypeOf('function')
  })

  test('touches nothing before it is started', async () => {
    const before = globalsOf()
    await make()
    expect([left(), vi.getTimerCount(), globalsOf()]).toEqual([[], 0, before])
  })

  test('records moments that the tracker takes, under its own name, and no mishap', async () => {
    const seen: Seen[] = []
    const stop = (await make())((moment) => seen.push(moment))
    await shop()
    stop()
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.filter((moment) => 'failure' in moment || ('name' in moment && !/^[a-z][a-z0-9_]{0,63}$/.test(moment.name)) || ('source' in moment && moment.source !== file))).toEqual([])
  })

  test('stop leaves no listener, no timer and no patch, also when called twice', async () => {
    const before = globalsOf()
    const seen: Seen[] = []
    const stop = (await make())((moment) => seen.push(moment))
    await shop()
    history.pushState({}, '', '/pending')
    stop()
    stop()
    const count = seen.length
    await shop()
    expect([left(), vi.getTimerCount(), globalsOf(), seen.length]).toEqual([[], 0, before, count])
  })

  test('never throws into the page when record throws: it becomes a mishap', async () => {
    const mishaps: unknown[] = []
    let isOn = false
    const stop = (await make())((seen) => {
      if ('failure' in seen) mishaps.push((seen.failure as Error).message)
      else if (isOn) throw new Error('record')
    })
    isOn = true
    try {
      await expect(shop()).resolves.toBeUndefined()
    } finally {
      stop()
    }
    expect(new Set(mishaps)).toEqual(new Set(['record']))
  })

  test('two on one page each see everything, and one\'s stop does not end the other', async () => {
    const words: string[] = []
    const source = await make()
    const stops = ['one', 'two'].map((name) => source(() => words.push(name)))
    await shop()
    expect(words.filter((word) => word === 'one').length).toBe(words.filter((word) => word === 'two').length)
    stops[0]!()
    words.length = 0
    await shop()
    stops[1]!()
    expect([new Set(words), left()]).toEqual([new Set(['two']), []])
  })
})
