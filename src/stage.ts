import type { Props, StageHint, StageModel, StageRule } from './types.js'

/** What a rule may look at. */
export interface Circumstances {
  readonly name: string
  readonly props?: Props | undefined
  readonly kind?: string | undefined
  /** Whether the page was reached from outside the shop. */
  readonly landing: boolean
}

/** The stage that a touchpoint suggests: the fitting rule with the highest confidence, of equals the later one. */
export function hintFor(model: StageModel, seen: Circumstances): StageHint | undefined {
  let best: StageRule | undefined
  for (const rule of model.rules) {
    if (fits(rule, seen) && rule.confidence >= (best?.confidence ?? 0)) best = rule
  }
  return best && { id: best.stage, confidence: best.confidence, rule: best.if?.landing ? 'landing' : seen.name }
}

function fits({ on, if: given }: StageRule, { name, props, kind, landing }: Circumstances): boolean {
  return (
    (on === '*' || [on].flat().includes(name)) &&
    (given?.landing ?? landing) === landing &&
    (given?.kind ?? kind) === kind &&
    Object.entries(given?.props ?? {}).every(([key, value]) => props?.[key] === value)
  )
}
