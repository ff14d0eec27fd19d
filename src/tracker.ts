import { guarded } from './browser/listen.js'
import { onBlocked } from './browser/on-blocked.js'
import { onLifecycle } from './browser/on-lifecycle.js'
import { onOnline } from './browser/on-online.js'
import { otherTabs } from './browser/other-tabs.js'
import { currentPage } from './browser/page.js'
import { createSpill } from './browser/spill.js'
import { whenActivated } from './browser/when-activated.js'
import { createBacklog } from './backlog.js'
import { type BeaconWindow, createBeacon } from './beacon.js'
import { checkMoment } from './check-moment.js'
import { checkOptions } from './check-options.js'
import { createGate, hear, isConsent, PURPOSES, unsaid, withheldBy } from './consent.js'
import { createCourier } from './courier.js'
import { createDatabase } from './database.js'
import { createDelivery } from './delivery.js'
import { createDeparture } from './departure.js'
import { createErasure } from './erasure.js'
import { uuidv8 } from './ids.js'
import { createOutage } from './outage.js'
import { createOutbox } from './outbox.js'
import { marksOf } from './marks.js'
import type { JourneyPart, MethodsOf, Part } from './part.js'
import { createRedactor } from './redact.js'
import { createReport } from './report.js'
import { sha256 } from './sha256.js'
import { createBirths, type Stamped } from './touchpoint.js'
import type { ConsentSignal, Moment, PageView, Purpose, Seen, Stop, Tracker, TrackerOptions } from './types.js'
import { createVisits } from './visit.js'
import type { Steps, World } from './world.js'

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
  const { endpoint, site, sources, urgent, debug, cookieless, visitorAge, hashUser } = settings
  const { model } = settings.journey ?? {}
  const report = createReport(settings)
  const fail = (cause: unknown) => report('source', 'something failed; the page is not affected', cause)
  const now = () => Date.now()
  const isHidden = () => document.visibilityState === 'hidden'
  const name = `rihla-${site}-${uuidv8(endpoint).slice(0, 8)}`

  const withheld = withheldBy(settings, navigator as Navigator & { readonly globalPrivacyControl?: boolean })
  let agreed = hear(unsaid, { consent: settings.consent, isDefault: true }, withheld)
  const allows = (purpose: Purpose) => agreed.states[purpose] === 'granted'
  const denied = () => PURPOSES.filter((purpose) => !allows(purpose))
  const others = otherTabs(name, fail)

  const redactor = createRedactor(settings.keepParams)
  const births = createBirths({ ...settings, model, marks: marksOf(settings), denied, redactor, report })
  const { tab } = births
  const mayOpen = () => gate.state() === 'granted'
  const database = createDatabase(name, { indexedDB: () => indexedDB, locks: navigator.locks, mayOpen, isHidden })
  const spill = createSpill(`${name}-`, tab, () => localStorage)
  const world: World = { ...settings, tab, database, spill, now, isHidden, report }
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
  const visits = createVisits(database, redactor, { now, landing: { url: location.href, referrer: document.referrer }, visitorAge: cookieless ? 0 : visitorAge, mayNameClicks: () => allows('ads'), journey })
  const outbox = createOutbox(world, (...loss) => backlog.lose(...loss))
  const backlog = createBacklog(world, outbox.holds)
  const beacon = createBeacon(endpoint, window as Window & BeaconWindow)
  const outage = createOutage(database, { now, random: Math.random })
  const delivery = createDelivery(world, { outbox, backlog, beacon }, births.last)
  const steps: Steps = { outbox, backlog, beacon, outage, delivery }
  const courier = createCourier(world, steps)
  const departure = createDeparture(world, steps, courier.due)

  // --- a moment's way ---

  let viewed: PageView | undefined
  const pageNow = (): PageView => {
    const now = currentPage()
    // The kind may have become known since.
    return viewed?.url === now.url ? { ...viewed, kind: viewed.kind ?? now.kind } : now
  }

  /** Guarded one by one: what is held back passes in one go, and one that fails must not take the others with it. */
  const keep = guarded((moment: Stamped) => {
    if (moment.kept) return
    if (moment.user) visits.identify(moment.user)
    const visit = visits.current()
    const { weighed } = moment
    if (weighed) moment.hint ??= journey!.hint(moment, weighed, visit, visits.isBegunHere())
    // Firefox ends a script in the middle when its page goes, and the next event comes here again.
    const touchpoint = (moment.born ??= births.bear(moment, visit))
    const isUrgent = urgent.includes(moment.name)
    // A hidden tab's timers come once a second, later once a minute, and it may be closed before.
    outbox.add(touchpoint, moment.now || isUrgent || isHidden())
    moment.kept = true
    if (debug) console.log('rihla:', touchpoint.line)
    courier.due(isUrgent)
    departure.insure()
    if (touchpoint.seq % 500 === 0) backlog.tidy().catch(fail)
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
    backlog.lose('pending', [{ tab, from: births.last() - count + 1, to: births.last() }])
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
      void open().then(() => courier.look(SETTLED))
    }, 0)
  }

  /** Resolves `false` when consent keeps moments from becoming touchpoints. */
  const open = async () => {
    if (isOn()) await Promise.all([visits.ready(), outage.ready(), part?.ready()])
    return isOn() && gate.release()
  }

  let erased = 0
  const clear = () => {
    erased = births.last()
    courier.clear()
    departure.clear()
    outbox.clear()
    backlog.clear()
    part?.clear()
    // Every document's, and those of parts that this page may be without.
    createSpill(name, '', () => localStorage).clear()
  }
  const erasure = createErasure(world, { visits, beacon, others, clear })

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
    if (state === 'granted' && erased) backlog.lose('forgotten', [{ tab, from: 1, to: erased }])
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
    if (isOn()) courier.restart()
  }

  const { url, text } = redactor
  const redacted = (page: PageView): PageView => ({ ...page, url: url(page.url), title: text(page.title ?? ''), referrer: page.referrer && url(page.referrer) })

  // Its listeners come first: what it has to say at the end leaves with the rest.
  const part: Part | undefined = settings.commerce?.({ ...world, spill: createSpill(`${name}:`, tab, () => localStorage), isOn, isDenied: () => gate.state() === 'denied', redacted, emit, fail })
  const stops: Stop[] = [
    onLifecycle(
      {
        hidden: () => {
          hurry()
          outbox.spill()
          void outbox.write()
          departure.leave(false)
        },
        left: () => {
          hurry()
          outbox.spill()
          departure.leave(true)
          database.leave()
        },
        seen: () => {
          visits.restart()
          // What other tabs have learnt since.
          if (isReady() && isOn()) visits.look()
          begin()
          void outbox.write()
          if (isOn()) courier.look()
        },
        restored: () => {
          database.reset()
          visits.restart()
          outbox.restart()
          departure.restart()
          // Whoever has withdrawn consent meanwhile, in another tab, could not tell this page.
          if (isOn()) void resume()
        },
      },
      fail,
    ),
    () => deafen(),
    onOnline(() => isOn() && void courier.hasten().catch(fail), fail),
    onBlocked(endpoint, () => report('blocked', `the Content-Security-Policy must allow ${endpoint} in connect-src`), fail),
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
    saved: async () => (await open()) && outbox.saved(),
    flush: async () => (await open()) && courier.flush(),
    consent: (state) => agree({ consent: state }),
    forget: () => forget().catch(() => false),
    stop: () => {
      // First, since a source may tell in its stop what it has held back; the last one first, since what two have patched comes off from the outside.
      for (const stop of stops.splice(0).reverse()) stop()
      part?.stop()
      journey?.stop()
      isActive = false
      void outbox.write()
      outbox.stop()
      courier.stop()
      departure.stop()
    },
  }
}

/** How long a page is left alone before what other pages left behind is looked for, ms. */
const SETTLED = 1500

const nothing = () => {}
const no = async () => false
const inert: Tracker = { track: nothing, identify: nothing, reset: nothing, saved: no, flush: no, consent: nothing, forget: no, stop: nothing }
