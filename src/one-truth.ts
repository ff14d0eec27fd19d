import { listen } from './browser/listen.js'
import { currentPage } from './browser/page.js'
import type { Moment, Record, Source } from './types.js'

/** Several sources that may tell of the same thing, as one that tells it once. */
export interface OneTruth {
  readonly source: Source
  /** The shop has told of it by hand: no source says it again. */
  readonly told: (name: string) => void
}

/** Two sources that say the same name within so long mean the same thing, ms: a click, and what the shop pushes when its server has answered. */
const ECHO = 1000

interface Waiting {
  readonly rank: number
  readonly moment: Moment
  readonly timer: ReturnType<typeof setTimeout>
}

/**
 * Joins sources that overlap, the surest first. What a source says within a second of a surer one saying the same name is an echo, and left out. Where a surer
 * source has spoken on this page, a weaker one therefore waits for a second, or until the page is hidden; its time and page stay those of the moment.
 */
export function oneTruth(sources: readonly Source[]): OneTruth {
  const said = new Map<string, { readonly rank: number; readonly at: number }>()
  let surest = Infinity
  let forgo = (_name: string, _rank: number) => {}

  const note = (name: string, rank: number) => {
    surest = Math.min(surest, rank)
    said.set(name, { rank, at: performance.now() })
    forgo(name, rank)
  }

  const source: Source = (record) => {
    let waiting: Waiting[] = []
    const drop = (isGone: (each: Waiting) => boolean) => {
      const gone = waiting.filter(isGone)
      waiting = waiting.filter((each) => !isGone(each))
      for (const { timer } of gone) clearTimeout(timer)
      return gone
    }
    const emit = ({ moment }: Waiting) => record(moment)
    const hear = (seen: Parameters<Record>[0], rank: number) => {
      if (!('name' in seen)) return record(seen)
      const before = said.get(seen.name)
      if (before && before.rank < rank && performance.now() - before.at < ECHO) return
      note(seen.name, rank)
      if (surest >= rank) return record(seen)
      const moment = { at: Date.now(), page: currentPage(), ...seen }
      const mine: Waiting = { rank, moment, timer: setTimeout(() => drop((each) => each === mine).forEach(emit), ECHO) }
      waiting.push(mine)
    }
    const fail = (failure: unknown) => record({ failure })
    const flush = () => drop(() => true).forEach(emit)
    forgo = (name, rank) => void drop((each) => each.moment.name === name && each.rank > rank)
    const stops = sources.flatMap((start, rank) => {
      try {
        return [start((seen) => hear(seen, rank))]
      } catch (cause) {
        fail(cause)
        return []
      }
    })
    stops.push(listen(document, 'visibilitychange', flush, fail), listen(window, 'pagehide', flush, fail))
    return () => {
      for (const stop of stops.reverse()) stop()
      flush()
    }
  }

  return { source, told: (name) => note(name, -1) }
}
