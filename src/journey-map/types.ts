import type { Stage, StageHint } from '../types.js'

/** What `mapOf` reads of a touchpoint: what a collector shows at `GET /touchpoints` has it all. Times are ms since epoch. */
export interface Happened {
  readonly name: string
  /** On the device's clock, and on the collector's. */
  readonly at: number
  readonly happened_at: number
  readonly site: string
  readonly visit: string
  readonly seq: number
  readonly source?: string | undefined
  readonly url?: string | undefined
  /** The kind of page. */
  readonly kind?: string | undefined
  readonly page?: string | undefined
  readonly props?: { readonly [key: string]: unknown } | undefined
  readonly stage?: StageHint | undefined
  /** The stage model whose hint `stage` is, such as `five@2`. */
  readonly model?: string | undefined
  /** What makes it another's than a shopper's. */
  readonly marks?: readonly string[] | undefined
  readonly user?: string | undefined
  readonly visitor?: string | undefined
  readonly person?: string | undefined
  readonly channel?: string | undefined
  readonly device?: string | undefined
  readonly visit_number?: number | undefined
}

/** A stay in one stage. */
export interface Run {
  readonly stage: string
  readonly from: number
  /** When the next one began, or the visit ended. */
  readonly to: number
}

/** How often something was done in a stage. */
export interface Act {
  readonly stage: string
  readonly name: string
  readonly times: number
}

/** An order, or with a negative `amount` what was paid back. */
export interface Payment {
  readonly id: string
  readonly at: number
  readonly isOrder: boolean
  /** In thousandths of the currency, so that sums are exact. */
  readonly amount: number
  readonly currency: string
}

/** What was told of an abandoned cart. Empty where it is not known. */
export interface Abandoned {
  readonly id: string
  /** When it was told last, and what it had come to by then. */
  readonly at: number
  readonly status: string
  /** When it was told last where it was left; 0 where nothing but the return was told. The rest is as of then. */
  readonly toldAt: number
  readonly step: string
  readonly field: string
  readonly error: string
  /** In thousandths. */
  readonly amount: number
  readonly currency: string
  readonly stage: string
}

/** What hurt. */
export interface Hurt {
  readonly name: string
  /** What it was about: an error's code, a field, a control. Empty where it is not known. */
  readonly about: string
  readonly step: string
  readonly stage: string
  readonly times: number
  /** Whether the shopper did nothing more than leave after it. */
  readonly isLast: boolean
}

/** What was said, by how it was meant. */
export interface Feeling {
  readonly stage: string
  readonly positive: number
  readonly neutral: number
  readonly negative: number
}

/** One visit, as a part of a journey. */
export interface Leg {
  readonly site: string
  readonly visit: string
  readonly visitor?: string | undefined
  readonly user?: string | undefined
  readonly started: number
  readonly ended: number
  /** `unknown` where nothing is known. */
  readonly channel: string
  readonly device: string
  readonly segment?: string | undefined
  readonly persona?: string | undefined
  /** How many, without what tells only of other touchpoints. 0 where none is a shopper's. */
  readonly touchpoints: number
  readonly isBounce: boolean
  /** How far it went: a place in `FUNNEL`. */
  readonly reached: number
  /** How many touchpoints there were up to the first order, with it, and when it was. */
  readonly goalAfter?: number | undefined
  readonly goalAt?: number | undefined
  readonly runs: readonly Run[]
  readonly acts: readonly Act[]
  readonly pages: readonly string[]
  readonly payments: readonly Payment[]
  readonly abandoned: readonly Abandoned[]
  readonly hurts: readonly Hurt[]
  readonly feelings: readonly Feeling[]
}

/** A leg, and whose it is. */
export interface OwnLeg extends Leg {
  readonly person: string
}

/** Amounts by currency, in its own unit. */
export interface Money {
  readonly [currency: string]: number
}

/** Somebody's journey, in short. */
export interface Shopper {
  readonly site: string
  readonly person: string
  /** By what `GET /touchpoints` finds them: the `person` is a user, a visitor or a visit. */
  readonly by: 'user' | 'visitor' | 'visit'
  readonly visits: number
  readonly touchpoints: number
  readonly started: number
  readonly ended: number
  /** Of the first visit. */
  readonly channel: string
  /** The last one, empty where none is known. */
  readonly stage: string
  readonly orders: number
  readonly hurts: number
}

/** Which visits count. Times are ms since epoch; a visit belongs to the time at which it began. */
export interface MapFilters {
  readonly site?: string | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
  readonly channel?: string | undefined
  readonly device?: string | undefined
  /** Of the shopper, as `identify` has told last. */
  readonly segment?: string | undefined
  readonly persona?: string | undefined
}

/** What there is to filter by, in the order of the alphabet. */
export interface Choices {
  readonly sites: readonly string[]
  readonly channels: readonly string[]
  readonly devices: readonly string[]
  readonly segments: readonly string[]
  readonly personas: readonly string[]
}

/** What became of a stage. */
export interface StageFigures {
  readonly stage: string
  readonly shoppers: number
  /** How often it was entered. */
  readonly entries: number
  /** How often it was left for a later stage, and for an earlier one. */
  readonly on: number
  readonly back: number
  /** How many journeys have come to an end here, so far. */
  readonly exits: number
  readonly touchpoints: number
  /** The median time until it was left for another stage, ms. */
  readonly median?: number | undefined
  readonly acts: readonly { readonly name: string; readonly times: number; readonly shoppers: number }[]
  readonly feelings: { readonly positive: number; readonly neutral: number; readonly negative: number }
  /** How many were hurt here, and how often. */
  readonly hurt: { readonly shoppers: number; readonly times: number }
}

/** What came of a channel. */
export interface ChannelFigures {
  readonly channel: string
  readonly shoppers: number
  readonly visits: number
  readonly touchpoints: number
  readonly bounces: number
  readonly buyers: number
  readonly orders: number
  readonly revenue: Money
  /** How many were in each stage, in visits of this channel. */
  readonly stages: { readonly [stage: string]: number }
}

/** Carts that were left at the same place. */
export interface AbandonmentFigures {
  readonly step: string
  readonly field: string
  readonly error: string
  readonly stage: string
  readonly carts: number
  readonly shoppers: number
  /** How many of the carts were bought after all, and of how many nobody can know (a hosted checkout). */
  readonly recovered: number
  readonly unknown: number
  /** What is in the others. */
  readonly atStake: Money
}

/** What hurt in the same way. */
export interface FrictionFigures {
  readonly name: string
  readonly about: string
  readonly step: string
  readonly stage: string
  readonly times: number
  readonly shoppers: number
  /** How many of them did nothing more than leave after it. */
  readonly left: number
}

/** Everything that a map shows, in numbers. Empty lists and zeros where nothing happened. */
export interface Figures {
  readonly totals: {
    readonly shoppers: number
    readonly visits: number
    readonly touchpoints: number
    /** Visits in which nothing else happened: GA4's, of less than 10 s, one page and no order. */
    readonly bounces: number
    readonly orders: number
    readonly buyers: number
    /** Those who have bought more than once. */
    readonly repeatBuyers: number
    /** Visits without a hint of a stage. */
    readonly unplaced: number
  }
  /** What was paid, less what was paid back. */
  readonly revenue: Money
  /** In the order of the model. */
  readonly stages: readonly StageFigures[]
  /** How often one stage was left for another, most often first. */
  readonly flows: readonly { readonly from: string; readonly to: string; readonly times: number }[]
  /** In which stage journeys begin, by the channel of their first visit. */
  readonly arrivals: readonly { readonly channel: string; readonly stage: string; readonly shoppers: number }[]
  readonly channels: readonly ChannelFigures[]
  /** How many came as far as each step. */
  readonly funnel: readonly { readonly name: string; readonly shoppers: number }[]
  /** What it took up to the first order, as medians over buyers; `undefined` without any. */
  readonly goal?: { readonly touchpoints: number; readonly visits: number; readonly ms: number } | undefined
  readonly abandonment: readonly AbandonmentFigures[]
  /** Buyers by the month (UTC, `2026-11`) of their first order, and how many of them have ordered in each month from then on. */
  readonly retention: readonly { readonly month: string; readonly buyers: number; readonly months: readonly number[] }[]
  readonly friction: readonly FrictionFigures[]
  /** The most frequent ways through the stages, by shoppers. */
  readonly stagePaths: readonly { readonly path: readonly string[]; readonly shoppers: number }[]
  /** The most frequent ways through the pages of one visit. */
  readonly pagePaths: readonly { readonly path: readonly string[]; readonly visits: number }[]
}

/** Something to do, the most worthwhile first, with its figures. */
export interface Opportunity {
  readonly kind: 'abandonment' | 'friction' | 'exit' | 'feeling' | 'bounce' | 'repeat'
  readonly stage?: string | undefined
  readonly owner?: string | undefined
  /** In English. */
  readonly sentence: string
  /** What the sentence is about, for other languages. */
  readonly figures: { readonly [name: string]: string | number | Money }
}

/** A journey map. */
export interface JourneyMap extends Figures {
  readonly model: { readonly id: string; readonly version: number; readonly stages: readonly Stage[] }
  readonly opportunities: readonly Opportunity[]
}
