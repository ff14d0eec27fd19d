import { CONTROLS, describe, elementsOf, purposeOf, wordsOf } from '../browser/control.js'
import { guarded, listen } from '../browser/listen.js'
import { isSelecting, onEffect } from '../browser/on-effect.js'
import { isOwn } from '../browser/on-request.js'
import { currentPage } from '../browser/page.js'
import type { PageRequest, PageView, Props, Source } from '../types.js'

/** Settings of `friction`. */
export interface FrictionOptions {
  /** What counts as a control besides links, buttons and ARIA roles, as a CSS selector. */
  readonly selector?: string | undefined
  /** Where nothing counts, as a CSS selector: a game, a map. @default none */
  readonly ignore?: string | undefined
  /** How long a click may take to show an effect, ms. @default 2000 */
  readonly deadAfter?: number | undefined
}

/** Three clicks within so long, ms, and so near to each other, px, are rage. */
const RAGE = { count: 3, ms: 1000, px: 30 }
/** What happens within so long feels like the click's own doing, ms (the RAIL model). */
const AT_ONCE = 100
/** What goes wrong so long after a click is blamed on it, ms; a request that begins so long after it is its own. */
const BLAMED = 2000
const OWN = 500
/** A page that does not go on for so long after a click asks the shopper something, or is at work, ms: `confirm` says nothing else. */
const BUSY = 500
/** How often it is looked after a press whether a click has come of it, ms: so that the click need not set a timer. */
const TICK = 50
/** Where pages that go elsewhere say so late, ms: without a Navigation API only when they are gone. */
const LATE = 4
/** The most that is told of a page. */
const MOST = 30

/** In these a shopper writes, chooses, draws or plays. */
const FIELDS = 'input:not([type=submit],[type=button],[type=image],[type=reset]),textarea,select,option,label'
const SURFACES = `${FIELDS},canvas,video,audio,object,embed,[contenteditable]:not([contenteditable=false]),[role=slider],[role=spinbutton],[role=scrollbar],[role=application],[role=textbox],[role=combobox]`
const OFF = '[disabled],[aria-disabled=true],[data-rihla-ignore]'
/** What is chosen already need not answer. */
const CHOSEN = '[aria-selected=true],[aria-checked=true],[aria-pressed=true],[aria-current]:not([aria-current=false])'
const CHOSEN_WORDS = /(?:^|[\s_-])(?:active|selected|current)(?=$|[\s_])/i
/** Where programmers say what a control is. */
const NAMES = 'id class name aria-label data-testid data-action'
/** Controls that may have come to an end: by their signs, the words in their attributes, the field beside them. */
const SIGNS = /^[\s+\-−–—±<>‹›«»←→↑↓▲▼△▽◀▶◂▸❮❯×0-9]+$/
const STEPS = /qty|quantit|plus|minus|incre|decre|slid|carousel|arrow|zoom|scroll|seek|volume/i
const COUNTS = 'input[type=number],input[type=range],[role=spinbutton],[inputmode=numeric]'
/** Others that are made to be pressed again and again. */
const AGAIN = /step|next|prev|pag(?:e|inat)|load.?more|undo|redo|like|vote/i

/** Where the pointer is. */
interface Aim {
  /** What is hit: a control, or what may look like one. */
  readonly hit?: Element | undefined
  readonly isControl: boolean
  readonly path: readonly Element[]
  /** With documents and shadow trees. */
  readonly through: readonly EventTarget[]
}

/** A click, and what came of it. */
interface Click extends Aim {
  readonly hit: Element
  /** When, ms since epoch, and on the page's own clock. */
  readonly at: number
  readonly since: number
  readonly event: MouseEvent
  readonly page: PageView
  /** The clicks that belong together, this one among them. */
  readonly burst: Click[]
  /** How long it took until something happened, ms. */
  answered?: number
  isBlamed?: boolean
}

/**
 * Records where a page does not do what a shopper expects of it: `rage_click` (3 clicks within 1 s and 30 px on one control, of which two changed nothing at once; `times`, and `dead` where none changed
 * anything), `dead_click` (nothing follows: no change of the page, no navigation, no request, …) and `error_click` (an uncaught error, or a request that fails, within 2 s; `cause` is `error`,
 * `rejection` or `request`, with its `message`, or `status` and `path`).
 *
 * Each has the `selector` and the `text` of what was clicked, as `click` has, and as `control` what it is for, where that is known: `pay`, `add_to_cart`, `checkout`, `coupon`. Only real clicks count; steppers, fields,
 * selected text, what is off or chosen already do not. What changes within a closed shadow root, or a frame, is not seen. At most 30 of a page are told.
 */
export function friction({ selector, ignore, deadAfter = 2000 }: FrictionOptions = {}): Source {
  if (typeof deadAfter !== 'number' || !(deadAfter > 0)) throw new TypeError('rihla: deadAfter must be a number of milliseconds above 0')
  const controls = selector ? `${CONTROLS},${selector}` : CONTROLS
  const skipped = [SURFACES, OFF, ...(ignore ? [ignore] : [])].join()

  return (record) => {
    const fail = (failure: unknown) => record({ failure })
    // Throws here, at the start, if a selector is no CSS.
    document.createDocumentFragment().querySelector(`${controls},${skipped}`)
    const clock = () => performance.now()
    /** What is to be done when, on the page's own clock. */
    let agenda: (readonly [at: number, work: () => void])[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    let wakes = Infinity
    const blamed = new WeakMap<PageRequest, Click>()
    /** What goes wrong without a click does so after one, too. */
    const noise = new Set<string>()
    /** Clicks that nothing has followed yet. */
    let open: Click[] = []
    let burst: Click[] = []
    let last: Click | undefined
    let press: { readonly aim: Aim; readonly target: EventTarget | null; readonly from: Element | null; readonly page: PageView; isAnswered?: boolean } | undefined
    let shown: PageView | undefined
    let pressedOn: readonly EventTarget[] = []
    let pressedAt = 0
    let submitted: Event | undefined
    let told = 0

    // It is asked for at each press, and its title has come by the first.
    const pageNow = () => (shown = shown?.url === location.href ? shown : currentPage())

    const aimOf = (event: Event): Aim => {
      const through = event.composedPath()
      const path = elementsOf(through)
      const control = path.find((element) => element.matches(controls))
      return { hit: control ?? path[0], isControl: !!control, path, through }
    }

    /** One timer for all, and none is set where one ends nearly as soon. */
    const wake = (at: number) => {
      if (wakes <= at + TICK) return
      clearTimeout(timer)
      wakes = at
      timer = setTimeout(tick, at - clock())
    }

    const later = (work: () => void, ms: number) => {
      const at = clock() + ms
      agenda.push([at, guarded(work, fail)])
      wake(at)
    }

    const tick = () => {
      wakes = Infinity
      const now = clock()
      const due = agenda.filter(([at]) => at <= now)
      agenda = agenda.filter((entry) => !due.includes(entry))
      for (const [, work] of due) work()
      const isPressed = press && now - pressedAt < RAGE.ms
      wake(Math.min(...agenda.map(([at]) => at), isPressed ? now + TICK : Infinity))
      if (!isPressed) rest()
    }

    /** Ends looking at the page where nothing can follow any more. */
    const rest = () => {
      if (!open.length) effects.rest()
    }

    const tell = (name: string, { hit, path, at, page }: Click, more?: Props) => {
      if (told++ >= MOST) return
      const what = describe(hit, path)
      record({ name, source: 'friction', at, props: { ...what, control: purposeOf(hit, what.text), ...more }, ...(page.url !== location.href && { page }) })
    }

    const answer = (clicks: readonly Click[]) => {
      for (const click of clicks) click.answered ??= clock() - click.since
      open = open.filter((click) => !clicks.includes(click))
      rest()
    }

    const happened = (focused?: EventTarget | null) => {
      // A button gets the focus by being pressed.
      if (focused && pressedOn.includes(focused)) return
      if (press) press.isAnswered = true
      answer(open)
    }

    // --- what follows from a click ---

    const judge = (click: Click) => {
      const isOver = open.includes(click)
      open = open.filter((each) => each !== click)
      rest()
      // Several on one control say it once.
      if (isOver && click === (click.burst[0] ?? click) && !isRage(click.burst) && isAlive(click.hit) && !isStepper(click) && looksPressable(click)) tell('dead_click', click)
    }

    const judgeBurst = () => {
      const clicks = burst
      burst = []
      if (!isRage(clicks)) return
      tell('rage_click', clicks[RAGE.count - 1]!, { times: clicks.length, ...(clicks.every(({ answered }) => answered === undefined) && { dead: true }) })
    }

    const isRage = (clicks: readonly Click[]) => {
      const isFast = clicks.some(({ since }, i) => (clicks[i + RAGE.count - 1]?.since ?? Infinity) - since <= RAGE.ms)
      const unanswered = clicks.filter(({ answered = Infinity }) => answered > AT_ONCE).length
      return isFast && unanswered * 3 >= clicks.length * 2 && !isStepper(clicks[0]!) && !AGAIN.test(wordsOf(clicks[0]!.hit, NAMES)) && (looksPressable(clicks[0]!) || !!clicks[0]!.hit.closest('img,picture,svg'))
    }

    /** Once the page's own listeners have had their say. */
    const settle = (click: Click) => {
      later(() => click === burst[burst.length - 1] && judgeBurst(), RAGE.ms)
      // Two clicks select a word, three a paragraph.
      if (isSelecting() || click.path.some((element) => element.matches(skipped))) {
        if (click.burst.includes(click)) click.burst.splice(click.burst.indexOf(click), 1)
        return answer([click])
      }
      const link = click.path.find((element) => element instanceof HTMLAnchorElement || element instanceof HTMLAreaElement)
      const goes = link && leads(link) && !click.event.defaultPrevented
      const sends = submitted && submitted.timeStamp >= click.event.timeStamp && !submitted.defaultPrevented
      if (goes || sends || clock() - click.since > BUSY) answer([click])
      later(() => judge(click), 'navigation' in window ? deadAfter : deadAfter * LATE)
    }

    const blame = (click: Click | undefined, more: Props) => {
      if (!click || click.isBlamed || clock() - click.since > BLAMED) return
      click.isBlamed = true
      answer([click])
      tell('error_click', click, more)
    }

    const broke = (cause: string, message: string) => {
      if (!last || clock() - last.since > BLAMED) {
        if (noise.size < MOST) noise.add(message)
      } else if (!noise.has(message)) blame(last, { cause, message: message.slice(0, 200) })
    }

    // --- what is heard ---

    const pressed = (event: PointerEvent) => {
      if (event.button) return
      const aim = aimOf(event)
      press = { aim, target: event.target, from: document.activeElement, page: pageNow() }
      pressedOn = aim.through
      effects.observe(pressedOn)
      pressedAt = clock()
      wake(pressedAt + TICK)
    }

    const clicked = (event: MouseEvent) => {
      // A key presses, too, and has nothing to do with what was pressed before.
      const { aim, target, isAnswered, from, page = pageNow() } = (event.detail && press) || {}
      press = undefined
      if (!event.isTrusted || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return
      // What is pressed is what is clicked, unless the pointer has moved on.
      const on = aim && target === event.target ? aim : aimOf(event)
      const { hit, isControl } = on
      if (!hit) return
      const since = clock()
      const before = burst[burst.length - 1]
      const isMore = before?.hit === hit && since - before.since < RAGE.ms && isNear(burst[0]!.event, event)
      if (!isMore) judgeBurst()
      const click: Click = { ...on, hit, at: Date.now(), since, event, page, burst }
      last = isControl || hit.closest(FIELDS) ? click : undefined
      // Keys repeat themselves.
      if (event.detail) burst.push(click)
      // What a field does as it is left is not the click's doing; a menu that opens as it is pressed is.
      if (isAnswered && !from?.matches(FIELDS)) click.answered = 0
      else open.push(click)
      effects.observe(on.through)
      later(() => settle(click), 0)
    }

    const ended = (request: PageRequest, status?: number) => {
      const click = blamed.get(request)
      // Elsewhere, a blocker may be in the way; a page that goes ends its requests.
      if (!click || status === undefined || (status && status < 400) || !(status || isOwn(request.url))) return
      later(() => blame(click, { cause: 'request', status: status || undefined, path: request.url.pathname }), status ? 0 : AT_ONCE)
    }
    const began = (request: PageRequest) => void (last && clock() - last.since < OWN && blamed.set(request, last))

    const left = () => {
      judgeBurst()
      open = []
      effects.rest()
      agenda = []
    }

    const effects = onEffect(happened, { began, ended }, fail)
    const stops = [
      listen(document, 'pointerdown', pressed, fail),
      listen(document, 'click', clicked, fail),
      listen(document, 'submit', (event) => void (submitted = event), fail),
      listen(window, 'error', (event) => event instanceof ErrorEvent && !/extension:/.test(event.filename) && broke('error', event.message), fail),
      listen<PromiseRejectionEvent>(window, 'unhandledrejection', ({ reason }) => reason?.name === 'AbortError' || broke('rejection', `${reason?.message ?? reason}`), fail),
      // On window, where it comes before it comes to the tracker: what is told then leaves with the rest.
      listen(window, 'visibilitychange', () => document.visibilityState === 'hidden' && left(), fail),
      listen(window, 'pagehide', left, fail),
      effects.stop,
    ]
    return () => {
      left()
      for (const stop of stops) stop()
    }
  }
}

const isNear = (one: MouseEvent, other: MouseEvent) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) <= RAGE.px

/** Whether something would have to happen where it is pressed now. */
const isAlive = (element: Element) => element.isConnected && !element.closest(CHOSEN) && !CHOSEN_WORDS.test(element.getAttribute('class') ?? '')

/** Where even the whole page has the hand, it means nothing. */
const looksPressable = ({ hit, isControl }: Click) => isControl || (getComputedStyle(hit).cursor === 'pointer' && getComputedStyle(document.body).cursor !== 'pointer')

/** Whether a link that is followed leads anywhere: not `#` alone, nor a script. */
const leads = ({ href, protocol, hash }: HTMLAnchorElement | HTMLAreaElement) => protocol !== 'javascript:' && (!!hash || !/#$/.test(href))

/** What has a purpose of its own may stand beside a quantity, and is none. */
function isStepper({ hit, path }: Click): boolean {
  const { text = '' } = describe(hit, path)
  return !purposeOf(hit, text) && (SIGNS.test(text) || STEPS.test(wordsOf(hit, NAMES)) || !!hit.closest('[class*=quantity],[class*=qty]') || !!hit.parentElement?.querySelector(COUNTS))
}
