import { onPush } from '../browser/on-push.js'
import { copy } from '../ga4-params.js'
import type { Props, Source } from '../types.js'

/** Settings of `matomoQueue`. */
export interface MatomoQueueOptions {
  /** ISO 4217: Matomo leaves it to the site's settings. @default none */
  readonly currency?: string
}

/**
 * Records what a shop already tells Matomo by pushing to `_paq`: products and categories, searches, orders, and the whole cart, from which `commerce` tells what has come and gone; what was pushed before the tracker
 * came, and what comes later. Never changes, delays or breaks a push.
 */
export function matomoQueue({ currency }: MatomoQueueOptions = {}): Source {
  return (record) => {
    let lines = new Map<unknown, Props>()
    const tell = (name: string, props: Props) => record({ name, source: 'matomo-queue', props })
    const priced = { ...(currency && { currency }) }
    const cart = () => [...lines.values()]

    const commands = new Map<unknown, (...args: unknown[]) => void>(Object.entries({
      setEcommerceView: (sku, name, category, price) => {
        const [item_category] = [category].flat()
        if (sku) tell('view_item', { ...priced, ...copy({ value: price }), items: [itemOf({ item_id: sku, item_name: name, item_category, price })] })
        else if (item_category) tell('view_item_list', copy({ item_list_name: item_category }))
      },
      addEcommerceItem: (sku, name, category, price, quantity = 1) => void lines.set(sku, itemOf({ item_id: sku, item_name: name, item_category: [category].flat()[0], price, quantity })),
      removeEcommerceItem: (sku) => void lines.delete(sku),
      clearEcommerceCart: () => lines.clear(),
      trackEcommerceCartUpdate: () => {
        const items = cart()
        record({ source: 'matomo-queue', cart: async () => ({ ...priced, items }) })
      },
      trackEcommerceOrder: (id, total, _subtotal, tax, shipping) => {
        tell('purchase', { ...priced, ...itemOf({ transaction_id: id, value: total, tax, shipping }), items: cart() })
        lines = new Map()
      },
      trackSiteSearch: (term) => tell('search', copy({ search_term: term })),
    }))
    const hear = (entry: unknown) => {
      const [command, ...args] = (Array.isArray(entry) ? entry : []) as unknown[]
      commands.get(command)?.(...args)
    }
    return onPush('_paq', hear, (failure) => record({ failure }))
  }
}

/** Matomo writes `false` and `''` for what is not known. */
const itemOf = (said: Props): Props => copy(Object.fromEntries(Object.entries(said).filter(([, value]) => value !== false && value !== '')))
