// @ts-check

/** @typedef {import('./query.js').Query} Query */
/** @typedef {import('./validate.js').Forget} Forget */
/** @typedef {(row: { site: string, visit: string, user?: string | null }) => boolean} Matches */
/** @typedef {import('./forgotten.js').Erased} Erased */

// The parentheses are needed: in DuckDB, = binds tighter than ->>.
const visitsOfVisitor = `SELECT visit FROM visits WHERE site = ($1->>'site') AND visitor = ($1->>'visitor')`
const visitsWithUser = `SELECT DISTINCT visit FROM touchpoints WHERE site = ($1->>'site') AND "user" = ($1->>'user')`
const named = `site = ($1->>'site') AND visit IN (SELECT unnest(from_json($1->'visits', '["VARCHAR"]')))`
const eraseAll = `DELETE FROM touchpoints WHERE ${named}`
const eraseUser = `DELETE FROM touchpoints WHERE ${named} AND ("user" IS NULL OR "user" = ($1->>'user'))`
const eraseEmptyVisits = `DELETE FROM visits WHERE ${named} AND visit NOT IN (SELECT visit FROM touchpoints WHERE ${named})`

/** @type {(rows: { visit: string }[]) => string[]} */
const namesOf = (rows) => rows.map(({ visit }) => visit)

/**
 * Erases all visits of a visitor, and of a user also what the same visits held before the log-in. Another user's touchpoints of a shared visit stay.
 * Returns what tells whether a row was erased, and what was. The disk space is used again, not overwritten at once.
 * @type {(query: Query, site: string, who: Forget) => Promise<{ matches: Matches, erased: Erased[] }>}
 */
export const forget = async (query, site, { visitor, user }) => {
  const whole = visitor === undefined ? [] : namesOf(await query(visitsOfVisitor, { site, visitor }))
  const shared = user === undefined ? [] : namesOf(await query(visitsWithUser, { site, user }))
  await query(eraseAll, { site, visits: whole })
  if (user !== undefined) await query(eraseUser, { site, user, visits: shared })
  await query(eraseEmptyVisits, { site, visits: [...whole, ...shared] })
  /** @type {(kind: Erased['kind'], names: (string | undefined)[]) => Erased[]} */
  const all = (kind, names) => names.flatMap((name) => (name === undefined ? [] : [{ kind, site, name }]))
  return {
    matches: (row) => row.site === site && (whole.includes(row.visit) || (shared.includes(row.visit) && (row.user ?? user) === user)),
    erased: [...all('visitor', [visitor]), ...all('user', [user]), ...all('visit', whole), ...all('guest', shared)],
  }
}
