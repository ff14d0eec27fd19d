// @ts-check
import { anyOrigin, json, refuse } from './answers.js'
import { createGroupCommit } from './group-commit.js'
import { readBody } from './read-body.js'
import { validate } from './validate.js'

/** @typedef {import('./validate.js').Batch} Batch */
/** @typedef {import('./writer.js').Committed} Committed */

/**
 * @typedef {{
 *   maxBytes?: number, maxUnzipped?: number, maxTouchpoints?: number, maxWaiting?: number
 * }} Limits `maxBytes` of a body (default 1 MiB), `maxUnzipped` after gunzip (8 MiB), `maxTouchpoints` in a request (5000), `maxWaiting` bytes not committed yet (64 MiB).
 */

const mebibyte = 1 << 20

/** Answers a browser that asks first, which a rihla tracker never makes it do. */
export const preflight = () =>
  new Response(null, {
    status: 204,
    headers: { ...anyOrigin, 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type', 'access-control-max-age': '86400' },
  })

const busy = () => refuse(503, 'too much is waiting to be stored', { ...anyOrigin, 'retry-after': '2' })

/** @type {(body: unknown) => number} */
const touchpointsIn = (body) => {
  const touchpoints = /** @type {{ touchpoints?: unknown } | null} */ (body)?.touchpoints
  return Array.isArray(touchpoints) ? touchpoints.length : 0
}

/** @type {(batch: Batch, committed: Committed) => Response} */
const acknowledge = ({ refused }, { held }) => {
  const rejected = refused.map(({ id, reason }) => ({ id, reason }))
  return json({ ...(rejected.length > 0 ? { rejected } : {}), ...(held ? { held } : {}) }, anyOrigin)
}

/**
 * Takes touchpoints in: answers 2xx only after they are on the disk, and 503 with `Retry-After` when it cannot keep up or the disk fails.
 * @param {{
 *   commit: (batches: Batch[]) => Promise<Committed[]>, mayForgetUser: (request: Request) => boolean, now: () => number,
 *   onError: (error: unknown) => void, limits?: Limits | undefined
 * }} options
 */
export const createCollect = ({ commit, mayForgetUser, now, onError, limits = {} }) => {
  const { maxBytes = mebibyte, maxUnzipped = 8 * mebibyte, maxTouchpoints = 5000, maxWaiting = 64 * mebibyte } = limits
  const writer = createGroupCommit({ commit })

  /** @type {(batch: Batch, size: number) => Promise<Response>} */
  const store = async (batch, size) => {
    if (writer.waitingBytes() + size > maxWaiting) return busy()
    try {
      return acknowledge(batch, await writer.submit(batch, size))
    } catch (error) {
      onError(error)
      return refuse(503, 'the database could not store this', { ...anyOrigin, 'retry-after': '10' })
    }
  }

  /** @type {(request: Request) => Promise<Response>} */
  const collect = async (request) => {
    if (writer.waitingBytes() >= maxWaiting) return busy()
    const received = now()
    const body = await readBody(request, { maxBytes, maxUnzipped })
    if (body.status !== undefined) return refuse(body.status, body.reason, anyOrigin)
    if (touchpointsIn(body.value) > maxTouchpoints) return refuse(413, `touchpoints: expected at most ${maxTouchpoints}`, anyOrigin)
    const { batch, reason } = validate(body.value, received)
    if (!batch) return refuse(400, reason, anyOrigin)
    // A user id is often a customer number that anyone can guess; a visitor id is known to the visitor's device only.
    if (batch.forget?.user !== undefined && !mayForgetUser(request)) {
      if (batch.forget.visitor === undefined) return refuse(403, 'forget.user: needs the admin token, or the visitor beside it', anyOrigin)
      batch.forget = { visitor: batch.forget.visitor }
    }
    return store(batch, body.size)
  }
  return { collect, idle: writer.idle }
}
