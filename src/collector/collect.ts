import { ANY_ORIGIN, json, refuse } from './answers.js'
import type { Intake } from './intake.js'
import type { RateLimit, RequestInfo } from './rate-limit.js'
import { readBody } from './read-body.js'
import { senderOf } from './sender.js'
import { judgeSite, type Sites } from './sites.js'
import type { Batch, Committed } from './types.js'
import { validate } from './validate.js'

/** How much is taken. */
export interface Limits {
  /** Bytes of a body. @default 1048576 */
  readonly maxBytes?: number
  /** Bytes of a body after gunzip. @default 8388608 */
  readonly maxUnzipped?: number
  /** Touchpoints of a request. @default 5000 */
  readonly maxTouchpoints?: number
  /** Bytes that are not committed yet. @default 67108864 */
  readonly maxWaiting?: number
  /** Bytes of a file that is imported. @default 33554432 */
  readonly maxImport?: number
}

/** What taking in needs. */
interface CollectOptions {
  readonly intake: Intake
  readonly mayForgetUser: (request: Request) => Promise<boolean>
  readonly now: () => number
  readonly onError: (error: unknown) => void
  readonly sites: Sites | undefined
  readonly rateLimit: RateLimit | undefined
  readonly limits: Limits
}

const MEBIBYTE = 1 << 20

/** Answers a browser that asks first, which a rihla tracker never makes it do. */
export const preflight = (): Response =>
  new Response(null, {
    status: 204,
    headers: { ...ANY_ORIGIN, 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type', 'access-control-max-age': '86400' },
  })

const later = (status: number, reason: string, seconds: number) => refuse(status, reason, { ...ANY_ORIGIN, 'retry-after': `${seconds}` })
const busy = () => later(503, 'too much is waiting to be stored', 2)

function touchpointsIn(body: unknown): number {
  const touchpoints = (body as { touchpoints?: unknown } | null)?.touchpoints
  return Array.isArray(touchpoints) ? touchpoints.length : 0
}

function acknowledge({ refused }: Batch, { held }: Pick<Committed, 'held'>, isOff: boolean): Response {
  const rejected = refused.map(({ id, reason }) => ({ id, reason }))
  return json({ ...(rejected.length > 0 && { rejected }), ...(held && { held }), ...(isOff && { off: true }) }, ANY_ORIGIN)
}

/** Takes touchpoints in: answers 2xx only after they are safe, and 503 with `Retry-After` when it cannot keep up or the store fails. */
export function createCollect({ intake, mayForgetUser, now, onError, sites, rateLimit, limits }: CollectOptions): (request: Request, info: RequestInfo) => Promise<Response> {
  const { maxBytes = MEBIBYTE, maxUnzipped = 8 * MEBIBYTE, maxTouchpoints = 5000, maxWaiting = 64 * MEBIBYTE } = limits

  const store = async (batch: Batch, size: number, isOff: boolean): Promise<Response> => {
    if (intake.waitingBytes() + size > maxWaiting) return busy()
    try {
      return acknowledge(batch, await intake.take(batch, size), isOff)
    } catch (error) {
      onError(error)
      return later(503, 'the database could not store this', 10)
    }
  }

  return async (request, info) => {
    if (intake.waitingBytes() >= maxWaiting) return busy()
    const seconds = (await rateLimit?.(request, info)) ?? 0
    if (seconds > 0) return later(429, 'too many requests from here', seconds)
    const received = now()
    const body = await readBody(request, { maxBytes, maxUnzipped })
    if ('status' in body) return refuse(body.status, body.reason, ANY_ORIGIN)
    if (touchpointsIn(body.value) > maxTouchpoints) return refuse(413, `touchpoints: expected at most ${maxTouchpoints}`, ANY_ORIGIN)
    const judged = validate(body.value, received, senderOf(request.headers.get('user-agent')))
    if ('reason' in judged) return refuse(400, judged.reason, ANY_ORIGIN)
    const { batch } = judged
    const site = await judgeSite(sites, batch.site, request)
    if ('reason' in site) return refuse(403, site.reason, ANY_ORIGIN)
    const { forget } = batch
    // Also a site that is switched off keeps its word to those who want to be forgotten.
    if (site.isOff && !forget) return json({ off: true }, ANY_ORIGIN)
    // A user id is often a customer number that anyone can guess; a visitor id is known to the visitor's device only.
    if (forget?.user === undefined || (await mayForgetUser(request))) return store(batch, body.size, site.isOff)
    if (forget.visitor === undefined) return refuse(403, 'forget.user: needs the admin token, or the visitor beside it', ANY_ORIGIN)
    return store({ ...batch, forget: { visitor: forget.visitor } }, body.size, site.isOff)
  }
}
