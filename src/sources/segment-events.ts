import { onGlobal } from '../browser/on-global.js'
import { copy, isLoose, itemsOf, type Loose } from '../ga4-params.js'
import { ITEM, NAMES, ONE, PARAMS } from '../segment-words.js'
import type { Props, Source } from '../types.js'

/** Settings of `segmentEvents`. */
export interface SegmentEventsOptions {
  /** The global that holds analytics.js, where a shop has renamed it. @default 'analytics' */
  readonly name?: string
}

/** What is used of analytics.js, whose stub queues both until it is there. */
interface Analytics {
  readonly on?: (event: 'track', callback: (name: unknown, properties: unknown) => void) => unknown
  readonly off?: (event: 'track', callback: (name: unknown, properties: unknown) => void) => unknown
}

const reversed = (words: ReadonlyMap<string, string>) => new Map([...words].map(([ga4, theirs]) => [theirs, ga4]))
const nameOf = reversed(NAMES).set('Signed In', 'login').set('Product Category Viewed', 'view_item_list').set('Product List Filtered', 'view_item_list').set('Coupon Denied', 'coupon_refused')
const eventWord = reversed(PARAMS).set('name', 'promotion_name').set('creative', 'creative_name').set('position', 'creative_slot')
const itemWord = reversed(ITEM)
const OF_ITEM = /^(?:price|quantity|coupon|discount)$/

/**
 * Records what a shop already tells Segment, or any tool with its analytics.js: `track` calls of its e-commerce spec, version 2 or 1, in GA4's words. Only GA4's commerce parameters are
 * copied. Never changes, delays or breaks a call.
 */
export function segmentEvents({ name = 'analytics' }: SegmentEventsOptions = {}): Source {
  return (record) => {
    const fail = (failure: unknown) => record({ failure })
    // The stub's listener and the library's are told the same.
    const told = new WeakSet<object>()
    const hear = (event: unknown, properties: unknown) => {
      try {
        if (!isLoose(properties) || told.has(properties)) return
        told.add(properties)
        const found = eventOf(String(event), properties)
        if (found) record({ name: found[0], source: 'segment-events', props: found[1], leaving: found[0].startsWith('select') })
      } catch (cause) {
        fail(cause)
      }
    }
    return onGlobal(
      name,
      (value) => {
        const analytics = value as Analytics
        analytics.on?.('track', hear)
        return () => void analytics.off?.('track', hear)
      },
      fail,
    )
  }
}

/** An event in GA4's words; `undefined` for what is none of a shop's. */
function eventOf(event: string, properties: Loose): [name: string, props: Props] | undefined {
  // Version 1 has the verb first: Viewed Product.
  const name = event === 'Checkout Step Completed' ? stepOf(properties) : (nameOf.get(event) ?? nameOf.get(event.replace(/^(\w+) (.+)$/, '$2 $1')))
  if (!name) return
  const { products, total, revenue, value, step, coupon_name, coupon_id } = properties
  // What is about one product has its words beside the event's; an order has a number once it is placed.
  const isOwn = (key: string) => (ONE.test(name) ? /^(?:currency|list_id)$/.test(key) : key === 'category' ? name === 'view_item_list' : key !== 'order_id' || /^(?:purchase|refund|order_cancelled)$/.test(name))
  const props = copy(properties, (key) => (isOwn(key) ? (eventWord.get(key) ?? key) : ''))
  const more = name === 'checkout_step' ? { step } : name === 'coupon_refused' ? copy({ coupon: coupon_name ?? coupon_id }) : {}
  return [name, { ...props, ...copy({ value: total ?? revenue ?? value }), ...more, ...(Array.isArray(products) ? itemsOf(products.map(withSku), toItem) : ONE.test(name) ? { items: [copy(withSku(properties), toItem)] } : {}) }]
}

/** What has been completed is what has been chosen in it. */
const stepOf = ({ shipping_method, payment_method }: Loose) => (shipping_method ? 'add_shipping_info' : payment_method ? 'add_payment_info' : undefined)

/** The number in the stock is surer than the shop system's. */
const withSku = ({ sku, ...item }: Loose): Loose => (sku ? { ...item, product_id: sku } : item)

const toItem = (key: string) => itemWord.get(key) ?? (OF_ITEM.test(key) ? key : '')
