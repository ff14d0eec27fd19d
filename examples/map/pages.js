// @ts-check
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { sendShoppers } from '../shoppers/send.js'

/** @typedef {import('rihla/collector').Collector} Collector */
/** @typedef {(request: Request) => Promise<Response>} Answer */

const types = /** @type {{ [ending: string]: string }} */ ({ html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' })

/** The chart library: beside the page where this is packaged, else as it is installed. */
const packaged = new URL('public/echarts.js', import.meta.url)
const echarts = () => (existsSync(packaged) ? packaged : new URL(import.meta.resolve('echarts/dist/echarts.esm.min.js')))

/** The files that hold no data and that anyone may load. */
const assets = new Map([
  ...['map.css', 'map.js', 'chart.js', 'sections.js', 'timeline.js', 'exports.js', 'words.js'].map((file) => /** @type {const} */ ([`/journey/${file}`, new URL(`public/${file}`, import.meta.url)])),
  ['/journey/echarts.js', echarts()],
])

/** A file as an answer. @type {(file: URL, headers: { [name: string]: string }, status?: number) => Promise<Response>} */
export const fileAnswer = async (file, headers, status = 200) => {
  const body = await readFile(fileURLToPath(file))
  return new Response(new Uint8Array(body), { status, headers: { ...headers, 'content-type': types[file.pathname.split('.').at(-1) ?? ''] ?? 'image/svg+xml' } })
}

/** Sends made-up shoppers to the collector, and tells line by line how far it is. @type {(collector: Collector) => Response} */
const sendSamples = (collector) => {
  const encoder = new TextEncoder()
  const body = new ReadableStream({
    start: async (controller) => {
      const say = (/** @type {object} */ line) => controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`))
      try {
        // All of them lie within the last 90 days as a calendar counts them.
        await sendShoppers((text, headers) => collector(new Request('http://localhost/collect', { method: 'POST', body: text, headers })), { count: 500, days: 89, site: 'sample-shop', onProgress: say })
      } catch (error) {
        say({ reason: error instanceof Error ? error.message : String(error) })
      }
      controller.close()
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' } })
}

/**
 * The journey map at `/journey/`, for who may read; `undefined` for any other path. A page of another site cannot have samples sent.
 * @type {(collector: Collector, headers: { [name: string]: string }) => (request: Request) => Promise<Response | undefined>}
 */
export const mapPages = (collector, headers) => async (request) => {
  const { pathname } = new URL(request.url)
  const asset = assets.get(pathname)
  if (asset && request.method === 'GET') return fileAnswer(asset, headers)
  if (pathname === '/journey' && request.method === 'GET') return new Response(null, { status: 308, headers: { ...headers, location: '/journey/' } })
  if (pathname === '/journey/' && request.method === 'GET') {
    // The chart library empties its home by innerHTML: that, and nothing else, is let through by map.js.
    return fileAnswer(new URL('public/index.html', import.meta.url), { ...headers, 'content-security-policy': (headers['content-security-policy'] ?? '').replace("trusted-types 'none'", 'trusted-types default') })
  }
  if (pathname === '/journey/samples' && request.method === 'POST') {
    const isOwn = (request.headers.get('sec-fetch-site') ?? 'same-origin') === 'same-origin'
    return isOwn ? sendSamples(collector) : Response.json({ reason: 'samples are sent from the map only' }, { status: 403, headers })
  }
  return undefined
}
