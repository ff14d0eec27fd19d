import type { Item } from '../vocabulary.js'
import { round, toMoney } from './money.js'

/** GA4 takes no more, of items and of parameters of one. */
const MOST = { items: 200, params: 30 }
const MONEY = /^(price|discount)$/

/** Told what is wrong, in a developer's words. */
export type Complain = (message: string) => void

/**
 * Checks and copies GA4's `items[]`: numbers are numbers, ids are texts, and what is wrong is told and left out. At most 200 items, flat and finite; getters
 * that throw count as absent.
 */
export function toItems(list: unknown, complain: Complain, minorUnits?: number): Item[] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) {
    complain(`items must be an array, got ${typeof list}`)
    return []
  }
  if (list.length > MOST.items) complain(`items must be at most ${MOST.items}, got ${list.length}; the rest was left out`)
  return list.slice(0, MOST.items).flatMap((item: unknown) => toItem(item, complain, minorUnits))
}

function toItem(given: unknown, complain: Complain, minorUnits?: number): Item[] {
  const item: { [key: string]: unknown } = {}
  for (const key of Object.keys(Object(given)).slice(0, MOST.params)) {
    const value = valueAt(given, key)
    const clean = MONEY.test(key) ? toMoney(value, { minorUnits }) : /^item_(id|name|variant)$/.test(key) ? toText(value) : key === 'quantity' ? toQuantity(value) : toScalar(value)
    if (clean !== undefined) item[key] = clean
    else if (value !== undefined && value !== null) complain(`${key} of an item must be ${MONEY.test(key) ? 'an unambiguous amount' : key === 'quantity' ? 'a number from 0 on' : 'a text, a finite number or a boolean'}; it was left out`)
  }
  if (item.item_id || item.item_name) return [item]
  complain('an item must have an item_id or an item_name; it was left out')
  return []
}

function valueAt(thing: unknown, key: string): unknown {
  try {
    return (thing as { [key: string]: unknown })[key]
  } catch {
    return undefined
  }
}

const toText = (value: unknown) => (typeof value === 'string' || (typeof value === 'number' && isFinite(value)) ? `${value}`.slice(0, 256) || undefined : undefined)
const toScalar = (value: unknown) => (typeof value === 'string' ? value.slice(0, 256) : typeof value === 'boolean' || (typeof value === 'number' && isFinite(value)) ? value : undefined)
const toQuantity = (value: unknown) => {
  const number = toMoney(value)
  return number !== undefined && number >= 0 && number <= 1e6 ? round(number) : undefined
}

/** What items cost together. */
export const valueOf = (items: readonly Item[]): number => round(items.reduce((sum, { price = 0, quantity = 1 }) => sum + price * quantity, 0))
