import type { Report } from './report.js'
import type { Moment, StageModel } from './types.js'

/**
 * What a moment must be to become a touchpoint. What is wrong is told to the developer and mended, never lost: a name becomes the nearest that the wire
 * allows, `props` that are no object and a stage that the model does not have are left out.
 */
export function checkMoment<M extends Moment>(moment: M, stages: StageModel | undefined, report: Report): M {
  const name = toName(moment.name)
  if (name !== moment.name) report('input', `name must be a word such as add_to_cart; recorded as ${name}`, moment.name)
  const { props = {}, stage } = moment
  if (typeof props !== 'object' || Array.isArray(props)) report('input', `props of ${name} must be an object, got ${typeof props}`)
  const ids = stages?.stages.map(({ id }) => id)
  const isKnown = !stage || !ids || ids.includes(stage)
  if (!isKnown) report('input', `stage must be one of ${ids.join(', ')}, got "${stage}"`)
  return { ...moment, name, stage: isKnown ? stage : undefined }
}

const toName = (name: unknown): string =>
  (typeof name === 'string' ? name : '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 64) || 'custom'
