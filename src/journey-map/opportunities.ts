import type { Stage } from '../types.js'
import type { Figures, Money, Opportunity } from './types.js'

/** How many shoppers something must have happened to before it is worth a sentence. */
const FEW = 2
/** What counts as much, as shares. */
const MUCH = { exits: 0.5, unhappy: 0.4, bounces: 0.4, once: 0.7 }

const words = (name: string) => name.replace(/_/g, ' ')
const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`
const percent = (part: number, whole: number) => Math.round((100 * part) / whole)
const money = (amounts: Money) => Object.entries(amounts).map(([currency, amount]) => `${Number.isInteger(amount) ? amount : amount.toFixed(2)} ${currency}`).join(', ')

/**
 * What is worth doing, from the figures of a map, with a sentence and the stage's owner: carts that are left at one place, what hurts and drives shoppers away, stages that many leave, unhappy ones, channels whose
 * visits bounce, and buyers who do not come back. Ranked by how many shoppers it is about; each kind of thing at most three times. Pure.
 */
export function opportunitiesOf(figures: Figures, stages: readonly Stage[]): Opportunity[] {
  const labelOf = (id: string) => stages.find((stage) => stage.id === id)?.label?.en ?? id
  const of = (kind: Opportunity['kind'], stage: string | undefined, weight: number, sentence: string, about: Opportunity['figures']) => {
    const owner = stages.find(({ id }) => id === stage)?.owner
    return { weight, opportunity: { kind, ...(stage && { stage }), ...(owner && { owner }), sentence, figures: about } }
  }
  const found = [
    figures.abandonment.flatMap(({ step, field, error, stage, carts, recovered, unknown, atStake }) => {
      const lost = carts - recovered - unknown
      const why = [error && `after “${error}”`, field && `at the field “${field}”`, step ? `in the step “${step}”` : 'before the checkout'].filter(Boolean).join(', ')
      return lost < FEW ? [] : [of('abandonment', stage, 3 * lost, `${count(lost, 'cart')} ${lost === 1 ? 'was' : 'were'} left ${why}${money(atStake) && `, with ${money(atStake)} in ${lost === 1 ? 'it' : 'them'}`}.`, { step, field, error, carts: lost, value: atStake })]
    }),
    figures.friction.flatMap(({ name, about, step, stage, shoppers, left }) =>
      left < FEW ? [] : [of('friction', stage, 2 * left, `${count(shoppers, 'shopper')} met a ${words(name)}${about && ` (${words(about)})`}${step && ` in the step “${step}”`}; ${left} of them left right after it.`, { name, about, step, shoppers, left })],
    ),
    figures.stages.slice(0, -1).flatMap(({ stage, exits, entries, acts }) =>
      // Where they buy, an end is none to mourn: what went wrong there is told by carts and pains.
      exits < 5 * FEW || exits / entries < MUCH.exits || acts.some(({ name }) => name === 'purchase') ? [] : [of('exit', stage, exits / 4, `${percent(exits, entries)} % of the journeys that come to ${labelOf(stage)} end there (${exits} of ${entries}).`, { exits, entries })],
    ),
    figures.stages.flatMap(({ stage, feelings: { positive, neutral, negative } }) => {
      const all = positive + neutral + negative
      return negative < FEW || negative / all < MUCH.unhappy ? [] : [of('feeling', stage, 2 * negative, `${negative} of ${count(all, 'answer')} in ${labelOf(stage)} ${negative === 1 ? 'is' : 'are'} unhappy.`, { negative, answers: all })]
    }),
    figures.channels.flatMap(({ channel, visits, bounces }) =>
      bounces < 5 * FEW || bounces / visits < MUCH.bounces ? [] : [of('bounce', figures.arrivals.find((arrival) => arrival.channel === channel)?.stage, bounces / 4, `${percent(bounces, visits)} % of the visits by ${words(channel)} see one page and leave (${bounces} of ${visits}).`, { channel, visits, bounces })],
    ),
    onceOnly(figures).map(({ buyers, once }) => of('repeat', stages.find(({ id, five = id }) => five === 'loyalty')?.id, once / 4, `${once} of ${count(buyers, 'buyer')} have bought only once.`, { buyers, once })),
  ]
  return found
    .flatMap((kind) => [...kind].sort((a, b) => b.weight - a.weight).slice(0, 3))
    .sort((a, b) => b.weight - a.weight)
    .map(({ opportunity }) => opportunity)
}

function onceOnly({ totals: { buyers, repeatBuyers } }: Figures) {
  const once = buyers - repeatBuyers
  return buyers >= 5 * FEW && once / buyers >= MUCH.once ? [{ buyers, once }] : []
}
