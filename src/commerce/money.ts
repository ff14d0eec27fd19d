/** Prices are below a trillion; what is beyond is a mistake. */
const MOST = 1e12
/** An amount between a currency's signs: a sign, digits with separators, nothing else with digits. */
const AMOUNT = /^([-+]?)[\p{L}\p{Sc}\s.]{0,8}?([-+]?)(\d[\d.,'’\s]*)[\p{L}\p{Sc}\s.]{0,8}$/u

/**
 * Reads an amount of money: a finite number, or a text such as `18,00 €`, `1.234,50`, `1,234.50` or `١٨٫٥٠`. `minorUnits` says how many digits of a whole
 * number are minor units: 2 makes 18 of `1800`.
 *
 * `undefined` for what is no amount, beyond a trillion, or could mean two things: `1.234` is a thousand in Berlin and little more than one in London, but in yen,
 * which have no smaller coin, and in Kuwaiti dinars, which have a thousand.
 */
export function toMoney(value: unknown, { minorUnits = 0, currency }: { readonly minorUnits?: number | undefined; readonly currency?: string | undefined } = {}): number | undefined {
  const amount = typeof value === 'number' ? value : typeof value === 'string' && value.length <= 40 ? parse(value, currency) : NaN
  const scaled = amount / 10 ** minorUnits
  return Math.abs(scaled) <= MOST && (!minorUnits || Number.isInteger(amount)) ? scaled || 0 : undefined
}

function parse(text: string, currency?: string): number {
  const plain = text
    .replace(/[٠-٩۰-۹]/g, (digit) => `${digit.charCodeAt(0) & 15}`)
    .replace(/٫/g, '.')
    .replace(/[٬]/g, "'")
    .replace(/[\u200e\u200f\u061c]/g, '')
    .replace(/−/g, '-')
    .trim()
  const [, sign = '', inner = '', raw = ''] = AMOUNT.exec(plain) ?? []
  const number = raw.replace(/[.\s]+$/, '').replace(/[’\s]/g, "'")
  return toNumber(number, currency) * (sign && inner ? NaN : sign + inner === '-' ? -1 : 1)
}

/** Digits with separators. The last separator is the decimal one if it stands once and not before exactly three digits, unless the currency has so many or none. */
function toNumber(text: string, currency?: string): number {
  const last = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','))
  if (last < 0) return grouped(text)
  const mark = text[last]!
  const whole = text.slice(0, last)
  const rest = text.slice(last + 1)
  if (whole.includes(mark)) return /[.,]/.test(whole.split(mark).join('')) ? NaN : grouped(text)
  // Three digits after the only separator are thousands or thousandths.
  const digits = rest.length === 3 && currency ? digitsOf(currency) : undefined
  if (digits === 0) return grouped(text)
  const isClear = rest.length !== 3 || digits === 3 || /[.,']/.test(whole) || /^0$|^\d{4,}$/.test(whole)
  return isClear && /^\d+$/.test(rest) ? grouped(whole, +`.${rest}`, rest.length) : NaN
}

/** A whole number whose groups, if there are any, have three digits. */
function grouped(text: string, part = 0, digits = 0): number {
  const isRight = /^\d+$/.test(text) || /^\d{1,3}(?:([.,'])\d{3})(?:\1\d{3})*$/.test(text)
  return isRight ? +(+text.replace(/\D/g, '') + part).toFixed(digits) : NaN
}

/** How many decimals amounts of a currency have (ISO 4217). */
function digitsOf(currency: string): number | undefined {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits
  } catch {
    return undefined
  }
}

/** An ISO 4217 code, or `€`. Other symbols stand for many currencies. */
export function toCurrency(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().toUpperCase() : ''
  return text === '€' ? 'EUR' : /^[A-Z]{3}$/.test(text) ? text : undefined
}

/** A sum without the dust of binary fractions. */
export const round = (amount: number): number => Math.round(amount * 1e4) / 1e4
