// @ts-check
import { fileAnswer, mapPages } from '../map/pages.js'

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

/** The files that hold no data and that anyone may load. */
const assets = new Set(['/page.css', '/page.js', '/rows.js', '/element.js', '/icon.svg'])

/** @type {(file: string, status?: number) => Promise<Response>} */
const page = (file, status) => fileAnswer(new URL(`public/${file}`, import.meta.url), headers, status)

/**
 * A collector with pages for people: the live view at `/`, the journey map at `/journey/`, and a form where it needs the admin token.
 * @type {(collector: Collector) => Answer}
 */
export const withPages = (collector) => {
  const map = mapPages(collector, headers)
  return async (request, info) => {
    const { pathname } = new URL(request.url)
    if (request.method === 'GET' && assets.has(pathname)) return page(pathname.slice(1))
    if (pathname === '/' || pathname === '/journey/' || pathname === '/journey/samples') {
      const denied = await collector.denied(request)
      if (denied) return denied.status === 401 ? page('login.html', 401) : Response.json({ reason: denied.reason }, { status: denied.status, headers })
    }
    if (request.method === 'GET' && pathname === '/') return page('index.html')
    const answer = (await map(request)) ?? (await collector(request, info))
    return pathname === '/login' && answer.status === 401 ? page('login.html', 401) : answer
  }
}
