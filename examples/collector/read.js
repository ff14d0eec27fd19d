// @ts-check
import { summarise } from './account.js'

/** @typedef {import('./database.js').Connection} Connection */
/** @typedef {import('./account.js').Summary} Summary */
/** @typedef {import('./filters.js').Filters} Filters */
/** @typedef {{ [field: string]: unknown }} Touchpoint */
/** @typedef {{ visitor?: unknown, started?: unknown, landing?: unknown, referrer?: unknown, channel?: unknown, number?: unknown, first?: unknown, campaign?: unknown }} Visit */
/** @typedef {Summary & { site: string, tab: string, updated_at: number }} DocumentSummary */

const conditions = {
  site: 't.site = $site',
  name: 't.name = $name',
  visit: 't.visit = $visit',
  tab: 't.tab = $tab',
  stage: 't.stage = $stage',
  source: 't.source = $source',
  visitor: '(t.site, t.visit) IN (SELECT (site, visit) FROM visits WHERE visitor = $visitor)',
  channel: '(t.site, t.visit) IN (SELECT (site, visit) FROM visits WHERE channel = $channel)',
  since: 't.happened_at >= $since',
  until: 't.happened_at < $until',
  before: '(t.happened_at < $before OR (t.happened_at = $before AND t.n < $beforeN))',
}

/** @type {(filters: Filters, known: { [name: string]: string }) => string} */
const whereOf = (filters, known) => {
  const chosen = Object.entries(known).flatMap(([name, condition]) => (Object.hasOwn(filters, name) ? [condition] : []))
  return chosen.length > 0 ? `WHERE ${chosen.join(' AND ')}` : ''
}

/** @type {(filters: Filters) => { [name: string]: string | bigint }} */
const valuesOf = (filters) => Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, typeof value === 'number' ? BigInt(value) : value]))

/** @type {(fields: Touchpoint) => Touchpoint} */
const withoutEmpty = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))

/**
 * A touchpoint as readers see it: one flat object, with what its page and visit know of it. Absent fields are left out.
 * @type {(row: Touchpoint, visit?: Visit) => Touchpoint}
 */
export const toTouchpoint = ({ stage, confidence, rule, born: _born, ...row }, visit) =>
  withoutEmpty({
    ...row,
    stage: stage === null || stage === undefined ? undefined : { id: stage, confidence, rule },
    visitor: visit?.visitor,
    started: visit?.started,
    landing: visit?.landing,
    visit_referrer: visit?.referrer,
    channel: visit?.channel,
    visit_number: visit?.number,
    first_touch: visit?.first,
    campaign: visit?.campaign,
  })

/** @type {(text: unknown) => unknown} */
const parsed = (text) => (text ? JSON.parse(String(text)) : text)

const numbers = ['n', 'at', 'received_at', 'happened_at', 'seq', 'started', 'visit_number']

/** @type {(row: Touchpoint) => Touchpoint} */
const fromRow = ({ visitor, landing, visit_referrer: referrer, channel, first_touch: first, campaign, ...row }) => {
  for (const name of numbers) if (row[name] !== null) row[name] = Number(row[name])
  const { started, visit_number: number, props, marks, denied, ...rest } = row
  const visit = { visitor, started, landing, referrer, channel, number, first: parsed(first), campaign: parsed(campaign) }
  return toTouchpoint({ ...rest, props: parsed(props), marks: parsed(marks), denied: parsed(denied) }, visit)
}

/**
 * Stored touchpoints, those that happened last first; at most `limit`, and `next` continues where they end.
 * @type {(connection: Connection, filters: Filters) => Promise<{ touchpoints: Touchpoint[], next?: string }>}
 */
export const readTouchpoints = async (connection, filters) => {
  const { limit = 100, ...others } = filters
  const sql = `WITH page AS (FROM touchpoints t ${whereOf(others, conditions)} ORDER BY t.happened_at DESC, t.n DESC LIMIT ${Number(limit)})
    SELECT p.*, v.visitor, v.started, v.landing, v.referrer AS visit_referrer, v.channel, v.number AS visit_number, v.first AS first_touch, v.campaign
    FROM page p LEFT JOIN visits v ON v.site = p.site AND v.visit = p.visit ORDER BY p.happened_at DESC, p.n DESC`
  const touchpoints = (await connection.runAndReadAll(sql, valuesOf(others))).getRowObjectsJson().map(fromRow)
  const last = touchpoints.at(-1)
  return last && touchpoints.length === limit ? { touchpoints, next: `${last.happened_at}_${last.n}` } : { touchpoints }
}

/**
 * The loss account of the documents heard of last, newest first.
 * @type {(connection: Connection, filters: Filters) => Promise<{ documents: DocumentSummary[] }>}
 */
export const readDocuments = async (connection, filters) => {
  const { limit = 100, ...others } = filters
  const where = whereOf(others, { site: 'site = $site', tab: 'tab = $tab' })
  const sql = `SELECT site, tab, account, updated_at FROM documents ${where} ORDER BY updated_at DESC, key LIMIT ${Number(limit)}`
  const rows = (await connection.runAndReadAll(sql, valuesOf(others))).getRowObjectsJson()
  const documents = rows.map(({ site, tab, account, updated_at: updated }) => ({ site: String(site), tab: String(tab), updated_at: Number(updated), ...summarise(JSON.parse(String(account))) }))
  return { documents }
}
