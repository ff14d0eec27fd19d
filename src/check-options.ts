import { isConsent } from './consent.js'
import { json } from './formats/json.js'
import type { Destination, Format, TrackerOptions } from './types.js'

/** What may be absent. */
type Optional = 'journey' | 'commerce' | 'redact'
/** Options with every default filled in. */
export type Settings = Required<Omit<TrackerOptions, Optional | 'destinations'>> & Pick<TrackerOptions, Optional> & { readonly destinations: readonly Required<Destination>[] }

type Values = { [option: string]: unknown }

/** What each option is without being said. An option must be of its default's type. */
const defaults = () => ({
  batchSize: 20,
  batchBytes: 12_288,
  batchAfter: 5000,
  grace: 30_000,
  maxCount: 10_000,
  maxBytes: 8_000_000,
  maxAge: 604_800_000,
  // 13 months, the usual bound of consent.
  visitorAge: 34_128_000_000,
  cookieless: false,
  hashUser: false,
  staff: false,
  debug: false,
  gpc: 'ads',
  dnt: false,
  sources: [],
  keepParams: ['page', 'q', 's', 'sort', 'variant', 'category'],
  urgent: ['begin_checkout', 'checkout_error', 'purchase', 'cart_abandonment'],
  format: json,
  destinations: [],
  onError() {},
})

const isFormat = (value: Values | Format) => !!value.encode && !!value.classify

/** What the type alone does not say. */
const RULES: readonly [option: string, expected: string, isRight: (value: never) => unknown][] = [
  ['endpoint', 'an http(s) URL or a path', (value: string) => /^http/.test(value)],
  ['site', '1 to 64 of A-Z a-z 0-9 . _ -', (value: unknown) => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)],
  ['consent', 'pending, granted or denied, or that for analytics, personalization or ads', isConsent],
  ['gpc', 'ads, deny or ignore', (value: string) => /^(?:ads|deny|ignore)$/.test(value)],
  ['sources', 'an array of functions', (value: unknown[]) => value.every((source) => typeof source === 'function')],
  ['format', 'a format', isFormat],
  ['destinations', 'an array of { endpoint, format }', (value: Settings['destinations']) => value.every(({ endpoint, format }) => /^http/.test(endpoint) && isFormat(format))],
  ['commerce', 'commerce()', (value: Settings['commerce']) => !value || value.inert],
  ['journey', 'journey()', (value: Settings['journey']) => !value || value.inert],
  ['redact', 'a function', (value: unknown) => !value || typeof value === 'function'],
]

/** Fills in defaults. Throws a `TypeError` that names the option and what was expected, for the first that is wrong. */
export function checkOptions(options: TrackerOptions): Settings {
  const given = (options ?? {}) as unknown as Values
  const settings: Values = defaults()
  const expect = (option: string, expected: string, isRight: unknown) => {
    if (!isRight) throw new TypeError(`rihla: ${option} must be ${expected}, got ${typeof given[option] === 'object' ? 'an object' : `"${String(given[option])}"`}`)
  }
  // Own keys only: old libraries add enumerable members to Object.prototype.
  for (const option of Object.keys(settings)) {
    const type = typeOf(settings[option])
    const value = (settings[option] = given[option] ?? settings[option])
    expect(option, `of type ${type}`, typeOf(value) === type && (type !== 'number' || (isFinite(value as number) && (value as number) >= 0)))
  }
  const { site, consent = 'pending', journey, commerce, redact } = given
  const destinations = (settings.destinations as Destination[]).map((each) => ({ format: json, ...each, endpoint: toUrl(each?.endpoint) }))
  Object.assign(settings, { site, consent, journey, commerce, redact, endpoint: toUrl(given.endpoint), destinations })
  for (const [option, expected, isRight] of RULES) expect(option, expected, isRight(settings[option] as never))
  expect('destinations', 'of different endpoints', new Set([settings.endpoint, ...destinations.map(({ endpoint }) => endpoint)]).size > destinations.length)
  return settings as unknown as Settings
}

const typeOf = (value: unknown) => (Array.isArray(value) ? 'array' : typeof value)

function toUrl(endpoint: unknown): string {
  try {
    return endpoint ? new URL(endpoint as string, location.href).href : ''
  } catch {
    return ''
  }
}
