import type { Batch, Props } from './types.js'

// Taken when the script loads: pages replace them.
const { parse, stringify } = JSON
const { entries, fromEntries, setPrototypeOf } = Object

/** A touchpoint with the page and the visit that it belongs to, as docs/protocol.md describes them. */
export interface Told {
  readonly id: string
  readonly name: string
  /** Device clock, ms since epoch. */
  readonly at: number
  readonly seq: number
  readonly source: string
  readonly props: Props
  readonly stage?: { readonly id: string; readonly confidence: number; readonly rule: string } | undefined
  readonly page: {
    readonly tab: string
    readonly visit: string
    readonly url: string
    readonly user?: string
    readonly model?: string
    readonly title?: string
    readonly referrer?: string
    readonly kind?: string
    readonly locale?: string
    readonly marks?: readonly string[]
    readonly denied?: readonly string[]
  }
  readonly visit: {
    readonly visitor?: string
    readonly started: number
    readonly landing: string
    readonly referrer: string
    readonly channel?: string
    readonly number?: number
    readonly first?: Props
    readonly campaign: { readonly [param: string]: unknown }
  }
}

/** The touchpoints of a batch, each with all that is true of it. */
export function toldIn({ visits, pages, touchpoints }: Batch): Told[] {
  const tableOf = (list: readonly string[]) => parse(`{${list.join()}}`)
  const [visitOf, pageOf] = [tableOf(visits), tableOf(pages)]
  return touchpoints.map((line) => {
    const { page: key, stage, ...touchpoint } = parse(line)
    const page = pageOf[key]
    return { source: 'api', props: {}, ...touchpoint, page, visit: visitOf[page.visit], ...(stage && { stage: { rule: touchpoint.name, ...stage } }) }
  })
}

/** A touchpoint as one flat record, for stores of rows. */
export function toRecord({ page, visit, stage, ...touchpoint }: Told, { site, sdk, sentAt }: Batch): Props {
  const { referrer, number, ...of } = visit
  return { site, ...touchpoint, ...of, ...page, ...(stage && { stage: stage.id, stage_confidence: stage.confidence, stage_rule: stage.rule }), visit_number: number, visit_referrer: referrer, sdk, sent_at: sentAt }
}

/** Whom other systems take for one: a visitor, or where visitors are not told apart, a visit. */
export const anonymousOf = ({ visit, page }: Told): string => visit.visitor ?? page.visit

/** ISO 8601, UTC. */
export const isoOf = (at: number): string => new Date(at).toISOString()

/** JSON in which no `toJSON` on a prototype has a say. Leaves out what is undefined. */
export const write = (value: unknown): string => stringify(bare(value))

const bare = (value: unknown): unknown =>
  typeof value === 'object' && value ? setPrototypeOf(Array.isArray(value) ? value.map(bare) : fromEntries(entries(value).map(([key, of]) => [key, bare(of)])), null) : value
