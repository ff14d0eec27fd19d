import { withWords } from '../stage-words.js'
import { checkModel } from '../stage-models.js'
import type { StageModel } from '../types.js'
import type { Counts } from './counts.js'
import { toFigures } from './figures.js'
import { createHinter } from './leg.js'
import { foldVisits } from './fold.js'
import { opportunitiesOf } from './opportunities.js'
import { countLegs } from './tally.js'
import type { Happened, JourneyMap, MapFilters } from './types.js'

export type { Counts } from './counts.js'
export { FUNNEL } from './leg.js'
export type {
  Abandoned, AbandonmentFigures, Act, ChannelFigures, Choices, Feeling, Figures, FrictionFigures, Happened, Hurt, JourneyMap, Leg, MapFilters, Money, Opportunity, OwnLeg, Payment, Run, Shopper, StageFigures,
} from './types.js'

/**
 * The journey map of some touchpoints, as `GET /touchpoints` of a collector shows them, in any order, under a stage model. What was recorded with another model gets hints of this one. What
 * is marked as a bot's, a program's or the staff's does not count. Pure. Throws a `TypeError` where the model is none.
 */
export function mapOf(touchpoints: readonly Happened[], model: StageModel, filters: MapFilters = {}): JourneyMap {
  return toMap(countLegs(foldVisits(createHinter(checkModel(model)), touchpoints), filters), model)
}

/** A map of what was counted, with the stages' words, and what is worth doing. */
export function toMap(counts: Counts, model: StageModel): JourneyMap {
  const { id, version, stages } = withWords(model)
  const figures = toFigures(counts, model)
  return { model: { id, version, stages }, ...figures, opportunities: opportunitiesOf(figures, stages) }
}
