import { whichStore } from '../browser/which-store.js'
import type { PageRequest, Store } from '../types.js'
import type { Item } from '../vocabulary.js'

/** A variant, as Shopify prints it in pages. */
interface Variant {
  readonly id?: number
  /** With the variant's title behind the product's: `Cap - Red`. */
  readonly name?: string
  readonly public_title?: string | null
  /** In hundredths. */
  readonly price?: number
  readonly sku?: string | null
  /** Only of the one that is chosen. */
  readonly available?: boolean
}

/** What Shopify prints for the scripts of a page; older themes lack parts of it. */
interface Globals {
  readonly Shopify?: { readonly shop?: string; readonly currency?: { readonly active?: string }; readonly routes?: { readonly root?: string } }
  readonly ShopifyAnalytics?: { readonly meta?: { readonly currency?: string; readonly product?: { readonly id?: number; readonly vendor?: string; readonly type?: string; readonly variants?: readonly Variant[] } } }
}

interface Discount {
  readonly type?: string
  readonly title?: string
  readonly code?: string
  readonly applicable?: boolean
}

/** What is read of the answer of `cart.js`; its notes and properties are the shopper's own words. */
interface Answer {
  readonly items?: readonly {
    readonly variant_id: number
    readonly product_id: number
    readonly product_title: string
    readonly variant_title?: string | null
    readonly vendor?: string
    readonly product_type?: string
    readonly sku?: string | null
    readonly quantity: number
    readonly price: number
    readonly final_price?: number
  }[]
  readonly currency?: string
  readonly discount_codes?: readonly Discount[]
  readonly cart_level_discount_applications?: readonly Discount[]
}

/** The paths are Shopify's own and the same in each shop and language, behind the market's prefix (`/en-gb`). The first that fits counts. */
const KINDS: readonly (readonly [kind: string, path: RegExp])[] = [
  ['product', /\/products\/./],
  ['list', /^\/collections\b/],
  ['search', /^\/search\b/],
  ['cart', /^\/cart\b/],
  ['checkout', /^\/checkouts?\b/],
  ['account', /^\/account\b/],
  ['home', /^\/$/],
]
const PREFIX = /^\/[a-z]{2}(-[a-z]+)?(?=\/|$)/i
/** Puts into the cart and goes on to the checkout. */
const PERMALINK = /^\/cart\/\d+:\d/

const globals = () => window as Globals
const metaOf = () => globals().ShopifyAnalytics?.meta
const pathOf = ({ pathname }: URL | Location) => pathname.replace(PREFIX, '') || '/'
const isFormOf = ({ method, url }: PageRequest) => method === 'POST' && /^\/cart\/?$/.test(pathOf(url))
const property = (name: string) => document.querySelector(`[property="og:${name}"]`)?.getAttribute('content')

/**
 * Shopify, with Dawn and other themes. Reads the cart from `cart.js`.
 *
 * `item_id` is the id of the variant: the cart's lines, the forms' `id`, `?variant=` and ShopifyAnalytics all have it, and from a product's id or a sku it is
 * found again; a product's id does not say which variant is meant. Orders are placed on Shopify's own pages, where no script of the shop runs.
 */
export function shopify(): Store {
  let last: readonly Item[] = []

  const readCart = async () => {
    const cart = await askForCart()
    last = cart.items
    return cart
  }

  const itemId = ({ item_id }: Item) => {
    const told = `${item_id}`
    // `shopify_DE_<product>_<variant>` is what Google's channel calls it, `gid://shopify/ProductVariant/<variant>` what the APIs do.
    const id = /^(?:shopify_\w+_|gid:.+\/)?(\d+)$/.exec(told)?.[1]
    const variants = metaOf()?.product?.variants ?? []
    const known: readonly Item[] = [...(product()?.items ?? []), ...variants.map((each) => ({ item_id: `${each.id}`, sku: each.sku })), ...last]
    return known.find(({ sku, product_id }) => sku === told || (id && product_id === id))?.item_id ?? id
  }

  return { name: 'shopify', isHere, kind, product, changesCart, readCart, beginsCheckout, itemId }
}

const isHere = () => whichStore() === 'shopify'
const kind = () => KINDS.find(([, path]) => path.test(pathOf(location)))?.[0]

function product() {
  const variant = kind() === 'product' ? variantShown() : undefined
  if (!variant) return
  const { product: { id, vendor, type } = {}, currency } = metaOf() ?? {}
  const { name, public_title, price, sku, available } = variant
  const item = {
    item_id: `${variant.id}`,
    item_name: name?.slice(0, public_title ? -public_title.length - 3 : undefined) ?? property('title'),
    item_brand: vendor,
    item_category: type,
    item_variant: public_title,
    price: price! >= 0 ? price! / 100 : property('price:amount'),
    sku,
    product_id: id && `${id}`,
    availability: available === false ? 'out_of_stock' : undefined,
  } as Item
  return { currency: globals().Shopify?.currency?.active ?? currency ?? property('price:currency') ?? undefined, items: [item] }
}

async function askForCart() {
  const answer = await fetch(`${globals().Shopify?.routes?.root ?? '/'}cart.js`)
  const cart = answer.ok ? ((await answer.json().catch(() => {})) as Answer | undefined) : undefined
  if (!cart?.items) throw new Error(`Shopify's cart.js must answer with a cart, got status ${answer.status}`)
  const items = cart.items.map(
    ({ variant_id, product_id, product_title, variant_title, vendor, product_type, sku, quantity, price, final_price }) =>
      ({ item_id: `${variant_id}`, item_name: product_title, item_brand: vendor, item_category: product_type, item_variant: variant_title, price: final_price ?? price, quantity, sku, product_id: `${product_id}` }) as Item,
  )
  // Shopify counts in hundredths in every currency, also where there is no smaller coin.
  return { items, currency: cart.currency, coupon: couponOf(cart), minorUnits: 2 }
}

/** The variant that is chosen: by the address, by Dawn's markup, by the form that would be sent; else the first. */
function variantShown(): Variant | undefined {
  const { variants = [] } = metaOf()?.product ?? {}
  const selected = parse(document.querySelector('script[data-selected-variant]')?.textContent)
  const field = document.querySelector<HTMLInputElement>('form[action*="/cart/add"] [name=id]')?.value
  const id = new URLSearchParams(location.search).get('variant') ?? selected?.id ?? field
  const isChosen = (variant?: Variant) => `${variant?.id}` === `${id}`
  return [selected, ...variants].find(isChosen) ?? selected ?? variants[0] ?? (field ? { id: +field } : undefined)
}

function parse(text: string | null | undefined): Variant | undefined {
  try {
    return JSON.parse(text ?? '') as Variant
  } catch {
    return undefined
  }
}

/** Only codes that a shopper entered: other discounts are the shop's own. */
function couponOf({ discount_codes = [], cart_level_discount_applications = [] }: Answer): string | undefined {
  const codes = [...discount_codes.map(({ code, applicable }) => applicable && code), ...cart_level_discount_applications.map(({ type, title }) => type === 'discount_code' && title)]
  return [...new Set(codes.filter(Boolean))].join() || undefined
}

function changesCart(request: PageRequest): boolean {
  const path = pathOf(request.url)
  return isFormOf(request) || PERMALINK.test(path) || /^\/(cart\/(add|change|update|clear)(\.js)?|discount\/.+)$/.test(path)
}

function beginsCheckout(request: PageRequest): boolean {
  const path = pathOf(request.url)
  // The cart's form has two buttons, and goes to the checkout only by one of them. Where the button is not told, it may have the focus.
  const button = request.button ?? document.activeElement?.getAttribute('name')
  return /^\/checkouts?(\/|$)/.test(path) || PERMALINK.test(path) || (isFormOf(request) && button === 'checkout')
}
