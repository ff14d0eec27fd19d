import type { Props } from './types.js'

/** GA4's names and Segment's (e-commerce spec, version 2), which RudderStack, Jitsu and PostHog use, too. */
export const NAMES = pairs(
  'search,Products Searched|view_item_list,Product List Viewed|select_item,Product Clicked|view_item,Product Viewed|add_to_wishlist,Product Added to Wishlist|add_to_cart,Product Added|remove_from_cart,Product Removed|view_cart,Cart Viewed|begin_checkout,Checkout Started|checkout_step,Checkout Step Viewed|add_shipping_info,Checkout Step Completed|add_payment_info,Payment Info Entered|purchase,Order Completed|refund,Order Refunded|order_cancelled,Order Cancelled|view_promotion,Promotion Viewed|select_promotion,Promotion Clicked|share,Product Shared|review_submitted,Product Reviewed|sign_up,Signed Up',
)
/** What is said of an event, and of one of its items. */
export const PARAMS = pairs('transaction_id,order_id|search_term,query|item_list_id,list_id|item_list_name,category|shipping_tier,shipping_method|payment_type,payment_method')
export const ITEM = pairs('item_id,product_id|item_name,name|item_brand,brand|item_category,category|item_variant,variant|index,position')

/** What is about one product, whose properties are the event's. */
export const ONE = /^(?:view_item|select_item|add_to_\w+|remove_from_cart)$/

/** What Segment calls a touchpoint; its own name where Segment has none. */
export const segmentName = (name: string): string => NAMES.get(name) ?? name

/** The props of a touchpoint in Segment's words: `items` are `products`; of one product alone its properties stand at the top, too. */
export function toSegment(name: string, { items, ...props }: Props): Props {
  const products = Array.isArray(items) ? items.map((item) => renamed({ sku: item.item_id, ...item }, ITEM)) : undefined
  return { ...(ONE.test(name) && products?.[0]), ...renamed(props, PARAMS), ...(name === 'purchase' && { revenue: props.value }), products }
}

const renamed = (props: Props, words: ReadonlyMap<string, string>): Props => Object.fromEntries(Object.entries(props).map(([name, value]) => [words.get(name) ?? name, value]))

function pairs(text: string): ReadonlyMap<string, string> {
  return new Map(text.split('|').map((pair) => pair.split(',') as [string, string]))
}
