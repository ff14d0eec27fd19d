import { guarded, listen } from '../browser/listen.js'
import { onContent } from '../browser/on-content.js'
import { onOutward } from '../browser/on-outward.js'
import { isOwn, onRequest } from '../browser/on-request.js'
import type { PageRequest, Props, Store, StoreSource } from '../types.js'

// Taken when the script loads: pages replace it.
const { stringify } = JSON

/** How long a checkout takes to show what it finds fault with, once its server has answered, ms. */
const SHOWN = 400
/** How long the scripts of a page take to choose what its address or its form says, ms. */
const SETTLING = 1000

/**
 * Watches a shop system through its adapter, such as `woocommerce()`: reads the whole cart when a page is seen and after each request that may change it,
 * and records what the page is about: `view_item`, `view_cart`, `begin_checkout`, `checkout_error`, `coupon_refused`, `purchase`. The document's `data-rihla-page` names the
 * kind of page, where the shop does not say it itself.
 *
 * Requests are seen, never their bodies or their answers; an adapter that throws is reported to `onError`, and what it was asked for left out.
 */
export function store(adapter: Store): StoreSource {
  const start = (record: Parameters<StoreSource>[0]) => {
    const source = adapter.name
    const fail = (failure: unknown) => record({ failure })
    const tell = (name: string, props?: Props, leaving?: boolean) => record({ name, source, props, leaving })
    const timers = new Set<ReturnType<typeof setTimeout>>()
    const { dataset } = document.documentElement
    let told: { readonly [name: string]: string } = {}
    let marked: string | undefined
    let place = ''
    let since = 0
    let isSighted = false
    let isAway = false
    let sent: () => unknown = () => {}
    let sending: ReturnType<typeof setTimeout> | undefined
    let trying: ReturnType<typeof setTimeout> | undefined

    const sight = () => record({ source, cart: async () => {
      const cart = await adapter.readCart()
      return cart && { hostedCheckout: !!adapter.beginsCheckout, ...cart }
    } })

    /** What the page is about, each once; a product again when another is chosen. */
    const look = (isChosen = false) => {
      // Half a page shows half a product.
      if (document.readyState === 'loading') return
      if (!adapter.isHere()) return
      const kind = adapter.kind()
      // The page of an order comes with an empty cart, perhaps before it has told of the order.
      if (!isSighted && kind !== 'thank_you') sight()
      isSighted = true
      if (kind && dataset.rihlaPage === marked) dataset.rihlaPage = marked = kind
      const shows: { readonly [name: string]: () => Props | false | undefined } = {
        view_item: () => kind === 'product' && adapter.product(),
        view_cart: () => kind === 'cart' && {},
        begin_checkout: () => kind === 'checkout' && {},
        purchase: () => adapter.order?.(),
      }
      const before = told
      // What a page itself chooses at its start is not another product.
      const isSettling = !isChosen && place === location.href && performance.now() - since < SETTLING
      if (place !== location.href) [place, since] = [location.href, performance.now()]
      told = {}
      for (const [name, propsOf] of Object.entries(shows)) {
        guarded(() => {
          const props = propsOf()
          const view = props ? stringify(props) : ''
          told = { ...told, [name]: view }
          if (props && before[name] !== view && !(before[name] && isSettling)) tell(name, props)
        }, fail)()
      }
    }

    const errors = (isUnsent?: boolean) => {
      const found = adapter.checkoutErrors?.() ?? []
      const named = found.filter(({ field }) => field)
      // A banner above the fields says the same once more; without a request it is of an earlier try.
      for (const { code, field } of named.length || isUnsent ? named : found) tell('checkout_error', { code, field })
    }

    /** When the page has had time to show it. */
    const soon = (work: () => void) => {
      const timer = setTimeout(guarded(() => (timers.delete(timer), work()), fail), SHOWN)
      timers.add(timer)
      return timer
    }

    const requested = (request: PageRequest, status?: number) => {
      if (!isSighted || !isOwn(request.url)) return
      if (adapter.changesCart(request)) {
        sight()
        if (adapter.refusesCoupon) soon(() => adapter.refusesCoupon!(request, status) && tell('coupon_refused', {}))
      }
      if (adapter.placesOrder?.(request)) soon(() => errors())
    }
    const began = (request: PageRequest) => void (adapter.placesOrder?.(request) && clearTimeout(trying))
    /** What a checkout finds fault with before it asks its server. */
    const pressed = ({ target }: Event) => {
      if (!isSighted || !adapter.orderButton || !(target instanceof Element && target.closest(adapter.orderButton))) return
      clearTimeout(trying)
      trying = soon(() => errors(true))
    }
    /** A variant may be chosen without a new address. */
    const changed = ({ isTrusted }: Event) => void (told.view_item && soon(() => look(isTrusted)))

    const going = (request: PageRequest) => {
      if (isAway || !adapter.beginsCheckout?.(request)) return
      isAway = true
      tell('begin_checkout', {}, true)
    }

    const submitted = (event: SubmitEvent) => {
      const { target, submitter } = event
      // Not its properties: a field may be called `action`.
      const of = (name: string) => submitter?.getAttribute(`form${name}`) ?? (target as Element).getAttribute(name)
      const request = { method: (of('method') ?? 'get').toUpperCase(), url: new URL(of('action') ?? '', document.baseURI), button: submitter ? (submitter.getAttribute('name') ?? '') : undefined }
      sent = () => event.defaultPrevented || going(request)
      // The shop may hold it back: for terms that were not agreed to.
      clearTimeout(sending)
      sending = setTimeout(settled, 0)
    }
    const settled = guarded(() => {
      clearTimeout(sending)
      sent()
      sent = () => {}
    }, fail)

    const restored = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return
      isAway = false
      sight()
    }

    const stops = [
      onContent(() => look(), fail),
      listen(document, 'change', changed, fail),
      listen(document, 'click', pressed, fail),
      onRequest({ began, ended: requested }, fail),
      onOutward((url) => going({ method: 'GET', url: new URL(url) }), fail),
      listen(document, 'submit', submitted, fail),
      listen(window, 'pageshow', restored, fail),
      listen(window, 'pagehide', settled, fail),
    ]
    return () => {
      for (const stop of stops.splice(0).reverse()) stop()
      for (const timer of timers) clearTimeout(timer)
      settled()
      if (marked && dataset.rihlaPage === marked) delete dataset.rihlaPage
    }
  }

  return Object.assign(start, {
    itemId: (item: Parameters<StoreSource['itemId']>[0]) => {
      try {
        return adapter.itemId?.(item)
      } catch {
        return undefined
      }
    },
  })
}
