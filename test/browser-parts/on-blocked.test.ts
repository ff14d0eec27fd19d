import { expect, test } from 'vitest'
import { onBlocked } from '../../src/browser/on-blocked.js'

const endpoint = 'https://collect.example:8443/t?x=1'
const violate = (blockedURI: string, effectiveDirective = 'connect-src') =>
  document.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), { blockedURI, effectiveDirective }))

test('calls back when the policy forbids the endpoint, or its origin, and for nothing else', () => {
  const words: string[] = []
  const stop = onBlocked(endpoint, () => words.push('blocked'), (cause) => words.push(String(cause)))
  const heard = (...violation: [string, string?]) => {
    words.length = 0
    violate(...violation)
    return words.join()
  }
  expect([heard(endpoint), heard('https://collect.example:8443')]).toEqual(['blocked', 'blocked'])
  expect([heard('https://collect.example'), heard(`${endpoint}2`), heard('inline'), heard(endpoint, 'img-src'), heard('')]).toEqual(['', '', '', '', ''])
  stop()
  expect(heard(endpoint)).toBe('')
})
