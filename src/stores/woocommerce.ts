import { whichStore } from '../browser/which-store.js'
import type { Cart, PageRequest, Store } from '../types.js'
import type { Item } from '../vocabulary.js'

/** An offer as JSON-LD has it: an amount, a range of them, or a specification with one. */
interface Offer {
  readonly price?: string | number
  readonly lowPrice?: string | number
  readonly availability?: string
  readonly priceCurrency?: string
  readonly priceSpecification?: Offer | readonly Offer[]
}

interface Product {
  readonly '@type'?: string | readonly string[]
  readonly name?: string
  readonly sku?: string | number
  readonly offers?: Offer | readonly Offer[]
}

/** A choice of `data-product_variations`. */
interface Variation {
  readonly variation_id?: number
  readonly display_price?: number
  readonly is_in_stock?: boolean
  readonly sku?: string
}

interface Money {
  readonly price?: string
  readonly currency_code?: string
  readonly currency_minor_unit?: number
}

/** The cart as the Store API answers it. */
interface Answer {
  readonly items?: readonly {
    readonly id: number
    readonly name: string
    readonly sku?: string
    readonly quantity: number
    readonly prices: Money
    readonly variation?: readonly { readonly value: string }[]
  }[]
  readonly coupons?: readonly { readonly code: string }[]
  readonly totals?: Money
}

interface Globals {
  readonly wcSettings?: { readonly currency?: { readonly code?: string } }
}

/** Kinds of pages: the body classes, which are the same in every language and theme, and addresses by default, for themes without classes. The first that fits counts. */
const KINDS: readonly (readonly [kind: string, body: string, url: RegExp])[] = [
  ['thank_you', '.woocommerce-order-received', /order-received[/=]/],
  ['cart', '.woocommerce-cart', /\/cart\/?$/],
  ['checkout', '.woocommerce-checkout', /\/checkout\//],
  ['account', '.woocommerce-account', /\/my-account\//],
  ['search', '.search-results,.search-no-results', /[?&]s=/],
  ['product', '.single-product', /\/product\//],
  // A shop's list may be its front page, too.
  ['home', '.home', /^\/$/],
  ['list', '.woocommerce-shop,.woocommerce.archive', /\/(shop|product-(category|tag))\//],
]
const TOTAL = '.woocommerce-order-overview__total .woocommerce-Price-amount,.wc-block-order-confirmation-summary-list-item__value .woocommerce-Price-amount'
/** Both show an order that was placed but not paid. */
const FAILED = '.woocommerce-thankyou-order-failed,.wc-block-order-confirmation-status__actions'
const BANNER = '.wc-block-components-notice-banner.is-error'
const FAULTS = `.woocommerce-error li,${BANNER} li[data-id],${BANNER},.wc-block-components-validation-error`

const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)
const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)]
/** One or many, as JSON-LD writes both. */
const first = <T>(some: T | readonly T[] | undefined) => [some].flat()[0] as T | undefined
/** The Store API's names are HTML: `Salt &amp; Pepper`. */
const plain = (html = '') => new DOMParser().parseFromString(html, 'text/html').documentElement.textContent?.trim() || undefined
const parse = <T>(text: string | null | undefined): T | undefined => {
  try {
    return JSON.parse(text ?? '') as T
  } catch {
    return undefined
  }
}

/**
 * WooCommerce, with classic pages and with blocks. Reads the cart from the Store API (`GET …/wc/store/v1/cart`), and asks only when WooCommerce's cookie says that something is in it.
 *
 * `item_id` is the id of the post: a variation's where one is chosen, else the product's. Never reads what shoppers type, nor anything of the buyer.
 */
export function woocommerce(): Store {
  let last: Cart = { items: [] }

  const readCart = async () => {
    // A shop that is asked builds the answer anew each time.
    if (navigator.cookieEnabled && !document.cookie.includes('woocommerce_items_in_cart=')) return { items: [] }
    return (last = await askForCart())
  }

  const itemId = ({ item_id }: Item) => {
    const id = `${item_id}`.replace(/^#(?=\d+$)/, '')
    return /^\d+$/.test(id) ? id : [...idsOnPage(), ...last.items].find(({ sku }) => sku === id)?.item_id
  }

  const known = <T extends { readonly currency?: string | undefined }>(told: T | undefined) => told && { ...told, currency: told.currency ?? last.currency }

  return { name: 'woocommerce', isHere: () => whichStore() === 'woocommerce', kind, product: () => known(product()), changesCart, readCart, order: () => known(order()), placesOrder, orderButton: '.wc-block-components-checkout-place-order-button', refusesCoupon, checkoutErrors, itemId }
}

function kind(): string | undefined {
  const page = KINDS.find(([, body]) => document.body?.matches(body)) ?? KINDS.find(([, , url]) => url.test(location.pathname + location.search))
  return page?.[0]
}

function product() {
  if (kind() !== 'product') return
  const { name, sku, offers } = productData() ?? {}
  const offer = first(offers)
  const price = first(offer?.priceSpecification)
  const chosen = find<HTMLInputElement>('form.variations_form [name=variation_id]')?.value
  const isChosen = !!chosen && chosen !== '0'
  const variation = isChosen ? variations().find((each) => `${each?.variation_id}` === chosen) : undefined
  const item = {
    item_id: isChosen ? chosen : (/\bpostid-(\d+)/.exec(document.body?.className)?.[1] ?? find('form.cart [name=add-to-cart]')?.getAttribute('value')),
    item_name: plain(name ?? find('h1')?.innerHTML),
    // The words of the lists, as the cart has them; the variation only knows their slugs.
    item_variant: isChosen ? variantOf(all('form.variations_form select')) : undefined,
    // Shops with many variations tell their prices later: then a range is no price.
    price: isChosen ? variation?.display_price : +(price?.price ?? offer?.price ?? offer?.lowPrice ?? 0) || undefined,
    sku: variation?.sku || sku,
    availability: (isChosen ? variation?.is_in_stock === false : /OutOfStock$/.test(`${offer?.availability}`)) ? 'out_of_stock' : undefined,
  } as Item
  return { currency: price?.priceCurrency ?? offer?.priceCurrency, items: [item] }
}

function productData(): Product | undefined {
  const nodes = all('script[type="application/ld+json"]').flatMap((script) => {
    const data = parse<{ readonly '@graph'?: Product[] } & Product>(script.textContent)
    return data?.['@graph'] ?? data
  })
  return nodes.find((node) => /^Product/.test(`${node?.['@type']}`))
}

const variations = () => [parse<Variation[]>(find('form.variations_form')?.dataset.product_variations)].flat()
const variantOf = (lists: readonly HTMLElement[]) => lists.map((list) => (list as HTMLSelectElement).selectedOptions[0]?.text).join(', ')
/** What the page knows of skus: those of the product that is shown, of its variations, of the buttons. */
const idsOnPage = (): readonly { readonly sku?: unknown; readonly item_id?: string | undefined }[] => [
  ...(product()?.items ?? []),
  ...variations().map((each) => ({ sku: each?.sku, item_id: `${each?.variation_id}` })),
  ...all('[data-product_sku]').map(({ dataset }) => ({ sku: dataset.product_sku, item_id: dataset.product_id })),
]

async function askForCart(): Promise<Cart> {
  // The root is elsewhere in a subfolder, and `?rest_route=/` with plain permalinks; its host may lack a `www`.
  const { pathname, search } = new URL(find('link[rel="https://api.w.org/"]')?.getAttribute('href') ?? '/wp-json/', location.href)
  const answer = await fetch(`${pathname}${search}wc/store/v1/cart`)
  const cart = answer.ok ? ((await answer.json().catch(() => {})) as Answer | undefined) : undefined
  if (!cart?.items) throw new Error(`WooCommerce's Store API must answer with a cart, got status ${answer.status}`)
  const { currency_code, currency_minor_unit } = { ...cart.items[0]?.prices, ...cart.totals }
  const items = cart.items.map(({ id, name, variation = [], quantity, prices, sku }) => {
    const item_variant = variation.map(({ value }) => value).join(', ') || undefined
    return { item_id: `${id}`, item_name: plain(name), item_variant, price: +prices.price!, quantity, sku } as Item
  })
  return { items, currency: currency_code, coupon: cart.coupons?.map(({ code }) => code).join() || undefined, minorUnits: currency_minor_unit }
}

function order() {
  const id = (/\/(\d+)\/?$/.exec(location.pathname) ?? /order-received=(\d+)/.exec(location.search))?.[1]
  if (kind() !== 'thank_you' || !id || find(FAILED)) return
  const total = find(TOTAL)
  return { transaction_id: id, value: total?.textContent?.trim(), currency: currencyOf(total) }
}

/** Only the symbol of the euro stands for one currency; pages with blocks have settings that name it. */
function currencyOf(amount: HTMLElement | null): string | undefined {
  const symbol = amount?.querySelector('.woocommerce-Price-currencySymbol')?.textContent?.replace('€', 'EUR')
  return /^[A-Z]{3}$/.exec(symbol ?? '')?.[0] ?? (window as Globals).wcSettings?.currency?.code
}

const ajaxOf = ({ searchParams }: URL) => searchParams.get('wc-ajax') ?? ''
/** What is asked of the Store API; with plain permalinks its path is a parameter. */
const routeOf = ({ pathname, searchParams }: URL) => /\/wc\/store(?:\/v1)?\/(.+)/.exec(searchParams.get('rest_route') ?? pathname)?.[1] ?? ''

function changesCart({ method, url }: PageRequest): boolean {
  if (/[?&](add-to-cart|remove_item|undo_item|removed_item)=/.test(url.search) || /^(add_to|remove|apply)_/.test(ajaxOf(url))) return true
  // A product's form and the cart's are sent to the page that they are on, whose address may be in any language.
  const isForm = /cart|product/.test(kind() ?? '') && url.pathname === location.pathname && !ajaxOf(url)
  return method !== 'GET' && (isForm || /\/cart\/?$/.test(url.pathname) || /^(batch|cart\/(?!update-c|select-))/.test(routeOf(url)))
}

const placesOrder = ({ method, url }: PageRequest) => method === 'POST' && (ajaxOf(url) === 'checkout' || routeOf(url).startsWith('checkout'))

/** Classic pages answer with the notice that they show, blocks with a status. */
const refusesCoupon = ({ url }: PageRequest, status = 0) => /^(?:cart\/)?apply[_-]coupon/.test(ajaxOf(url) || routeOf(url)) && (status >= 400 || !!find('.woocommerce-error,.coupon-error-notice'))

function checkoutErrors() {
  const faults = all(FAULTS).filter((fault) => !fault.querySelector('[data-id]'))
  return faults.map((fault) => {
    const input = fault.matches(BANNER) ? null : fault.parentElement?.querySelector('input,select,textarea')
    const field = fault.dataset.id ?? (input?.getAttribute('name') || input?.id)
    return field ? { code: 'invalid', field } : { code: 'checkout' }
  })
}
