import type { Stop } from '../types.js'
import { type Fail, listen } from './listen.js'

/** Calls back when the page's Content Security Policy forbids the endpoint. A blocked request looks like a lost one, a blocked beacon even like a sent one. */
export function onBlocked(endpoint: string, callback: () => void, fail: Fail): Stop {
  const { origin } = new URL(endpoint)
  return listen<SecurityPolicyViolationEvent>(
    document,
    'securitypolicyviolation',
    ({ blockedURI, effectiveDirective }) => {
      // Browsers report the URL, or only its origin once it was redirected.
      if (effectiveDirective === 'connect-src' && [endpoint, origin].includes(blockedURI)) callback()
    },
    fail,
  )
}
