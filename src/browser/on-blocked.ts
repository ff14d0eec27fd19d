import type { Stop } from '../types.js'
import { type Fail, listen } from './listen.js'

/** Calls back when the page's Content Security Policy forbids the endpoint. A blocked request looks like a lost one, a blocked beacon even like a sent one. */
export function onBlocked(endpoint: string, callback: () => void, fail: Fail): Stop {
  const { origin } = new URL(endpoint)
  // Browsers report the URL, or only its origin once it was redirected.
  const isOurs = ({ blockedURI, effectiveDirective }: SecurityPolicyViolationEvent) =>
    effectiveDirective === 'connect-src' && (blockedURI === endpoint || blockedURI === origin)
  return listen<SecurityPolicyViolationEvent>(document, 'securitypolicyviolation', (event) => isOurs(event) && callback(), fail)
}
