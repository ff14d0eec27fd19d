import type { Moment, PageView, Props } from '../types.js'
import type { Item } from '../vocabulary.js'
import type { Tries } from './loops.js'

/** Everything that commerce remembers on a device, for all tabs; changed as a whole by the database's atomic `update`. */
export interface State {
  readonly cart: string
  /** Counts what the cart was. */
  readonly version: number
  readonly lines: readonly Item[]
  readonly currency?: string | undefined
  readonly coupon?: string | undefined
  readonly url?: string | undefined
  /** Whether the shop has said that no script sees its checkout. */
  readonly isHosted?: boolean | undefined
  /** What is known of items besides what the cart tells. */
  readonly notes: readonly Item[]
  /** The last activity, ms. */
  readonly active: number
  /** When the shop was left and nobody knows yet whether for good. */
  readonly left?: number | undefined
  /** The checkout step, and since when. */
  readonly step?: string | undefined
  readonly entered: number
  readonly dwell: { readonly [step: string]: number }
  /** The last field of this step: of its last error, or else in which something was written. */
  readonly field?: string | undefined
  /** Of the last error, until the next step: its code, and the step that it names itself. */
  readonly error?: string | undefined
  readonly struck?: string | undefined
  /** What was tried again and again; nothing before the first try, and in what earlier releases have stored. */
  readonly tries?: Tries | undefined
  /** The payment provider's host that the shopper has gone to. */
  readonly payment?: string | undefined
  /** Whether a page was reached from there since, and nobody knows yet what came of it. */
  readonly isBack?: boolean | undefined
  /** The last reports: of which cart, version, step and status. */
  readonly told: readonly string[]
  /** What is abandoned and not recovered. */
  readonly abandoned?: string | undefined
  readonly orders: readonly string[]
  /** The last changes, so that none is made twice. */
  readonly done: readonly string[]
}

/** Something that happened, as data: it may have to be replayed on the next page. */
export interface Change {
  readonly id: string
  readonly at: number
  readonly kind: 'moment' | 'cart' | 'note' | 'leave' | 'start' | 'idle' | 'active'
  readonly moment?: Moment
  readonly props?: Props & { readonly items?: readonly Item[] | undefined }
  readonly page: PageView
  /** Where the shopper goes, or has just come from: a host. */
  readonly host?: string | undefined
  readonly isPayment?: boolean | undefined
  /** Of a cart: whether no script sees its checkout. */
  readonly isHosted?: boolean | undefined
  /** True once what follows from it was recorded. */
  told?: boolean
}

/** Where steps put the moments that follow. */
export type Emit = (moment: Moment) => void

/** A device that knows of no cart. */
export const blank = (cart: string, at: number): State => ({ cart, version: 0, lines: [], notes: [], active: at, entered: at, dwell: {}, told: [], orders: [], done: [] })
