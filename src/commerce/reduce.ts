import { isFriction } from '../friction.js'
import { uuidv7 } from '../ids.js'
import type { Moment } from '../types.js'
import type { Item } from '../vocabulary.js'
import { ABANDON_AFTER, abandonment, type AbandonmentOptions } from './abandonment.js'
import { annotate, complete, differ, merge } from './cart.js'
import { checkout } from './checkout.js'
import { toText } from './clean.js'
import { valueOf } from './items.js'
import { loops, refusalsOf } from './loops.js'
import { enter } from './purchases.js'
import { blank, type Change, type Emit, type State } from './state.js'

/** How many changes are remembered as made. */
const MOST = 200
/** Steps that are about the whole cart: what they do not say of it, the known cart does. */
const WHOLE = /^(view_cart|begin_checkout|add_shipping_info|add_payment_info|purchase)$/

/** One change of the state, and in order what follows from it. Pure; a change that was made before changes nothing. */
export function reduce(before: State, change: Change, emit: Emit, options: AbandonmentOptions): State {
  if (before.done.includes(change.id)) return before
  const { moment, kind, at } = change
  // Whoever comes back after a pause tries for the first time.
  const isRested = at - before.active >= (options.abandonAfter ?? ABANDON_AFTER)
  const state = isRested ? { ...before, tries: undefined } : before
  const name = moment?.name ?? ''
  const done = [...state.done, change.id].slice(-MOST)
  if (kind === 'note') {
    const { items = [], field } = change.props ?? {}
    // Where something was found wrong is where it hurts, whatever is filled in afterwards.
    return { ...state, done, notes: annotate(state.notes, items), field: state.step && !state.error ? (toText(field) ?? state.field) : state.field }
  }
  const props = moment && filledIn(state, name, change.props)
  const isOrder = name === 'purchase'
  const orders = isOrder ? enter(state.orders, `${props?.transaction_id ?? ''}`) : state.orders
  if (!orders) return { ...state, done }
  const told: Moment[] = []
  const tell: Emit = (moment) => {
    told.push(moment)
    emit(moment)
  }
  const known = checkout(abandonment(state, change, tell, options), change, tell)
  const next = kind === 'cart' || /^(add_to|remove_from)_cart$/.test(name) ? withCart(known, { ...change, ...(props && { props }) }, tell) : known
  // What was done before, and how long it took.
  const completed = known.step !== state.step && state.step ? { completed: state.step, dwell: Math.max(0, at - state.entered) } : undefined
  const struck = isFriction(name) ? { step: known.step, ...props, ...(name === 'coupon_refused' && { times: refusalsOf(known) }) } : props
  if (moment) tell({ ...moment, props: { ...struck, ...completed, cart_id: known.cart, cart_version: next.cart === known.cart ? next.version : known.version + 1 } })
  // What is bought or emptied has had its story: what comes next is another cart.
  const isOver = isOrder || (known.lines.length > 0 && !next.lines.length)
  return { ...(isOver ? { ...blank(uuidv7(at), at), told: next.told, notes: next.notes, isHosted: next.isHosted } : loops(next, state.step, told, emit)), orders, done }
}

/** What a moment says of items, and what it leaves unsaid of the cart that is known. */
function filledIn({ lines, notes, currency, coupon }: State, name: string, props: Change['props']): Change['props'] {
  const items = props?.items?.length ? complete(props.items, notes, lines) : undefined
  if (!WHOLE.test(name) || !lines.length) return items ? { ...props, items } : props
  // An order says its own sum, or none is known: what the cart was worth is without shipping.
  const known = { currency, ...(!items && { coupon, ...(name !== 'purchase' && { value: valueOf(lines) }) }) }
  const said = Object.entries(props ?? {}).filter(([, value]) => value !== undefined)
  return { ...known, ...Object.fromEntries(said), items: items ?? lines }
}

function withCart(state: State, { moment, props = {}, at, page, isHosted = state.isHosted }: Change, emit: Emit): State {
  const items = complete(props.items ?? [], state.notes)
  const lines = moment ? merge(state.lines, items, moment.name === 'add_to_cart' ? 1 : -1) : merge([], items)
  // What others have put in by its sku is the same product.
  const { added, removed } = differ(moment ? state.lines : complete(state.lines, [], items), lines)
  const [currency = state.currency, coupon = state.coupon, url = state.url] = [toText(props.currency), toText(props.coupon), toText(props.url)]
  const version = state.version + +(added.length + removed.length > 0)
  // A cart that is empty after a checkout which no script sees was bought, or who knows.
  const isUnseen = isHosted && state.step && !lines.length
  const tell = (name: string, list: readonly Item[]) =>
    !moment && !isUnseen && list.length && emit({ name, source: 'commerce', at, page, props: { currency, value: valueOf(list), coupon, items: list, cart_id: state.cart, cart_version: version } })
  tell('remove_from_cart', removed)
  tell('add_to_cart', added)
  return { ...state, lines, version, currency, coupon, url, isHosted }
}
