// @ts-check

/** @typedef {{ [name: string]: string | number }} Filters */
/** @typedef {(text: string, name: string) => Filters | string} ReadFilter Returns what to filter by, or what was expected. */

/** @type {ReadFilter} */
const word = (text, name) => (text.length <= 256 ? { [name]: text } : 'expected at most 256 characters')

/** @type {ReadFilter} */
const time = (text, name) => {
  const ms = /^\d{1,16}$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isSafeInteger(ms) ? { [name]: ms } : 'expected ms since epoch or an ISO 8601 date'
}

/** @type {ReadFilter} */
const limit = (text) => (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1000 ? { limit: Number(text) } : 'expected 1 to 1000')

/** @type {ReadFilter} */
const before = (text) => {
  const found = /^(-?\d{1,17})_(\d{1,16})$/.exec(text)
  return found ? { before: Number(found[1]), beforeN: Number(found[2]) } : 'expected the `next` of an earlier answer'
}

/** What `GET /touchpoints` can be filtered by. */
export const touchpointFilters = new Map(
  Object.entries({ site: word, name: word, visitor: word, visit: word, channel: word, tab: word, stage: word, source: word, since: time, until: time, limit, before }),
)

/** What `GET /documents` can be filtered by. */
export const documentFilters = new Map(Object.entries({ site: word, tab: word, limit }))

/**
 * Reads filters from a query, or gives the reason why not: an unknown or malformed filter is never ignored.
 * @type {(query: URLSearchParams, known: Map<string, ReadFilter>) => { filters: Filters, reason?: undefined } | { reason: string, filters?: undefined }}
 */
export const readFilters = (query, known) => {
  /** @type {Filters} */
  const filters = {}
  for (const [name, text] of query) {
    const found = known.get(name)?.(text, name) ?? `unknown filter, known are ${[...known.keys()].join(', ')}`
    if (typeof found === 'string') return { reason: `${name.slice(0, 64)}: ${found}` }
    Object.assign(filters, found)
  }
  return { filters }
}
