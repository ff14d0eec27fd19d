import { memberOf } from '../stage.js'
import type { Props } from '../types.js'

/** What a touchpoint says of an order or of the shopper, written down when it happened. */
export interface Said {
  readonly name: string
  readonly order: string
  readonly value: number
  readonly currency: string
  readonly persona?: string | undefined
  readonly segment?: string | undefined
}

/** Names that say something of an order or of the shopper. */
const SAYS = /^(?:purchase|refund|identify)$/

/** What a moment says of them; `undefined` where it is about something else. Never throws. */
export function saidOf(name: string, props: Props | undefined): Said | undefined {
  if (!SAYS.test(name)) return
  const value = memberOf(props, 'value')
  const [order, currency, persona, segment] = ['transaction_id', 'currency', 'persona', 'segment'].map((key) => textOf(props, key)) as [string, string, string, string]
  return { name, order, value: typeof value === 'number' && isFinite(value) ? value : 0, currency, persona: persona || undefined, segment: segment || undefined }
}

/** A member that is a short text or a number, as text; else empty. */
export function textOf(props: Props | undefined, key: string): string {
  const value = memberOf(props, key)
  return typeof value === 'string' || typeof value === 'number' ? `${value}`.slice(0, 64) : ''
}
