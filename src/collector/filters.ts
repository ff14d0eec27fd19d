import type { MapFilters } from '../journey-map/types.js'
import type { DocumentFilters, ShopperFilters, TouchpointFilters } from './types.js'

/** Returns what to filter by, or what was expected. */
type ReadFilter = (text: string) => string | number | object | { readonly expected: string }

/** Which map. */
export interface MapQuery extends MapFilters {
  readonly model?: string | undefined
}

const isExpected = (found: unknown): found is { readonly expected: string } => typeof found === 'object' && !!found && 'expected' in found

const word: ReadFilter = (text) => (text.length <= 256 ? text : { expected: 'at most 256 characters' })

/** Ms since epoch, of digits or an ISO 8601 date. */
export const time: ReadFilter = (text) => {
  const ms = /^\d{1,16}$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isSafeInteger(ms) ? ms : { expected: 'ms since epoch or an ISO 8601 date' }
}

const limit: ReadFilter = (text) => (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1000 ? Number(text) : { expected: '1 to 1000' })

const before: ReadFilter = (text) => {
  const found = /^(-?\d{1,17})_(\d{1,16})$/.exec(text)
  return found ? { happened_at: Number(found[1]), n: Number(found[2]) } : { expected: 'the `next` of an earlier answer' }
}

/** What `GET /touchpoints` can be filtered by. */
export const TOUCHPOINT_FILTERS: { readonly [name in keyof TouchpointFilters]-?: ReadFilter } = {
  site: word, name: word, user: word, visitor: word, visit: word, channel: word, tab: word, stage: word, source: word, cart: word, since: time, until: time, limit, before,
}

/** What `GET /documents` can be filtered by. */
export const DOCUMENT_FILTERS: { readonly [name in keyof DocumentFilters]-?: ReadFilter } = { site: word, tab: word, limit }

/** What `GET /losses` can be filtered by. */
export const LOSS_FILTERS = { site: word, since: time }

/** What `GET /map` can be filtered by; `model` is the id of a stage model. */
export const MAP_FILTERS: { readonly [name in keyof MapQuery]-?: ReadFilter } = { model: word, site: word, since: time, until: time, channel: word, device: word, segment: word, persona: word }

/** What `GET /shoppers` can be filtered by. */
export const SHOPPER_FILTERS: { readonly [name in keyof (MapQuery & ShopperFilters)]-?: ReadFilter } = { ...MAP_FILTERS, stage: word, limit }

/** Reads filters from a query, or gives the reason why not: an unknown or malformed filter is never ignored. */
export function readFilters<Filters extends object>(query: URLSearchParams, known: { readonly [name in keyof Filters]-?: ReadFilter }): { readonly filters: Filters } | { readonly reason: string } {
  const readers = new Map(Object.entries<ReadFilter>(known))
  const filters: [string, unknown][] = []
  for (const [name, text] of query) {
    const found = readers.get(name)?.(text) ?? { expected: '' }
    if (isExpected(found)) return { reason: `${name.slice(0, 64)}: ${found.expected ? `expected ${found.expected}` : `unknown filter, known are ${[...readers.keys()].join(', ')}`}` }
    filters.push([name, found])
  }
  return { filters: Object.fromEntries(filters) as Filters }
}
