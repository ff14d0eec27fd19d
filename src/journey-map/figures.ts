import type { StageModel } from '../types.js'
import type { Counts } from './counts.js'
import { FUNNEL } from './leg.js'
import type { Figures, Money } from './types.js'

/** So many acts of a stage are told of, and so many pains and places at which carts are left. */
const MOST = { acts: 10, pains: 30 }

/** Puts what was counted together and into order. */
export function toFigures(counts: Counts, { stages }: Pick<StageModel, 'stages'>): Figures {
  const rank = new Map(stages.map(({ id }, i) => [id, i]))
  const isKnown = ({ stage }: { readonly stage: string }) => rank.has(stage)
  const [totals = { shoppers: 0, visits: 0, touchpoints: 0, bounces: 0, unplaced: 0 }] = counts.totals
  const [goal] = counts.goal
  const acts = most(counts.acts, ({ times }) => [times], ({ stage, name }) => [stage, name])
  const flows = most(counts.flows.filter(({ from, to }) => rank.has(from) && rank.has(to)), ({ times }) => [times], ({ from, to }) => [from, to])
  const flowing = (stage: string, isOn: boolean) => add(flows.filter(({ from, to }) => from === stage && rank.get(to)! > rank.get(from)! === isOn).map(({ times }) => times))

  return {
    totals: {
      ...totals,
      orders: add(counts.buyers.map(({ orders, shoppers }) => orders * shoppers)),
      buyers: add(counts.buyers.map(({ shoppers }) => shoppers)),
      repeatBuyers: add(counts.buyers.map(({ orders, shoppers }) => (orders > 1 ? shoppers : 0))),
    },
    revenue: moneyOf(counts.revenue),
    stages: stages.map(({ id: stage }) => {
      const { shoppers, entries, exits, median } = counts.stays.find((stay) => stay.stage === stage) ?? { shoppers: 0, entries: 0, exits: 0, median: null }
      const own = acts.filter((act) => act.stage === stage)
      const { positive, neutral, negative } = counts.feelings.find((feeling) => feeling.stage === stage) ?? { positive: 0, neutral: 0, negative: 0 }
      const hurt = counts.hurt.find((each) => each.stage === stage)
      return {
        stage,
        shoppers,
        entries,
        on: flowing(stage, true),
        back: flowing(stage, false),
        exits,
        touchpoints: add(own.map(({ times }) => times)),
        ...(median !== null && { median }),
        acts: own.slice(0, MOST.acts).map(({ name, times, shoppers }) => ({ name, times, shoppers })),
        feelings: { positive, neutral, negative },
        hurt: { shoppers: hurt?.shoppers ?? 0, times: hurt?.times ?? 0 },
      }
    }),
    flows,
    arrivals: most(counts.arrivals.filter(isKnown), ({ shoppers }) => [shoppers], ({ channel, stage }) => [channel, stage]),
    channels: most(counts.channels, ({ shoppers, visits }) => [shoppers, visits], ({ channel }) => [channel]).map((each) => ({
      ...each,
      revenue: moneyOf(counts.revenue.filter(({ channel }) => channel === each.channel)),
      stages: Object.fromEntries(stages.flatMap(({ id }) => counts.channelStages.filter(({ channel, stage }) => channel === each.channel && stage === id).map(({ shoppers }) => [id, shoppers] as const))),
    })),
    funnel: FUNNEL.map((name, i) => ({ name, shoppers: add(counts.reached.map(({ reached, shoppers }) => (reached >= i ? shoppers : 0))) })),
    ...(goal && goal.touchpoints !== null && { goal: { touchpoints: goal.touchpoints, visits: goal.visits!, ms: goal.ms! } }),
    abandonment: most(counts.carts, ({ carts, recovered }) => [carts - recovered, carts], (cart) => placeOf(cart))
      .slice(0, MOST.pains)
      .map((cart) => ({ ...cart, atStake: moneyOf(counts.atStake.filter((each) => String(placeOf(each)) === String(placeOf(cart)))) })),
    retention: retentionOf(counts.cohorts),
    friction: most(counts.hurts, ({ left, shoppers, times }) => [left, shoppers, times], ({ name, about, step, stage }) => [name, about, step, stage]).slice(0, MOST.pains),
    stagePaths: counts.stagePaths,
    pagePaths: counts.pagePaths,
  }
}

const placeOf = ({ step, field, error, stage }: { readonly step: string; readonly field: string; readonly error: string; readonly stage: string }) => [step, field, error, stage]

const add = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0)

/** Those with the most of something first, of equals in the order of their names. */
function most<Entry>(entries: readonly Entry[], of: (entry: Entry) => readonly number[], named: (entry: Entry) => readonly string[]): Entry[] {
  const differ = (a: readonly (number | string)[], b: readonly (number | string)[]) => {
    const i = a.findIndex((each, place) => each !== b[place])
    return i < 0 ? 0 : a[i]! < b[i]! ? -1 : 1
  }
  return [...entries].sort((a, b) => differ(of(b), of(a)) || differ(named(a), named(b)))
}

/** Thousandths by currency, as amounts of it. What has none is left out. */
function moneyOf(rows: readonly { readonly currency: string; readonly amount: number }[]): Money {
  const currencies = [...new Set(rows.flatMap(({ currency }) => currency || []))].sort()
  return Object.fromEntries(currencies.map((currency) => [currency, add(rows.filter((row) => row.currency === currency).map(({ amount }) => amount)) / 1000]))
}

function retentionOf(cohorts: Counts['cohorts']): Figures['retention'] {
  const last = cohorts.reduce((most, { month }) => Math.max(most, month), 0)
  const firsts = [...new Set(cohorts.map(({ first }) => first))].sort((a, b) => a - b)
  return firsts.map((first) => {
    const months = Array.from({ length: last - first + 1 }, (_, i) => cohorts.find((cohort) => cohort.first === first && cohort.month === first + i)?.shoppers ?? 0)
    return { month: `${String(Math.floor(first / 12)).padStart(4, '0')}-${String((first % 12) + 1).padStart(2, '0')}`, buyers: months[0]!, months }
  })
}
