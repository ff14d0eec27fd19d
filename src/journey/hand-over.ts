import type { HandOver } from '../visit.js'

/** The parameter that one domain of a shop adds to its links to another. */
export const PARAM = '_rihla'
/** How long a link hands over, ms: nobody who is sent it later is taken for who sent it. */
const LIFE = 120_000
const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const FORM = new RegExp(`^([0-9a-z]{1,9})\\.(${ID})\\.(${ID})$`)

/** Who is here, as a parameter. It is not signed: whoever can read the link can claim to be them for two minutes. */
export const toParam = ({ visitor, id }: HandOver, at: number): string => `${at.toString(36)}.${visitor}.${id}`

/** Who comes, by a parameter that is at most two minutes old; clocks of one device agree. */
export function fromParam(text: string, at: number): HandOver | undefined {
  const [, made, visitor, id] = FORM.exec(text) ?? []
  return made && visitor && id && Math.abs(at - parseInt(made, 36)) <= LIFE ? { visitor, id } : undefined
}
