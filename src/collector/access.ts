import { sha256 } from '../sha256.js'

/** Why somebody may not read. */
export interface Denied {
  readonly status: 401 | 403
  readonly reason: string
}

/** Who may read, import and forget. */
export interface Access {
  /** `undefined` for those who may. */
  readonly denied: (request: Request) => Promise<Denied | undefined>
  readonly isToken: (token: string) => Promise<boolean>
  /** What a log-in sets. */
  readonly cookie: (isSecure: boolean) => Promise<string>
}

/** True for names that only this machine answers to. `*.localhost` is loopback by RFC 6761. */
export const isLoopback = (hostname: string): boolean => /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)

/** Compares secrets in a time that tells nothing of them, not even the length: hashes are compared, and all of them. */
export async function isSameSecret(given: string, expected: string): Promise<boolean> {
  const [a, b] = await Promise.all([sha256(given), sha256(expected)])
  let difference = 0
  for (let i = 0; i < b.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}

const COOKIE = 'rihla_admin'

function cookieOf(header: string | null): string {
  const found = (header ?? '').split(/; */).find((pair) => pair.startsWith(`${COOKIE}=`))
  return found ? found.slice(COOKIE.length + 1) : ''
}

/**
 * With a token: who has it, as `Authorization: Bearer` or as the cookie of the log-in form. Without a token (an empty one is none): this machine only, and only under
 * a loopback name, so that no website can point its own name at 127.0.0.1 and read along (DNS rebinding).
 */
export function createAccess(adminToken = ''): Access {
  // Derived from the token, so a stolen cookie jar does not show the token itself.
  const cookieValue = () => sha256(`rihla cookie ${adminToken}`)
  const isToken = async (token: string) => !!adminToken && isSameSecret(token, adminToken)
  const hasToken = async ({ headers }: Request) => {
    const bearer = /^bearer +(.+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? ''
    return (await isToken(bearer)) || isSameSecret(cookieOf(headers.get('cookie')), await cookieValue())
  }
  return {
    isToken,
    denied: async (request) => {
      if (adminToken) return (await hasToken(request)) ? undefined : { status: 401, reason: 'this needs the admin token, as Authorization: Bearer <token>' }
      return isLoopback(new URL(request.url).hostname) ? undefined : { status: 403, reason: 'without an admin token this is allowed at localhost and 127.0.0.1 only' }
    },
    cookie: async (isSecure) => `${COOKIE}=${await cookieValue()}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`,
  }
}
