import type { Report } from './report.js'
import type { Moment, StageModel } from './types.js'

/**
 * What a moment must be to become a touchpoint. What is wrong is told to the developer and mended, never lost: a name becomes the nearest that the wire
 * allows, a time is rounded, or now where it is none; `props` that are no object, a stage that the model does not have, and a stage or a source that is no short text are left out.
 */
export function checkMoment<M extends Moment>(moment: M, model: StageModel | undefined, report: Report): M {
  const name = toName(moment.name)
  if (name !== moment.name) report('input', `name must be a word such as add_to_cart; recorded as ${name}`, moment.name)
  const { props = {}, stage, source, at } = moment
  if (typeof props !== 'object' || Array.isArray(props)) report('input', `props of ${name} must be an object, got ${typeof props}`)
  const ids = model?.stages.map(({ id }) => id)
  const isKnown = isShort(stage) && (!stage || !ids || ids.includes(stage))
  if (!isKnown) report('input', `stage must be ${ids ? `one of ${ids.join(', ')}` : SHORT}${isShort(stage) ? `, got "${stage}"` : ''}`, stage)
  if (!isShort(source)) report('input', `source must be ${SHORT}`, source)
  const time = at && Math.round(at)
  const isTime = time === undefined || (Number.isSafeInteger(time) && time >= 0)
  if (!isTime || time !== at) report('input', 'at must be whole ms since epoch', at)
  return { ...moment, name, stage: isKnown ? stage : undefined, source: isShort(source) ? source : undefined, at: isTime ? time : Date.now() }
}

const SHORT = 'a text of at most 64 characters'
const isShort = (value: unknown) => value == null || (typeof value === 'string' && value.length <= 64)

const toName = (name: unknown): string =>
  (typeof name === 'string' ? name : '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 64) || 'custom'
