import { guarded, listen } from './browser/listen.js'
import { currentPage } from './browser/page.js'
import type { CartSighting, Moment, PageView, Seen, Source, Stop, StoreSource } from './types.js'
import type { Item } from './vocabulary.js'

/** Several sources that may tell of the same thing, as one that tells it once. */
export interface OneTruth {
  readonly source: Source
  /** The shop tells of it by hand: no source says it again. `false` where it is not to be recorded: an adapter reads the cart and will tell what has changed in it. */
  readonly told: (moment: Pick<Moment, 'name' | 'props'>) => boolean
}

/** What a page shows, once for each product: whoever says it, and however late. */
const SHOWN = /^(view_\w+|begin_checkout|purchase|search|account_viewed|order_status_viewed|referral_landing)$/
/** What a store that reads the cart knows better than anybody: others only tell more of the items. */
const CART = /^(add_to|remove_from)_cart$/
/** Two sources that say the same act within so long mean the same: a click, and what the shop pushes when its server has answered, ms. */
const ECHO = 5000
/** How long a weaker source waits for a surer one, ms; the surest one for what the shop does in the same task. */
const PATIENCE = 1000
/** How long everybody waits for the store's source to arrive, ms: what is told meanwhile keeps its time. */
const ARRIVAL = 3000
/** How long the shop's server takes to change a cart, ms. */
const CHANGED = 1500
/** The most that is remembered of a page. */
const MOST = 100
const HAND = -1
const STORE = 0

interface Heard {
  readonly rank: number
  readonly moment: Moment
  /** When, on the page's own clock. */
  readonly at: number
  readonly page: PageView
  /** Whether what it knows of items was told already. */
  readonly isNoted?: boolean
  /** Set once another source has said the same. */
  isMatched?: boolean
  timer?: ReturnType<typeof setTimeout>
}

/**
 * Joins sources that overlap, the surest first; a `store` that is known or on its way is surer than all, and reads the cart itself. What a page shows counts
 * once for each product; what a shopper does counts once where two sources say it within 5 s. A weaker source waits a second for a surer one, or until the page is
 * hidden; its time and page stay those of the moment. Of what is left out, what it knows of the items is told as a note.
 */
export function oneTruth(sources: readonly Source[], store?: Promise<StoreSource | undefined>): OneTruth {
  let said: Heard[] = []
  let waiting: Heard[] = []
  /** Until the store's source has come, or is not to be waited for any longer: what was heard so far. */
  let held: Heard[] | undefined
  let isExpected = false
  let isHere = false
  /** The last that the store said of the cart, and whether it could be read. */
  let sighting: CartSighting | undefined
  let canRead = true
  let itemId: StoreSource['itemId'] = () => undefined
  let tell: (seen: Seen) => void = () => {}
  let reading: ReturnType<typeof setTimeout> | undefined

  /** Whether the cart is the store's to tell of. */
  const readsCart = () => (isHere || isExpected) && canRead
  const noteItems = (items: readonly Item[]) => void (items.length && tell({ items }))
  const noteOf = ({ moment, isNoted }: Heard) => isNoted || noteItems(itemsOf(moment))
  const hearOf = (moment: Moment, rank: number): Heard => ({ rank, moment, at: performance.now(), page: moment.page ?? currentPage() })

  /** The cart is read (again), by itself when the shop's server has had its time. */
  const sightIn = (ms: number) => {
    clearTimeout(reading)
    reading = setTimeout(() => sighting && tell(sighting), ms)
  }

  const isSame = (one: Heard, other: Heard) => {
    if (one.moment.name !== other.moment.name || one.rank === other.rank) return false
    const isNear = SHOWN.test(one.moment.name) ? one.page.url === other.page.url : Math.abs(one.at - other.at) < ECHO && !one.isMatched && !other.isMatched
    const [mine, theirs] = [idsOf(one), idsOf(other)]
    // A store knows what its page is about; of others two products may be meant.
    return isNear && (one.rank === STORE || other.rank === STORE || !mine.length || !theirs.length || mine.some((id) => theirs.includes(id)))
  }
  const idsOf = ({ moment }: Heard) => itemsOf(moment).map((item) => itemId(item) ?? item.item_id ?? item.item_name)

  const drop = (gone: readonly Heard[]) => {
    waiting = waiting.filter((each) => !gone.includes(each))
    for (const { timer } of gone) clearTimeout(timer)
  }

  /** It counts: what waits and means the same does not. */
  const count = (heard: Heard) => {
    const same = waiting.filter((each) => each !== heard && isSame(each, heard))
    const echoes = SHOWN.test(heard.moment.name) ? same : same.slice(0, 1)
    drop(echoes)
    heard.isMatched = !!echoes.length
    said = [...said, heard].slice(-MOST)
    echoes.forEach(noteOf)
  }

  const judge = (heard: Heard) => {
    const { rank, moment } = heard
    const isOfCart = rank > STORE && CART.test(moment.name) && readsCart()
    const before = said.find((each) => isSame(each, heard))
    if (before) before.isMatched = true
    if (before || isOfCart) {
      if (isOfCart) sightIn(CHANGED)
      return void noteOf(heard)
    }
    if (rank === STORE) return settle(heard)
    waiting.push(heard)
    heard.timer = setTimeout(() => settle(heard), rank === 1 ? 0 : PATIENCE)
  }

  const settle = (heard: Heard) => {
    drop([heard])
    count(heard)
    const { moment, page } = heard
    // The tracker knows the page that is still there better: its settled title, where the shopper came from.
    tell(page.url === location.href ? moment : { page, ...moment })
  }

  const renamed = (item: Item): Item => {
    const item_id = itemId(item)
    return item_id ? { ...item, item_id } : item
  }
  /** By the store's ids. */
  const rename = (heard: Heard): Heard => {
    const items = heard.rank > STORE ? itemsOf(heard.moment).map(renamed) : []
    return items.length ? { ...heard, moment: { ...heard.moment, props: { ...heard.moment.props, items } } } : heard
  }

  const hear = (seen: Seen, rank: number) => {
    if ('items' in seen) return noteItems(seen.items.map(renamed))
    if ('cart' in seen && rank === STORE) {
      sighting = { ...seen, cart: () => seen.cart().then((cart) => ((canRead = true), cart), (cause) => ((canRead = false), Promise.reject(cause))) }
      // An order empties the cart: it comes first.
      return held ? undefined : tell(sighting)
    }
    if (!('name' in seen)) return tell(seen)
    const heard = hearOf({ at: Date.now(), ...seen }, rank)
    if (held) held.push(heard)
    else judge(rename(heard))
  }

  /** All speak at once at the start, about what was there before them: the surest is heard first. */
  const release = () => {
    if (!held) return
    const isNoted = readsCart()
    const all = held.map((heard) => ({ ...rename(heard), isNoted })).sort(bySurety)
    held = undefined
    if (isNoted) for (const { rank, moment } of all) if (rank > STORE) noteItems(itemsOf(moment))
    for (const heard of all) judge(heard.rank === STORE ? enriched(heard, all) : heard)
    // After what is told in the next task.
    if (sighting) sightIn(0)
  }

  const source: Source = (record) => {
    const fail = (failure: unknown) => record({ failure })
    const stops: Stop[] = []
    let isOver = false
    tell = record
    held = []
    isExpected = !!store

    const start = (one: Source, rank: number) => {
      try {
        stops.push(one((seen) => hear(seen, rank)))
      } catch (cause) {
        fail(cause)
      }
    }
    const flush = () => {
      release()
      while (waiting.length) settle(waiting.sort(bySurety)[0]!)
    }
    const hidden = () => void (document.visibilityState === 'hidden' && flush())
    const arrived = (found: StoreSource | void) => {
      clearTimeout(timer)
      isExpected = false
      isHere = !!found && !isOver
      if (found && isHere) {
        itemId = found.itemId
        start(found, STORE)
      }
      // A store says nothing of half a page; it listens before us.
      if (isHere && document.readyState === 'loading') stops.push(listen(document, 'DOMContentLoaded', release, fail))
      else release()
    }
    /** One that is late may never come: until it does, the others count. */
    const late = () => {
      isExpected = false
      release()
    }

    sources.forEach((one, i) => start(one, i + 1))
    // On window, where it comes before it comes to the tracker: what is told then leaves with the rest.
    stops.push(listen(window, 'visibilitychange', hidden, fail), listen(window, 'pagehide', flush, fail))
    const timer = store && setTimeout(guarded(late, fail), ARRIVAL)
    if (store) void store.catch((cause) => void fail(cause)).then(guarded(arrived, fail))
    else release()
    return () => {
      isOver = true
      clearTimeout(timer)
      clearTimeout(reading)
      for (const stop of stops.splice(0).reverse()) stop()
      flush()
    }
  }

  return {
    source,
    told: (moment) => {
      try {
        if (CART.test(moment.name) && readsCart()) {
          noteItems(itemsOf(moment).map(renamed))
          sightIn(CHANGED)
          return false
        }
        count(hearOf(moment, HAND))
      } catch {
        // Whatever a page may call it: the tracker says what is wrong with it.
      }
      return true
    },
  }
}

const bySurety = (one: Heard, other: Heard) => one.rank - other.rank

function itemsOf({ props }: Pick<Moment, 'props'>): Item[] {
  try {
    return Array.isArray(props?.items) ? props.items.filter((item) => Object(item) === item) : []
  } catch {
    return []
  }
}

/** A store's page tells an order's number and its sum as it is shown, others also what was bought, and sums as numbers. */
function enriched(heard: Heard, all: readonly Heard[]): Heard {
  const { moment } = heard
  const other = moment.name === 'purchase' ? all.find(({ rank, moment: { name } }) => rank > STORE && name === moment.name)?.moment.props : undefined
  if (!other) return heard
  const surer = Object.entries(moment.props ?? {}).filter(([name, value]) => value !== undefined && !(typeof value === 'string' && typeof other[name] === 'number'))
  return { ...heard, moment: { ...moment, props: { ...other, ...Object.fromEntries(surer) } } }
}
