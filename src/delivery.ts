import type { Backlog } from './backlog.js'
import type { Beacon, PostOptions } from './beacon.js'
import type { Outbox } from './outbox.js'
import { fly, type Item, rowsOf, unique } from './parcel.js'
import { idOf, seqOf } from './touchpoint.js'
import type { Format, Outcome, Range } from './types.js'

/** Tells a task that the world it began in is gone: stopped, or restored from the back/forward cache. */
export type IsOver = () => boolean

/** What has shown so far who is at fault when a batch is refused: something in it, or the collector. */
interface Trial {
  accepted: boolean
  /** How many touchpoints were refused alone before any was accepted. */
  refused: number
}

/** One batch, from strings to an outcome. Deletes exactly what a readable 2xx acknowledged. */
export interface Delivery {
  /** The body of a request. */
  readonly encode: (items: readonly Item[], ask?: readonly Range[]) => string
  /** Posts a body that was made of some items, and does what its answer says. `undefined` without an answer. */
  readonly post: (body: string, items: readonly Item[], options?: PostOptions) => Promise<Outcome | undefined>
  /** Posts once. */
  readonly send: (items: readonly Item[], ask?: readonly Range[]) => Promise<Outcome>
  /** Posts until every touchpoint that the collector can take was taken: halves what is too large or has something bad in it. */
  readonly deliver: (items: readonly Item[], isOver: IsOver) => Promise<Outcome>
  /** The most characters of one request, after what the collector found too large. */
  readonly limit: () => number
}

/** What a delivery is made of. */
export interface DeliveryOptions {
  readonly site: string
  readonly sdk: string
  readonly tab: string
  readonly format: Format
  readonly outbox: Outbox
  readonly backlog: Backlog
  readonly beacon: Beacon
  readonly lastSeq: () => number
  readonly now: () => number
  readonly report: (code: string, message: string, cause?: unknown) => void
}

/** The most characters of one request when catching up: below the budget of one keepalive request. */
const CATCH_UP = 48_000
/** A body of so many characters is never too large: a collector that says so is misconfigured. */
const SMALL = 4000
/** So many touchpoints that are refused alone, and none accepted, are not the touchpoints' fault. */
const PATIENCE = 3

/** Makes the way from touchpoints to an outcome, in the words of one format. */
export function createDelivery({ site, sdk, tab, format, outbox, backlog, beacon, lastSeq, now, report }: DeliveryOptions): Delivery {
  let limit = CATCH_UP
  let failures = 0

  const encode = (items: readonly Item[], ask: readonly Range[] = []) => {
    const documents: { [tab: string]: number } = lastSeq() ? { [tab]: lastSeq() } : {}
    const rows = rowsOf(items)
    for (const { tab, to } of rows) documents[tab] = Math.max(documents[tab] ?? 0, to)
    return format.encode({
      site,
      sdk,
      sentAt: now(),
      visits: unique(rows.map(({ visit }) => visit)),
      pages: unique(rows.map(({ page }) => page)),
      touchpoints: items.map(({ line }) => line),
      documents,
      loss: backlog.losses(),
      ask,
    })
  }

  const post: Delivery['post'] = async (body, items, options) => {
    const loss = backlog.losses()
    fly(items, true)
    const answer = await beacon.post(body, options)
    fly(items, false)
    const outcome = answer && format.classify(answer)
    if (outcome?.kind === 'ok') {
      backlog.reported(loss)
      for (const { id, reason } of outcome.rejected ?? []) {
        const item = items.find(({ line }) => idOf(line) === id)
        if (item) await setAside(item, reason, true)
      }
      acknowledge(items)
    }
    return outcome
  }

  const send = async (items: readonly Item[], ask?: readonly Range[]): Promise<Outcome> => {
    // A budget that other scripts have used up looks like a failed network: every second try goes without it.
    const outcome = await post(encode(items, ask), items, { keepalive: failures % 2 === 0, compress: !!format.compress })
    failures = outcome ? 0 : failures + 1
    return outcome ?? { kind: 'retry' }
  }

  const acknowledge = (items: readonly Item[]) => {
    for (const { row, line } of items) row.done.add(line)
    outbox.remove(rowsOf(items).filter((row) => row.done.size === row.lines.length))
  }

  const setAside = ({ row, line }: Item, reason: string, isNamed?: boolean) => {
    report('quarantined', `the collector refused a touchpoint: ${reason}`, line)
    return backlog.quarantine(row.tab, seqOf(line), line, isNamed)
  }

  /** What is left of a batch is one touchpoint that is refused: its own fault only if a neighbour was accepted and the quarantine has room. */
  const condemn = async (item: Item, isGuilty: boolean, reason: string): Promise<Outcome> => {
    if (!isGuilty || !(await setAside(item, reason))) return { kind: 'misconfigured' }
    acknowledge([item])
    return { kind: 'ok' }
  }

  const deliver = async (items: readonly Item[], isOver: IsOver, trial: Trial = { accepted: false, refused: 0 }): Promise<Outcome> => {
    const outcome = await send(items)
    trial.accepted ||= outcome.kind === 'ok'
    if (isOver()) return outcome
    if (outcome.kind === 'smaller') return shrink(items, isOver, trial)
    return outcome.kind === 'split' ? isolate(items, isOver, trial) : outcome
  }

  /** Finds the bad one with a request per halving: a half that was taken leaves the other under suspicion, and what was not looked at goes together in the end. */
  const isolate = async (items: readonly Item[], isOver: IsOver, trial: Trial): Promise<Outcome> => {
    let suspects = items
    let untried: Item[] = []
    while (suspects.length > 1) {
      const half = suspects.slice(0, suspects.length >> 1)
      const rest = suspects.slice(half.length)
      const outcome = await send(half)
      if (isOver() || (outcome.kind !== 'ok' && outcome.kind !== 'split')) return outcome
      trial.accepted ||= outcome.kind === 'ok'
      if (outcome.kind === 'split') untried = [...rest, ...untried]
      suspects = outcome.kind === 'ok' ? rest : half
    }
    if (untried.length && (trial.accepted || ++trial.refused < PATIENCE)) {
      // From the other end: bad ones come in clusters, and one good one is needed.
      const outcome = await deliver(untried.reverse(), isOver, trial)
      if (outcome.kind !== 'ok') return outcome
    }
    return condemn(suspects[0]!, trial.accepted, 'it answers 400 or 422 to it alone')
  }

  const shrink = async (items: readonly Item[], isOver: IsOver, trial: Trial): Promise<Outcome> => {
    if (items.length === 1) return condemn(items[0]!, items[0]!.line.length > SMALL, 'it alone is too large (413)')
    const size = items.reduce((sum, { line }) => sum + line.length, 0)
    limit = Math.min(limit, Math.max(size >> 1, SMALL))
    const half = items.length >> 1
    const first = await deliver(items.slice(0, half), isOver, trial)
    return first.kind === 'ok' && !isOver() ? deliver(items.slice(half), isOver, trial) : first
  }

  return { encode, post, send, deliver, limit: () => limit }
}
