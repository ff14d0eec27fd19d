import type { Condition, JourneyFacts, Props, StageHint, StageModel, StageRule } from './types.js'

/** What a rule may look at when something happens. */
export interface Circumstances {
  readonly name: string
  readonly props?: Props | undefined
  /** The kind of page. */
  readonly kind?: string | undefined
  /** The path of its URL. */
  readonly path?: string | undefined
}

/** What is known only once storage was read. */
const FACTS = /^(?:landing|channel|visits|purchases|daysSincePurchase|stage)$/
/** The longest text that a regular expression is tried on. */
const LONGEST = 256

/** The stage that a touchpoint suggests: of the rules that fit, the one with the highest confidence, of equals the later one. A stage that the page names itself wins over all. Pure. */
export function hint(model: StageModel, touchpoint: Circumstances & { readonly stage?: string | undefined }, facts: JourneyFacts): StageHint | undefined {
  const { name, stage } = touchpoint
  return stage ? { id: stage, confidence: 1, rule: 'explicit' } : best(fitting(model, touchpoint), name, facts)
}

/** The rules that fit what happened, whoever it happened to. That the journey has moved on suggests nothing. */
export function fitting({ rules }: StageModel, seen: Circumstances): readonly StageRule[] {
  const { name, props } = seen
  const about = (what: string) => (what.startsWith('props.') ? memberOf(props, what.slice(6)) : seen[what as 'kind' | 'path'])
  return rules.filter((rule) => name !== 'stage_change' && isOn(rule.on, name) && fits(rule, (what) => !FACTS.test(what), about))
}

const isOn = (on: StageRule['on'], name: string) => on === name || on === '*' || (typeof on !== 'string' && on.includes(name))

/** Of rules that fit what happened, the one that fits the shopper best, as a hint. */
export function best(rules: readonly StageRule[], name: string, facts: JourneyFacts): StageHint | undefined {
  let found: StageRule | undefined
  for (const rule of rules) {
    if (fits(rule, (what) => FACTS.test(what), (what) => facts[what as keyof JourneyFacts]) && rule.confidence >= (found?.confidence ?? 0)) found = rule
  }
  return found && { id: found.stage, confidence: found.confidence, rule: found.id ?? name }
}

const fits = (rule: StageRule, isAsked: (what: string) => boolean, about: (what: string) => unknown) =>
  Object.entries(rule.if ?? {}).every(([what, condition]) => !isAsked(what) || holds(condition, about(what)))

/** What the operators of a condition mean. What is absent is neither more nor less than anything. */
const OPERATORS: { readonly [operator: string]: (value: unknown, to: unknown) => boolean } = {
  eq: (value, to) => value === to,
  in: (value, to) => (to as readonly unknown[]).includes(value),
  exists: (value, to) => (value === undefined || value === null) !== to,
  re: (value, to) => typeof value === 'string' && new RegExp(to as string).test(value.slice(0, LONGEST)),
  gt: (value, to) => (value as number) > (to as number),
  gte: (value, to) => (value as number) >= (to as number),
  lt: (value, to) => (value as number) < (to as number),
  lte: (value, to) => (value as number) <= (to as number),
}

/** Whether a value is what a condition asks for: that value, one of several, or all that an object of comparisons says. */
function holds(condition: Condition, value: unknown): boolean {
  if (typeof condition !== 'object') return condition === value
  const all = Array.isArray(condition) ? { in: condition } : condition
  return Object.entries(all).every(([operator, to]) => OPERATORS[operator]!(value, to))
}

/** A member that may be a getter of the page, and throw. */
export function memberOf(props: Props | undefined, key: string): unknown {
  try {
    return props?.[key]
  } catch {
    return undefined
  }
}
