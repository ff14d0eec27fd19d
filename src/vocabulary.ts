/** An item of GA4's `items[]`. `item_id` or `item_name` is required by GA4. */
export interface Item {
  item_id?: string
  item_name?: string
  item_brand?: string
  item_category?: string
  item_variant?: string
  /** In the event's currency, per unit. */
  price?: number
  quantity?: number
  discount?: number
  coupon?: string
  index?: number
  /** `in_stock`, `out_of_stock`, …, as schema.org and Google's Merchant Center have it. */
  availability?: string
  [param: string]: unknown
}

interface Commerce {
  /** ISO 4217. */
  currency?: string
  value?: number
  items?: Item[]
  coupon?: string
  [param: string]: unknown
}

interface Order extends Commerce {
  /** The order's own id: the same purchase is never counted twice. */
  transaction_id: string
  tax?: number
  shipping?: number
}

interface Loose {
  [param: string]: unknown
}

/** Something that hurts. */
interface Struck extends Loose {
  /** The checkout step where it struck, by `commerce`. */
  step?: string | number
  /** The cart of that checkout. */
  cart_id?: string
}

/** A click in vain. */
interface InVain extends Struck {
  selector?: string
  text?: string
  /** What it is for: `pay`, `add_to_cart`, `checkout` or `coupon`. */
  control?: string
}

/** A form, as GA4 names it. */
interface Form extends Loose {
  form_id?: string
  form_name?: string
  /** Its path. */
  form_destination?: string
}

/** What is known of how a form was filled in. */
interface Filled {
  /** Ms since the first field was filled in. */
  duration?: number
  last_field?: string
  /** In the order in which they were entered, with the ms for which each had the focus. */
  fields?: { field: string; ms: number; corrections?: number; errors?: number }[]
}

/**
 * The touchpoints that rihla knows, by name: GA4's e-commerce events and their parameters, and what GA4 lacks.
 * Add your own by module augmentation:
 *
 * ```ts
 * declare module 'rihla' { interface Vocabulary { size_guide_opened: { item_id: string } } }
 * ```
 */
export interface Vocabulary {
  page_view: Loose
  view_item_list: Commerce & { item_list_id?: string; item_list_name?: string }
  select_item: Commerce & { item_list_id?: string; item_list_name?: string }
  view_item: Commerce
  add_to_wishlist: Commerce
  search: Loose & { search_term: string }
  add_to_cart: Commerce
  remove_from_cart: Commerce
  view_cart: Commerce
  begin_checkout: Commerce
  add_shipping_info: Commerce & { shipping_tier?: string }
  add_payment_info: Commerce & { payment_type?: string }
  purchase: Order
  refund: Order
  view_promotion: Commerce & { promotion_id?: string; promotion_name?: string }
  select_promotion: Commerce & { promotion_id?: string; promotion_name?: string }
  sign_up: Loose & { method?: string }
  login: Loose & { method?: string }
  share: Loose & { method?: string; content_type?: string; item_id?: string }
  generate_lead: Loose & { currency?: string; value?: number }
  click: Loose
  checkout_step: Loose & { step: string | number; name?: string }
  checkout_error: Loose & { code: string; field?: string; step?: string | number }
  cart_abandonment: Loose & { abandonment_id?: string; status?: string }
  order_cancelled: Loose & { transaction_id: string }
  subscription_renewed: Loose
  support_contacted: Loose & { topic?: string; via?: string }
  review_submitted: Loose & { rating?: number; item_id?: string }
  referral_sent: Loose & { program?: string }
  referral_landing: Loose & { param?: string }
  account_viewed: Loose
  order_status_viewed: Loose
  newsletter_subscribed: Loose
  feedback: Loose & { kind: string; score?: number; text?: string; choice?: string; about?: string; sentiment?: string }
  payment_redirect: Loose
  payment_return: Loose
  coupon_refused: Struck & { coupon?: string; times?: number }
  checkout_loop: Struck & { kind?: string; times?: number; from?: string; code?: string }
  variant_loop: Struck & { kind?: string; times?: number; variants?: number; items?: Item[] }
  identify: Loose
  page_leave: Loose & { visible_ms?: number; focused_ms?: number; scroll_depth?: number }
  stage_change: Loose & { from?: string; to: string; after?: number }
  rage_click: InVain & { times?: number; dead?: boolean }
  dead_click: InVain
  error_click: InVain & { cause?: string; message?: string; status?: number; path?: string }
  form_start: Form
  form_submit: Form & Filled
  form_abandonment: Form & Filled & Struck
  js_error: Struck & { cause?: string; type?: string; message?: string; file?: string; line?: number; col?: number; stack?: string }
  slow_page: Struck & { rating?: string; lcp?: number; inp?: number; cls?: number; ttfb?: number }
}

/** A known name, or any other: that is a custom touchpoint. */
export type EventName = keyof Vocabulary | (string & {})

/** What `track` takes with a name: typed for known names, free for custom ones. */
export type EventProps<N extends EventName> = N extends keyof Vocabulary ? Vocabulary[N] : Loose
