// @ts-check
import { createHash, timingSafeEqual } from 'node:crypto'

/** @typedef {{ status: 401 | 403, reason: string }} Denied */

/** @type {(text: string) => Buffer} */
const digest = (text) => createHash('sha256').update(text).digest()

/**
 * Compares secrets in a time that tells nothing of them, not even the length.
 * @type {(given: string, expected: string) => boolean}
 */
export const sameSecret = (given, expected) => timingSafeEqual(digest(given), digest(expected))

/**
 * True for names that only this machine answers to. `*.localhost` is loopback by RFC 6761.
 * @type {(hostname: string) => boolean}
 */
export const isLoopback = (hostname) => /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)

const cookieName = 'rihla_admin'

/** @type {(header: string | null) => string} */
const cookieOf = (header) => {
  const found = (header ?? '').split(/; */).find((pair) => pair.startsWith(`${cookieName}=`))
  return found ? found.slice(cookieName.length + 1) : ''
}

/**
 * Decides who may read what was collected. With a token: who has it, as `Authorization: Bearer` or as the cookie of the log-in form. Without a token: this
 * machine only, and only under a loopback name, so that no website can point its own name at 127.0.0.1 and read along (DNS rebinding).
 * @param {string | undefined} adminToken An empty one counts as none.
 */
export const createAccess = (adminToken) => {
  // The cookie is derived from the token, so a stolen cookie jar does not show the token itself.
  const cookie = adminToken ? digest(`rihla cookie ${adminToken}`).toString('hex') : ''
  /** @type {(request: Request) => boolean} */
  const hasToken = (request) => {
    if (!adminToken) return false
    const bearer = /^bearer +(.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
    return sameSecret(bearer, adminToken) || sameSecret(cookieOf(request.headers.get('cookie')), cookie)
  }
  /** @type {(request: Request) => Denied | undefined} */
  const denied = (request) => {
    if (adminToken) return hasToken(request) ? undefined : { status: 401, reason: 'reading needs the admin token, as Authorization: Bearer <token>' }
    return isLoopback(new URL(request.url).hostname) ? undefined : { status: 403, reason: 'reading without an admin token is allowed at localhost and 127.0.0.1 only' }
  }
  return {
    denied,
    /** @type {(token: string) => boolean} */
    isToken: (token) => Boolean(adminToken) && sameSecret(token, String(adminToken)),
    /** @type {(secure: boolean) => string} */
    setCookie: (secure) => `${cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`,
  }
}
