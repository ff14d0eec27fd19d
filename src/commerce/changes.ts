import { guarded } from '../browser/listen.js'
import { currentPage } from '../browser/page.js'
import { randomName, uuidv7 } from '../ids.js'
import type { Host } from '../part.js'
import type { Moment } from '../types.js'
import { blank, type Change, type Emit, type State } from './state.js'

/** What happened and is not yet part of the state of all tabs. */
export interface Changes {
  /** The state as this page knows it; `undefined` before storage was read. */
  readonly state: () => State | undefined
  /** Something happened: now, or right `after` another change. */
  readonly push: (kind: Change['kind'], more?: Partial<Change>, after?: Mark) => void
  /** What happened last. */
  readonly mark: () => Mark
  /** Makes what waits part of the state of all tabs, then tells what follows. Resolves when nothing waits, or has to. */
  readonly work: () => Promise<void>
  /** Works soon. The first time is the tracker's to choose: not in the task that starts the page. */
  readonly soon: () => void
  /** What storage need not or cannot be asked for happens on what is known; it becomes part of the state of all tabs later. */
  readonly hurry: () => void
  /** The page goes: keeps what waits where the next page finds it. */
  readonly keep: () => void
  /** Whether nothing waits that is worth a transaction. */
  readonly isIdle: () => boolean
  /** No promise of before counts. */
  readonly restart: () => void
  readonly clear: () => void
}

/** A change, or `null` for none: what waited at a time. */
export type Mark = Change | null

/** What changes are made of. */
export interface ChangesOptions extends Pick<Host, 'database' | 'spill' | 'now' | 'isHidden' | 'isOn' | 'isDenied' | 'redacted' | 'fail'> {
  readonly reduce: (state: State, change: Change, emit: Emit) => State
  readonly emit: Emit
  /** Whether changes have to wait, for the cart that is being read. */
  readonly isHeld: () => boolean
  /** The state has changed. */
  readonly onChange: () => void
}

const KEY = 'commerce'
/** How many changes wait in memory. */
const MOST = 200
/** How many are made in one transaction: telling what follows from hundreds would be a long task. */
const AT_ONCE = 20

/** What follows from a change. */
type Told = readonly [change: Change, moment: Moment]

/** Makes the way from what one page saw to one state for all tabs, by the database's atomic `update`. */
export function createChanges({ database, spill, now, isHidden, isOn, isDenied, redacted, fail, reduce, emit, isHeld, onChange }: ChangesOptions): Changes {
  let state: State | undefined
  let queue: Change[] = []
  let telling: readonly Moment[] = []
  let working: Promise<void> | undefined
  let era = 0

  const mark = () => queue[queue.length - 1] ?? null

  const push: Changes['push'] = (kind, more, after = mark()) => {
    if (isDenied()) return
    const change: Change = { id: randomName(), at: now(), kind, page: currentPage(), ...more }
    // What has left the queue is part of the state; what an earlier page has told comes before all of this one.
    const place = Math.max(queue.findIndex((each) => each === after) + 1, queue.filter(({ told }) => told).length)
    queue = [...queue.slice(0, place), change, ...queue.slice(place)]
    if (queue.length <= MOST) return
    // Too long without storage or consent: the oldest goes its way without the cart.
    const { moment, told } = queue.shift()!
    if (moment && !told) emit(moment)
  }

  const begun = (old?: State): State => ({ ...blank(uuidv7(now()), now()), ...old })

  const apply = (old: State, changes: readonly Change[], out: Told[]) =>
    changes.reduce((before, change) => {
      try {
        return reduce(before, change, (moment) => out.push([change, moment]))
      } catch (cause) {
        // One that cannot be made must not stand in the way of the others.
        fail(cause)
        return before
      }
    }, old)

  /**
   * Takes a state over, and tells what followed from changes that were not told yet. Firefox ends a script in the middle when its page goes, and its next event
   * goes on from there: what is to be told is kept together with the state, until it is told.
   */
  const take = (next: State, changes: readonly Change[], out: readonly Told[]) => {
    const more = [...telling, ...out.filter(([change]) => !change.told).map(([, moment]) => moment)]
    state = next
    telling = more
    for (const change of changes) change.told = true
    while (telling.length) {
      emit(telling[0]!)
      telling = telling.slice(1)
    }
  }

  /** What earlier pages could not finish. */
  const recall = guarded(() => {
    for (const [name, entries] of spill.read()) {
      queue.unshift(...entries.map(([, json]) => JSON.parse(json) as Change))
      spill.remove(name)
    }
  }, fail)

  const work = (mine = era): Promise<void> => {
    const all = async () => {
      if (!state && isOn() && !isHidden()) recall()
      while (mine === era && isOn() && !isHidden() && !isHeld() && queue.length && (await settle(mine)));
      if (mine === era) working = undefined
    }
    return (working ??= Promise.resolve().then(all))
  }

  /** `false` when it has to wait. */
  const settle = async (mine: number): Promise<boolean> => {
    const changes = queue.slice(0, AT_ONCE)
    let out: Told[] = []
    const next = (old?: State) => {
      out = []
      return apply(begun(old), changes, out)
    }
    const read = await database.update<State>(KEY, next).catch((cause) => {
      // Hidden or left: the queue waits. Where storage refuses, this page has a cart of its own.
      return cause?.name === 'AbortError' ? undefined : next(state)
    })
    if (!read || mine !== era) return false
    const rest = queue.filter((change) => !changes.includes(change))
    // What was told meanwhile has happened, though storage does not know it yet.
    take(apply(read, rest.filter(({ told }) => told), []), changes, out)
    queue = rest
    spill.remove()
    onChange()
    return true
  }

  const hurry = () => {
    // Whether nothing happened elsewhere either, and what a cart differs by, only storage can tell.
    const waiting = queue.filter(({ told, kind }) => !told && kind !== 'idle' && (state || kind !== 'cart'))
    const out: Told[] = []
    take(apply(begun(state), waiting, out), waiting, out)
  }

  return {
    state: () => state,
    push,
    mark,
    work: () => work(),
    soon: () => state && void work().catch(fail),
    // While storage is asked, its answer is what counts.
    hurry: () => void (state && isOn() && !working && !isHeld() && hurry()),
    keep: () => {
      if (!queue.length) return
      hurry()
      spill.write(queue.map(({ moment, page, ...change }) => [change.id, JSON.stringify({ ...change, page: redacted(page), ...(moment && { moment: { name: moment.name } }) })]))
    },
    isIdle: () => queue.every(({ kind }) => kind === 'note'),
    restart: () => {
      era++
      working = undefined
    },
    clear: () => {
      era++
      state = working = undefined
      queue = []
      telling = []
      spill.clear()
    },
  }
}
