import type { Row, Touchpoint, Visit } from './types.js'

/** Absent fields, and those that are null, are left out. */
const present = (fields: { readonly [key: string]: unknown }) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))

/** A touchpoint as readers see it. `knownAs` is the user as whom its visitor has logged in. */
export const toTouchpoint = ({ stage, confidence, rule, born: _, ...row }: Row, visit?: Visit, knownAs?: string): Touchpoint =>
  present({
    ...row,
    stage: stage === undefined || stage === null ? undefined : { id: stage, confidence, rule },
    person: row.user ?? knownAs ?? visit?.visitor ?? row.visit,
    visitor: visit?.visitor,
    started: visit?.started,
    landing: visit?.landing,
    visit_referrer: visit?.referrer,
    channel: visit?.channel,
    visit_number: visit?.number,
    first_touch: visit?.first,
    campaign: visit?.campaign,
    device: visit?.device,
  }) as Touchpoint
