import { abandonmentId } from '../commerce/abandonment.js'
import { merge } from '../commerce/cart.js'
import { checkout } from '../commerce/checkout.js'
import { toItems, valueOf } from '../commerce/items.js'
import { blank } from '../commerce/state.js'
import { isFriction } from '../friction.js'
import { uuidv8 } from '../ids.js'
import { SDK } from '../version.js'
import { keyOf } from './ledger.js'
import { createRecent } from './recent.js'
import type { Batch, Fields, OpenCart, Row, Store, Touchpoint } from './types.js'

/** A cart that nobody has touched for so long is not looked at any more, ms (7 days). */
const LOOK_BACK = 604_800_000
/** So many carts are looked at together: to look for one in a large store takes as long. */
const MANY = 200
/** Of a cart only the last so many touchpoints are looked at. */
const LONGEST = 1000

/** What says all that a cart holds. */
const WHOLE = /^(?:view_cart|begin_checkout|add_shipping_info|add_payment_info|cart_abandonment)$/

/** Whether nothing is left to say of a cart to which this happened last: it was bought, or a report has said what became of it. */
export const isSettled = (name: string, status: unknown): boolean => name === 'purchase' || (name === 'cart_abandonment' && /^(?:confirmed|recovered|unknown)$/.test(String(status)))

/** What a report says of a cart, from all that happened to it, in order. `undefined` where it is empty or settled. */
export function reportOf(cart: string, happened: readonly Touchpoint[]): Fields | undefined {
  let lines: ReturnType<typeof merge> = []
  let version = 0
  let known: Fields = {}
  let state = blank(cart, 0)
  for (const { id, name, props = {}, happened_at: at } of happened) {
    const items = toItems(props.items, () => {})
    if (name === 'add_to_cart') lines = merge(lines, items)
    else if (name === 'remove_from_cart') lines = merge(lines, items, -1)
    else if (WHOLE.test(name) && items.length) lines = items
    if (typeof props.cart_version === 'number') version = props.cart_version
    const { currency = known.currency, url = known.url, step = known.step } = props
    known = { currency, url, step }
    state = checkout(state, { id, at, kind: 'moment', moment: { name, props }, props, page: { url: '' } }, () => {})
    // The page itself has known more of what was written where.
    const field = name === 'cart_abandonment' ? props.field : name === 'form_abandonment' && !state.error ? props.last_field : undefined
    if (typeof field === 'string') state = { ...state, field }
  }
  // What hurts happens to a shopper.
  const acts = happened.filter(({ name }) => !isFriction(name))
  const act = acts[acts.length - 1]
  if (!lines.length || (act && isSettled(act.name, act.props?.status))) return undefined
  const { step, struck = step ?? known.step, field, error, dwell, entered } = state
  const spent = step ? { ...dwell, [step]: (dwell[step] ?? 0) + happened[happened.length - 1]!.happened_at - entered } : dwell
  return { abandonment_id: abandonmentId(cart, version), status: 'confirmed', how: 'silence', cart_id: cart, cart_version: version, ...known, step: struck, field, error, dwell: spent, value: valueOf(lines), items: lines }
}

/** The touchpoint of a cart that was left for good, as if the device had sent it. Its id is derived: it is made once, however often it is looked at. */
function confirmationOf(last: Touchpoint, props: Fields, at: number, received: number): Row {
  const id = uuidv8(`confirmed|${last.site}|${String(props.abandonment_id)}`)
  const { site, visit, user, url, title, kind, locale, marks } = last as Touchpoint & Pick<Row, 'url' | 'title' | 'kind' | 'locale' | 'marks'>
  return { n: 0, id, born: received, site, name: 'cart_abandonment', at, received_at: received, happened_at: at, tab: 'collector', seq: 0, page: '', visit, user, url, title, kind, locale, marks, props, source: 'collector', sdk: SDK }
}

/** When the shoppers of some touchpoints were last seen. Whoever is no visitor but a user may have come back in another visit. */
async function lastSeen(store: Store, touchpoints: readonly Touchpoint[]): Promise<readonly number[]> {
  const seen = await store.lastSeen(touchpoints)
  const named = new Map<string, Promise<number>>()
  const seenAs = async (site: string, user: string) => (await store.touchpoints({ site, user })).touchpoints.find(({ source }) => source !== 'collector')?.happened_at ?? 0
  const seenBy = async ({ site, visit, visitor, user }: Touchpoint) => {
    const own = seen.get(keyOf(site, visitor ?? visit)) ?? 0
    if (visitor !== undefined || user === undefined) return own
    const key = keyOf(site, user)
    if (!named.has(key)) named.set(key, seenAs(site, user))
    return Math.max(own, await named.get(key)!)
  }
  return Promise.all(touchpoints.map(seenBy))
}

/**
 * Makes the batches that confirm the abandonment of carts whose shoppers have not been seen for `abandonAfter` ms, after each part of the carts: of those who never come back no browser can say so.
 * Where a browser does it later, too, both have the same `abandonment_id`. What a hosted checkout hides (`unknown`) stays unknown.
 */
export function createConfirmer(store: Store, abandonAfter: number): (now: number) => AsyncIterable<readonly Batch[]> {
  // Carts that were emptied or are settled, with the `n` of the last that happened to them: nothing to say of them until more does.
  const over = createRecent<number>(10_000)

  const judge = async (carts: readonly OpenCart[], now: number): Promise<Row[]> => {
    const histories = await store.histories(carts, LONGEST)
    const left = carts.flatMap(({ site, cart, n }, i) => {
      const happened = histories[i]!
      const last = happened[happened.length - 1]
      const props = last && reportOf(cart, happened)
      if (props) return [{ last, props }]
      over.set(keyOf(site, cart), n)
      return []
    })
    const seen = await lastSeen(store, left.map(({ last }) => last))
    return left.flatMap(({ last, props }, i) => (seen[i]! < now - abandonAfter ? [confirmationOf(last, props, seen[i]! + abandonAfter, now)] : []))
  }

  return async function* (now) {
    const open = await store.openCarts({ since: now - LOOK_BACK, until: now - abandonAfter })
    const carts = open.filter(({ site, cart, n }) => over.get(keyOf(site, cart)) !== n)
    for (let i = 0; i < carts.length; i += MANY) {
      const rows = await judge(carts.slice(i, i + MANY), now)
      yield [...new Set(rows.map(({ site }) => site))].map((site) => ({ site, received: now, rows: rows.filter((row) => row.site === site), visits: [], refused: [], documents: [], loss: [] }))
    }
  }
}
