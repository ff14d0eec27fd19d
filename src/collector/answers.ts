const COMMON = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' }

/** Headers of an answer. */
export type Headers = { readonly [name: string]: string }

/** What only pages of this origin may read: no other gets at it, not even as an image. */
export const PRIVATELY: Headers = { ...COMMON, 'cross-origin-resource-policy': 'same-origin' }

/** What lets a shop on any origin send touchpoints and read the answer, without cookies. */
export const ANY_ORIGIN: Headers = { ...COMMON, 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After' }

/** A value as JSON. */
export const json = (value: unknown, headers: Headers, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' } })

/** An error, as JSON with one reason for people. */
export const refuse = (status: number, reason: string, headers: Headers): Response => json({ reason }, headers, status)
