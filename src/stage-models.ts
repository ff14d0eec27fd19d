import type { Stage, StageModel, StageRule } from './types.js'

/** What a company makes of a stage model. */
export interface Extension {
  /** @default the model's, with `-own` */
  readonly id?: string
  /** Raise it when you change rules. @default 1 */
  readonly version?: number
  /** Further stages, each with the stage that it comes `before` or `after`. */
  readonly insert?: readonly (Stage & ({ readonly after: string } | { readonly before: string }))[]
  /** Labels by stage; a text is the English one. A stage's `id` is for machines and stays. */
  readonly rename?: { readonly [stage: string]: string | NonNullable<Stage['label']> }
  /** Further rules. Of equally sure ones, these win. */
  readonly rules?: readonly StageRule[]
  /** Owners by stage. */
  readonly owners?: { readonly [stage: string]: string }
}

type Loose = { readonly [key: string]: unknown }

const WORD = /^[a-z0-9][\w-]{0,63}$/
const KNOWN = /^(?:landing|kind|path|channel|visits|purchases|daysSincePurchase|stage|props\..+)$/
/** What a regular expression may not have, since it could take forever: references, a group that is repeated, more than two repetitions. */
const SLOW = /\\[1-9k]|\)[*+{]|(?:[*+{][^]*){3}/

const isObject = (value: unknown): value is Loose => typeof value === 'object' && !!value && !Array.isArray(value)
const isWord = (value: unknown) => typeof value === 'string' && WORD.test(value)
const isScalar = (value: unknown) => /^(?:string|number|boolean)$/.test(typeof value)
const isList = (value: unknown) => Array.isArray(value) && value.every(isScalar)
const isNumber = (value: unknown) => typeof value === 'number'
const isPattern = (value: unknown) => {
  try {
    return typeof value === 'string' && value.length <= 256 && !SLOW.test(value) && !!new RegExp(value)
  } catch {
    return false
  }
}
const OPERATORS: readonly [operator: RegExp, isRight: (value: unknown) => boolean, expected: string][] = [
  [/^eq$/, isScalar, 'a text, a number, true or false'],
  [/^in$/, isList, 'an array of texts or numbers'],
  [/^[gl]te?$/, isNumber, 'a number'],
  [/^exists$/, (value) => typeof value === 'boolean', 'true or false'],
  [/^re$/, isPattern, 'a regular expression of at most 256 characters, without references, repeated groups or more than two repetitions'],
  [/^/, () => false, 'one of eq, in, gt, gte, lt, lte, exists, re'],
]

/** A stage model that is right, as it came. Throws a `TypeError` that names what is wrong and what was expected. What passes can neither throw nor hang when it gives hints. */
export function checkModel(model: unknown): StageModel {
  const expect = (isRight: unknown, where: string, expected: string): void => {
    if (!isRight) throw new TypeError(`rihla: stages${where} must be ${expected}`)
  }
  const condition = (value: unknown, where: string) => {
    if (!isObject(value)) return expect(isScalar(value) || isList(value), where, 'a text, a number, true or false, an array of them, or an object of comparisons')
    for (const [operator, to] of Object.entries(value)) {
      const [, isRight, expected] = OPERATORS.find(([known]) => known.test(operator))!
      expect(isRight(to), `${where}.${operator}`, expected)
    }
  }
  expect(isObject(model), '', 'a stage model')
  const { id, version, stages, rules } = model as Loose
  expect(isWord(id), '.id', 'a word of a-z 0-9 _ -')
  expect(Number.isInteger(version), '.version', 'a whole number')
  expect(Array.isArray(stages) && stages.length > 1 && stages.length < 13, '.stages', 'an array of 2 to 12 stages')
  expect(Array.isArray(rules), '.rules', 'an array')
  const ids: unknown[] = []
  for (const [i, stage] of (stages as Loose[]).entries()) {
    expect(isObject(stage) && isWord(stage.id) && !ids.includes(stage.id), `.stages[${i}].id`, 'a word of a-z 0-9 _ - that no other stage has')
    ids.push(stage.id)
  }
  for (const [i, rule] of (rules as Loose[]).entries()) {
    const at = `.rules[${i}]`
    expect(isObject(rule), at, 'a rule')
    const { id, on, if: given = {}, stage, confidence } = rule
    expect(id === undefined || isWord(id), `${at}.id`, 'a word of a-z 0-9 _ -')
    expect((typeof on === 'string' && on) || (isList(on) && (on as []).length), `${at}.on`, 'the name of a touchpoint, an array of names, or *')
    expect(ids.includes(stage), `${at}.stage`, `one of ${ids.join(', ')}`)
    expect(isNumber(confidence) && (confidence as number) >= 0 && (confidence as number) <= 1, `${at}.confidence`, 'a number from 0 to 1')
    expect(isObject(given), `${at}.if`, 'an object of conditions')
    for (const [what, value] of Object.entries(given as Loose)) {
      expect(KNOWN.test(what), `${at}.if.${what}`, 'about landing, kind, path, channel, visits, purchases, daysSincePurchase, stage or props.<name>')
      condition(value, `${at}.if.${what}`)
    }
  }
  return model as StageModel
}

/**
 * A company's own stage model: another one with stages inserted, labelled, owned and ruled as you like. Takes and gives plain data, also from JSON. Throws a `TypeError` that names what is
 * wrong and what was expected.
 */
export function extendModel(model: StageModel, { id = `${model.id}-own`, version = 1, insert = [], rename = {}, rules = [], owners = {} }: Extension): StageModel {
  checkModel(model)
  const stages = [...model.stages]
  const placeOf = (stage: string, where: string) => {
    const place = stages.findIndex((each) => each.id === stage)
    if (place < 0) throw new TypeError(`rihla: ${where} must be one of ${stages.map((each) => each.id).join(', ')}, got "${stage}"`)
    return place
  }
  for (const [i, { after, before, ...stage }] of (insert as readonly (Stage & { after?: string; before?: string })[]).entries()) {
    const place = before === undefined ? placeOf(after!, `insert[${i}].after`) + 1 : placeOf(before, `insert[${i}].before`)
    stages.splice(place, 0, stage)
  }
  for (const [stage, label] of Object.entries(rename)) {
    const place = placeOf(stage, 'rename')
    stages[place] = { ...stages[place]!, label: typeof label === 'string' ? { en: label } : label }
  }
  for (const [stage, owner] of Object.entries(owners)) {
    const place = placeOf(stage, 'owners')
    stages[place] = { ...stages[place]!, owner }
  }
  return checkModel({ id, version, stages, rules: [...model.rules, ...rules] })
}
