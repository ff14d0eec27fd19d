import type { Props } from './types.js'

/** A thing as a page has it: anything may be in it, and reading it may throw. */
export type Loose = { readonly [key: string]: unknown }

/** What may be copied of an event and of an item: their parameters at GA4. */
export const PARAMS =
  /^(currency|value|(transaction|location)_id|tax|shipping|coupon|(payment|content)_type|shipping_tier|search_term|method|affiliation|sku|price|quantity|discount|index|(item|item_list|promotion|creative)_(id|name|slot|brand|variant|category[2-5]?))$/
/** GA4 takes no more items. */
const MOST_ITEMS = 200

export const isLoose = (value: unknown): value is Loose => typeof value === 'object' && !!value

/** The members that may be copied, texts, numbers and booleans alone: shops push names, addresses and e-mails of buyers beside them. `rename` says what one is called at GA4. */
export function copy(thing: unknown, rename: (key: string) => string = (key) => key): Props {
  const found: { [key: string]: unknown } = {}
  for (const key of Object.keys(Object(thing))) {
    const name = rename(key)
    try {
      const value = (thing as Loose)[key]
      // Only what is no object; the tracker leaves out what JSON cannot hold.
      if (PARAMS.test(name) && Object(value) !== value) found[name] = value
    } catch {
      // A getter threw.
    }
  }
  return found
}

/** `items`, copied; nothing where there is no list. At most 200. */
export const itemsOf = (list: unknown, rename?: (key: string) => string): Props => (Array.isArray(list) ? { items: list.slice(0, MOST_ITEMS).map((item) => copy(item, rename)) } : {})
