import type { Item } from '../vocabulary.js'
import type { Moment } from '../types.js'
import type { CartLine, Checkout, PixelData, Variant } from './types.js'

/** What happens on pages that the script tag sees, too. */
const STOREFRONT = /^(?:page|product|collection|cart)_viewed$|^search_submitted$|_cart$/

/** A standard event in GA4's words, with nothing of the buyer; `undefined` for what says nothing of a journey. */
export function toMoment(name: string, data: PixelData, isAll: boolean): Pick<Moment, 'name' | 'props'> | undefined {
  if (STOREFRONT.test(name) && !isAll) return
  return MOMENTS.get(name)?.(data)
}

type Made = Pick<Moment, 'name' | 'props'>

const MOMENTS = new Map<string, (data: PixelData) => Made>(Object.entries({
  page_viewed: () => ({ name: 'page_view', props: { navigation: 'load' } }),
  product_viewed: ({ productVariant: variant }) => ({ name: 'view_item', props: { currency: variant?.price?.currencyCode, value: variant?.price?.amount, items: itemsOf([variant]) } }),
  collection_viewed: ({ collection }) => ({ name: 'view_item_list', props: { item_list_id: idOf(collection?.id), item_list_name: collection?.title, items: itemsOf(collection?.productVariants) } }),
  search_submitted: ({ searchResult }) => ({ name: 'search', props: { search_term: searchResult?.query, results: searchResult?.productVariants?.length } }),
  product_added_to_cart: ({ cartLine }) => ({ name: 'add_to_cart', props: lines([cartLine]) }),
  product_removed_from_cart: ({ cartLine }) => ({ name: 'remove_from_cart', props: lines([cartLine]) }),
  cart_viewed: ({ cart }) => ({ name: 'view_cart', props: { value: cart?.cost?.totalAmount?.amount, ...lines(cart?.lines) } }),
  checkout_started: ({ checkout }) => ({ name: 'begin_checkout', props: bought(checkout) }),
  checkout_contact_info_submitted: () => ({ name: 'checkout_step', props: { step: 'contact' } }),
  checkout_address_info_submitted: () => ({ name: 'checkout_step', props: { step: 'address' } }),
  checkout_shipping_info_submitted: ({ checkout }) => ({ name: 'add_shipping_info', props: { ...bought(checkout), shipping_tier: checkout?.delivery?.selectedDeliveryOptions?.[0]?.title ?? checkout?.shippingLine?.title } }),
  payment_info_submitted: ({ checkout }) => ({ name: 'add_payment_info', props: { ...bought(checkout), payment_type: paidBy(checkout) } }),
  checkout_completed: ({ checkout }) => ({
    name: 'purchase',
    props: { transaction_id: idOf(checkout?.order?.id) ?? checkout?.token, ...bought(checkout), tax: checkout?.totalTax?.amount, shipping: checkout?.shippingLine?.price?.amount, payment_type: paidBy(checkout) },
  }),
  // Neither the message nor what was typed: both may name somebody.
  alert_displayed: ({ alert }) => (alert?.type === 'DISCOUNT_ERROR' ? { name: 'coupon_refused', props: {} } : { name: 'checkout_error', props: { code: (alert?.type ?? 'unknown').toLowerCase(), field: alert?.target?.split('.').pop() } }),
  ui_extension_errored: ({ error }) => ({ name: 'js_error', props: { cause: 'extension', type: error?.type, message: error?.message, file: error?.extensionName } }),
}))

/** `gid://shopify/Order/1` is 1. */
const idOf = (id?: string | null) => id?.split('/').pop() || undefined

const paidBy = (checkout?: Checkout) => checkout?.transactions?.[0]?.paymentMethod?.name ?? checkout?.transactions?.[0]?.gateway

const itemOf = (variant: Variant, quantity?: number): Item => {
  const { id, title, price, product } = variant
  // As the adapter for Shopify names them: by the variant.
  return defined({ item_id: idOf(id), item_name: product?.title, item_brand: product?.vendor, item_category: product?.type || undefined, item_variant: title === 'Default Title' ? undefined : title, price: price?.amount, quantity })
}

const defined = (item: object): Item => Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined && value !== null))

const itemsOf = (variants: readonly (Variant | undefined)[] = []) => variants.flatMap((variant) => (variant ? [itemOf(variant)] : []))

const lines = (of: readonly (CartLine | null | undefined)[] = []) => {
  const items = of.flatMap((line) => (line?.merchandise ? [itemOf(line.merchandise, line.quantity)] : []))
  return { currency: of[0]?.merchandise?.price?.currencyCode, items }
}

const bought = (checkout?: Checkout) => ({
  currency: checkout?.currencyCode ?? checkout?.totalPrice?.currencyCode,
  value: checkout?.totalPrice?.amount,
  coupon: checkout?.discountApplications?.[0]?.title,
  items: (checkout?.lineItems ?? []).flatMap(({ variant, quantity, title }) => (variant ? [itemOf(variant, quantity)] : title ? [defined({ item_name: title, quantity })] : [])),
})
