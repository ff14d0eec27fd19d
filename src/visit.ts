import { campaignOf, withoutClicks } from './campaign.js'
import type { Database } from './database.js'
import { uuidv7 } from './ids.js'
import type { JourneyPart, Past } from './part.js'
import type { Redactor } from './redact.js'
import { quote } from './to-json.js'

/** Who is here, and since when: read from storage once, kept there for the next page. */
export interface Visits {
  /** Reads or begins the visit. Never rejects: where storage refuses, the visit is this page's own. */
  readonly ready: () => Promise<void>
  /** `false` before storage was read, and when the visit has ended by inactivity: another tab may have gone on with it. */
  readonly isReady: () => boolean
  /** Begins a visit of this page's own, of an unknown visitor: there is no time left to read. */
  readonly force: () => void
  /** The visit, after `isReady`. */
  readonly current: () => Visit
  /** Whether the visit began on this page. */
  readonly isBegunHere: () => boolean
  readonly identify: (user: string) => void
  /** Changes what is remembered of the journey: here at once, and on what other tabs have stored since. Resolves when that was tried; what could not be stored is tried again with the next. */
  readonly learn: (change: (past: Past) => Past) => Promise<void>
  /** The names of click ids may not be kept any longer: from now on the visit is without them. */
  readonly unnameClicks: () => void
  /** Takes over what other tabs have stored since. */
  readonly look: () => void
  readonly who: () => Who
  /** Who is stored on the device, also where that may not be read for anything else: to be forgotten. `undefined` where nothing is. Never rejects. */
  readonly stored: () => Promise<Who | undefined>
  /** Whether what this page has stored is gone: somebody has erased it. Never rejects. */
  readonly isErased: () => Promise<boolean>
  /** A reading that was under way may never end, and what was forced can be read now. */
  readonly restart: () => void
  /** Somebody else is here from now on: another visitor, another visit, no user. */
  readonly reset: () => void
  /** Forgets everybody. */
  readonly clear: () => void
}

/** A visit as it is stored. */
export interface Visit {
  readonly id: string
  /** Empty where the visitor is not known, and in cookieless mode. */
  readonly visitor: string
  /** When the visitor id was made. */
  readonly since: number
  readonly last: number
  readonly user: string | undefined
  /** The campaign, as JSON. */
  readonly campaign: string
  /** The entry on the wire, `"id":{…}`. */
  readonly entry: string
  /** What is remembered of the journey. */
  readonly past?: Past | undefined
}

/** Whom a collector may know. */
export interface Who {
  readonly visitor?: string | undefined
  readonly user?: string | undefined
}

/** What one domain of a shop tells another of who goes there. */
export type HandOver = Pick<Visit, 'id' | 'visitor'>

/** What visits are made of. */
export interface VisitOptions {
  readonly now: () => number
  readonly landing: { readonly url: string; readonly referrer: string }
  /** How long a visitor is recognised, ms; 0 for no longer than the visit. */
  readonly visitorAge: number
  /** Whether the names of click ids may be kept. */
  readonly mayNameClicks: () => boolean
  /** What remembers the journey from visit to visit. */
  readonly journey?: Pick<JourneyPart, 'handed' | 'arrive' | 'entryOf'> | undefined
}

const KEY = 'visit'
/** GA4's session timeout. */
const INACTIVITY = 1_800_000
/** How exactly the last activity is stored: each put of it costs a transaction. */
const PRECISION = 60_000
/** How many changes wait where storage refuses. */
const MOST = 100

/** A visit ends after 30 minutes of inactivity in every tab, or when a page is reached by another campaign. */
export function createVisits(database: Pick<Database, 'update' | 'peek'>, redactor: Redactor, { now, landing, visitorAge, mayNameClicks, journey }: VisitOptions): Visits {
  const campaignNow = () => campaignOf(landing.url, redactor, mayNameClicks())
  let handed = visitorAge ? journey?.handed : undefined
  let visit: Visit | undefined
  let reading: Promise<void> | undefined
  let saving: Promise<void> | undefined
  let unsaved: ((past: Past) => Past)[] = []
  /** Whom this page has named, and of which visitor that is true. */
  let named: { readonly user: string; readonly of: string } | undefined
  let touched = 0
  let isBegunHere = false
  let isNewcomer = false
  let isStored = false

  /** Whose a visit is: the visitor's, in cookieless mode nobody's but its own. Empty for somebody who may be anybody. */
  const ownerOf = ({ id, visitor }: Visit) => (visitorAge ? visitor : id)
  const userOf = (of: Visit) => (named && (!named.of || named.of === ownerOf(of)) ? named.user : of.user)

  const begin = (old?: Visit, isUnknown?: boolean): Visit => {
    const last = now()
    const campaign = campaignNow()
    const known = old && last - old.since < visitorAge ? old : undefined
    const id = handed?.id ?? uuidv7(last)
    const visitor = handed?.visitor ?? known?.visitor ?? (isUnknown || !visitorAge ? '' : uuidv7(last))
    const since = visitor === known?.visitor ? known.since : last
    const past = journey?.arrive(known?.past, last, isUnknown)
    const at = `"landing":${quote(redactor.url(landing.url))},"referrer":${quote(redactor.url(landing.referrer))}`
    const entry = `"${id}":{${visitor && `"visitor":"${visitor}",`}"started":${last},${past ? journey!.entryOf(past) : ''}${at},"campaign":${campaign}}`
    isBegunHere = true
    return { id, visitor, since, last, user: known?.user, campaign, entry, ...(past && { past }) }
  }

  const allowed = (of: Visit): Visit => (mayNameClicks() ? of : { ...of, campaign: withoutClicks(of.campaign), entry: withoutClicks(of.entry) })

  const goOn = (stored?: Visit): Visit => {
    const old = stored && allowed(stored)
    const campaign = campaignNow()
    // In cookieless mode, whoever was known before is not any more.
    const known = isNewcomer || (!visitorAge && old?.visitor) ? undefined : old
    const isSame = known && Math.abs(now() - known.last) < INACTIVITY && (campaign === '{}' || campaign === known.campaign) && (!handed || handed.visitor === known.visitor)
    isBegunHere = false
    const next = isSame ? known : begin(known)
    return { ...next, last: now(), user: userOf(next) }
  }

  /** Only what is new: another tab may have begun another visit since. One at a time, since a change must not be made twice. */
  const save = (): Promise<void> =>
    (saving ??= (async () => {
      const changes = unsaved
      const known = visit!
      touched = now()
      // In another tab, somebody else may have come: nothing of who is here is theirs.
      const isOther = (of: Visit) => !!ownerOf(known) && ownerOf(of) !== ownerOf(known)
      const changed = (old = known): Visit =>
        isOther(old) ? old : { ...allowed(old), last: touched, user: userOf(old), ...(old.past && { past: changes.reduce((past, change) => change(past), old.past) }) }
      try {
        const stored = await database.update(KEY, changed)
        const isMine = !!visit && ownerOf(visit) === ownerOf(known)
        unsaved = isOther(stored) && isMine ? [] : unsaved.slice(changes.length)
        if (isOther(stored) && isMine) visit = stored
        else if (visit === known && !unsaved.length) visit = { ...known, past: stored.past }
      } catch {
        return
      } finally {
        saving = undefined
      }
      if (unsaved.length) await save()
    })())

  const isReady = () => {
    const idle = visit ? now() - touched : 0
    if (idle > INACTIVITY) visit = reading = undefined
    else if (idle > PRECISION) void save()
    return !!visit
  }

  return {
    isReady,
    ready: () =>
      (reading ??= database
        .update(KEY, goOn)
        .then((read) => {
          handed = undefined
          isNewcomer = false
          isStored = true
          return read
        })
        .catch(() => goOn())
        .then((read) => {
          visit ??= read
          touched = now()
        })),
    force: () => {
      visit ??= begin(undefined, true)
      touched = now()
    },
    current: () => visit!,
    isBegunHere: () => isBegunHere,
    identify: (name) => {
      named = { user: name, of: ownerOf(visit!) }
      visit = { ...visit!, user: name }
      void save()
    },
    learn: async (change) => {
      const { past } = visit ?? {}
      if (!visit || !past) return
      const next = change(past)
      if (next === past) return
      visit = { ...visit, past: next }
      if (unsaved.length < MOST) unsaved = [...unsaved, change]
      await save()
    },
    unnameClicks: () => {
      if (!visit) return
      visit = allowed(visit)
      void save()
    },
    look: () => void save(),
    who: () => ({ visitor: visit?.visitor, user: visit?.user }),
    stored: () => database.peek<Visit>(KEY).then((found) => found && { visitor: found.visitor, user: found.user }, () => undefined),
    isErased: async () => isStored && (await database.peek(KEY).then((found) => !found, () => false)),
    restart: () => {
      saving = undefined
      if (!visit?.visitor) visit = reading = undefined
    },
    reset: () => {
      named = undefined
      unsaved = []
      isNewcomer = true
      if (!visit) return void (reading = undefined)
      const next = (visit = begin())
      database.update(KEY, () => next).then(() => (isNewcomer = false)).catch(() => {})
    },
    clear: () => {
      visit = reading = named = undefined
      unsaved = []
      isStored = false
    },
  }
}
