import type { Happened } from '../../src/journey-map/types.js'

export const NOON = Date.UTC(2026, 0, 10, 12)
const SECOND = 1000
export const DAY = 86_400_000

type Step = string | readonly [name: string, fields?: { readonly [key: string]: unknown }]

/** A visit in which something happens every 20 s; what is no field of a touchpoint is a prop. */
export function visit(visit: string, fields: Partial<Happened>, ...steps: Step[]): Happened[] {
  const { at: began = NOON, ...others } = fields
  return steps.map((step, i) => {
    const [name, props] = typeof step === 'string' ? [step] : step
    const at = began + 20 * SECOND * i
    return { name, at, happened_at: at + 50, site: 'shop', visit, visitor: 'v', seq: i + 1, page: `${visit}-${name === 'page_view' ? i : 0}`, url: `https://shop.example/${name}`, channel: 'direct', device: 'mobile', ...others, ...(props && { props }) }
  })
}
