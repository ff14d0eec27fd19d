import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { engines, type Tab } from '../harness/engines.js'
import { samplesOf } from '../harness/samples.js'
import { call, holds, holdsNoGap, isRunning, namesAt, track, useShop } from '../harness/shop-page.js'

// What docs/workers.md says of service workers and of Partytown.

const hears = (onFetch: string) => `self.addEventListener('fetch', (event) => { ${onFetch} })`
/** Service workers as shops have them. */
const WORKERS = {
  'passes every request on': hears('event.respondWith(fetch(event.request))'),
  'answers from its cache, then from the network': hears('event.respondWith(caches.match(event.request).then((known) => known || fetch(event.request)))'),
  'shows a page of its own where the network fails, to requests for pages': hears("if (event.request.mode === 'navigate') event.respondWith(fetch(event.request).catch(() => new Response('offline', { headers: { 'content-type': 'text/html' } })))"),
  'is as docs/workers.md shows': samplesOf('docs/workers.md')[0]!.code,
}
const LIFE = "self.addEventListener('install', () => self.skipWaiting()); self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));"
const PARTYTOWN = 'node_modules/@qwik.dev/partytown/lib'

describe.each(engines)('in $name', (engine) => {
  const shop = useShop(engine)

  /** A page under a service worker. */
  const visitUnder = async (worker: string): Promise<Tab> => {
    shop.pages.add('/sw.js', (_, response) => void response.writeHead(200, { 'content-type': 'text/javascript' }).end(LIFE + worker.replace('https://collector.example', shop.collector.origin)))
    const tab = await shop.visit('/', { tag: null })
    await tab.eval("navigator.serviceWorker.register('/sw.js').then(() => new Promise((done) => { if (navigator.serviceWorker.controller) done(); else navigator.serviceWorker.addEventListener('controllerchange', () => done()) })).then(() => 0)")
    await tab.goto(shop.add('/shop'))
    await isRunning(tab)
    expect(await tab.eval('!!navigator.serviceWorker.controller')).toBe(true)
    return tab
  }

  it.each(Object.entries(WORKERS))('under a service worker that %s, everything arrives, also of a page that is left', async (_, worker) => {
    const tab = await visitUnder(worker)
    await track(tab, 'view_item')
    await holds(shop.collector, ['page_view', 'view_item'])
    await track(tab, 'add_to_cart', 'last')
    await tab.goto(shop.pages.url('/blank'))
    await holds(shop.collector, ['add_to_cart', 'last'])
    await holdsNoGap(shop.collector)
  })

  it('under a service worker that answers every failed request with a page of its own, nothing is taken for acknowledged', async () => {
    const tab = await visitUnder(hears("event.respondWith(fetch(event.request).catch(() => new Response('<!doctype html><title>Offline</title>', { headers: { 'content-type': 'text/html' } })))"))
    await holds(shop.collector, ['page_view'])
    await shop.collector.stop()
    await track(tab, 'add_to_cart')
    await call(tab, 'flush')
    await shop.collector.start()
    await tab.goto(shop.add('/next'))
    await isRunning(tab)
    await holds(shop.collector, ['add_to_cart'], 30_000)
  })

  const withPartytown = (options: { readonly head: string; readonly tag?: null }, forward: readonly string[]) => {
    for (const file of readdirSync(PARTYTOWN).filter((name) => name.includes('.'))) shop.pages.add(`/~partytown/${file}`, (_, response) => void response.writeHead(200, { 'content-type': file.endsWith('.html') ? 'text/html' : 'text/javascript' }).end(readFileSync(join(PARTYTOWN, file))))
    return { before: `window.partytown = { forward: ${JSON.stringify(forward)} }; ${readFileSync(join(PARTYTOWN, 'partytown.js'), 'utf8')}`, ...options }
  }

  it('beside Partytown, which takes a tag manager and its dataLayer into a worker, what the shop pushes is heard and recorded', async () => {
    shop.pages.add('/manager.js', (_, response) => void response.writeHead(200, { 'content-type': 'text/javascript' }).end("window.heard = []; window.dataLayer = { push: (entry) => { document.title = 'heard ' + entry.event } }"))
    const tab = await shop.visit('/', withPartytown({ head: '<script type="text/partytown" src="/manager.js"></script>' }, ['dataLayer.push']))
    await tab.eval("dataLayer.push({ event: 'view_item', ecommerce: { currency: 'EUR', items: [{ item_id: 'cap' }] } }), 0")
    await holds(shop.collector, ['page_view', 'view_item'])
    await tab.until("document.title === 'heard view_item'")
  })

  it('within Partytown page views and what is told arrive, and clicks do not: it belongs on the main thread', async () => {
    const tag = `<script type="text/partytown" src="/rihla.js" data-endpoint="${shop.collector.url}" data-site="shop" data-consent="granted" data-batch-after="200"></script>`
    const tab = await shop.visit('/', { tag: null, ...withPartytown({ head: tag, tag: null }, ['rihla']), body: '<button>Buy</button>' })
    await holds(shop.collector, ['page_view'])
    await tab.click('button')
    await track(tab, 'view_item')
    await holds(shop.collector, ['view_item'])
    expect(namesAt(shop.collector)).not.toContain('click')
  })
})
