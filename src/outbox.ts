import type { Backlog } from './backlog.js'
import { type Row, toEntry, toRow } from './row.js'
import type { Touchpoint } from './touchpoint.js'
import type { World } from './world.js'

/** This document's touchpoints until they are acknowledged, written ahead to the device. */
export interface Outbox {
  /** Touchpoints of one task become one put in the next, and those that follow in quick succession one put, too; with `atOnce`, a put in the same task. */
  readonly add: (touchpoint: Touchpoint, atOnce: boolean) => void
  /** Rows in memory that no request carries, in order. */
  readonly fresh: () => Row[]
  /** Rows that are in memory only. */
  readonly volatile: () => Row[]
  /** Rows are done with: deletes them, on the device too. */
  readonly remove: (rows: readonly Row[]) => void
  /** After a failed request: leaves what is stored to the backlog, keeps the rest in memory. */
  readonly release: () => void
  /** Whether a stored key belongs to a row in memory. */
  readonly holds: (key: string) => boolean
  /** Puts all that is not stored yet. Never rejects. */
  readonly write: () => Promise<void>
  /** Puts what only waits for more to come, since it is about to be sent. A device that refuses is left until its time. */
  readonly writeAhead: () => void
  /** At hide, synchronously: keeps what is not stored yet in the spill. */
  readonly spill: () => void
  /** Resolves `true` when everything so far is stored or acknowledged, `false` when storage refuses. */
  readonly saved: () => Promise<boolean>
  /** After a restore from the back/forward cache: no promise of before counts any more. */
  readonly restart: () => void
  /** Drops everything. */
  readonly clear: () => void
  readonly stop: () => void
}

/** A row that is stored or sent as one stays well below one request. */
const LINES = 25
const SIZE = 8000
/** The most that is kept in memory where storage refuses: characters. */
const MEMORY = 2_000_000
/** Of touchpoints in quick succession the first is put in the next task, and what follows it within so long is put as one: a transaction costs the page about as much for one as for many, ms. */
export const PACE = 200
/** Storage that refused is tried again after so long, doubled each time, at most a minute, ms. */
const AGAIN = 2000

/** Makes an outbox for one document; `lose` hears what had to be dropped from memory. */
export function createOutbox({ tab, database, spill, now, report }: World, lose: Backlog['lose']): Outbox {
  let rows: Row[] = []
  let size = 0
  let era = 0
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let putting: Promise<void> | undefined
  let stopped = false
  let writing = false
  let putAt = 0

  const volatile = () => rows.filter((row) => row.stored !== 'yes')
  const unwritten = () => rows.filter((row) => row.stored === 'no')

  const add = (touchpoint: Touchpoint, atOnce: boolean) => {
    const { line, seq, priority, page } = touchpoint
    const last = rows[rows.length - 1]
    size += line.length
    if (last && !last.key && !last.flying && last.priority === priority && last.page === page && last.lines.length < LINES && last.size + line.length < SIZE) {
      last.lines.push(line)
      last.size += line.length
      last.to = seq
    } else rows.push(toRow(tab, now(), touchpoint))
    if (size > MEMORY) evict()
    if (!atOnce) return schedule(pace())
    // As a microtask: still in this task, once for all of it.
    if (!writing) void Promise.resolve().then(write)
    writing = true
  }

  /** Behind now as well as ahead of it: the clock may have been set back. */
  const pace = () => Math.max(0, PACE - Math.abs(now() - putAt))

  /** A put that is under way goes on with what came in the meantime. */
  const schedule = (delay: number) => {
    if (!timer && !stopped && !rows.some((row) => row.stored === 'soon')) timer = setTimeout(write, delay)
  }

  const write = async () => {
    clearTimeout(timer)
    timer = undefined
    writing = false
    const mine = unwritten()
    if (mine.length) putting = put(mine, putting)
    await putting
  }

  /** Ends after what was begun `before`. */
  const put = async (mine: readonly Row[], before?: Promise<void>) => {
    const since = era
    let stored: Row['stored'] = 'yes'
    putAt = now()
    for (const row of mine) row.stored = 'soon'
    try {
      await database.change(mine.map(toEntry))
      failures = 0
    } catch (error) {
      failures++
      stored = 'no'
      // Not opened because the page is hidden or consent was withdrawn: nothing is wrong.
      if ((error as Error | null)?.name !== 'AbortError') report('storage', 'the browser refuses to store; sending from memory', error)
    }
    if (since === era) {
      for (const row of mine) row.stored = stored
      unspill()
      if (unwritten().length) schedule(failures ? Math.min(AGAIN * 2 ** failures, 60_000) : pace())
    }
    await before
  }

  const unspill = () => {
    if (!volatile().length) spill.remove()
  }

  const evict = () => {
    let left = size
    const gone = [...rows].sort((a, b) => b.priority - a.priority).filter((row) => !row.flying && left >= MEMORY * 0.9 && (left -= row.size, true))
    drop(gone)
    lose('memory', gone.filter((row) => row.stored === 'no'))
  }

  const drop = (gone: readonly Row[]) => {
    rows = rows.filter((row) => !gone.includes(row))
    size = rows.reduce((sum, row) => sum + row.size, 0)
  }

  return {
    add,
    write,
    writeAhead: () => {
      if (!failures) void write()
    },
    volatile,
    fresh: () => rows.filter((row) => !row.flying),
    holds: (key) => rows.some((row) => row.key === key),
    remove: (gone) => {
      drop(gone)
      unspill()
      const keys = gone.flatMap((row) => (row.key && row.stored !== 'no' ? [row.key] : []))
      // A deletion that fails leaves a row that the collector already holds: it is asked for, or sent again and deduplicated.
      if (keys.length) database.change([], keys).catch(() => {})
    },
    release: () => drop(rows.filter((row) => row.stored === 'yes' && !row.flying)),
    spill: () => {
      const mine = volatile().sort((a, b) => a.priority - b.priority)
      const count = spill.write(mine.map(toEntry))
      mine.forEach((row, i) => (row.isSpilled = i < count))
    },
    saved: async () => {
      const before = failures
      do await write()
      while (failures === before && !stopped && unwritten().length)
      return !volatile().length
    },
    restart: () => {
      era++
      putting = undefined
      for (const row of rows) {
        row.flying = false
        if (row.stored === 'soon') row.stored = 'no'
      }
      schedule(0)
    },
    clear: () => {
      era++
      putting = undefined
      drop(rows)
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
