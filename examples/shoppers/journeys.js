// @ts-check
import { createRandom } from './random.js'
import { makeVisit } from './visit.js'

/** @typedef {import('./visit.js').Visit} Visit */
/** @typedef {{ count: number, days: number, now: number, seed?: number }} Settings `now`: when the last of them may have happened, ms since epoch. */

const day = 86_400_000

/** Through which channels shoppers come for the first time, and how those come again who have bought, and who have not. */
const channels = {
  first: { organic_search: 30, paid_social: 24, direct: 14, paid_search: 10, organic_social: 8, referral: 5, ai_assistant: 4, paid_shopping: 5 },
  buyer: { email: 45, direct: 35, organic_search: 14, sms: 6 },
  undecided: { direct: 34, organic_search: 28, paid_social: 20, email: 18 },
}

/** No visit is longer, ms. */
const LONGEST = 1_800_000

/**
 * What so many shoppers did within so many days: visits in the order in which they began, the same for the same seed. Some come again, some buy, some buy again; carts are left for reasons, and in the last fortnight
 * cards are declined more often on phones.
 * @type {(settings: Settings) => Visit[]}
 */
export const makeJourneys = ({ count, days, now, seed = 1 }) => {
  const random = createRandom(seed)
  /** @type {Visit[]} */
  const visits = []
  for (let i = 0; i < count; i++) {
    const device = /** @type {import('./visit.js').Shopper['device']} */ (random.weighed({ mobile: 62, desktop: 32, tablet: 6 }))
    const from = now - days * day
    /** @type {import('./visit.js').Shopper} */
    const shopper = {
      visitor: random.id(from),
      user: random.chance(0.45) ? `customer-${random.word(6)}` : undefined,
      device,
      language: random.weighed({ en: 50, ar: 28, fa: 22 }),
      currency: 'EUR',
      traits: { segment: random.weighed({ new: 55, regular: 33, vip: 12 }), persona: random.of(['gift giver', 'connoisseur', 'bargain hunter']) },
      visits: 0,
      orders: 0,
      left: undefined,
      knows: false,
    }
    // Early enough for the first visit to have ended by now: everybody has come.
    let at = from + random.next() * (days * day - LONGEST)
    for (let visit = 0; visit < 12 && at < now - 60_000; visit++) {
      const channel = random.weighed(visit === 0 ? channels.first : shopper.orders ? channels.buyer : channels.undecided)
      const isRecent = at > now - Math.min(14, days / 3) * day
      const made = makeVisit(random, shopper, { at, channel, trouble: device === 'mobile' && isRecent ? 0.34 : 0.06 })
      if (made.ended < now) visits.push(made)
      if (!random.chance(shopper.left ? 0.6 : shopper.orders ? 0.66 : 0.42)) break
      at = made.ended + random.between(0.1, shopper.left ? 3 : shopper.orders ? 30 : 9) * day
    }
  }
  return visits.sort((a, b) => a.started - b.started)
}
