import { journeysOf } from './counts.js'
import type { MapFilters, OwnLeg, Shopper } from './types.js'

/** Shoppers with legs that fit, those seen last first, at most `limit` (50): in one stage, where one is given. */
export function shoppersIn(legs: readonly OwnLeg[], { stage: wanted, limit = 50, ...filters }: MapFilters & { readonly stage?: string | undefined; readonly limit?: number | undefined }): Shopper[] {
  const found = journeysOf(legs, filters).map(({ legs, steps }): Shopper => {
    const [first] = legs as [OwnLeg]
    const { site, person } = first
    return {
      site,
      person,
      by: legs.some(({ visitor }) => visitor === person) ? 'visitor' : legs.some(({ visit }) => visit === person) ? 'visit' : 'user',
      visits: legs.length,
      touchpoints: legs.reduce((sum, leg) => sum + leg.touchpoints, 0),
      started: first.started,
      ended: Math.max(...legs.map(({ ended }) => ended)),
      channel: first.channel,
      stage: steps[steps.length - 1]?.stage ?? '',
      orders: legs.reduce((sum, leg) => sum + leg.payments.filter(({ isOrder }) => isOrder).length, 0),
      hurts: legs.reduce((sum, leg) => sum + leg.hurts.reduce((all, { times }) => all + times, 0), 0),
    }
  })
  return found
    .filter(({ stage }) => wanted === undefined || stage === wanted)
    .sort((a, b) => b.ended - a.ended || (a.person < b.person ? -1 : 1))
    .slice(0, limit)
}
