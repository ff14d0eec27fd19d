// @ts-check

const common = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' }

/**
 * What only this collector's own pages may read: no other origin gets at it, not even as an image.
 * @type {Record<string, string>}
 */
export const privately = { ...common, 'cross-origin-resource-policy': 'same-origin' }

/** What lets a shop on any origin send touchpoints and read the answer, without cookies. */
export const anyOrigin = { ...common, 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After' }

/** @type {(value: unknown, headers: Record<string, string>) => Response} */
export const json = (value, headers) => new Response(JSON.stringify(value), { headers: { ...headers, 'content-type': 'application/json; charset=utf-8' } })

/**
 * An error, as JSON with one reason for people.
 * @type {(status: number, reason: string, headers: Record<string, string>) => Response}
 */
export const refuse = (status, reason, headers) =>
  new Response(JSON.stringify({ reason }), { status, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' } })
