import { guarded } from './browser/listen.js'
import { onBlocked } from './browser/on-blocked.js'
import { onLifecycle } from './browser/on-lifecycle.js'
import { onOnline } from './browser/on-online.js'
import { otherTabs } from './browser/other-tabs.js'
import { currentPage } from './browser/page.js'
import { createSpill } from './browser/spill.js'
import { whenActivated } from './browser/when-activated.js'
import { checkMoment } from './check-moment.js'
import { checkOptions } from './check-options.js'
import { createGate, hear, isConsent, PURPOSES, unsaid, withheldBy } from './consent.js'
import { createErasure } from './erasure.js'
import { createInspection, print } from './inspection.js'
import { createLane, type Lane } from './lane.js'
import { marksOf } from './marks.js'
import type { JourneyPart, MethodsOf, Part } from './part.js'
import { createRedactor } from './redact.js'
import { createReport } from './report.js'
import { sha256 } from './sha256.js'
import { createBirths, type Stamped } from './touchpoint.js'
import type { ConsentSignal, Loss, Moment, PageView, Purpose, Range, Seen, Stop, Tracker, TrackerOptions } from './types.js'
import { createVisits, type Visit } from './visit.js'

/**
 * Starts a tracker: what the sources see and what `track` is told becomes touchpoints, kept on the device until the collector at `endpoint` has acknowledged them.
 *
 * Consent is `pending` unless said otherwise: until `consent('granted')` nothing is stored or sent. Throws a `TypeError` for a wrong option.
 * On a server (no `document`) it returns a tracker that does nothing.
 */
export function createTracker<Options extends TrackerOptions>(options: Options): Tracker & MethodsOf<Options>
export function createTracker(options: TrackerOptions): Tracker {
  if (typeof document === 'undefined') return { ...inert, ...options.commerce?.inert, ...options.journey?.inert }
  const settings = checkOptions(options)
  const { sources, urgent, debug, cookieless, visitorAge, hashUser } = settings
  const { model } = settings.journey ?? {}
  const now = () => Date.now()
  const inspection = createInspection(now)
  const { note, inspect } = inspection
  if (debug) inspect(print)
  const report = createReport(settings, note)
  const fail = (cause: unknown) => report('source', 'something failed; the page is not affected', cause)
  const isHidden = () => document.visibilityState === 'hidden'

  const withheld = withheldBy(settings, navigator as Navigator & { readonly globalPrivacyControl?: boolean })
  let agreed = hear(unsaid, { consent: settings.consent, isDefault: true }, withheld)
  const allows = (purpose: Purpose) => agreed.states[purpose] === 'granted'
  const denied = () => PURPOSES.filter((purpose) => !allows(purpose))

  const redactor = createRedactor(settings.keepParams)
  const births = createBirths({ ...settings, model, marks: marksOf(settings), denied, redactor, report })
  const { tab } = births
  const underWay = { bytes: 0 }
  let off = 0
  const lanes: readonly [Lane, ...Lane[]] = [settings, ...settings.destinations].map((destination, i) =>
    createLane(settings, destination, { tab, now, isHidden, note, report: i ? createReport(settings, note, ` (${destination.endpoint})`) : report, underWay, fail, mayOpen: () => gate.state() === 'granted', lastSeq: births.last, onOff: () => ++off === lanes.length && stop() }),
  ) as [Lane, ...Lane[]]
  const [first] = lanes
  const others = otherTabs(first.name, fail)
  const journey: JourneyPart | undefined = settings.journey?.({
    now,
    report,
    fail,
    clean: redactor.text,
    record: (moment) => record(moment),
    mayAct: () => isOn() && allows('personalization'),
    visit: async () => ((await open()) && allows('personalization') ? visits.current() : undefined),
    // Global Privacy Control is about what one site tells another.
    handsOver: () => (isOn() && !withheld.length && visits.isReady() ? visits.current() : undefined),
    learn: (change) => visits.learn(change),
  })
  const visits = createVisits(first.database, redactor, { now, landing: { url: location.href, referrer: document.referrer }, visitorAge: cookieless ? 0 : visitorAge, mayNameClicks: () => allows('ads'), journey })
  const lose = (reason: Loss['reason'], range: Range) => lanes.forEach(({ backlog }) => backlog.lose(reason, [range]))
  const look = (delay?: number) => lanes.forEach(({ courier }) => courier.look(delay))
  const all = async (ask: (lane: Lane) => Promise<boolean>) => (await Promise.all(lanes.map(ask))).every(Boolean)

  // --- a moment's way ---

  let viewed: PageView | undefined
  const pageNow = (): PageView => {
    const now = currentPage()
    // The kind may have become known since.
    return viewed?.url === now.url ? { ...viewed, kind: viewed.kind ?? now.kind } : now
  }

  /** Guarded one by one: what is held back passes in one go, and one that fails must not take the others with it. */
  const keep = guarded((moment: Stamped) => {
    if (moment.kept === lanes.length) return
    if (moment.user) visits.identify(moment.user)
    const visit = visits.current()
    const { weighed } = moment
    if (weighed) moment.hint ??= journey!.hint(moment, weighed, visit, visits.isBegunHere())
    // Firefox ends a script in the middle when its page goes, and the next event comes here again.
    const touchpoint = (moment.born ??= births.bear(moment, visit))
    const isUrgent = urgent.includes(moment.name)
    // A hidden tab's timers come once a second, later once a minute, and it may be closed before.
    const atOnce = moment.now || isUrgent || isHidden()
    for (const lane of lanes.slice(moment.kept)) {
      lane.keep(touchpoint, atOnce)
      moment.kept++
    }
    for (const lane of lanes) lane.tend(touchpoint, isUrgent)
    note({ touchpoint })
    const change = weighed && journey!.learn(moment, weighed, moment.hint, visit)
    if (change) keep(births.stamp(change, moment.page, moment.at))
  }, fail)

  let isActive = false
  let isVisited = false
  let isBeginning = false
  const isOn = () => isActive && gate.state() === 'granted'
  const isReady = () => isActive && visits.isReady()
  const gate = createGate(agreed.states.analytics, isReady, keep, (count) => {
    births.skip(count)
    lose('pending', { tab, from: births.last() - count + 1, to: births.last() })
  })

  const stamped = new WeakMap<Moment, Stamped>()
  /** Of what is emitted twice there is one. */
  const emit = (moment: Moment) => {
    let known = stamped.get(moment)
    if (!known) {
      const { page = pageNow(), at = now() } = moment
      const checked = checkMoment(moment, model, report)
      known = births.stamp(checked, page, at)
      if (journey) known.weighed = journey.weigh({ ...checked, page, at: known.at })
      stamped.set(moment, known)
    }
    gate.pass(known)
  }

  const record = (seen: (Moment & { user?: string }) | Exclude<Seen, Moment>) => {
    try {
      if ('failure' in seen) return seen.advice ? report('consent', seen.advice, seen.failure) : fail(seen.failure)
      if ('consent' in seen) return agree(seen)
      if (!('name' in seen)) part?.see(seen)
      else {
        const { page, at } = seen
        // A page view knows more than the document does: the referrer within a single-page shop, the settled title.
        if (seen.name === 'page_view') viewed = page
        if (part) part.see({ ...seen, page: page ?? pageNow(), at: at ?? now() })
        else emit(seen)
      }
      begin()
    } catch (cause) {
      fail(cause)
    }
  }

  // --- consent ---

  /** Not in the task that starts the tracker: the first access to storage is slow, the first to localStorage very slow. */
  const begin = () => {
    if (isBeginning || !isOn() || isHidden() || visits.isReady()) return
    isBeginning = true
    setTimeout(() => {
      isBeginning = false
      void open().then(() => look(SETTLED))
    }, 0)
  }

  /** Resolves `false` when consent keeps moments from becoming touchpoints. */
  const open = async () => {
    if (isOn()) await Promise.all([visits.ready(), part?.ready(), ...lanes.map(({ outage }) => outage.ready())])
    return isOn() && gate.release()
  }

  let erased = 0
  const clear = () => {
    erased = births.last()
    inspection.clear()
    part?.clear()
    for (const lane of lanes) lane.clear()
  }
  const erasure = createErasure(lanes, { visits, others, clear })

  let deafen: Stop = () => {}
  /** Other tabs may say so; a page that is denied has nothing to hear, and stays in the back/forward cache when they do. */
  const attend = () => {
    deafen()
    deafen = others.hear(() => void hush())
  }

  const silence = () => {
    agreed = hear(agreed, { consent: 'denied' }, withheld)
    gate.set('denied')
    deafen()
  }

  /** Another tab has told the collector. */
  const hush = () => {
    silence()
    return erasure.erase()
  }

  const forget = () => {
    silence()
    return erasure.forget()
  }

  /** A page that is only prerendered asks nobody: it does so once it is visited. */
  const deny = () => {
    if (isVisited) void forget().catch(fail)
    else silence()
  }

  const agree = (signal: ConsentSignal) => {
    if (!isConsent(signal.consent)) return report('consent', 'consent must be pending, granted or denied, or that for analytics, personalization or ads', signal.consent)
    const namesClicks = allows('ads')
    agreed = hear(agreed, signal, withheld)
    const state = agreed.states.analytics
    if (namesClicks && !allows('ads') && state === 'granted') visits.unnameClicks()
    if (state === gate.state()) return
    if (state === 'denied') return deny()
    attend()
    gate.set(state)
    if (state === 'granted' && erased) lose('forgotten', { tab, from: 1, to: erased })
    if (state === 'granted') erased = 0
    begin()
  }

  // --- the page's life ---

  /** No time to read storage. */
  const hurry = () => {
    if (gate.release() || !isOn()) return
    visits.force()
    gate.release()
  }

  const resume = async () => {
    isActive = false
    const isErased = await visits.isErased()
    isActive = true
    if (isErased) return hush()
    // Whoever wanted to go on meanwhile could not.
    if (visits.isReady()) await open()
    else begin()
    if (isOn()) for (const { courier } of lanes) courier.restart()
  }

  const { url, text } = redactor
  const redacted = (page: PageView): PageView => ({ ...page, url: url(page.url), title: text(page.title ?? ''), referrer: page.referrer && url(page.referrer) })

  // Its listeners come first: what it has to say at the end leaves with the rest.
  const part: Part | undefined = settings.commerce?.({ ...first, spill: createSpill(`${first.name}:`, tab, () => localStorage), isOn, isDenied: () => gate.state() === 'denied', redacted, emit, fail })
  const stops: Stop[] = [
    onLifecycle(
      {
        hidden: () => {
          hurry()
          for (const lane of lanes) lane.hide(false)
        },
        left: () => {
          hurry()
          for (const lane of lanes) lane.hide(true)
        },
        seen: () => {
          visits.restart()
          // What other tabs have learnt since.
          if (isReady() && isOn()) visits.look()
          begin()
          for (const { outbox } of lanes) void outbox.write()
          if (isOn()) look()
        },
        restored: () => {
          for (const lane of lanes) lane.restore()
          visits.restart()
          // Whoever has withdrawn consent meanwhile, in another tab, could not tell this page.
          if (isOn()) void resume()
        },
      },
      fail,
    ),
    () => deafen(),
    onOnline(() => isOn() && lanes.forEach(({ courier }) => void courier.hasten().catch(fail)), fail),
    ...lanes.map(({ endpoint, report }) => onBlocked(endpoint, () => report('blocked', `the Content-Security-Policy must allow ${endpoint} in connect-src`), fail)),
    whenActivated(() => {
      isActive = isVisited = true
      if (gate.state() === 'denied') deny()
      begin()
    }, fail),
  ]
  for (const source of sources) {
    try {
      stops.push(source(record))
    } catch (cause) {
      report('source', 'a source could not be started', cause)
    }
  }
  if (gate.state() !== 'denied') attend()
  if (gate.state() === 'pending') console.info(`rihla: nothing is stored or sent until consent('granted')`)

  const stop = () => {
    // First, since a source may tell in its stop what it has held back; the last one first, since what two have patched comes off from the outside.
    for (const stop of stops.splice(0).reverse()) stop()
    part?.stop()
    journey?.stop()
    isActive = false
    for (const lane of lanes) lane.stop()
  }

  return {
    ...part?.methods,
    ...journey?.methods,
    track: (touchpoint, props, options) => record({ name: touchpoint, props, stage: options?.stage }),
    identify: (user, traits) => {
      const isText = typeof user === 'string' && !!user && user.length <= 256
      if (!isText || (!hashUser && redactor.link(user) !== user)) return report('input', `user must be your own id, 1 to 256 characters${hashUser ? '' : ', no e-mail address'}`)
      const moment = { name: 'identify', props: traits, at: now(), page: pageNow() }
      if (!hashUser) return record({ ...moment, user })
      sha256(user).then(
        (hash) => record({ ...moment, user: hash }),
        (cause) => report('input', 'hashUser needs a page on https; the user was left out', cause),
      )
    },
    reset: visits.reset,
    saved: async () => (await open()) && all(({ outbox }) => outbox.saved()),
    flush: async () => (await open()) && all(({ courier }) => courier.flush()),
    consent: (state) => agree({ consent: state }),
    forget: () => forget().catch(() => false),
    inspect,
    status: async () => {
      const isKnown = isOn() && isReady()
      return {
        site: settings.site,
        tab,
        consent: agreed.states,
        held: gate.count(),
        visit: isKnown ? whoIn(visits.current()) : undefined,
        destinations: await Promise.all(lanes.map(async ({ endpoint, waiting, outage }) => ({ endpoint, isFailing: outage.isOn(), waiting: isKnown ? await waiting().catch(() => 0) : 0 }))),
      }
    },
    stop,
  }
}

/** How long a page is left alone before what other pages left behind is looked for, ms. */
const SETTLED = 1500

const whoIn = ({ id, visitor, user }: Visit) => ({ id, visitor, user })

const nothing = () => {}
const no = async () => false
const inert: Tracker = {
  track: nothing,
  identify: nothing,
  reset: nothing,
  saved: no,
  flush: no,
  consent: nothing,
  forget: no,
  inspect: () => nothing,
  status: async () => ({ site: '', tab: '', consent: unsaid.states, held: 0, visit: undefined, destinations: [] }),
  stop: nothing,
}
