import type { Database } from './database.js'
import { uuidv7 } from './ids.js'
import { type Redactor, shorten } from './redact.js'
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
  readonly identify: (user: string) => void
  readonly who: () => { readonly visitor?: string | undefined; readonly user?: string | undefined }
  /** A reading that was under way may never end, and what was forced can be read now. */
  readonly restart: () => void
  /** Forgets everybody. */
  readonly clear: () => void
}

/** A visit as it is stored. */
export interface Visit {
  readonly id: string
  readonly visitor: string
  /** When the visitor id was made. */
  readonly since: number
  readonly last: number
  readonly user: string | undefined
  /** The campaign, as JSON. */
  readonly campaign: string
  /** The entry on the wire, `"id":{…}`. */
  readonly entry: string
}

const KEY = 'visit'
/** GA4's session timeout. */
const INACTIVITY = 1_800_000
/** The longest a visitor is recognised: 13 months, the usual bound of consent. */
const VISITOR_AGE = 34_128_000_000
/** How exactly the last activity is stored: each put of it costs a transaction. */
const PRECISION = 60_000
/** Click ids: gclid, fbclid, msclkid, irclickid and what is called like them, and others. Only their names are kept, never their values. */
const CLICK_IDS = /^(?:\w{1,4}cl(?:ic)?k?id|[gw]braid|li_fat_id|epik|sccid|rdt_cid)$/i

/** A visit ends after 30 minutes of inactivity in every tab, or when a page is reached by another campaign. */
export function createVisits(database: Database, redactor: Redactor, now: () => number, landing: { readonly url: string; readonly referrer: string }): Visits {
  const campaign = campaignOf(landing.url, redactor)
  let visit: Visit | undefined
  let reading: Promise<void> | undefined
  let user: string | undefined
  let touched = 0

  const begin = (old?: Visit, isForced?: boolean): Visit => {
    const last = now()
    const id = uuidv7(last)
    const { visitor, since } = old && last - old.since < VISITOR_AGE ? old : { visitor: isForced ? '' : uuidv7(last), since: last }
    const at = `"landing":${quote(redactor.url(landing.url))},"referrer":${quote(redactor.url(landing.referrer))}`
    return { id, visitor, since, last, user: old?.user, campaign, entry: `"${id}":{${visitor && `"visitor":"${visitor}",`}"started":${last},${at},"campaign":${campaign}}` }
  }

  const goOn = (old?: Visit): Visit => {
    const isSame = old && Math.abs(now() - old.last) < INACTIVITY && (campaign === '{}' || campaign === old.campaign)
    return { ...(isSame ? old : begin(old)), last: now(), ...(user && { user }) }
  }

  /** Only the time and the user: another tab may have begun another visit since. */
  const save = () => {
    touched = now()
    const known = visit!
    database.update<Visit>(KEY, (old = known) => ({ ...old, last: touched, user: user ?? old.user })).catch(() => {})
  }

  const isReady = () => {
    const idle = visit ? now() - touched : 0
    if (idle > INACTIVITY) visit = reading = undefined
    else if (idle > PRECISION) save()
    return !!visit
  }

  return {
    isReady,
    ready: () =>
      (reading ??= database
        .update(KEY, goOn)
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
    identify: (name) => {
      user = name
      visit = { ...visit!, user }
      save()
    },
    who: () => ({ visitor: visit?.visitor, user: visit?.user }),
    restart: () => {
      if (!visit?.visitor) visit = reading = undefined
    },
    clear: () => void (visit = reading = user = undefined),
  }
}

/** The campaign that a URL names, as JSON: utm parameters as they came, click ids by name only. `{}` for none. */
function campaignOf(url: string, { text }: Redactor): string {
  const params = [...new URL(url).searchParams]
  const utm = params.filter(([name]) => /^utm_\w{1,32}$/.test(name)).map(([name, value]) => `"${name}":${quote(shorten(value, 256, text))}`)
  const ids = params.filter(([name]) => CLICK_IDS.test(name)).map(([name]) => quote(name.toLowerCase()))
  return `{${[...utm, ...(ids.length ? [`"click_ids":[${ids.join()}]`] : [])].join()}}`
}
