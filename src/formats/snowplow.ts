import { byStatus } from '../by-status.js'
import { type Told, toldIn, toRecord, write } from '../told.js'
import type { Batch, Format, Props } from '../types.js'

/** Settings of `snowplow`. */
export interface SnowplowOptions {
  /** An Iglu schema of your own registry, `iglu:com.acme/touchpoint/jsonschema/1-0-0`, by which each event carries the whole touchpoint as an entity: the flat record of `ndjson`. @default none */
  readonly entity?: string
}

const IGLU = 'iglu:com.snowplowanalytics.snowplow'
/** Snowplow's e-commerce actions. */
const ACTIONS: { readonly [name: string]: string } = {
  view_item: 'product_view',
  view_item_list: 'list_view',
  select_item: 'list_click',
  add_to_cart: 'add_to_cart',
  remove_from_cart: 'remove_from_cart',
  view_promotion: 'promo_view',
  select_promotion: 'promo_click',
  begin_checkout: 'checkout_step',
  add_shipping_info: 'checkout_step',
  add_payment_info: 'checkout_step',
  purchase: 'transaction',
  refund: 'refund',
}

/**
 * Snowplow's collectors, `https://<collector>/com.snowplowanalytics.snowplow/tp2`: page views are page views, commerce is Snowplow's e-commerce actions with their entities, where a touchpoint says all that their
 * schemas require, and the rest are structured events, which need no schema. Its content type needs a preflight. Throws a `TypeError` for a wrong option.
 */
export function snowplow({ entity }: SnowplowOptions = {}): Format {
  if (entity !== undefined && !/^iglu:[\w.-]+\/[\w-]+\/jsonschema\/\d+-\d+-\d+$/.test(entity)) throw new TypeError('rihla: entity must be the URI of an Iglu schema, iglu:vendor/name/jsonschema/1-0-0')
  return {
    type: 'application/json; charset=UTF-8',
    encode: (batch) => write({ schema: `${IGLU}/payload_data/jsonschema/1-0-4`, data: toldIn(batch).map((told) => toPayload(told, batch, entity)) }),
    classify: byStatus,
  }
}

function toPayload(told: Told, batch: Batch, entity: string | undefined) {
  const { id, name, at, props, stage, page, visit } = told
  const action = name === 'page_view' ? undefined : actionOf(name, props)
  const entities = [...(action?.entities ?? []), ...(entity ? [{ schema: entity, data: toRecord(told, batch) }] : [])]
  const { value } = props
  return {
    p: 'web',
    tv: batch.sdk.replace('/', '-'),
    aid: batch.site,
    eid: id,
    dtm: `${at}`,
    stm: `${batch.sentAt}`,
    duid: visit.visitor,
    sid: page.visit,
    vid: visit.number && `${visit.number}`,
    uid: page.user,
    url: page.url,
    page: page.title,
    refr: page.referrer,
    lang: page.locale,
    ...(name === 'page_view'
      ? { e: 'pv' }
      : action
        ? { e: 'ue', ue_pr: write({ schema: `${IGLU}/unstruct_event/jsonschema/1-0-0`, data: schemed('snowplow_ecommerce_action/jsonschema/1-0-2', { type: action.type, name: textOf(props.item_list_name) }) }) }
        : { e: 'se', se_ca: 'rihla', se_ac: name, se_la: stage?.id, se_pr: textOf(props.code ?? props.kind ?? props.search_term ?? props.method), se_va: typeof value === 'number' ? `${value}` : undefined }),
    co: entities.length ? write({ schema: `${IGLU}/contexts/jsonschema/1-0-0`, data: entities }) : undefined,
  }
}

const schemed = (schema: string, data: object) => ({ schema: `${IGLU}.ecommerce/${schema}`, data })
const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? `${value}`.slice(0, 128) : undefined)
const countOf = (value: unknown) => (Number.isInteger(value) && (value as number) >= 0 ? (value as number) : undefined)
/** Schemas ask for multiples of 0.01, at least 0. */
const moneyOf = (value: unknown) => (typeof value === 'number' && value >= 0 ? Math.round(value * 100) / 100 : undefined)
const currencyOf = (value: unknown) => (/^[A-Z]{3}$/.test(value as string) ? value : undefined)
const itemsOf = ({ items }: Props) => (Array.isArray(items) ? items : []) as Props[]

/** The action that a touchpoint is, with its entities; `undefined` where it is none or says less than their schemas require. */
function actionOf(name: string, props: Props): { readonly type: string; readonly entities: readonly object[] } | undefined {
  const type = ACTIONS[name]
  if (!type) return
  const own = ownOf(type, name, props)
  const products = productsOf(props)
  if (/^(?:checkout|promo|transaction|refund)/.test(type)) return own && { type, entities: [own, ...products] }
  return products.length ? { type, entities: products } : undefined
}

function productsOf(props: Props): object[] {
  const currency = currencyOf(props.currency)
  return itemsOf(props).flatMap(({ item_id, item_name, item_category, item_variant, item_brand, price, quantity, index }) => {
    const [id, cost] = [textOf(item_id ?? item_name), moneyOf(price)]
    if (!id || cost === undefined || !currency) return []
    const more = { name: textOf(item_name), category: textOf(item_category) ?? '', variant: textOf(item_variant), brand: textOf(item_brand), quantity: countOf(quantity), position: countOf(index) }
    return [schemed('product/jsonschema/1-0-0', { id, price: cost, currency, ...more })]
  })
}

/** The entity that says what an action is about, besides products. */
function ownOf(type: string, name: string, props: Props): object | undefined {
  const [currency, amount, order, promotion] = [currencyOf(props.currency), moneyOf(props.value), textOf(props.transaction_id), textOf(props.promotion_id ?? props.promotion_name)]
  const payment_method = textOf(props.payment_type)
  if (type === 'checkout_step') {
    const step = ['begin_checkout', 'add_shipping_info', 'add_payment_info'].indexOf(name) + 1
    return schemed('checkout_step/jsonschema/1-0-0', { step, delivery_method: textOf(props.shipping_tier), payment_method, coupon_code: textOf(props.coupon) })
  }
  if (promotion && type.startsWith('promo')) return schemed('promotion/jsonschema/1-0-0', { id: promotion, name: textOf(props.promotion_name) })
  if (!order || !currency || amount === undefined) return
  if (type === 'refund') return schemed('refund/jsonschema/1-0-0', { transaction_id: order, currency, refund_amount: amount })
  const total_quantity = itemsOf(props).reduce((sum, { quantity }) => sum + (countOf(quantity) ?? 1), 0)
  return schemed('transaction/jsonschema/1-0-0', { transaction_id: order, revenue: amount, currency, payment_method: payment_method ?? '', total_quantity, tax: moneyOf(props.tax), shipping: moneyOf(props.shipping) })
}
