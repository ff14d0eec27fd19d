import { onGlobal } from '../browser/on-global.js'
import { patch } from '../browser/patch.js'
import { copy, isLoose, type Loose } from '../ga4-params.js'
import type { Props, Source } from '../types.js'

/** Meta's pixel: its stub keeps calls in a queue until the script is there. */
type Pixel = ((...args: unknown[]) => unknown) & { readonly queue?: ArrayLike<ArrayLike<unknown>> }

/** Meta's standard events. */
const NAMES: { readonly [event: string]: string } = {
  ViewContent: 'view_item',
  Search: 'search',
  AddToCart: 'add_to_cart',
  AddToWishlist: 'add_to_wishlist',
  InitiateCheckout: 'begin_checkout',
  AddPaymentInfo: 'add_payment_info',
  Purchase: 'purchase',
  CompleteRegistration: 'sign_up',
  Lead: 'generate_lead',
}

/**
 * Records what a shop already tells Meta's pixel: calls of `fbq('track', …)` and `fbq('trackSingle', …)` with a standard event, in GA4's words; what was called before the tracker came, while the pixel is not there yet, and what comes later.
 * It says less than other voices: choose it where there is no better one. Never changes, delays or breaks a call.
 */
export function metaPixel(): Source {
  return (record) => {
    const fail = (failure: unknown) => record({ failure })
    const hear = (call: ArrayLike<unknown>) => {
      const [method, ...args] = Array.from(call)
      const [event, params, more] = method === 'track' ? args : method === 'trackSingle' ? args.slice(1) : []
      const found = eventOf(String(event), (isLoose(params) ? params : {}) as Loose, Object(more))
      if (found) record({ name: found[0], source: 'meta-pixel', props: found[1] })
    }
    return onGlobal(
      'fbq',
      (pixel) => {
        if (typeof pixel !== 'function') return
        for (const call of Array.from((pixel as Pixel).queue ?? [])) hear(call)
        return patch(window as unknown as { fbq: Pixel }, 'fbq', hear, fail)
      },
      fail,
    )
  }
}

/** An event in GA4's words; `undefined` for what is none of a shop's. */
function eventOf(event: string, params: Loose, { eventID }: { eventID?: unknown }): [name: string, props: Props] | undefined {
  const { content_ids, contents, content_name, content_category, content_type, search_string, currency, value, order_id } = params
  const name = event === 'ViewContent' && content_type === 'product_group' ? 'view_item_list' : NAMES[event]
  if (!name) return
  const ids = [content_ids].flat().filter((id) => id !== undefined)
  const lines = Array.isArray(contents) ? contents.filter(isLoose) : ids.map((id) => ({ id }))
  // What is named is the one that it is about.
  const named = lines.length === 1 ? { item_name: content_name, item_category: content_category } : {}
  const items = lines.map(({ id, quantity, item_price }: Loose) => copy({ item_id: id, ...named, price: item_price, quantity }))
  const order = name === 'purchase' ? { transaction_id: order_id ?? eventID } : {}
  const list = name === 'view_item_list' ? { item_list_name: content_name ?? content_category } : {}
  return [name, { ...copy({ currency, value, search_term: search_string, ...order, ...list }), ...(items.length && { items }) }]
}
