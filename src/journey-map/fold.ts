import type { Past } from '../part.js'
import { type Hinter, toLeg } from './leg.js'
import type { Happened, OwnLeg } from './types.js'

/** One visit's touchpoints. */
interface Visit {
  readonly key: string
  readonly owner: string
  readonly began: number
  readonly touchpoints: readonly Happened[]
}

/**
 * Folds touchpoints into legs, one of each visit. What a visitor has done before goes with them from visit to visit; who has none is new each time. To bring legs up to date it is enough
 * to fold all touchpoints of those visitors (and of visits without one) of whom something is new. Pure.
 */
export function foldVisits(hinter: Hinter, touchpoints: readonly Happened[]): OwnLeg[] {
  const pasts = new Map<string, Past>()
  return visitsOf(touchpoints).map(({ owner, touchpoints }) => {
    const { leg, past } = toLeg(hinter, touchpoints, pasts.get(owner))
    pasts.set(owner, past)
    return { ...leg, person: leg.user ?? touchpoints.find(({ user }) => user === undefined)?.person ?? leg.visitor ?? leg.visit }
  })
}

/** In the order in which they began. */
function visitsOf(touchpoints: readonly Happened[]): Visit[] {
  const visits = new Map<string, Happened[]>()
  for (const each of touchpoints) {
    const key = `${each.site}/${each.visit}`
    const own = visits.get(key)
    if (own) own.push(each)
    else visits.set(key, [each])
  }
  const found = [...visits].map(([key, own]) => {
    const visitor = own.find((each) => each.visitor !== undefined)?.visitor
    return { key, owner: visitor === undefined ? key : `${own[0]!.site}/visitor/${visitor}`, began: own.reduce((first, { happened_at: at }) => Math.min(first, at), Infinity), touchpoints: own }
  })
  return found.sort((a, b) => a.began - b.began || (a.key < b.key ? -1 : 1))
}
