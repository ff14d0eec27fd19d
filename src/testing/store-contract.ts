import type { Cart, Store } from '../types.js'
import type { Item } from '../vocabulary.js'
import { answering, BLANK, type Call, check, type ContractCheck, must, mustBeSilent, mustHide, on, reply, show, type TestPage, toDocument } from './page.js'

/** A page of a shop, and what its adapter is to tell of it. */
export interface StorePage extends TestPage {
  /** What `kind()` is to answer. @default anything */
  readonly kind?: string
  /** The `item_id` of the product that is shown. @default anything */
  readonly item?: string
  /** The `transaction_id` of the order that is confirmed. @default no order */
  readonly order?: string
}

/** A request, and what the adapter is to say about it. */
export interface StoreRequest {
  /** @default 'GET' */
  readonly method?: string
  /** An address, or a path on the origin of the test. */
  readonly url: string
  /** The name of the button that sends the form. */
  readonly button?: string
  /** The page that it is made from. @default the first page */
  readonly from?: StorePage
  /** @default false */
  readonly changesCart?: boolean
  /** @default false */
  readonly beginsCheckout?: boolean
  /** @default false */
  readonly placesOrder?: boolean
  /** The status of its answer. @default none */
  readonly status?: number
  /** @default false */
  readonly refusesCoupon?: boolean
}

/** What a shop answers when its cart is read. */
export interface CartFixture {
  /** As JSON or text. */
  readonly answer: unknown
  /** The page that it is read from. @default the first page */
  readonly from?: StorePage
  /** The `item_id`s in it. */
  readonly items: readonly string[]
}

/** What `storeContract` tries an adapter on. */
export interface StoreFixtures {
  /** At least one; of each kind one, if possible. */
  readonly pages: readonly StorePage[]
  /** What the shop's pages request. Pictures, scripts and looked-at pages are tried without being named. @default [] */
  readonly requests?: readonly StoreRequest[]
  /** @default the cart is not read */
  readonly cart?: CartFixture
  /** Names, addresses and other texts that stand in the pages or in the cart's answer and may be in nothing that the adapter tells. @default [] */
  readonly personal?: readonly string[]
}

const LOOKED_AT = ['/', '/assets/cart.png', '/add-to-cart.svg', '/assets/checkout.js', '/blog/how-to-add-to-a-cart', '/search?q=cart', 'https://cdn.example/cart/add.png?id=1']

/**
 * The contract of a store adapter, as a list of checks for any test runner with a document (happy-dom, jsdom, a browser):
 * `for (const { name, run } of storeContract(myShop, fixtures)) test(name, run)`.
 *
 * While a check runs, it replaces the page, its address, `fetch` and the globals named in the fixtures, and puts them back: checks must not run at once.
 */
export function storeContract(create: () => Store, fixtures: StoreFixtures): readonly ContractCheck[] {
  const { pages, requests = [], cart } = fixtures
  const [home = BLANK] = pages
  return [
    check('creating it touches nothing: no request, no listener, no timer', () => on(home, () => mustBeSilent(create))),
    check('its name can stand as a source', () => must(/^[a-z][a-z0-9_-]{0,63}$/.test(create().name), `name must be lower-case words, got ${show(create().name)}`)),
    check('it is not on a blank page, and tells nothing of it', () => on(BLANK, () => mustBeBlank(create()))),
    ...pages.map((page, index) => check(`page ${index + 1}${page.path ? `, ${page.path},` : ''} is told as it is`, () => on(page, () => mustTell(create(), page)))),
    check('torn markup and missing globals make it throw nothing', () => {
      for (const page of pages) for (const torn of tornOf(page)) void on(torn, () => tellAll(create()))
    }),
    check('pictures, scripts and pages that are looked at change no cart', () => on(home, () => {
      const wrong = LOOKED_AT.filter((url) => create().changesCart(toRequest({ url })))
      must(!wrong.length, `changesCart must be false for a GET of ${wrong.join(', ')}`)
    })),
    ...requests.map((request) => check(`${request.method ?? 'GET'} ${request.url}${request.button ? ` by ${request.button}` : ''} ${meaningOf(request)}`, () => on(request.from ?? home, () => mustMean(create(), request)))),
    ...(cart ? cartChecks(create, cart, cart.from ?? home) : []),
    check('nothing it tells holds personal data or what a shopper typed', () => mustHideAll(create, fixtures)),
  ]
}

function cartChecks(create: () => Store, { answer, items }: CartFixture, page: StorePage): ContractCheck[] {
  type Use = (read: () => Promise<Cart | undefined>, calls: readonly Call[]) => Promise<void>
  const reading = (name: string, respond: () => Promise<Response>, use: Use) => check(name, () => on(page, () => answering(respond, (calls) => use(async () => create().readCart(), calls))))
  const good = async () => reply(textOf(answer))
  const failing = (what: string, respond: () => Promise<Response>) => reading(`reading the cart rejects at ${what}`, respond, (read) => mustReject(read, what))
  return [
    reading('the cart is read with a GET from the shop itself', good, async (read, calls) => {
      await read()
      must(calls.length > 0, 'readCart must ask the shop')
      must(calls.every(({ method, url }) => method === 'GET' && url.origin === location.origin), `readCart must only GET from ${location.origin}, got ${calls.map(({ method, url }) => `${method} ${url.href}`).join(', ')}`)
    }),
    reading('the cart has the items that the shop answers', good, async (read) => mustHold(await read(), items)),
    ...[403, 404, 500].map((status) => failing(`status ${status}`, async () => reply(textOf(answer), status))),
    failing('a page that is no cart', async () => reply('<!doctype html><p>Please log in')),
    failing('a failing network', async () => Promise.reject(new TypeError('no network'))),
  ]
}

async function mustHideAll(create: () => Store, { pages, cart, personal = [] }: StoreFixtures): Promise<void> {
  const answer = textOf(cart?.answer)
  const given = [answer, ...pages.map(({ html, globals }) => html + show(globals))]
  const idle = personal.filter((text) => !given.some((each) => each.includes(text)))
  must(!idle.length, `personal texts must stand in a page or in the cart's answer, or nothing is checked: ${idle.join(', ')}`)
  for (const page of cart?.from ? [...pages, cart.from] : pages) mustHide(await on(page, () => told(create(), answer)), personal)
}

const textOf = (answer: unknown) => (typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? ''))

const isText = (value: unknown) => typeof value === 'string' && !!value
const toRequest = ({ method = 'GET', url, button }: StoreRequest) => ({ method, url: new URL(url, location.href), button })
const meaningOf = ({ changesCart, beginsCheckout, placesOrder, refusesCoupon }: StoreRequest) =>
  [changesCart && 'changes the cart', beginsCheckout && 'begins the checkout', placesOrder && 'places the order', refusesCoupon && 'is refused its coupon'].filter(Boolean).join(' and ') || 'means nothing'

/** The page with every second half cut off: of JSON, of attributes; with globals that are empty, of another type, or missing. */
function tornOf({ globals = {}, ...page }: StorePage): StorePage[] {
  const torn = toDocument(page.html)
  const half = (text: string | null) => text?.slice(0, text.length / 2) ?? ''
  for (const script of torn.querySelectorAll('script')) script.textContent = half(script.textContent)
  for (const element of torn.querySelectorAll('*')) for (const name of element.getAttributeNames()) if (/^(data-|content|value|href|action)/.test(name)) element.setAttribute(name, half(element.getAttribute(name)))
  const html = torn.documentElement.outerHTML
  const all = (value: unknown) => Object.fromEntries(Object.keys(globals).map((name) => [name, value]))
  return [{ ...page, html }, { ...page, html, globals: all({}) }, { ...page, html, globals: all('torn') }, { ...page, globals: all(undefined) }]
}

/** All that a store tells of a page without asking the shop. */
const tellAll = ({ isHere, kind, product, order, checkoutErrors, itemId }: Store) => [isHere(), kind(), product(), order?.(), checkoutErrors?.(), itemId?.({ item_id: 'no-such-item' }), itemId?.({})]

async function told(store: Store, answer: string): Promise<unknown> {
  const now = tellAll(store)
  const cart = await answering(async () => reply(answer), async () => store.readCart()).catch((failure: unknown) => `${failure}`)
  return [now, cart, tellAll(store)]
}

function mustBeBlank({ isHere, product, order, checkoutErrors }: Store): void {
  must(!isHere(), 'isHere must be false on a blank page')
  must([product(), order?.()].every((told) => told === undefined), 'product and order must be undefined on a blank page')
  must(!checkoutErrors?.().length, 'checkoutErrors must be empty on a blank page')
}

function mustTell(store: Store, page: StorePage): void {
  must(store.isHere(), 'isHere must be true')
  const kind = store.kind()
  must(page.kind === undefined || kind === page.kind, `kind must be ${show(page.kind)}, got ${show(kind)}`)
  const { items = [], currency } = store.product() ?? {}
  items.forEach(mustBeItem)
  must(currency === undefined || /^[A-Z]{3}$/.test(currency), `currency must be an ISO 4217 code, got ${show(currency)}`)
  must(page.item === undefined || items[0]?.item_id === page.item, `product must have the item_id ${show(page.item)}, got ${show(items[0]?.item_id)}`)
  const id = store.order?.()?.transaction_id
  must(id === page.order, `order must have the transaction_id ${show(page.order)}, got ${show(id)}`)
  const codes = store.checkoutErrors?.().map(({ code }) => code) ?? []
  must(codes.every((code) => /^[a-z][a-z0-9_]{0,63}$/.test(code)), `codes of checkoutErrors must be short words, got ${codes.join(', ')}`)
}

function mustBeItem({ item_id, item_name, price, quantity = 1 }: Item): void {
  must(isText(item_id) || (item_id === undefined && isText(item_name)), `item_id must be a text, got ${show(item_id)}`)
  must(price === undefined || isText(price) || Number.isFinite(price), `price must be an amount, got ${show(price)}`)
  must(isFinite(quantity) && quantity > 0, `quantity must be a number above 0, got ${show(quantity)}`)
}

function mustHold(cart: Cart | undefined, ids: readonly string[]): void {
  const { items = [], minorUnits, currency } = cart ?? {}
  items.forEach(mustBeItem)
  must(items.map(({ item_id }) => item_id).join() === ids.join(), `the cart must hold ${ids.join(', ')}, got ${items.map(({ item_id }) => item_id).join(', ')}`)
  must(items.every(({ price }) => price === undefined || Number.isFinite(price)), `prices of a cart must be finite numbers, got ${items.map(({ price }) => price).join(', ')}`)
  must(!minorUnits || items.every(({ price = 0 }) => Number.isInteger(price)), 'prices in minor units must be whole numbers')
  must(currency === undefined || /^[A-Z]{3}$/.test(currency), `currency must be an ISO 4217 code, got ${show(currency)}`)
}

function mustMean(store: Store, request: StoreRequest): void {
  for (const method of ['changesCart', 'beginsCheckout', 'placesOrder', 'refusesCoupon'] as const) {
    const said = store[method]?.(toRequest(request), request.status) ?? false
    must(said === (request[method] ?? false), `${method} must be ${!said}, got ${said}`)
  }
}

async function mustReject(read: () => Promise<unknown>, answer: string): Promise<void> {
  const failure = await read().then(() => undefined, (cause: unknown) => cause)
  must(failure instanceof Error && !!failure.message, `readCart must reject with an Error at ${answer}`)
}

