import type { Choices, OwnLeg } from './types.js'

/** What legs can be filtered by. */
export function choicesIn(legs: readonly OwnLeg[]): Choices {
  const counted = legs.filter(({ touchpoints }) => touchpoints > 0)
  const all = (of: (leg: OwnLeg) => string | undefined) => [...new Set(counted.flatMap((leg) => of(leg) ?? []))].sort((a, b) => (a < b ? -1 : 1))
  return { sites: all(({ site }) => site), channels: all(({ channel }) => channel), devices: all(({ device }) => device), segments: all(({ segment }) => segment), personas: all(({ persona }) => persona) }
}
