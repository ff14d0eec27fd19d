import { guarded, listen } from './browser/listen.js'
import { currentPage } from './browser/page.js'
import type { Moment, Seen, Source, Stop, StoreSource } from './types.js'
import type { Item } from './vocabulary.js'

/** Several sources that may tell of the same thing, as one that tells it once. */
export interface OneTruth {
  readonly source: Source
  /** The shop has told of it by hand: no source says it again. */
  readonly told: (name: string) => void
}

/** Two sources that say the same name within so long mean the same thing, ms: a click, and what the shop pushes when its server has answered. */
const ECHO = 1000
/** How long everybody waits for the store's source to arrive, ms: what is told meanwhile keeps its time. */
const ARRIVAL = 3000
/** What a store that reads the cart knows better than anybody: others only tell more of the items. */
const CART = /^(add_to|remove_from)_cart$/
const HAND = -1
const STORE = 0

interface Heard {
  readonly rank: number
  readonly moment: Moment
  /** When, on the page's own clock. */
  readonly at: number
}

interface Waiting extends Heard {
  readonly timer: ReturnType<typeof setTimeout>
}

/**
 * Joins sources that overlap, the surest first; a `store` that is known or on its way is surer than all, and reads the cart itself. What a source says within a
 * second of a surer one saying the same name is an echo and left out, but for what it knows of the items; so is what the store has said on this page. Where a
 * surer source has spoken on this page, a weaker one therefore waits for a second, or until the page is hidden; its time and page stay those of the moment.
 */
export function oneTruth(sources: readonly Source[], store?: Promise<StoreSource | undefined>): OneTruth {
  const said = new Map<string, { readonly rank: number; readonly at: number }>()
  let surest = Infinity
  let forgo = (_name: string, _rank: number) => {}

  const note = (name: string, rank: number, at: number) => {
    surest = Math.min(surest, rank)
    said.set(name, { rank, at })
    forgo(name, rank)
  }

  const source: Source = (record) => {
    let waiting: Waiting[] = []
    // At the start all speak at once, about what was there before them: the surest is heard first.
    let held: Heard[] | undefined = []
    let hasStore = !!store
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let itemId: StoreSource['itemId'] = () => undefined

    const drop = (isGone: (each: Waiting) => boolean) => {
      const gone = waiting.filter(isGone)
      waiting = waiting.filter((each) => !isGone(each))
      for (const { timer } of gone) clearTimeout(timer)
      return gone
    }
    const emit = ({ moment }: Heard) => record(moment)
    const fail = (failure: unknown) => record({ failure })
    const noteItems = (items: readonly Item[]) => void (items.length && record({ items }))

    const hear = (seen: Seen, rank: number) => {
      if ('items' in seen) return noteItems(seen.items.map(renamed))
      if (!('name' in seen)) return record(seen)
      const heard: Heard = { rank, moment: { at: Date.now(), page: currentPage(), ...seen }, at: performance.now() }
      if (held) held.push(heard)
      else judge(heard, rename(seen, rank))
    }

    const judge = ({ rank, at, moment: { at: time, page } }: Heard, moment: Moment, isNoted?: boolean) => {
      const { name } = moment
      const before = said.get(name)
      const isEcho = before && before.rank < rank && (before.rank === STORE || at - before.at < ECHO)
      if (isEcho || (hasStore && rank > STORE && CART.test(name))) return isNoted || noteItems(itemsOf(moment))
      note(name, rank, at)
      if (surest >= rank) return record(moment)
      const mine: Waiting = { rank, at, moment: { ...moment, at: time, page }, timer: setTimeout(() => drop((each) => each === mine).forEach(emit), ECHO) }
      waiting.push(mine)
    }

    const release = () => {
      clearTimeout(timer)
      const all = (held ?? []).map((heard) => ({ ...heard, moment: rename(heard.moment, heard.rank) })).sort((a, b) => a.rank - b.rank)
      held = undefined
      if (hasStore) for (const { rank, moment } of all) if (rank > STORE) noteItems(itemsOf(moment))
      for (const heard of all) judge(heard, heard.rank === STORE ? enriched(heard.moment, all) : heard.moment, hasStore)
    }

    const renamed = (item: Item): Item => ({ ...item, ...named(itemId(item)) })
    const rename = (moment: Moment, rank: number): Moment => {
      const items = rank > STORE && hasStore ? itemsOf(moment) : []
      return items.length ? { ...moment, props: { ...moment.props, items: items.map(renamed) } } : moment
    }

    const flush = () => {
      release()
      drop(() => true).forEach(emit)
    }
    const stops: Stop[] = []
    const start = (one: Source, rank: number) => {
      try {
        stops.push(one((seen) => hear(seen, rank)))
      } catch (cause) {
        fail(cause)
      }
    }
    const arrived = (found?: StoreSource) => {
      hasStore = !!found
      if (found && !isOver) {
        itemId = found.itemId
        start(found, STORE)
      }
      // A store says nothing of half a page; it listens before us.
      if (found && document.readyState === 'loading') stops.push(listen(document, 'DOMContentLoaded', release, fail))
      else release()
    }

    forgo = (name, rank) => void drop((each) => each.moment.name === name && each.rank > rank)
    sources.forEach((one, i) => start(one, i + 1))
    stops.push(listen(document, 'visibilitychange', flush, fail), listen(window, 'pagehide', flush, fail))
    if (store) {
      // One that is late may never come: until it does, the others count.
      timer = setTimeout(guarded(() => arrived(), fail), ARRIVAL)
      void store.catch((cause) => void fail(cause)).then((found) => guarded(arrived, fail)(found || undefined))
    } else release()
    return () => {
      isOver = true
      for (const stop of stops.splice(0).reverse()) stop()
      flush()
    }
  }

  return { source, told: (name) => note(name, HAND, performance.now()) }
}

const named = (item_id: string | undefined) => item_id && { item_id }

const itemsOf = ({ props }: Moment): Item[] => (Array.isArray(props?.items) ? props.items.filter((item) => Object(item) === item) : [])

/** A store's page tells an order's number and sum, others also what was bought. */
function enriched(moment: Moment, all: readonly Heard[]): Moment {
  const other = moment.name === 'purchase' && all.find((heard) => heard.rank > STORE && heard.moment.name === moment.name)
  const known = Object.entries(moment.props ?? {}).filter(([, value]) => value !== undefined)
  return other ? { ...moment, props: { ...other.moment.props, ...Object.fromEntries(known) } } : moment
}
