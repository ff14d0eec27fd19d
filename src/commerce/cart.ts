import type { Item } from '../vocabulary.js'

/** The lines of a cart: one for each product and variant, each with a quantity of 1 or more. */
export type Lines = readonly Item[]

const keyOf = ({ item_id, item_name, item_variant = '' }: Item) => `${item_id ?? item_name}\n${item_variant}`
/** The most items of which notes are kept. */
const NOTES = 50
const quantityOf = ({ quantity = 1 }: Item) => quantity

/** What two carts differ by, with quantities: `add_to_cart` and `remove_from_cart` that lead from one to the other. */
export function differ(before: Lines, after: Lines): { readonly added: Lines; readonly removed: Lines } {
  return { added: minus(after, before), removed: minus(before, after) }
}

const minus = (lines: Lines, others: Lines): Lines => {
  const left = new Map(merge([], others).map((other) => [keyOf(other), quantityOf(other)]))
  return merge([], lines).flatMap((line) => {
    const quantity = quantityOf(line) - (left.get(keyOf(line)) ?? 0)
    return quantity > 0 ? [{ ...line, quantity }] : []
  })
}

/** The lines with items put in, or with `sign` -1 taken out. */
export function merge(lines: Lines, items: Lines, sign = 1): Lines {
  const byKey = new Map(lines.map((line) => [keyOf(line), line]))
  for (const item of items) {
    const own = keyOf(item)
    const isVague = sign < 0 && !item.item_variant && !byKey.has(own)
    // Taken out without its variant, where there is one only.
    const alike = isVague ? [...byKey].filter(([, { item_id }]) => item_id && item_id === item.item_id) : []
    const key = alike.length === 1 ? alike[0]![0] : own
    const old = byKey.get(key)
    const quantity = (old ? quantityOf(old) : 0) + sign * quantityOf(item)
    if (quantity > 0) byKey.set(key, { ...old, ...item, quantity })
    else byKey.delete(key)
  }
  // A cart is as long as a list of items may be.
  return [...byKey.values()].slice(0, 200)
}

/** Notes on items, the newest last; what a newer one does not say stays. */
export function annotate(notes: readonly Item[], items: readonly Item[]): Item[] {
  const others = notes.filter((note) => !items.some((item) => keyOf(item) === keyOf(note)))
  return [...others, ...items.map((item) => ({ ...notes.find((note) => keyOf(note) === keyOf(item)), ...item }))].slice(-NOTES)
}

/** Items with what notes know of them and they do not say themselves, and by the id that the cart has them under. */
export function complete(items: readonly Item[], notes: readonly Item[], lines: Lines = []): Item[] {
  return items.map((given) => {
    const line = given.item_id && !lines.some(({ item_id }) => item_id === given.item_id) && lines.find(({ sku }) => sku === given.item_id)
    const item = line ? { ...given, item_id: line.item_id! } : given
    // Not what tells one line from another, nor what is of one sale.
    const { item_variant, quantity, index, discount, coupon, ...known } = notes.find(({ item_id }) => item_id && (item_id === item.item_id || item_id === item.sku)) ?? {}
    return { ...known, ...item }
  })
}
