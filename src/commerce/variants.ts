import type { Moment } from '../types.js'
import { toText } from './clean.js'
import type { Emit } from './state.js'

/** How often a shopper comes back to a variant, and how many are out of stock, until that is a loop. */
const AGAIN = 2
const MOST = 50

/**
 * Watches which variants of one product a shopper chooses on a page, by its `view_item`s, and tells of a `variant_loop`, once for each product and kind: `variants` where they have come back twice to one that
 * they had seen, `out_of_stock` where two are (`availability` of the item). What goes into the cart ends it.
 */
export function createVariants(emit: Emit): (moment: Moment) => void {
  let product = ''
  let seen: readonly string[] = []
  let gone: readonly string[] = []
  let backs = 0
  let told: readonly string[] = []

  return ({ name, props, at, page }) => {
    const item = (props?.items as readonly { readonly [key: string]: unknown }[] | undefined)?.[0]
    const [of, variant] = [item?.item_name ?? item?.item_id, item?.item_variant].map(toText)
    if (name === 'add_to_cart') product = ''
    if (name !== 'view_item' || !of) return
    if (of !== product) {
      product = of
      seen = gone = told = []
      backs = 0
    }
    // Until one is chosen, and where there is only one, the product has none.
    if (!variant || variant === seen[seen.length - 1]) return
    if (seen.includes(variant)) backs++
    seen = [...seen, variant].slice(-MOST)
    if (item?.availability === 'out_of_stock' && !gone.includes(variant)) gone = [...gone, variant]
    const tell = (kind: string, times: number) => {
      if (times < AGAIN || told.includes(kind)) return
      told = [...told, kind]
      emit({ name: 'variant_loop', source: 'commerce', at, page, props: { kind, times, variants: new Set(seen).size, items: props!.items } })
    }
    tell('variants', backs)
    tell('out_of_stock', gone.length)
  }
}
