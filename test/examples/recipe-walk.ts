import { batch, touchpoint } from './collector-harness.js'

/** What recipes are started with. */
export const TOKEN = 'a long secret'

const authorization = `Bearer ${TOKEN}`

/** A shop sends one touchpoint to a collector at `/api/rihla`, and its owner reads it back. */
export const walk = async (site: string, answer: (request: Request) => Response | Promise<Response>, origin = 'http://localhost') => {
  const ask = (path: string, init: RequestInit = {}) => answer(new Request(`${origin}/api/rihla${path}`, init))
  const preflight = await ask('/collect', { method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' } })
  const taken = await ask('/collect', { method: 'POST', body: JSON.stringify(batch({ site, touchpoints: [touchpoint()] })), headers: { origin: 'https://shop.example' } })
  const [unknown, read] = [await ask(`/touchpoints?site=${site}`), await ask(`/touchpoints?site=${site}`, { headers: { authorization } })]
  const map = await ask(`/map?site=${site}`, { headers: { authorization } })
  return {
    statuses: [preflight.ok, taken.status, unknown.status, read.status, map.status],
    allowed: [preflight, taken].map(({ headers }) => headers.get('access-control-allow-origin')),
    names: ((await read.json()) as { touchpoints: { name: string }[] }).touchpoints.map(({ name }) => name),
    touchpoints: ((await map.json()) as { totals: { touchpoints: number } }).totals.touchpoints,
  }
}

/** What comes of it everywhere. */
export const WHOLE = { statuses: [true, 200, 401, 200, 200], allowed: ['*', '*'], names: ['view_item'], touchpoints: 1 }
