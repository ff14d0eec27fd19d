import type { PostOptions } from './beacon.js'
import { fly, halve, type Item, rowsOf, unique } from './parcel.js'
import { idOf, seqOf } from './touchpoint.js'
import type { Outcome, Range } from './types.js'
import { SDK } from './version.js'
import type { Steps, World } from './world.js'

/** Whether the world in which a task began is gone: stopped, or restored from the back/forward cache. */
export type IsOver = () => boolean

/** One batch, from strings to an outcome. Deletes exactly what a readable 2xx acknowledged. */
export interface Delivery {
  /** The body of a request. */
  readonly encode: (items: readonly Item[], ask?: readonly Range[]) => string
  /** Posts a body that was made of some items, and does what its answer says. `undefined` without an answer. */
  readonly post: (body: string, items: readonly Item[], options?: PostOptions) => Promise<Outcome | undefined>
  /** Posts once; `retry` when the world in which it began is gone. */
  readonly send: (items: readonly Item[], isOver: IsOver, ask?: readonly Range[]) => Promise<Outcome>
  /** Posts until every touchpoint that the collector can take was taken: halves what is too large or has something bad in it. */
  readonly deliver: (items: readonly Item[], isOver: IsOver) => Promise<Outcome>
  /** The most characters of one request, after what the collector found too large. */
  readonly limit: () => number
}

/** The most characters of one request when catching up: below the budget of one keepalive request. */
const CATCH_UP = 48_000
/** A body of so many characters is never too large: a collector that says so is misconfigured. */
const SMALL = 4000
/** So many touchpoints that are refused alone, and none accepted, are not the touchpoints' fault. */
const PATIENCE = 3

/** Makes the way from touchpoints to an outcome, in the words of one format. `stop` is called where the collector wants nothing of this site. */
export function createDelivery({ site, tab, endpoint, format, now, report, note }: World, { outbox, backlog, beacon }: Omit<Steps, 'outage' | 'delivery'>, lastSeq: () => number, stop: () => void): Delivery {
  let limit = CATCH_UP
  let failures = 0

  const encode = (items: readonly Item[], ask: readonly Range[] = []) => {
    const documents: { [tab: string]: number } = lastSeq() ? { [tab]: lastSeq() } : {}
    const rows = rowsOf(items)
    for (const { tab, to } of rows) documents[tab] = Math.max(documents[tab] ?? 0, to)
    return format.encode({
      site,
      sdk: SDK,
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
    note({ request: { endpoint, ids: items.map(({ line }) => idOf(line)), status: answer?.status ?? 0, outcome } })
    if (outcome?.kind === 'retry' && answer!.status < 300) report('collector', 'a web page answers at the endpoint, no collector: everything is kept')
    if (outcome?.kind === 'ok') {
      backlog.reported(loss)
      for (const { id, reason } of outcome.rejected ?? []) {
        const item = items.find(({ line }) => idOf(line) === id)
        if (item) await setAside(item, reason, true)
      }
      acknowledge(items)
      if (outcome.complaint) report('collector', outcome.complaint)
      if (outcome.off) {
        report('collector', 'the collector wants nothing of this site: nothing more is recorded on this page')
        stop()
      }
    }
    return outcome
  }

  const send: Delivery['send'] = async (items, isOver, ask) => {
    // A budget that other scripts have used up looks like a failed network: every second try goes without it.
    const outcome = await post(encode(items, ask), items, { keepalive: failures % 2 === 0, compress: !!format.compress })
    failures = outcome ? 0 : failures + 1
    return !outcome || isOver() ? { kind: 'retry' } : outcome
  }

  const acknowledge = (items: readonly Item[]) => {
    for (const { row, line } of items) row.done.add(line)
    outbox.remove(rowsOf(items).filter((row) => row.done.size === row.lines.length))
  }

  const setAside = ({ row, line }: Item, reason: string, isNamed?: boolean) => {
    report('quarantined', `the collector refused a touchpoint: ${reason}`, line)
    return backlog.quarantine(row.tab, seqOf(line), line, isNamed)
  }

  const deliver: Delivery['deliver'] = (batch, isOver) => {
    let accepted = false
    /** How many touchpoints were refused alone before any was accepted. */
    let refused = 0

    const attempt = async (items: readonly Item[]) => {
      const outcome = await send(items, isOver)
      accepted ||= outcome.kind === 'ok'
      return outcome
    }

    const all = async (items: readonly Item[]): Promise<Outcome> => {
      const outcome = await attempt(items)
      return outcome.kind === 'smaller' ? shrink(items) : outcome.kind === 'split' ? isolate(items) : outcome
    }

    /** Finds the bad one with a request per halving: a half that was taken leaves the other under suspicion, and what was not looked at goes together in the end. */
    const isolate = async (items: readonly Item[]): Promise<Outcome> => {
      let suspects = items
      let untried: Item[] = []
      while (suspects.length > 1) {
        const [half, rest] = halve(suspects)
        const outcome = await attempt(half)
        if (outcome.kind === 'ok') suspects = rest
        else if (outcome.kind === 'split') [suspects, untried] = [half, [...rest, ...untried]]
        else return outcome
      }
      if (untried.length && (accepted || ++refused < PATIENCE)) {
        // From the other end: bad ones come in clusters, and one good one is needed.
        const outcome = await all(untried.reverse())
        if (outcome.kind !== 'ok') return outcome
      }
      return condemn(suspects[0]!, accepted, '400 or 422 for it alone')
    }

    const shrink = async (items: readonly Item[]): Promise<Outcome> => {
      const size = items.reduce((sum, { line }) => sum + line.length, 0)
      if (items.length === 1) return condemn(items[0]!, size > SMALL, '413 for it alone')
      limit = Math.min(limit, Math.max(size >> 1, SMALL))
      const [half, rest] = halve(items)
      const first = await all(half)
      return first.kind === 'ok' ? all(rest) : first
    }

    return all(batch)
  }

  /** What is left of a batch is one touchpoint that is refused: its own fault only if a neighbour was accepted and the quarantine has room. */
  const condemn = async (item: Item, isGuilty: boolean, reason: string): Promise<Outcome> => {
    if (!isGuilty || !(await setAside(item, reason))) return { kind: 'misconfigured' }
    acknowledge([item])
    return { kind: 'ok' }
  }

  return { encode, post, send, deliver, limit: () => limit }
}
