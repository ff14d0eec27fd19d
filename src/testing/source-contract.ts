import type { Moment, Seen, Source, Stop } from '../types.js'
import { check, type ContractCheck, must, mustBeSilent, mustHide, on, replace, show, type TestPage } from './page.js'

/** What `sourceContract` tries a source on. */
export interface SourceFixtures {
  /** @default an empty page */
  readonly page?: TestPage
  /** Does on the page what the source is to see. It is called several times, and awaited. */
  readonly act: () => unknown
  /** The names that the source records when that is done once, in order. @default at least one, whatever it is */
  readonly names?: readonly string[]
  /** Texts that stand in the page and may be in nothing that the source records. What is typed into its fields is looked for in any case. @default [] */
  readonly personal?: readonly string[]
}

/** A listener that was added and not removed. */
interface Listening {
  readonly type: string
  readonly listener: unknown
  readonly capture: boolean
}

const EMPTY: TestPage = { html: '<!doctype html><title>Shop</title>' }
const NAME = /^[a-z][a-z0-9_]{0,63}$/
const SOURCE = /^.{1,64}$/

/**
 * The contract of a source, as a list of checks for any test runner with a document (happy-dom, jsdom, a browser):
 * `for (const { name, run } of sourceContract(() => videos(), { act })) test(name, run)`.
 *
 * While a check runs, it replaces the page, its address and the globals named in it, and puts them back: checks must not run at once.
 */
export function sourceContract(create: () => Source, { page = EMPTY, act, names, personal = [] }: SourceFixtures): readonly ContractCheck[] {
  const onPage = (name: string, run: () => Promise<void>) => check(name, () => on(page, run))
  /** Watches while something is done; always stops. */
  const watching = async (use: (seen: Seen[], stop: Stop) => Promise<void>) => {
    const seen: Seen[] = []
    const stop = create()((what) => void seen.push(what))
    try {
      await use(seen, stop)
    } finally {
      stop()
    }
  }

  return [
    check('creating it touches nothing: no request, no listener, no timer', () => on(page, () => mustBeSilent(create))),
    onPage('it records what is done', () =>
      watching(async (seen) => {
        await act()
        const mishaps = seen.filter((what) => 'failure' in what)
        must(!mishaps.length, `nothing may fail, got ${mishaps.map(({ failure }) => `${failure}`).join(', ')}`)
        const found = momentsIn(seen).map(({ name }) => name)
        must(seen.length > 0, 'something must be recorded')
        must(!names || found.join() === names.join(), `it must record ${names?.join(', ')}, got ${found.join(', ') || 'nothing'}`)
      }),
    ),
    onPage('what it records has a name that the wire allows, props that are an object, and says who has seen it', () =>
      watching(async (seen) => {
        await act()
        for (const moment of momentsIn(seen)) mustBeMoment(moment)
      }),
    ),
    onPage('its undo ends it, also when called twice, and leaves no listener, no interval and no change of the history or of fetch', async () => {
      const watched = watchGlobals()
      try {
        await watching(async (seen, stop) => {
          await act()
          stop()
          stop()
          const { length } = seen
          await act()
          must(seen.length === length, `nothing may be recorded after its undo, got ${momentsIn(seen.slice(length)).map(({ name }) => name).join(', ')}`)
          const left = watched.left()
          must(!left.length, `its undo must take everything off, left ${left.join(', ')}`)
        })
      } finally {
        watched.undo()
      }
    }),
    onPage("two on one page see the same, and one's undo does not end the other", () =>
      watching(async (first, stop) =>
        watching(async (second) => {
          await act()
          must(first.length === second.length, `two must see the same, got ${first.length} and ${second.length}`)
          stop()
          second.length = 0
          await act()
          must(second.length > 0, "one's undo may not end the other")
        }),
      ),
    ),
    onPage('nothing that it records holds personal data or what a shopper typed', () => {
      const { outerHTML } = document.documentElement
      const idle = personal.filter((text) => !outerHTML.includes(text))
      must(!idle.length, `personal texts must stand in the page, or nothing is checked: ${idle.join(', ')}`)
      return watching(async (seen) => {
        await act()
        mustHide(seen, personal)
      })
    }),
  ]
}

const momentsIn = (seen: readonly Seen[]) => seen.filter((what): what is Moment => 'name' in what)

function mustBeMoment({ name, props, source, at }: Moment): void {
  must(NAME.test(name), `name must be a word such as add_to_cart, got ${show(name)}`)
  must(props === undefined || (typeof props === 'object' && props !== null && !Array.isArray(props)), `props of ${name} must be an object, got ${show(props)}`)
  must(typeof source === 'string' && SOURCE.test(source), `source of ${name} must be the name of the source, got ${show(source)}`)
  must(at === undefined || (Number.isSafeInteger(at) && at > 0), `at of ${name} must be whole ms since epoch, got ${show(at)}`)
}

/** What a source may leave behind. */
function watchGlobals(): { readonly left: () => string[]; readonly undo: Stop } {
  let alive: Listening[] = []
  const intervals = new Set<unknown>()
  const { pushState, replaceState } = history
  const { fetch, setInterval, clearInterval } = window
  const undo: Stop[] = []
  for (const target of [window, document]) {
    const { addEventListener, removeEventListener } = target as EventTarget
    const toEntry = (type: string, listener: unknown, options: unknown): Listening => ({ type, listener, capture: typeof options === 'object' && options ? !!(options as EventListenerOptions).capture : !!options })
    const isSame = (one: Listening, other: Listening) => one.type === other.type && one.listener === other.listener && one.capture === other.capture
    undo.push(
      replace(target, 'addEventListener', (type: string, listener: EventListener, options?: AddEventListenerOptions) => {
        alive.push(toEntry(type, listener, options))
        addEventListener.call(target, type, listener, options)
      }),
      replace(target, 'removeEventListener', (type: string, listener: EventListener, options?: AddEventListenerOptions) => {
        alive = alive.filter((each) => !isSame(each, toEntry(type, listener, options)))
        removeEventListener.call(target, type, listener, options)
      }),
    )
  }
  for (const target of new Set([globalThis, window])) {
    undo.push(
      replace(target, 'setInterval', (...args: Parameters<typeof setInterval>) => {
        const id = setInterval.apply(window, args)
        intervals.add(id)
        return id
      }),
      replace(target, 'clearInterval', (id: number) => {
        intervals.delete(id)
        clearInterval.call(window, id)
      }),
    )
  }
  return {
    left: () => [
      ...alive.map(({ type }) => `a listener to ${type}`),
      ...(intervals.size ? ['an interval'] : []),
      ...(history.pushState === pushState && history.replaceState === replaceState ? [] : ['a change of the history']),
      ...(window.fetch === fetch ? [] : ['a change of fetch']),
    ],
    undo: () => undo.reverse().forEach((each) => each()),
  }
}
