import type { Outbox } from './outbox.js'
import { rangesOf } from './parcel.js'
import { fromEntry, fromKey, type Row, type RowKey, ROWS } from './row.js'
import { atOf } from './touchpoint.js'
import type { Loss, Range } from './types.js'
import type { World } from './world.js'

/** What lies on the device and is in nobody's memory: rows of closed pages and of failed requests, losses to report, the quarantine. */
export interface Backlog {
  /** The keys of rows that are ours to send now, oldest first, at most 1,000; and when the next one will be, ms since epoch. */
  readonly keys: () => Promise<{ keys: string[]; nextAt: number }>
  /** Reads the rows of the first keys that fit in `size` characters, at least one. */
  readonly load: (keys: readonly string[], size: number) => Promise<Row[]>
  readonly remove: (keys: readonly string[]) => Promise<unknown>
  /** All rows on the device, by what their keys tell. */
  readonly stored: () => Promise<RowKey[]>
  /** Losses not yet reported. */
  readonly losses: () => readonly Loss[]
  /** Counts touchpoints that will never arrive; kept until a collector has heard of it. */
  readonly lose: (reason: Loss['reason'], ranges: readonly Range[]) => void
  readonly reported: (losses: readonly Loss[]) => void
  /** Sets a touchpoint that the collector refuses aside. `false` when the quarantine is full: then it is the collector that is wrong, unless it has named this one. */
  readonly quarantine: (tab: string, seq: number, line: string, isNamed?: boolean) => Promise<boolean>
  /** Moves what closed pages spilled into the database, reads the losses, and evicts what is beyond the caps. */
  readonly tidy: () => Promise<void>
  /** Takes or renews the right to send the backlog, which one tab has at a time. */
  readonly lease: () => Promise<boolean>
  readonly yield: () => void
  readonly clear: () => void
}

const LOSSES = 'l|'
const QUARANTINE = 'q|'
const LEASE = 'lease'
/** The most losses of one request: at hide it has to fit beside touchpoints. */
const REPORTED = 20
/** A tab that died with the lease holds the others up for so long, ms: longer than a request may take. */
const LEASE_TIME = 20_000
/** Keys are read a page at a time: ten thousand at once would be a long task. */
const PAGE = 1000
/** More refused touchpoints than this are not the touchpoints' fault. */
const QUARANTINE_SIZE = 20

/** Makes the backlog of one document's view: every document of the shop sees the same device. */
export function createBacklog({ tab, database, spill, now, grace, maxCount, maxBytes, maxAge, report }: World, holds: Outbox['holds']): Backlog {
  let lost: Loss[] = []
  let tidying: Promise<void> | undefined

  const remove = (keys: readonly string[]) => database.change([], keys)

  const lossesOf = (reason: Loss['reason'], ranges: readonly Range[]): Loss[] => rangesOf(ranges).map((range) => ({ ...range, reason }))
  /** Storage keeps them in one with the rows that are lost: a page that goes in between would lose them without a word. */
  const keep = (losses: readonly Loss[], gone?: readonly string[]) => database.change(losses.map((loss) => [toLossKey(loss), 1]), gone)

  const lose: Backlog['lose'] = (reason, ranges) => {
    const losses = lossesOf(reason, ranges)
    if (!losses.length) return
    // A new list: a request under way reports the old one only.
    lost = [...lost, ...losses]
    keep(losses).catch(() => {})
  }

  const keys = async () => {
    let nextAt = Infinity
    const all = await database.keys(ROWS, ROWS, PAGE)
    const ours = all.filter((key) => {
      const row = fromKey(key)
      if (row.tab === tab) return !holds(key)
      // A time in the future comes from a clock that was set back since.
      const due = Math.min(row.at, now()) + grace
      if (due > now()) nextAt = Math.min(nextAt, due)
      return due <= now()
    })
    return { keys: ours, nextAt }
  }

  const load = async (keys: readonly string[], size: number) => {
    let left = size
    const wanted = keys.filter((key, i) => (left -= fromKey(key).size) >= 0 || !i)
    const texts = await database.read<string>(wanted)
    return wanted.flatMap((key, i) => (texts[i] ? [fromEntry(key, texts[i]!)] : []))
  }

  const tidy = () => (tidying ??= clean().finally(() => (tidying = undefined)))

  const clean = async () => {
    for (const [name, entries] of spill.read()) {
      if (name === tab) continue
      await database.change(entries.filter(([key]) => key.startsWith(ROWS)))
      spill.remove(name)
    }
    const refused = await database.keys(QUARANTINE, QUARANTINE, QUARANTINE_SIZE)
    const lines = await database.read<string>(refused)
    // A collector that has been mended should not be blamed for what it refused once.
    const old = refused.filter((_, i) => !(atOf(lines[i]!) > now() - maxAge))
    if (old.length) await remove(old)
    const kept = await database.keys(LOSSES, LOSSES, PAGE)
    const known = new Set(lost.map(toLossKey))
    lost = [...lost, ...kept.filter((key) => !known.has(key)).map(fromLossKey)]
    await evict()
  }

  const allKeys = async () => {
    const all: string[] = []
    for (let page: string[]; (page = await database.keys(ROWS, all[all.length - 1] ?? ROWS, PAGE)).length; ) all.push(...page)
    return all
  }

  const evict = async () => {
    let count = 0
    let size = 0
    // The most valuable first: what comes after the caps are reached leaves.
    const rows = (await allKeys()).map((key) => ({ ...fromKey(key), key })).sort((a, b) => b.priority - a.priority || a.at - b.at).reverse()
    const beyond = (room: number) => {
      count = size = 0
      return rows.filter((row) => {
        count += row.to - row.from + 1
        size += row.size
        // What this page holds in memory, it sends all the same.
        return !holds(row.key) && (row.at < now() - maxAge || count > maxCount * room || size > maxBytes * room)
      })
    }
    let gone = beyond(1)
    // A tenth is freed at once, so that the next touchpoint does not evict again.
    if (count > maxCount || size > maxBytes) gone = beyond(0.9)
    if (!gone.length) return
    // What was acknowledged while the keys were read is not lost.
    const left = new Set(await allKeys())
    gone = gone.filter(({ key }) => left.has(key))
    if (!gone.length) return
    const evicted = gone.map(({ key }) => key)
    const losses = lossesOf('evicted', gone.reverse())
    // A full disk takes nothing new, and lets go all the same.
    await keep(losses, evicted).catch(() => remove(evicted))
    lost = [...lost, ...losses]
    report('evicted', `the queue is beyond maxCount, maxBytes or maxAge; ${gone.length} rows were dropped`)
  }

  return {
    keys,
    load,
    remove,
    stored: async () => (await allKeys()).map(fromKey),
    lose,
    tidy,
    losses: () => lost.slice(0, REPORTED),
    reported: (losses) => {
      lost = lost.filter((loss) => !losses.includes(loss))
      if (losses.length) remove(losses.map(toLossKey)).catch(() => {})
    },
    quarantine: async (of, seq, line, isNamed) => {
      const known = await database.keys(QUARANTINE, QUARANTINE, QUARANTINE_SIZE).catch(() => [])
      const hasRoom = known.length < QUARANTINE_SIZE
      if (hasRoom) database.change([[`${QUARANTINE}${of}|${seq}`, line]]).catch(() => {})
      if (hasRoom || isNamed) lose('quarantined', [{ tab: of, from: seq, to: seq }])
      return hasRoom
    },
    lease: async () => {
      const mine = { tab, until: now() + LEASE_TIME }
      // One that ends later than ours was taken before the clock was set back.
      const taken = database.update<typeof mine>(LEASE, (old) => (old && old.tab !== tab && old.until > now() && old.until <= mine.until ? old : mine))
      // Where the device has no room for it, the backlog still has to leave: sending it makes room.
      return (await taken.catch(() => mine)).tab === tab
    },
    // Not another tab's, which took it when ours had run out.
    yield: () => void database.update<{ tab: string; until: number }>(LEASE, (old) => (old && old.tab !== tab ? old : { tab, until: 0 })).catch(() => {}),
    clear: () => void (lost = []),
  }
}

const toLossKey = ({ tab, from, to, reason }: Loss) => `${LOSSES}${tab}|${from}|${to}|${reason}`

function fromLossKey(key: string): Loss {
  const [, tab, from, to, reason] = key.split('|') as [string, string, string, string, Loss['reason']]
  return { tab, from: +from, to: +to, reason }
}
