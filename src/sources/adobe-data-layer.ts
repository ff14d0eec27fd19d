import { copy, isLoose, type Loose } from '../ga4-params.js'
import type { Props, Source } from '../types.js'

/** What is used of the Adobe Client Data Layer. */
interface Layer {
  readonly addEventListener: (event: string, callback: (event: unknown) => void) => void
  readonly removeEventListener: (event: string, callback: (event: unknown) => void) => void
}

const EVENT = 'adobeDataLayer:event'
/** Adobe Commerce's events, as its storefront SDK names them. */
const NAMES: { readonly [event: string]: string } = {
  'product-page-view': 'view_item',
  'add-to-cart': 'add_to_cart',
  'remove-from-cart': 'remove_from_cart',
  'shopping-cart-view': 'view_cart',
  'initiate-checkout': 'begin_checkout',
  'place-order': 'purchase',
  'search-request-sent': 'search',
  'create-account': 'sign_up',
  'sign-in': 'login',
}

/**
 * Records what an Adobe Commerce shop tells its own data layer (`adobeDataLayer`): products, the cart, the checkout, orders, searches, log-ins, in GA4's words; also what was told before the tracker came. Nothing of
 * the shopper's account is copied. Makes the layer where there is none yet. Never changes, delays or breaks a push.
 */
export function adobeDataLayer(): Source {
  return (record) => {
    const hear = (entry: unknown) => {
      try {
        const found = isLoose(entry) && eventOf(entry)
        if (found) record({ name: found[0], source: 'adobe-data-layer', props: found[1] })
      } catch (failure) {
        record({ failure })
      }
    }
    // A function that is pushed runs once the layer's script is there.
    const layer = ((window as unknown as { adobeDataLayer?: unknown[] }).adobeDataLayer ??= [])
    let isOn = true
    layer.push((layer: Layer) => isOn && layer.addEventListener(EVENT, hear))
    return () => {
      isOn = false
      layer.push((layer: Layer) => layer.removeEventListener(EVENT, hear))
    }
  }
}

/** An event in GA4's words; `undefined` for what is none of a shop's. */
function eventOf({ event, eventInfo }: Loose): [name: string, props: Props] | undefined {
  // Some tools write the same in camel case.
  const name = NAMES[String(event).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)]
  if (!name) return
  const { productContext, shoppingCartContext, changedProductsContext, orderContext, searchInputContext, searchUnitId } = Object(eventInfo) as { [context: string]: Loose | undefined }
  const cart = linesOf(shoppingCartContext)
  if (name === 'view_item') return [name, linesOf({ items: [{ product: productContext }] })]
  if (name === 'view_cart' || name === 'begin_checkout') return [name, cart]
  if (name === 'search') {
    const units = searchInputContext?.units
    const unit = Array.isArray(units) ? (units.find((each) => each?.searchUnitId === searchUnitId) ?? units[0]) : undefined
    return unit ? [name, copy({ search_term: unit.phrase })] : undefined
  }
  if (name === 'purchase') {
    const { orderId, grandTotal, appliedCouponCode, salesTax, shipping, payments } = Object(orderContext)
    return [name, { ...cart, ...copy({ transaction_id: orderId, value: grandTotal, coupon: appliedCouponCode || undefined, tax: salesTax, shipping: shipping?.shippingAmount, payment_type: payments?.[0]?.paymentMethodCode }) }]
  }
  return [name, /cart$/.test(name) ? linesOf(changedProductsContext ?? { items: [{ product: productContext, quantity: 1 }] }) : {}]
}

/** The items of a cart as Adobe has them, with their currency. */
function linesOf(cart: Loose | undefined): Props {
  const lines = (Array.isArray(cart?.items) ? cart.items : []).filter(({ product }: { product?: Loose }) => isLoose(product)) as { product: Loose; prices?: { price?: Loose }; quantity?: unknown }[]
  const items = lines.map(({ product, prices, quantity }) => {
    const { regularPrice, specialPrice, minimalPrice } = Object(product.pricing)
    const categories = product.categories as readonly string[] | undefined
    return copy({ item_id: product.sku, item_name: product.name, item_category: categories?.[0], price: prices?.price?.value ?? specialPrice ?? minimalPrice ?? regularPrice, quantity })
  })
  const { currency = Object(lines[0]?.product.pricing).currencyCode } = Object(lines[0]?.prices?.price)
  return items.length ? { ...copy({ currency: currency ?? undefined }), items } : {}
}
