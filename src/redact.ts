/** Takes personal data out of what leaves the page. */
export interface Redactor {
  /** A URL without user info, without query parameters that are not allowed, and with a fragment only where it is a route (`#/…`). */
  readonly url: (raw: string) => string
  /** A text without e-mail addresses, card numbers and signed tokens; a text that is a URL is treated as one. Under a key that ends in `_id`, a number is not taken for a card's. */
  readonly text: (raw: string, key?: string) => string
  /** An address that has to work: without e-mail addresses and card numbers, nothing else. */
  readonly link: (raw: string) => string
}

const EMAIL = /[^\s@/?#&=:;,<>"'()]+(?:@|%40)[^\s@/?#&=:;,<>"'()]+\.[a-z]{2,}/gi
const JWT = /\beyJ[\w-]{8,}\.[\w-]+\.?[\w-]*/g
const DIGITS = /\b\d(?:[ -]?\d){12,18}\b/g
/** Runs of 24 and more that mix letters and digits: session and reset tokens, not the words of a slug. */
const TOKEN = /\b(?=[a-z_]*\d)(?=\d*[a-z_])\w{24,}\b/gi

/** Makes a redactor that keeps utm parameters and those named. Parameters of the allow-list are still searched for e-mails and cards. */
export function createRedactor(keepParams: readonly string[]): Redactor {
  const link = (text: string, isId?: boolean) => text.replace(EMAIL, '[email]').replace(DIGITS, (digits) => (!isId && isCard(digits) ? '[card]' : digits))
  const scrub = (text: string, isId?: boolean) => link(text.replace(JWT, '[token]'), isId)
  const url = (raw: string) => {
    try {
      const { protocol, host, pathname, searchParams, hash, origin } = new URL(raw)
      if (origin === 'null') return protocol
      const kept = [...searchParams].filter(([name]) => /^utm_\w+$/.test(name) || keepParams.includes(name))
      const query = kept.map(([name, value]) => `${name}=${encodeURIComponent(scrub([...value].slice(0, 256).join('')))}`).join('&')
      const route = /^#!?\//.test(hash) ? hash.split('?')[0]! : ''
      return `${protocol}//${host}${path(pathname)}${query && `?${query}`}${path(route)}`.slice(0, 2048)
    } catch {
      return ''
    }
  }
  const path = (text: string) => scrub(text).replace(TOKEN, '[token]')
  return { link: (raw) => link(raw), url, text: (raw, key) => (/^https?:\/\/\S+$/i.test(raw) ? url(raw) : scrub(raw, !!key?.endsWith('_id'))) }
}

/** Whether digits look like a payment card: a card network's prefix and length (ISO/IEC 7812) and the Luhn sum. */
function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  if (!/^(?:3[0689]\d{12}|3[47]\d{13}|[2-6]\d{15,18})$/.test(digits)) return false
  // Every second digit from the end counts as the sum of the digits of its double.
  return [...digits].reverse().reduce((sum, digit, i) => sum + +(i % 2 ? '0246813579'[+digit]! : digit), 0) % 10 === 0
}
