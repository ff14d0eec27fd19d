import { abandonmentId } from '../commerce/abandonment.js'
import { merge } from '../commerce/cart.js'
import { toItems, valueOf } from '../commerce/items.js'
import { uuidv8 } from '../ids.js'
import { SDK } from '../version.js'
import { keyOf } from './ledger.js'
import { createRecent } from './recent.js'
import type { Batch, Fields, OpenCart, Row, Store, Touchpoint } from './types.js'

/** A cart that nobody has touched for so long is not looked at any more, ms (7 days). */
const LOOK_BACK = 604_800_000

/** What says all that a cart holds. */
const WHOLE = /^(?:view_cart|begin_checkout|add_shipping_info|add_payment_info|cart_abandonment)$/

/** What a report says of a cart, from all that happened to it, in order. `undefined` where it is empty. */
export function reportOf(cart: string, happened: readonly Touchpoint[]): Fields | undefined {
  let lines: ReturnType<typeof merge> = []
  let version = 0
  let known: Fields = {}
  for (const { name, props = {} } of happened) {
    const items = toItems(props.items, () => {})
    if (name === 'add_to_cart') lines = merge(lines, items)
    else if (name === 'remove_from_cart') lines = merge(lines, items, -1)
    else if (WHOLE.test(name) && items.length) lines = items
    if (typeof props.cart_version === 'number') version = props.cart_version
    const { currency = known.currency, step = known.step, field = known.field, error = known.error, url = known.url } = props
    known = { currency, step, field, error: name === 'checkout_error' ? props.code : error, url }
  }
  if (!lines.length) return undefined
  return { abandonment_id: abandonmentId(cart, version), status: 'confirmed', how: 'silence', cart_id: cart, cart_version: version, ...known, value: valueOf(lines), items: lines }
}

/** The touchpoint of a cart that was left for good, as if the device had sent it. Its id is derived: it is made once, however often it is looked at. */
function confirmationOf(last: Touchpoint, props: Fields, at: number, received: number): Row {
  const id = uuidv8(`confirmed|${last.site}|${String(props.abandonment_id)}`)
  const { site, visit, user, url, title, kind, locale, marks } = last as Touchpoint & Pick<Row, 'url' | 'title' | 'kind' | 'locale' | 'marks'>
  return { n: 0, id, born: received, site, name: 'cart_abandonment', at, received_at: received, happened_at: at, tab: 'collector', seq: 0, page: '', visit, user, url, title, kind, locale, marks, props, source: 'collector', sdk: SDK }
}

/** When the person of a touchpoint was last seen. */
async function lastSeen(store: Store, { site, user, visitor, visit }: Touchpoint): Promise<number> {
  const { touchpoints } = await store.touchpoints({ site, limit: 1, ...(visitor !== undefined ? { visitor } : user !== undefined ? { user } : { visit }) })
  return touchpoints[0]?.happened_at ?? 0
}

/**
 * Makes the batches that confirm the abandonment of carts whose shoppers have not been seen for `abandonAfter` ms: of those who never come back no browser can say so.
 * Where a browser does it later, too, both have the same `abandonment_id`. What a hosted checkout hides (`unknown`) stays unknown.
 */
export function createConfirmer(store: Store, abandonAfter: number): (now: number) => Promise<Batch[]> {
  // Carts that were emptied, with the `n` of the last that happened to them: nothing to say of them until more does.
  const emptied = createRecent<number>(10_000)

  const judge = async ({ site, cart, n }: OpenCart, now: number): Promise<Row[]> => {
    const key = keyOf(site, cart)
    if (emptied.get(key) === n) return []
    const { touchpoints } = await store.touchpoints({ site, cart, limit: 1000 })
    const [last] = touchpoints
    const props = last && reportOf(cart, [...touchpoints].reverse())
    if (!props) {
      emptied.set(key, n)
      return []
    }
    const seen = await lastSeen(store, last)
    return seen < now - abandonAfter ? [confirmationOf(last, props, seen + abandonAfter, now)] : []
  }

  return async (now) => {
    const carts = await store.openCarts({ since: now - LOOK_BACK, until: now - abandonAfter })
    const rows: Row[] = []
    for (const cart of carts) rows.push(...(await judge(cart, now)))
    return [...new Set(rows.map(({ site }) => site))].map((site) => ({ site, received: now, rows: rows.filter((row) => row.site === site), visits: [], refused: [], documents: [], loss: [] }))
  }
}
