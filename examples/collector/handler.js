// @ts-check
import { createAccess } from './access.js'
import { anyOrigin, json, privately, refuse } from './answers.js'
import { createCollect, preflight } from './collect.js'
import { documentFilters, readFilters, touchpointFilters } from './filters.js'
import { createLive } from './live.js'
import { assets, page } from './pages.js'
import { readBytes } from './read-body.js'

/** @typedef {(request: Request) => Response | Promise<Response>} Answer */
/** @typedef {Pick<import('./store.js').Store, 'commit' | 'touchpoints' | 'documents' | 'onCommit'>} Store */

/**
 * @typedef {{
 *   store: Store, adminToken?: string | undefined, now?: () => number, onError?: (error: unknown) => void, limits?: import('./collect.js').Limits
 * }} CollectorOptions
 * `adminToken`: who reads must have it; without one, reading is allowed at localhost only. `now`: ms since epoch, the collector's clock. `onError`: hears of
 * what went wrong inside. @default console.error
 */

/** @type {(answer: (query: URLSearchParams) => Promise<Response>) => Answer} */
const queried = (answer) => (request) => answer(new URL(request.url).searchParams)

/**
 * Takes touchpoints in and shows them: a Web-standard `(Request) => Promise<Response>` that never throws. Everything but `/collect` and `/health` is
 * protected by `adminToken`. `close()` ends live streams and waits until all that was taken in is committed; the store stays open.
 * @param {CollectorOptions} options
 */
export const createCollector = ({ store, adminToken, now = Date.now, onError = console.error, limits }) => {
  const access = createAccess(adminToken)
  const live = createLive()
  const stopListening = store.onCommit(live.publish)
  const { collect, idle } = createCollect({ commit: store.commit, mayForgetUser: (request) => !access.denied(request), now, onError, limits })

  /** @type {(answer: Answer) => Answer} */
  const readers = (answer) => (request) => {
    const denied = access.denied(request)
    return denied ? refuse(denied.status, denied.reason, denied.status === 401 ? { ...privately, 'www-authenticate': 'Bearer' } : privately) : answer(request)
  }
  /** @type {Answer} */
  const home = (request) => {
    const denied = access.denied(request)
    if (denied?.status === 403) return refuse(403, denied.reason, privately)
    return denied ? page('login.html', 401) : page('index.html')
  }
  /** @type {(request: Request) => Promise<Response>} */
  const login = async (request) => {
    const form = new TextDecoder().decode(await readBytes(request, 4096))
    const token = new URLSearchParams(form).get('token') ?? ''
    if (!access.isToken(token)) return page('login.html', 401)
    const { protocol } = new URL(request.url)
    return new Response(null, { status: 303, headers: { ...privately, location: '/', 'set-cookie': access.setCookie(protocol === 'https:') } })
  }
  const touchpoints = queried(async (query) => {
    const { filters, reason } = readFilters(query, touchpointFilters)
    return filters ? json(await store.touchpoints(filters), privately) : refuse(400, reason, privately)
  })
  const documents = queried(async (query) => {
    const { filters, reason } = readFilters(query, documentFilters)
    return filters ? json(await store.documents(filters), privately) : refuse(400, reason, privately)
  })
  /** @type {Map<string, { [method: string]: Answer }>} */
  const routes = new Map([
    ['/collect', { POST: collect, OPTIONS: preflight }],
    ['/touchpoints', { GET: readers(touchpoints) }],
    ['/documents', { GET: readers(documents) }],
    ['/live', { GET: readers(live.answer) }],
    ['/', { GET: home }],
    ['/login', { POST: login }],
    ['/health', { GET: () => json({ ok: true }, privately) }],
    ...assets.map((file) => /** @type {[string, { [method: string]: Answer }]} */ ([`/${file}`, { GET: () => page(file) }])),
  ])

  /** @type {(request: Request) => Promise<Response>} */
  const collector = async (request) => {
    const { pathname } = new URL(request.url)
    const headers = pathname === '/collect' ? anyOrigin : privately
    try {
      const route = routes.get(pathname)
      if (!route) return refuse(404, `nothing at ${pathname.slice(0, 100)}`, headers)
      const answer = Object.hasOwn(route, request.method) ? route[request.method] : undefined
      if (answer) return await answer(request)
      const allow = Object.keys(route).join(', ')
      return refuse(405, `${pathname} takes ${allow}`, { ...headers, allow })
    } catch (error) {
      // Also a sender that left before its body was complete: nobody will read this answer.
      if (!request.signal.aborted) onError(error)
      return refuse(500, 'something went wrong inside', headers)
    }
  }
  const close = async () => {
    stopListening()
    live.close()
    await idle()
  }
  return Object.assign(collector, { close })
}
