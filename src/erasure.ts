import type { Beacon } from './beacon.js'
import type { OtherTabs } from './browser/other-tabs.js'
import { SDK } from './version.js'
import type { Visits } from './visit.js'
import type { World } from './world.js'

/** Nothing is kept of a shopper any more. */
export interface Erasure {
  /** Here: in memory and on the device. Resolves when the database is gone. */
  readonly erase: () => Promise<void>
  /** Here, in every other tab, and at the collector, where somebody was known. Resolves `true` when the collector has answered, or nobody was known. */
  readonly forget: () => Promise<boolean>
}

/** What knows of a shopper: `clear` drops what this document has in memory. */
interface Keepers {
  readonly visits: Visits
  readonly beacon: Beacon
  readonly others: OtherTabs
  readonly clear: () => void
}

/** Erases one document's device. Whoever calls sees to it that nothing is kept anew. */
export function createErasure({ site, format, database, now, report }: World, { visits, beacon, others, clear }: Keepers): Erasure {
  const erase = () => {
    clear()
    visits.clear()
    return database.destroy()
  }

  const forget = async () => {
    // This page may never have had consent: what an earlier one has stored names the visitor all the same.
    const here = visits.isReady() ? visits.who() : undefined
    const before = here?.visitor ? undefined : await visits.stored()
    const gone = erase()
    others.tell()
    const who = { visitor: here?.visitor || before?.visitor, user: here?.user ?? before?.user }
    const isKnown = !!format.forget && !!(who.visitor || who.user)
    // Not after the database is gone: consent tools load the page anew.
    const asked = isKnown ? beacon.post(format.forget!({ site, sdk: SDK, sentAt: now(), ...who })) : undefined
    await gone
    if (!asked) return true
    const answer = await asked
    const isDone = !!answer && format.classify(answer).kind === 'ok'
    if (!isDone) report('consent', 'the device has forgotten the visitor, the collector did not answer', who)
    return isDone
  }

  return { erase, forget }
}
