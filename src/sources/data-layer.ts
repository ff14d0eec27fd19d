import { onPush } from '../browser/on-push.js'
import { copy, isLoose, itemsOf, type Loose, PARAMS } from '../ga4-params.js'
import type { Props, Source } from '../types.js'

/** Settings of `dataLayer`. */
export interface DataLayerOptions {
  /** The global that holds the array, where a shop has renamed it. @default 'dataLayer' */
  readonly name?: string
}

type Event = [name: string, props: Props]

/** Universal Analytics' enhanced e-commerce: which part of a push means which event. */
const ACTIONS: { readonly [part: string]: string } = {
  impressions: 'view_item_list',
  click: 'select_item',
  detail: 'view_item',
  add: 'add_to_cart',
  remove: 'remove_from_cart',
  checkout: 'begin_checkout',
  purchase: 'purchase',
  refund: 'refund',
  promoView: 'view_promotion',
  promoClick: 'select_promotion',
}
/** What else says something of a shopper's journey at GA4; page views have a source of their own. */
const OTHERS = /^(view_cart|add_to_wishlist|add_(shipping|payment)_info|search|sign_up|login|share|generate_lead)$/
/** The words of enhanced e-commerce for GA4's, of an item, a promotion and a transaction; its other words are GA4's, or are with that before them. */
const WORDS: { readonly [word: string]: string } = {
  item_position: 'index',
  item_list: 'item_list_name',
  promotion_creative: 'creative_name',
  promotion_position: 'creative_slot',
  transaction_revenue: 'value',
  transaction_list: 'item_list_name',
}

/**
 * Records what a shop already tells Google: events pushed to `dataLayer` for Google Tag Manager, calls of `gtag('event', …)`, and Universal Analytics'
 * enhanced e-commerce in GA4's words; what was pushed before the tracker came, and what comes later.
 *
 * Only GA4's commerce parameters and item fields are copied, and only texts, numbers and booleans: shop plugins push names, addresses and e-mails of buyers
 * beside them. At most 200 items. Never changes, delays or breaks a push.
 */
export function dataLayer({ name = 'dataLayer' }: DataLayerOptions = {}): Source {
  return (record) => {
    const tell = ([event, props]: Event) => record({ name: event, source: 'data-layer', props, leaving: event.startsWith('select') })
    return onPush(name, (entry) => eventsOf(Object(entry) as Loose).forEach(tell), (failure) => record({ failure }))
  }
}

/** The events of one push, in GA4's words. */
function eventsOf(entry: Loose): Event[] {
  const isCall = entry[0] === 'event'
  const name = isCall ? entry[1] : entry.event
  const given = isCall ? (entry[2] ?? {}) : entry.ecommerce
  const parts = isCall || !isLoose(given) || given.items ? [] : Object.keys(ACTIONS).filter((part) => isLoose(given[part]))
  if (parts.length) return parts.map((part) => universal(given as Loose, part))
  const about = isLoose(given) ? given : entry
  const isKnown = typeof name === 'string' && (OTHERS.test(name) || Object.values(ACTIONS).includes(name))
  return isKnown ? [[name, { ...copy(about), ...itemsOf(about.items) }]] : []
}

/** One part of Universal Analytics' `ecommerce`, as an event. */
function universal({ currencyCode, ...parts }: Loose, part: string): Event {
  const { actionField, products, promotions, ...list } = parts[part] as Loose
  const { step } = Object(actionField)
  const items = part === 'impressions' ? Object.values(list) : products
  const props = { ...copy({ currency: currencyCode }), ...copy(actionField, inFull('transaction_')), ...itemsOf(items ?? promotions, inFull(items ? 'item_' : 'promotion_')) }
  return part === 'checkout' && step > 1 ? ['checkout_step', { step: +step, ...props }] : [ACTIONS[part]!, props]
}

/** What a member is called at GA4 whose name in Universal Analytics goes without a prefix. */
const inFull = (prefix: string) => (key: string) => WORDS[prefix + key] ?? (PARAMS.test(prefix + key) ? prefix + key : key)
