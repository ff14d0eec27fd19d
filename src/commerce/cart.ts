import type { Item } from '../vocabulary.js'

/** The lines of a cart: one for each product and variant, each with a quantity of 1 or more. */
export type Lines = readonly Item[]

const keyOf = ({ item_id, item_name, item_variant = '' }: Item) => `${item_id ?? item_name}\n${item_variant}`
const quantityOf = ({ quantity = 1 }: Item) => quantity

/** What two carts differ by, with quantities: `add_to_cart` and `remove_from_cart` that lead from one to the other. */
export function differ(before: Lines, after: Lines): { readonly added: Lines; readonly removed: Lines } {
  return { added: minus(after, before), removed: minus(before, after) }
}

const minus = (lines: Lines, others: Lines): Lines => merge([], lines).flatMap((line) => {
  const quantity = quantityOf(line) - others.reduce((sum, other) => sum + (keyOf(other) === keyOf(line) ? quantityOf(other) : 0), 0)
  return quantity > 0 ? [{ ...line, quantity }] : []
})

/** The lines with items put in, or with `sign` -1 taken out. */
export function merge(lines: Lines, items: Lines, sign = 1): Lines {
  const byKey = new Map(lines.map((line) => [keyOf(line), line]))
  for (const item of items) {
    const key = keyOf(item)
    const old = byKey.get(key)
    const quantity = (old ? quantityOf(old) : 0) + sign * quantityOf(item)
    if (quantity > 0) byKey.set(key, { ...old, ...item, quantity })
    else byKey.delete(key)
  }
  // A cart is as long as a list of items may be.
  return [...byKey.values()].slice(0, 200)
}
