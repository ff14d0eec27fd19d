import type { OtherTabs } from './browser/other-tabs.js'
import { SDK } from './version.js'
import type { Visits, Who } from './visit.js'
import type { Steps, World } from './world.js'

/** Nothing is kept of a shopper any more. */
export interface Erasure {
  /** Here: in memory and on the device. Resolves when the databases are gone. */
  readonly erase: () => Promise<unknown>
  /** Here, in every other tab, and at the collectors that can be asked to, where somebody was known. Resolves `true` when they have answered, or nobody was known. */
  readonly forget: () => Promise<boolean>
}

/** One endpoint, and what the device keeps for it. */
type Erasable = World & Pick<Steps, 'beacon'>

/** What knows of a shopper: `clear` drops what this document has in memory. */
interface Keepers {
  readonly visits: Visits
  readonly others: OtherTabs
  readonly clear: () => void
}

/** Erases one document's device. Whoever calls sees to it that nothing is kept anew. */
export function createErasure(lanes: readonly Erasable[], { visits, others, clear }: Keepers): Erasure {
  const erase = () => {
    clear()
    visits.clear()
    return Promise.all(lanes.map(({ database }) => database.destroy()))
  }

  const forget = async () => {
    // This page may never have had consent: what an earlier one has stored names the visitor all the same.
    const here = visits.isReady() ? visits.who() : undefined
    const before = here?.visitor ? undefined : await visits.stored()
    const gone = erase()
    others.tell()
    const who = { visitor: here?.visitor || before?.visitor, user: here?.user ?? before?.user }
    // Not after the databases are gone: consent tools load the page anew.
    const answers = who.visitor || who.user ? lanes.map((lane) => ask(lane, who)) : []
    await gone
    return (await Promise.all(answers)).every(Boolean)
  }

  return { erase, forget }
}

async function ask({ site, format, now, report, beacon }: Erasable, who: Who): Promise<boolean> {
  if (!format.forget) return true
  const answer = await beacon.post(format.forget({ site, sdk: SDK, sentAt: now(), ...who }))
  const isDone = !!answer && format.classify(answer).kind === 'ok'
  if (!isDone) report('consent', 'the device has forgotten the visitor, the collector did not answer', who)
  return isDone
}
