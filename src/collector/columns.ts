import type { Visit } from './types.js'

/** A row of a database's answer, of which nothing is known but its columns. */
export interface Columns {
  readonly [column: string]: unknown
}

export const textOf = (value: unknown): string | undefined => (value === null || value === undefined ? undefined : String(value))
const numberOf = (value: unknown) => (value === null || value === undefined ? undefined : Number(value))
const parsed = (value: unknown) => (value === null || value === undefined ? undefined : JSON.parse(String(value)))

/** A row of a table of visits, whose objects are JSON. */
export const toVisit = (row: Columns): Visit => ({
  site: String(row.site),
  visit: String(row.visit),
  visitor: textOf(row.visitor),
  started: Number(row.started),
  landing: textOf(row.landing),
  referrer: textOf(row.referrer),
  channel: textOf(row.channel),
  number: numberOf(row.number),
  first: parsed(row.first),
  campaign: parsed(row.campaign),
  device: textOf(row.device),
})
