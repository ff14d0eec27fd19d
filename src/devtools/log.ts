import type { Inspected, TrackerError } from '../types.js'

/** What has become of a touchpoint at one endpoint. */
export type Fate = 'waiting' | 'sent' | 'refused'

/** A touchpoint as it is shown. */
export interface Entry {
  readonly id: string
  readonly name: string
  /** Ms since epoch. */
  readonly at: number
  readonly seq: number
  readonly tab: string
  readonly source: string
  readonly stage?: { readonly id: string; readonly confidence: number; readonly rule: string } | undefined
  readonly props: { readonly [name: string]: unknown }
  readonly page: { readonly [name: string]: unknown }
  readonly visit: { readonly [name: string]: unknown }
  /** By endpoint; those that have not answered yet are absent. */
  readonly fates: { readonly [endpoint: string]: Fate }
}

/** The last answer of an endpoint. */
export interface Answered {
  readonly at: number
  readonly status: number
  /** `no answer`, or what the answer means: `ok`, `retry`, … */
  readonly meaning: string
}

/** A problem, and how often it was told. */
export interface Problem extends Pick<TrackerError, 'code' | 'message'> {
  readonly times: number
  /** What it was about the last time, where that is a text. */
  readonly about: string
}

/** All that is shown of what happened. */
export interface Log {
  /** The newest first. */
  readonly entries: readonly Entry[]
  /** The newest first. */
  readonly problems: readonly Problem[]
  readonly answers: { readonly [endpoint: string]: Answered }
}

/** Before anything has happened. */
export const blank: Log = { entries: [], problems: [], answers: {} }

/** So many touchpoints are shown. */
const MOST = 300

/** What is shown after one more thing has happened. Pure. */
export function after(log: Log, { at, touchpoint, request, problem }: Inspected): Log {
  if (touchpoint) return { ...log, entries: [entryOf(touchpoint), ...log.entries].slice(0, MOST) }
  if (problem) return { ...log, problems: withProblem(log.problems, problem) }
  if (!request) return log
  const { endpoint, ids, status, outcome } = request
  const answers = { ...log.answers, [endpoint]: { at, status, meaning: outcome?.kind ?? 'no answer' } }
  if (outcome?.kind !== 'ok') return { ...log, answers }
  const taken = new Set(ids)
  const refused = new Set(outcome.rejected?.map(({ id }) => id))
  const isHeld = ({ tab, seq }: Entry) => outcome.held?.some((range) => range.tab === tab && range.from <= seq && seq <= range.to)
  const fateOf = (entry: Entry): Fate | undefined => (refused.has(entry.id) ? 'refused' : taken.has(entry.id) || isHeld(entry) ? 'sent' : undefined)
  const entries = log.entries.map((entry) => {
    const fate = fateOf(entry)
    return fate ? { ...entry, fates: { ...entry.fates, [endpoint]: fate } } : entry
  })
  return { ...log, entries, answers }
}

function entryOf({ line, page, visit }: NonNullable<Inspected['touchpoint']>): Entry {
  const { page: _, stage, ...touchpoint } = JSON.parse(line)
  const of = valueOf(page)
  return { source: 'api', props: {}, ...touchpoint, ...(stage && { stage: { rule: touchpoint.name, ...stage } }), tab: of.tab, page: of, visit: valueOf(visit), fates: {} }
}

/** Of `"key":{…}`. */
const valueOf = (entry: string) => Object.values(JSON.parse(`{${entry}}`))[0] as { readonly [name: string]: unknown } & { readonly tab: string }

function withProblem(problems: readonly Problem[], { code, message, cause }: TrackerError): readonly Problem[] {
  const same = problems.find((each) => each.message === message)
  const about = typeof cause === 'string' ? cause.slice(0, 200) : cause instanceof Error ? cause.message : ''
  return [{ code, message, times: (same?.times ?? 0) + 1, about }, ...problems.filter((each) => each !== same)].slice(0, 20)
}

/** Whether all words of a search stand in what is shown of a touchpoint. */
export function matches({ name, source, stage, props, page }: Entry, search: string): boolean {
  const text = JSON.stringify([name, source, stage, props, page]).toLowerCase()
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}
