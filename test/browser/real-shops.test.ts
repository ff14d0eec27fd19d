import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { catalogue, major, SHIPPING, startShop, type App, type Product, type Shop, type Site, type Variant } from '../fixtures/shops/engine.js'
import { dawn } from '../fixtures/shops/dawn.js'
import { wooBlocks } from '../fixtures/shops/woo-blocks.js'
import { wooClassic } from '../fixtures/shops/woo-classic.js'
import { createCollector, type Collector, type Resolved } from '../harness/collector.js'
import { engines, type Browser, type Tab } from '../harness/engines.js'
import { poll } from '../harness/processes.js'
import { holdsNoGap, isRunning } from '../harness/shop-page.js'

declare const rihla: (method: string) => unknown

/** What the shopper types. None of it may be found in what is sent, in no spelling. */
const typed = { first_name: 'Zubeida', last_name: 'Oyelaran', address_1: '12 Quillfeather Row', city: 'Llanfairville', postcode: 'QX7 4ZW', phone: '+44 7700 900123', email: 'zubeida.oyelaran@mail.example' }
const NOTE = 'Ring at Mrs Thistlewick'
/** What a shop's plugin makes of it. */
const EMAIL_HASH = createHash('sha256').update(typed.email).digest('hex')

/** A shopper at a shop of some kind, with the selectors of its pages. */
interface Shopper {
  readonly tab: Tab
  readonly shop: Shop
  /** A click, once the element is there and the page has come to rest. */
  readonly press: (selector: string) => Promise<void>
  readonly fill: (selector: string, text: string) => Promise<void>
  /** Sets a field as a script of the page would see it done. */
  readonly choose: (selector: string, value: string) => Promise<void>
  readonly sees: (selector: string) => Promise<void>
  /** Waits for a page of the shop, and until the tracker runs on it. */
  readonly at: (path: RegExp) => Promise<void>
}

interface Kind {
  readonly name: string
  readonly build: (app: App, site: Site) => void
  readonly currency: string
  /** Adds a cap from the list and two red scarfs from their page, is refused a tray, makes it three caps, gives the scarfs back, and buys. */
  readonly buy: (shopper: Shopper) => Promise<void>
  /** Adds a mug from its page, begins the checkout, and leaves for another site. */
  readonly leave: (shopper: Shopper) => Promise<void>
}

/** People look before they click again; no shop's script needs so long. */
const look = () => new Promise((done) => setTimeout(done, 400))

async function addScarfs({ press, choose, sees, at }: Shopper, link: string): Promise<void> {
  await press(link)
  await at(/\/scarf\/$/)
  await choose('#colour', 'Red')
  await choose('form.cart .qty', '2')
  await press('.single_add_to_cart_button')
  await sees('.woocommerce-message')
  await at(/\/scarf\/$/)
}
/** To another site, and for a while; nobody asks the page anything while it goes. */
async function leaveShop({ tab, press }: Shopper): Promise<void> {
  await press('#elsewhere')
  await new Promise((done) => setTimeout(done, 1000))
  await tab.until("location.pathname === '/elsewhere'")
}
async function addMug({ tab, shop, press, sees, at }: Shopper, path: string): Promise<void> {
  await tab.goto(shop.origin + path)
  await at(/\/mug\/$/)
  await press('.single_add_to_cart_button')
  await sees('.woocommerce-message')
  await at(/\/mug\/$/)
}

const kinds: readonly Kind[] = [
  {
    name: 'woo-classic',
    build: wooClassic,
    currency: 'EUR',
    buy: async (shopper) => {
      const { tab, shop, press, fill, choose, sees, at } = shopper
      await tab.goto(`${shop.origin}/`)
      await at(/^\/$/)
      await press('.add_to_cart_button[data-product_id="13"]')
      await sees('.add_to_cart_button.added')
      await look()
      // The shop refuses it, and shows its page.
      await press('.add_to_cart_button[data-product_id="19"]')
      await at(/^\/product\/tray\/$/)
      await press('#home')
      await at(/^\/$/)
      await addScarfs(shopper, 'a[href="/product/scarf/"]')
      await press('.cart-contents')
      await at(/^\/cart\/$/)
      await choose('tr:nth-child(1) .qty', '3')
      await press('[name=update_cart]')
      await sees('[name=update_cart][disabled]')
      await look()
      await press('tr:nth-child(2) .remove')
      await sees('form:not(:has(tr:nth-child(2)))')
      await look()
      await press('.checkout-button')
      await at(/^\/checkout\/$/)
      for (const [field, text] of Object.entries(typed)) if (field !== 'phone') await fill(`#billing_${field}`, text)
      await press('label[for=payment_method_cod]')
      await press('#place_order')
      await sees('.woocommerce-error')
      await look()
      await fill('#billing_phone', typed.phone)
      await press('#place_order')
      await at(/order-received/)
    },
    leave: async (shopper) => {
      const { tab, shop, press, fill, at } = shopper
      await addMug(shopper, '/product/mug/')
      await press('.woocommerce-message a')
      await at(/^\/cart\/$/)
      await press('.checkout-button')
      await at(/^\/checkout\/$/)
      await fill('#billing_first_name', typed.first_name)
      await fill('#billing_email', typed.email)
      await leaveShop(shopper)
      await tab.goto(`${shop.origin}/cart/`)
      await at(/^\/cart\/$/)
    },
  },
  {
    name: 'woo-blocks',
    build: wooBlocks,
    currency: 'EUR',
    buy: async (shopper) => {
      const { tab, shop, press, fill, sees, at } = shopper
      await tab.goto(`${shop.origin}/`)
      await at(/^\/$/)
      await press('.add_to_cart_button[data-product_id="13"]')
      await sees('.add_to_cart_button.added')
      await look()
      await press('.add_to_cart_button[data-product_id="19"]')
      await sees('.is-error')
      await addScarfs(shopper, 'a[href="/produkt/scarf/"]')
      await press('.wc-block-mini-cart')
      await at(/^\/warenkorb\/$/)
      for (const quantity of ['2', '3']) {
        await press('tr:nth-child(1) .wc-block-components-quantity-selector__button--plus')
        await sees(`tr:nth-child(1) input[value="${quantity}"]`)
        await look()
      }
      await press('tr:nth-child(2) .wc-block-cart-item__remove-link')
      await sees('table:not(:has(tr:nth-child(2)))')
      await look()
      await press('.wc-block-cart__submit-button')
      await at(/^\/kasse\/$/)
      for (const [field, text] of Object.entries(typed)) if (field !== 'phone') await fill(`#billing-${field}`, text)
      await press('.wc-block-components-checkout-place-order-button')
      await sees('.wc-block-components-validation-error')
      await look()
      await fill('#billing-phone', typed.phone)
      await press('.wc-block-components-checkout-place-order-button')
      await at(/order-received/)
    },
    leave: async (shopper) => {
      const { tab, shop, press, fill, at } = shopper
      await addMug(shopper, '/produkt/mug/')
      await press('.woocommerce-message a')
      await at(/^\/warenkorb\/$/)
      await press('.wc-block-cart__submit-button')
      await at(/^\/kasse\/$/)
      await fill('#billing-first_name', typed.first_name)
      await fill('#billing-email', typed.email)
      await leaveShop(shopper)
      await tab.goto(`${shop.origin}/warenkorb/`)
      await at(/^\/warenkorb\/$/)
    },
  },
  {
    name: 'dawn',
    build: dawn,
    currency: 'GBP',
    buy: async ({ tab, shop, press, fill, choose, sees, at }) => {
      await tab.goto(`${shop.origin}/`)
      await at(/^\/$/)
      await press('#all')
      await at(/^\/collections\/all$/)
      await press('#quick-add-cap [name=add]')
      await sees('cart-notification.active')
      await look()
      await press('#quick-add-tray [name=add]')
      await sees('#quick-add-tray .product-form__error-message:not(:empty)')
      await press('a[href="/products/scarf"]')
      await at(/^\/products\/scarf$/)
      await press('label[for=option-Red]')
      await tab.until("location.search.startsWith('?variant=')")
      await choose('product-form .quantity__input', '2')
      await press('product-form [name=add]')
      await sees('cart-notification.active')
      await look()
      await press('#cart-icon-bubble')
      await at(/^\/cart$/)
      await fill('[name=note]', NOTE)
      await choose('#CartItem-1 .quantity__input', '3')
      await sees('#CartItem-1 [value="3"]')
      await look()
      await press('#CartItem-2 cart-remove-button a')
      await sees('table:not(:has(#CartItem-2))')
      await look()
      await press('#checkout')
      await tab.until("location.pathname.startsWith('/checkouts/')")
    },
    leave: async (shopper) => {
      const { tab, shop, press, fill, sees, at } = shopper
      await tab.goto(`${shop.origin}/products/mug`)
      await at(/\/mug$/)
      await press('product-form [name=add]')
      await sees('cart-notification.active')
      await look()
      await press('#cart-icon-bubble')
      await at(/^\/cart$/)
      await press('#checkout')
      await tab.until("location.pathname.startsWith('/checkouts/')")
      await fill('#name', typed.last_name)
      await fill('#email', typed.email)
      await press('#return')
      await at(/^\/cart$/)
      await leaveShop(shopper)
      await tab.goto(`${shop.origin}/`)
      await at(/^\/$/)
    },
  },
]

/** An item as it is on the wire. */
type WireItem = { readonly [key: string]: unknown }

const itemsOf = ({ props }: Resolved) => (props?.items ?? []) as readonly WireItem[]

/** Which product and variant an item means, by whatever id of it was chosen; a product with variants may stand for itself. */
function meant(item: WireItem): { readonly name: string; readonly product: Product; readonly variant?: Variant } {
  const id = `${item.item_id}`
  const isOf = ({ id: post, sku }: { readonly id: number; readonly sku: string }, base: number) => [sku || `${post}`, `${post}`, `#${post}`, `${base + post}`].includes(id)
  for (const product of catalogue) {
    const { variants } = product
    const byVariant = variants.find((each) => isOf(each, 44_000_000_000_000))
    const byName = isOf(product, 8_000_000_000_000) ? (variants.find(({ option }) => option && `${item.item_variant}`.endsWith(option)) ?? (variants.length === 1 ? variants[0] : undefined)) : undefined
    const variant = byVariant ?? byName
    if (variant) return { name: variant.option ? `${product.slug} ${variant.option}` : product.slug, product, variant }
    if (isOf(product, 8_000_000_000_000)) return { name: product.slug, product }
  }
  throw new Error(`no product of the shop: ${JSON.stringify(item)}`)
}

const worded = (touchpoint: Resolved) => `${touchpoint.name} ${itemsOf(touchpoint).map((item) => `${item.quantity as number} ${meant(item).name} at ${item.price as number}`).join(' + ')}`

/** What was put in and taken out: two clicks on *plus* may be read one by one, or as one. */
function changes(touchpoints: readonly Resolved[]): string[] {
  const told: { name: string; what: string; quantity: number }[] = []
  for (const touchpoint of touchpoints) {
    for (const item of itemsOf(touchpoint)) {
      const what = `${meant(item).name} at ${item.price as number}`
      const last = told.at(-1)
      if (last?.name === touchpoint.name && last.what === what) last.quantity += Number(item.quantity)
      else told.push({ name: touchpoint.name, what, quantity: Number(item.quantity) })
    }
  }
  return told.map(({ name, what, quantity }) => `${name} ${quantity} ${what}`)
}

describe.each(engines)('in $name', (engine) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await engine.open()
  })
  afterAll(() => browser?.close())

  /** Runs a visit before the tests of a `describe`, which judge by what the collector has. */
  const useVisit = (kind: Kind, go: (shopper: Shopper) => Promise<void>) => {
    let collector: Collector
    let shop: Shop
    let tab: Tab
    beforeAll(async () => {
      collector = await createCollector()
      // Only so that what a page has left is not waited for.
      const tag = `<script async src="/assets/rihla.js" data-endpoint="${collector.url}" data-site="shop" data-consent="granted" data-grace="0"></script>`
      shop = await startShop(kind.build, { tag, dist: inject('dist') })
      tab = await browser.newTab({ window: true })
      await go(shopperIn(tab, shop))
      await rest(tab)
    })
    afterAll(async () => {
      await tab?.close().catch(() => undefined)
      await shop?.close()
      await collector?.stop()
    })
    const all = (...names: string[]) => collector.stored().filter(({ name }) => names.includes(name)).sort((a, b) => a.at - b.at || a.seq - b.seq)
    return {
      get shop() {
        return shop
      },
      get collector() {
        return collector
      },
      all,
      /** How often the shop showed a page: requests that a page's scripts make ask for something else. */
      pagesOf: (name: string) => new Set(all(name).map(({ pageKey }) => pageKey)).size,
    }
  }

  /** What a weaker source has said waits a second for a surer one; then all is sent, also what a page that was left may still hold the lease of. Nothing is to be waited for where the shop's last page is another's. */
  const rest = async (tab: Tab) => {
    await new Promise((done) => setTimeout(done, 1300))
    await poll(() => tab.eval<boolean>("window.rihla ? rihla('flush').then(() => rihla('status')).then(({ destinations }) => destinations.every(({ waiting }) => !waiting)) : true"), 'all is sent', 60_000)
  }

  describe.each(kinds)('$name', (kind) => {
    const isHosted = kind.name === 'dawn'
    const CARTS = ['add_to_cart', 'remove_from_cart']

    const onTheWire = ({ collector, shop }: { readonly collector: Collector; readonly shop: Shop }) => {
      const wire = collector.requests.map(({ text, url }) => `${url}\n${text}`).join('\n').toLowerCase()
      const secrets = [...Object.values(typed), NOTE, EMAIL_HASH, ...shop.orders.map(({ key }) => key)]
      const spellings = secrets.flatMap((text) => [text, text.replace(/[^\p{L}\d]/gu, ''), text.replaceAll(' ', '+'), encodeURIComponent(text)])
      return spellings.filter((text) => wire.includes(text.toLowerCase()))
    }

    describe('a shopper who buys', () => {
      const visit = useVisit(kind, async (shopper) => {
        await kind.buy(shopper)
        if (isHosted) return
        await rest(shopper.tab)
        await shopper.tab.reload()
        await shopper.at(/order-received/)
      })

      it('changes the cart four times, and each is told once; what the shop refuses is not', () => {
        expect(changes(visit.all(...CARTS))).toEqual(['add_to_cart 1 cap at 16.4', 'add_to_cart 2 scarf Red at 23.1', 'add_to_cart 2 cap at 16.4', 'remove_from_cart 2 scarf Red at 23.1'])
        expect(visit.all(...CARTS).map(({ props }) => [props?.currency, props?.value])).toEqual(visit.all(...CARTS).map((each) => [kind.currency, itemsOf(each).reduce((sum, item) => sum + Number(item.price) * Number(item.quantity), 0)]))
      })

      it('has a cart that is read from the shop', () => {
        expect(visit.all(...CARTS).map(({ source }) => source)).toEqual(visit.all(...CARTS).map(() => 'commerce'))
        expect(visit.all(...CARTS).length).toBeGreaterThan(0)
      })

      it('sees each product, the cart and the checkout once', () => {
        expect(['view_cart', 'begin_checkout'].map((name) => visit.all(name).length)).toEqual([1, 1])
        const views = visit.all('view_item')
        expect(visit.pagesOf('view_item')).toBe(views.length)
        expect(new Set(views.map((each) => meant(itemsOf(each)[0]!).product.slug))).toEqual(new Set(kind.name === 'woo-classic' ? ['tray', 'scarf'] : ['scarf']))
      })

      it.skipIf(isHosted)('fails at the first try for want of a phone number', () => {
        expect(visit.all('checkout_error').map(({ props }) => props?.field)).toEqual([expect.stringMatching(/phone/)])
      })

      it.runIf(kind.name === 'woo-classic')('says how it is sent and paid, once, though the order is placed twice', () => {
        expect(['add_shipping_info', 'add_payment_info'].map((name) => visit.all(name).length)).toEqual([1, 1])
      })

      it('has bought once, for what the order says, however often its page is loaded', () => {
        const orders = visit.all('purchase').map(({ props }) => props)
        if (isHosted) return expect(orders).toEqual([])
        const [order] = visit.shop.orders
        expect(order?.total).toBe(3 * 1640 + SHIPPING)
        expect(orders).toEqual([expect.objectContaining({ currency: 'EUR', value: major(order!.total) })])
        expect(`${orders[0]?.transaction_id}`).toBe(`${order?.id}`)
        expect(visit.all('purchase').map(worded)).toEqual(['purchase 3 cap at 16.4'])
        // A page that is loaded again says the same id again, if anything.
        expect(new Set(visit.collector.received().filter(({ name }) => name === 'purchase').map(({ id }) => id)).size).toBe(1)
      })

      it('has not abandoned anything', () => {
        expect(visit.all('cart_abandonment').map(({ props }) => props?.status)).toEqual([])
      })

      it('meets each product under one id, with numbers as amounts and the price of one piece', () => {
        const ids = new Map<string, Set<unknown>>()
        for (const touchpoint of visit.collector.stored()) {
          const { value } = touchpoint.props ?? {}
          if (value !== undefined) expect(value, touchpoint.name).toBeTypeOf('number')
          for (const item of itemsOf(touchpoint)) {
            const { name, product, variant } = meant(item)
            // A product stands for its variants until one is chosen.
            if (variant) ids.set(name, (ids.get(name) ?? new Set()).add(item.item_id))
            const prices = (variant ? [variant] : product.variants).map(({ cents }) => major(cents))
            if (item.price !== undefined) expect(prices, `${touchpoint.name}: ${JSON.stringify(item)}`).toContain(item.price)
          }
        }
        expect([...ids].filter(([, each]) => each.size > 1)).toEqual([])
        expect([...ids.keys()]).toEqual(expect.arrayContaining(['cap', 'scarf Red']))
      })

      it('gives nothing away, and no page notices anything', async () => {
        await holdsNoGap(visit.collector)
        expect(onTheWire(visit)).toEqual([])
        expect(visit.shop.flaws).toEqual([])
      })
    })

    describe('a shopper who leaves a full cart', () => {
      const visit = useVisit(kind, kind.leave)
      const reports = () => visit.all('cart_abandonment')

      it('has put a mug into the cart and begun the checkout, each once', () => {
        expect(visit.all(...CARTS).map(worded)).toEqual(['add_to_cart 1 mug at 7.35'])
        expect(visit.all('begin_checkout').length).toBe(1)
        // On the way out, and back again.
        expect(visit.all('view_cart').length).toBe(2)
      })

      it('is told once, with what was left and where; coming back is told, too', () => {
        const told = reports().map(({ props }) => [props?.status, props?.how, props?.step, props?.value, props?.currency])
        if (isHosted) expect(told.filter(([status]) => status !== 'recovered')).toEqual([['unknown', 'exit', 'checkout', 7.35, 'GBP']])
        else {
          expect(told).toEqual([
            ['suspected', 'exit', 'checkout', 7.35, 'EUR'],
            ['recovered', 'return', 'checkout', 7.35, 'EUR'],
          ])
        }
        expect(reports().map(worded)).toEqual(reports().map(() => 'cart_abandonment 1 mug at 7.35'))
        expect(new Set(reports().map(({ props }) => props?.abandonment_id)).size).toBe(1)
      })

      it('knows the mug by one id', () => {
        const items = visit.collector.stored().flatMap(itemsOf).filter((item) => meant(item).name === 'mug')
        expect(new Set(items.map(({ item_id }) => item_id)).size).toBe(1)
      })

      it('gives nothing away, and no page notices anything', async () => {
        await holdsNoGap(visit.collector)
        expect(onTheWire(visit)).toEqual([])
        expect(visit.shop.flaws).toEqual([])
      })
    })
  })
})

function shopperIn(tab: Tab, shop: Shop): Shopper {
  const sees = (selector: string) => tab.until(`document.readyState === 'complete' && !!document.querySelector(${JSON.stringify(selector)})`)
  const press = async (selector: string) => {
    await sees(selector)
    await tab.eval(`document.querySelector(${JSON.stringify(selector)}).scrollIntoView({ block: 'center', behavior: 'instant' })`)
    await tab.click(selector)
  }
  return {
    tab,
    shop,
    sees,
    press,
    fill: async (selector, text) => {
      await sees(selector)
      await tab.type(selector, text)
      // Leaving the field is what makes a shop ask its server.
      await tab.eval(`document.querySelector(${JSON.stringify(selector)}).blur()`)
    },
    choose: async (selector, value) => {
      await sees(selector)
      const set = (selector: string, value: string) => {
        const field = document.querySelector<HTMLInputElement>(selector)!
        field.value = value
        for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }))
      }
      await tab.eval(set, selector, value)
    },
    at: async (path) => {
      await tab.until(`document.readyState === 'complete' && ${path}.test(location.pathname)`)
      await isRunning(tab)
    },
  }
}
