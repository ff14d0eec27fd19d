// @ts-check
import { readFile } from 'node:fs/promises'

/** @typedef {import('rihla/collector').Collector} Collector */
/** @typedef {(request: Request, info?: import('rihla/collector').RequestInfo) => Promise<Response>} Answer */

// Lets nothing else run, load or frame a page.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
}

/** @type {{ [ending: string]: string }} */
const types = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' }

/** The files that hold no data and that anyone may load. */
const assets = new Set(['/page.css', '/page.js', '/rows.js', '/icon.svg'])

/** @type {(file: string, status?: number) => Promise<Response>} */
const page = async (file, status = 200) => {
  const body = await readFile(new URL(`public/${file}`, import.meta.url))
  return new Response(new Uint8Array(body), { status, headers: { ...headers, 'content-type': types[file.split('.').at(-1) ?? ''] ?? '' } })
}

/**
 * A collector with pages for people: the live view at `/`, and a form where it needs the admin token.
 * @type {(collector: Collector) => Answer}
 */
export const withPages = (collector) => async (request, info) => {
  const { pathname } = new URL(request.url)
  if (request.method === 'GET' && assets.has(pathname)) return page(pathname.slice(1))
  if (request.method === 'GET' && pathname === '/') {
    const denied = await collector.denied(request)
    if (!denied) return page('index.html')
    return denied.status === 401 ? page('login.html', 401) : Response.json({ reason: denied.reason }, { status: denied.status, headers })
  }
  const answer = await collector(request, info)
  return pathname === '/login' && answer.status === 401 ? page('login.html', 401) : answer
}
