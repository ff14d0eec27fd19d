/** Takes personal data out of what leaves the page. What is clean already stays as it is. */
export interface Redactor {
  /** A URL without user info, without query parameters that are not allowed, and with a fragment only where it is a route (`#/…`). */
  readonly url: (raw: string) => string
  /** A text without e-mail addresses, card and phone numbers, signed tokens and long hexadecimal numbers, with every URL and every path's query in it cleaned. Under the key `sku` or one that ends in `_id`, a number is an id. */
  readonly text: (raw: string, key?: string) => string
  /** An address that has to work: without e-mail addresses and card numbers, nothing else. */
  readonly link: (raw: string) => string
}

// In every script: mail goes to `mina@موقع.شبكة`, too, which a URL holds percent-encoded.
const EMAIL = /[^\s@/?#&=:;,<>"'()[\]]{1,128}(?:@|%40)[^\s@/?#&=:;,<>"'()[\]]+\.(?:xn--[a-z\d-]+|(?:[\p{L}\p{M}]|%[89a-f][\da-f]){2,})/giu
const JWT = /eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*/g
/** Groups of digits that may hold a card's, with what people and typesetters put between them. */
const DIGITS = /\p{Nd}(?:[\s\p{Pd}\p{Cf}]{0,3}\p{Nd}){12,}/gu
/** Numbers of telephones: with a country code (after `00` only where something stands between its groups, since article numbers begin so, too), after a word that says so, or mobile numbers of Iran, Egypt, Saudi Arabia and the Emirates. */
const PHONE =
  /(^|[^\p{L}\p{N}]|%[\da-f]{2})(?:(?:\+|%2b)(?:[\s().\p{Pd}\p{Cf}]{0,2}\p{Nd}){8,15}|[0٠۰]{2}\p{Nd}{1,3}(?:[\s\p{Pd}]\p{Nd}{2,}){1,4})(?!\p{Nd})|((?:tel|phone|mobile|whatsapp|هاتف|جوال|موبا[يی]ل|تلفن|همراه)\P{Nd}{0,9})(?:[\s().\p{Pd}\p{Cf}]{0,2}\p{Nd}){7,15}(?!\p{Nd})|(^|[\s:(/=،])(?:[0٠۰][9٩۹]\p{Nd}{9}|[0٠۰][1١۱][0125٠١٢٥۰۱۲۵]\p{Nd}{8}|[0٠۰][5٥۵]\p{Nd}{8})(?!\p{Nd})/giu
/** Runs of 24 and more that mix letters and digits: session and reset tokens, not the words of a slug. */
const TOKEN = /\b(?=[a-z_]*\d)(?=\d*[a-z_])\w{24,}\b/gi
/** Hashes and session ids, in any text. */
const HEX = /\b(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{32,}\b/gi
/** A URL, a path with a query or a fragment, or a query alone, within a text. */
const ADDRESS = /(https?:\/\/[^\s"<>]+|(?:\/[^\s"<>?#:]{0,200}[?#]|\?[^\s"<>?#=&]+=)[^\s"<>]+)/i
/** Without what every address, parameter and signed token has, and with fewer digits than any number that is looked for. */
const PLAIN = /^(?:[^@%?.\p{Nd}]*\p{Nd}){0,4}[^@%?.\p{Nd}]*$/u
/** What may be a hash or a token. */
const LONG = /\w{24}/
/** The longest that is found whole where a text is cut: an e-mail address (RFC 5321 §4.5.3.1). */
const EDGE = 256

/** Makes a redactor that keeps utm parameters and those named. Parameters of the allow-list are still searched for e-mails, cards and further URLs, which keep no query. */
export function createRedactor(keepParams: readonly string[]): Redactor {
  const link = (text: string, isId?: boolean) => text.replace(EMAIL, '[email]').replace(DIGITS, (digits) => (isId ? digits : withoutCards(digits)))
  const scrub = (text: string, isId?: boolean) => {
    const linked = link(text.replace(JWT, '[token]'), isId)
    return isId ? linked : linked.replace(PHONE, '$1$2$3[phone]').replace(HEX, '[token]')
  }
  const cleaned = (text: string) => scrub(text).replace(TOKEN, '[token]')
  const path = (raw: string) => {
    if (isPlain(raw)) return raw
    // What is escaped hides, and an escape ends in digits.
    const plain = attempt(decodeURIComponent, raw)
    const clean = cleaned(plain)
    return clean === plain ? cleaned(raw) : attempt(encodeURI, clean).replace(/[?#]/g, encodeURIComponent).replace(/%5B(\w+)%5D/g, '[$1]')
  }
  const query = (search: string, isInner?: boolean): string => {
    const kept = [...new URLSearchParams(isInner ? '' : search)].filter(([name]) => /^utm_\w+$/.test(name) || keepParams.includes(name))
    return kept.map(([name, value], i) => `${i ? '&' : '?'}${name}=${encodeURIComponent(shorten(value, 256, (long) => text(long, '', true)))}`).join('')
  }
  const url = (raw: string, isInner?: boolean) => {
    try {
      const { protocol, host, pathname, search, hash, origin } = new URL(raw)
      if (origin === 'null') return protocol
      const place = `${protocol}//${host}${path(pathname)}`
      const all = place + query(search, isInner) + (/^#!?\//.test(hash) ? `#${path(hash.slice(1).split('?')[0]!)}` : '')
      // A parameter that is cut could say something else.
      return all.length > 2048 ? place.slice(0, 2048) : all
    } catch {
      return ''
    }
  }
  const address = (raw: string, isInner?: boolean) => {
    if (/^http/i.test(raw)) return url(raw, isInner) || '[url]'
    const [place, search] = raw.split(/[?#]/)
    return path(place!) + query(raw[place!.length] === '?' ? search! : '', isInner) || '?'
  }
  const text = (raw: string, key = '', isInner?: boolean) => isPlain(raw) && !raw.includes('/') ? raw : raw.split(ADDRESS).map((part, i) => (i % 2 ? address(part, isInner) : scrub(part, /_id$|^sku$/.test(key)))).join('')
  return { link: (raw) => link(raw), url: (raw) => url(raw), text: (raw, key) => text(raw, key) }
}

/** Whether none of the patterns can be in a text, but for an address with a slash. Most texts are: it saves five searches in each, and on a page's first ones the making of the patterns. */
const isPlain = (text: string) => PLAIN.test(text) && !LONG.test(text)

/**
 * Cleans a text, then cuts it at `most` characters: the other way round, half an e-mail address would no longer look like one. Reads little more than it keeps, and keeps only
 * what that little more does not change: what it ends with may itself be there by half.
 */
export function shorten(text: string, most: number, clean: (text: string) => string): string {
  const cleaned = clean(text.slice(0, most + EDGE))
  if (text.length <= most && cleaned.length <= most) return cleaned
  const sooner = text.length > most ? clean(text.slice(0, most)) : cleaned
  let end = 0
  while (end < most && cleaned[end] === sooner[end]) end++
  // Not within a surrogate pair: `encodeURIComponent` would throw.
  return end < cleaned.length ? cleaned.slice(0, end).replace(/[\ud800-\udbff]$/, '') : cleaned
}

/** A text with or without escapes; as it is where that cannot be: half a surrogate pair, half an escape. */
function attempt(work: (text: string) => string, text: string): string {
  try {
    return work(text)
  } catch {
    return text
  }
}

/** Digits of any script without those groups that make up a card's number, as many as do. */
function withoutCards(run: string): string {
  const groups = run.replace(/\p{Nd}/gu, toAscii).split(/(\D+)/)
  for (let i = 0; i < groups.length; i += 2) {
    let digits = ''
    let count = 0
    for (let n = i; n < groups.length && digits.length < 20; n += 2) if (isCard((digits += groups[n]))) count = n - i + 1
    if (count) groups.splice(i, count, '[card]')
  }
  const cleaned = groups.join('')
  return cleaned.includes('[') ? cleaned : run
}

/** The blocks of ten digits begin at multiples of 16, those of India and Sri Lanka six later (Unicode 16, general category Nd). */
const toAscii = (digit: string) => {
  const code = digit.codePointAt(0)!
  return `${(code & 15) - (code > 0x8ff && code < 0xe00 ? 6 : 0)}`
}

/** Whether digits look like a payment card: a card network's prefix and length (ISO/IEC 7812) and the Luhn sum. */
function isCard(digits: string): boolean {
  if (!/^(?:3[0689]\d{12}|3[47]\d{13}|[2-6]\d{15,18})$/.test(digits)) return false
  // Every second digit from the end counts as the sum of the digits of its double.
  return [...digits].reverse().reduce((sum, digit, i) => sum + +(i % 2 ? '0246813579'[+digit]! : digit), 0) % 10 === 0
}
