import type { Past } from '../part.js'
import type { StageHint, StageModel, TouchAt } from '../types.js'
import type { Said } from './said.js'

/** How sure a hint must be to move the journey. */
const SURE = 0.6
/** How much of the past is remembered on a device. */
const MOST = { bought: 50, orders: 50, history: 20, shown: 50 }

/** Of somebody who was never here. */
export const blank: Past = { visits: 0, purchases: 0, bought: [], total: {}, history: [], orders: [], shown: {} }

/** The past as a visit begins. A direct visit leaves the first and the last touch as they are. */
export function arrive(old: Past, { at, ...touch }: TouchAt): Past {
  const touched = touch.channel === 'direct' ? undefined : { at, ...touch }
  return { ...old, visits: old.visits + 1, channel: touch.channel, first: old.first ?? touched, last: touched ?? old.last }
}

/** The past after a touchpoint that says something of an order or of the shopper; the same object after any other. An order counts once. */
export function learn(past: Past, { name, order, value, currency, persona, segment }: Said, at: number): Past {
  if (name === 'identify') return persona || segment ? { ...past, persona: persona ?? past.persona, segment: segment ?? past.segment } : past
  const sign = name === 'purchase' ? 1 : name === 'refund' ? -1 : 0
  const key = sign < 0 ? `${order} ${value}` : order
  if (!sign || (order && past.orders.includes(key))) return past
  const total = /^[A-Z]{3}$/.test(currency) && value ? { ...past.total, [currency]: Math.max(0, round((past.total[currency] ?? 0) + sign * value)) } : past.total
  const orders = order ? [...past.orders, key].slice(-MOST.orders) : past.orders
  return { ...past, total, orders, ...(sign > 0 && { purchases: past.purchases + 1, bought: [...past.bought, at].slice(-MOST.bought) }) }
}

/**
 * The past after a hint: the shopper's stage is that of the latest sure one, but a visit goes back only where the page says so itself. The next visit may go
 * anywhere: journeys are cyclic.
 */
export function move(past: Past, { stages }: Pick<StageModel, 'stages'>, hint: StageHint | undefined, visit: string, at: number): Past {
  if (!hint || hint.confidence < SURE) return past
  const rank = (id?: string) => stages.findIndex((stage) => stage.id === id)
  if (past.settled === visit && (hint.id === past.stage || (rank(hint.id) < rank(past.stage) && hint.rule !== 'explicit'))) return past
  if (hint.id === past.stage) return { ...past, settled: visit }
  return { ...past, stage: hint.id, since: at, settled: visit, history: [...past.history, { stage: hint.id, since: at }].slice(-MOST.history) }
}

/** The past with a message noted as shown, the same object where it is too soon for it: it comes again only after so many `visits` and so many `days`. */
export function show(past: Past, key: string, { visits = 0, days = 0 }: { readonly visits?: number | undefined; readonly days?: number | undefined }, at: number): Past {
  const before = past.shown[key]
  if (before && (past.visits - before.visit < visits || at - before.at < days * DAY)) return past
  const { [key]: _, ...others } = past.shown
  return { ...past, shown: Object.fromEntries([...Object.entries(others), [key, { at, visit: past.visits }] as const].slice(-MOST.shown)) }
}

/** What the rules of a stage model may ask about the past. */
export function factsOf({ channel, visits, purchases, bought, stage }: Past, at: number) {
  const [last] = bought.slice(-1)
  return { channel, visits, purchases, stage, daysSincePurchase: last === undefined ? undefined : Math.max(0, Math.floor((at - last) / DAY)) }
}

const DAY = 86_400_000
/** Cents do not add up exactly in binary. */
const round = (amount: number) => Math.round(amount * 1e6) / 1e6
