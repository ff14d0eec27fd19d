import type { DuckDBConnection } from '@duckdb/node-api'
import { type Account, summarise, totalOf } from '../account.js'
import { keyOf } from '../ledger.js'
import { toTouchpoint } from '../to-touchpoint.js'
import type { Row, Store, Touchpoint, TouchpointFilters, Visit } from '../types.js'

type Names = keyof Omit<TouchpointFilters, 'limit' | 'before'>

const CONDITIONS: { readonly [name in Names]: string } = {
  site: 't.site = $site',
  name: `t.name IN (SELECT unnest(string_split($name, ',')))`,
  user: `(t."user" = $user OR (t."user" IS NULL AND (t.site, t.visit) IN (SELECT (v.site, v.visit) FROM visits v JOIN people p ON p.key = v.site || '/' || v.visitor WHERE p."user" = $user)))`,
  visit: 't.visit = $visit',
  tab: 't.tab = $tab',
  stage: 't.stage = $stage',
  source: 't.source = $source',
  visitor: '(t.site, t.visit) IN (SELECT (site, visit) FROM visits WHERE visitor = $visitor)',
  channel: '(t.site, t.visit) IN (SELECT (site, visit) FROM visits WHERE channel = $channel)',
  cart: `(t.props->>'cart_id') = $cart`,
  since: 't.happened_at >= $since',
  until: 't.happened_at < $until',
}
const BEFORE = '(t.happened_at < $before OR (t.happened_at = $before AND t.n < $beforeN))'

const OPEN_CARTS = `SELECT site, cart, n FROM (
    SELECT site, props->>'cart_id' AS cart, max_by(name, (happened_at, n)) AS name, max_by(props->>'status', (happened_at, n)) AS status, max_by(n, (happened_at, n)) AS n, max(happened_at) AS last
    FROM touchpoints WHERE happened_at >= $since AND (props->>'cart_id') <> '' GROUP BY ALL)
  WHERE last < $until AND name <> 'purchase' AND NOT (name = 'cart_abandonment' AND coalesce(status, '') IN ('confirmed', 'recovered', 'unknown'))
  ORDER BY last`

const GIVEN = `(SELECT unnest(from_json($given, '["VARCHAR"]')))`
// By one column, which DuckDB does many times as fast as by two: what is of another site is sorted out later.
const HISTORIES = `SELECT * FROM touchpoints WHERE (props->>'cart_id') IN ${GIVEN} QUALIFY row_number() OVER (PARTITION BY site, props->>'cart_id' ORDER BY happened_at DESC, n DESC) <= $most`
const LAST_SEEN = `WITH own AS (SELECT site, visit, max(happened_at) AS seen FROM touchpoints WHERE visit IN (SELECT unnest(from_json($visits, '["VARCHAR"]')) UNION SELECT visit FROM visits WHERE visitor IN ${GIVEN}) AND source <> 'collector' GROUP BY ALL)
  SELECT own.site, coalesce(v.visitor, own.visit) AS shopper, max(seen) AS seen FROM own LEFT JOIN visits v ON v.site = own.site AND v.visit = own.visit GROUP BY ALL`

/** An account of which all has arrived, as nearly all are: nothing in it needs to be looked at. */
const IS_WHOLE = `((account->>'arrived') = '[[1,' || (account->>'highest') || ']]' AND (account->>'refused') = '[]' AND (account->>'lost') = '[]')`

type Values = { [name: string]: string | bigint }

const NUMBERS = ['n', 'at', 'received_at', 'happened_at', 'seq', 'visit_number', 'started']
const JSONS = ['props', 'marks', 'denied', 'first_touch', 'campaign']

/** A row of `touchpoints` joined with its visit and its person. */
function fromRow(row: { [column: string]: unknown }) {
  for (const name of NUMBERS) if (row[name] !== null) row[name] = Number(row[name])
  for (const name of JSONS) if (row[name] !== null) row[name] = JSON.parse(String(row[name]))
  const { visitor, started, landing, visit_referrer: referrer, channel, visit_number: number, first_touch: first, campaign, device, known_as: knownAs, ...touchpoint } = row
  return toTouchpoint(touchpoint as unknown as Row, { visitor, started, landing, referrer, channel, number, first, campaign, device } as unknown as Visit, (knownAs ?? undefined) as string | undefined)
}

/** The reading half of a store in a DuckDB file. */
export function readsOf(connection: DuckDBConnection): Pick<Store, 'touchpoints' | 'documents' | 'openCarts' | 'histories' | 'lastSeen' | 'losses'> {
  const read = async (sql: string, values: Values) => (await connection.runAndReadAll(sql, values)).getRowObjectsJson() as { [column: string]: unknown }[]
  /** Touchpoints with all that is told of them, those that happened last first. */
  const readWhole = async (page: string, values: Values) => {
    const sql = `WITH page AS (${page}) SELECT p.*, v.visitor, v.started, v.landing, v.referrer AS visit_referrer, v.channel, v.number AS visit_number, v.first AS first_touch, v.campaign, v.device, w."user" AS known_as
      FROM page p LEFT JOIN visits v ON v.site = p.site AND v.visit = p.visit LEFT JOIN people w ON w.key = v.site || '/' || v.visitor ORDER BY p.happened_at DESC, p.n DESC`
    return (await read(sql, values)).map(fromRow)
  }
  return {
    touchpoints: async ({ limit = 100, before, ...filters }) => {
      const given = Object.entries(filters).filter(([, value]) => value !== undefined)
      const conditions = [...given.map(([name]) => CONDITIONS[name as Names]), ...(before ? [BEFORE] : [])]
      const values: Values = Object.fromEntries(given.map(([name, value]) => [name, typeof value === 'number' ? BigInt(value) : value]))
      const page = `FROM touchpoints t ${conditions.length ? `WHERE ${conditions.join(' AND ')}` : ''} ORDER BY t.happened_at DESC, t.n DESC LIMIT ${limit}`
      const touchpoints = await readWhole(page, { ...values, ...(before && { before: BigInt(before.happened_at), beforeN: BigInt(before.n) }) })
      const last = touchpoints[touchpoints.length - 1]
      return { touchpoints, next: last && touchpoints.length === limit ? { happened_at: last.happened_at, n: last.n } : undefined }
    },
    documents: async ({ site, tab, limit = 100 }) => {
      const [siteOf, tabOf] = [`split_part(key, '/', 1)`, `split_part(key, '/', 2)`]
      const conditions = [...(site === undefined ? [] : [`${siteOf} = $site`]), ...(tab === undefined ? [] : [`${tabOf} = $tab`])]
      const sql = `SELECT ${siteOf} AS site, ${tabOf} AS tab, account, updated_at FROM documents ${conditions.length ? `WHERE ${conditions.join(' AND ')}` : ''} ORDER BY updated_at DESC, key LIMIT ${limit}`
      const rows = await read(sql, { ...(site !== undefined && { site }), ...(tab !== undefined && { tab }) })
      return rows.map((row) => ({ site: String(row.site), tab: String(row.tab), updated_at: Number(row.updated_at), ...summarise(JSON.parse(String(row.account)) as Account) }))
    },
    losses: async ({ site, since }) => {
      const conditions = ['true', ...(site === undefined ? [] : [`split_part(key, '/', 1) = $site`]), ...(since === undefined ? [] : ['updated_at >= $since'])].join(' AND ')
      const values = { ...(site !== undefined && { site }), ...(since !== undefined && { since: BigInt(since) }) }
      const [whole] = await read(`SELECT count(*) AS documents, coalesce(sum((account->>'highest')::BIGINT), 0) AS touchpoints FROM documents WHERE ${conditions} AND ${IS_WHOLE}`, values)
      const rest = totalOf((await read(`SELECT account FROM documents WHERE ${conditions} AND NOT ${IS_WHOLE}`, values)).map(({ account }) => JSON.parse(String(account)) as Account))
      return { ...rest, documents: rest.documents + Number(whole!.documents), touchpoints: rest.touchpoints + Number(whole!.touchpoints) }
    },
    openCarts: async ({ since, until }) => (await read(OPEN_CARTS, { since: BigInt(since), until: BigInt(until) })).map(({ site, cart, n }) => ({ site: String(site), cart: String(cart), n: Number(n) })),
    histories: async (carts, most) => {
      const of = new Map(carts.map(({ site, cart }) => [keyOf(site, cart), [] as Touchpoint[]]))
      const touchpoints = await readWhole(HISTORIES, { given: JSON.stringify(carts.map(({ cart }) => cart)), most: BigInt(most) })
      for (const touchpoint of touchpoints.reverse()) of.get(keyOf(touchpoint.site, String(touchpoint.props?.cart_id)))?.push(touchpoint)
      return [...of.values()]
    },
    lastSeen: async (shoppers) => {
      const [visits, visitors] = [shoppers.map(({ visit }) => visit), shoppers.flatMap(({ visitor }) => visitor ?? [])]
      const seen = await read(LAST_SEEN, { visits: JSON.stringify(visits), given: JSON.stringify(visitors) })
      return new Map(seen.map(({ site, shopper, seen: at }) => [keyOf(String(site), String(shopper)), Number(at)]))
    },
  }
}
