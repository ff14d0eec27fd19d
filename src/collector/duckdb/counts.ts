import type { DuckDBConnection } from '@duckdb/node-api'
import { MOST_STEPS, type Tallies } from '../../journey-map/counts.js'
import { nameOf } from '../../journey-map/leg.js'
import type { Choices, MapFilters, Shopper } from '../../journey-map/types.js'
import type { Columns } from '../columns.js'
import { createQueue, type Queue } from '../queue.js'
import type { Store } from '../types.js'
import { type KeptCounts, keepCounts } from './kept-counts.js'
import { createQuery, runOnce } from './query.js'

/** What somebody is, is what was told of them last, wherever that was. */
const isOf = (trait: string) => `(site, person) IN (SELECT (site, person) FROM legs WHERE model = ($1->>'model') AND ${trait} IS NOT NULL GROUP BY site, person HAVING arg_max(${trait}, (started, visit)) = ($1->>'${trait}'))`

const CONDITIONS: { readonly [name in keyof MapFilters]-?: string } = {
  site: `site = ($1->>'site')`,
  since: `started >= ($1->>'since')::BIGINT`,
  until: `started < ($1->>'until')::BIGINT`,
  channel: `channel = ($1->>'channel')`,
  device: `device = ($1->>'device')`,
  segment: isOf('segment'),
  persona: isOf('persona'),
}

/** The legs that fit. Shoppers are told apart by 64 bits of a hash: two of ten million are the same with a chance of one to 300,000. */
const fitting = (filters: MapFilters): string => {
  const given = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [CONDITIONS[name as keyof MapFilters]]))
  return `fit AS (SELECT hash(site, person) AS key, * FROM legs WHERE ${[`model = ($1->>'model')`, 'touchpoints > 0', ...given].join(' AND ')})`
}

const each = (list: string) => `(SELECT key, site, visit, channel, unnest(${list}) AS e FROM fit)`
const PLACE = 'e.step, e.field, e.error, e.stage'
const MONTH = `(year(make_timestamp_ms(e."at")) * 12 + month(make_timestamp_ms(e."at")) - 1)`
const paths = (from: string, path: string, counted: string) => `SELECT path, count(*) AS ${counted} FROM (SELECT ${path} AS path FROM ${from}) WHERE len(path) > 0 GROUP BY path`

/** Tables that several counts look at, in the order in which each is made, and a statement for each table of `Tallies` that is counted in them. */
interface Part {
  readonly shared: { readonly [table: string]: string }
  readonly counts: { readonly [table in keyof Tallies]?: string }
}

/** What is counted along journeys: legs in their places, and their steps. */
const JOURNEYS = {
  shared: {
    /** Each leg in its place among those of its shopper. Only what is small: the other lists are read where they are. */
    own: `SELECT key, row_number() OVER (PARTITION BY key ORDER BY started, visit) AS place, channel, started, touchpoints, isBounce, reached, goalAfter, goalAt, runs FROM fit`,
    /** Runs of the same stage that follow each other, also in another visit, are one step of a journey. */
    steps: `SELECT key, r.stage AS stage, r."from" AS "from", lead(r.stage) OVER w AS next, lead(r."from") OVER w AS until, row_number() OVER w AS place FROM (
        SELECT key, place, generate_subscripts(runs, 1) AS i, unnest(runs) AS r FROM (
          SELECT key, place, CASE WHEN lag(runs[-1].stage) OVER (PARTITION BY key ORDER BY place) = runs[1].stage THEN runs[2:] ELSE runs END AS runs FROM own WHERE len(runs) > 0))
      WINDOW w AS (PARTITION BY key ORDER BY place, i)`,
  },
  counts: {
    totals: 'SELECT count(DISTINCT key) AS shoppers, count(*) AS visits, coalesce(sum(touchpoints), 0) AS touchpoints, count(*) FILTER (isBounce) AS bounces, count(*) FILTER (len(runs) = 0) AS unplaced FROM own',
    stays: 'SELECT stage, count(DISTINCT key) AS shoppers, count(*) AS entries, count(*) FILTER (next IS NULL) AS exits FROM steps GROUP BY stage',
    lasted: 'SELECT stage, list(until - "from") AS ms FROM steps WHERE next IS NOT NULL GROUP BY stage',
    flows: 'SELECT stage AS "from", next AS "to", count(*) AS times FROM steps WHERE next IS NOT NULL GROUP BY ALL',
    arrivals: 'SELECT channel, stage, count(*) AS shoppers FROM (SELECT key, channel FROM own WHERE place = 1) JOIN (SELECT key, stage FROM steps WHERE place = 1) USING (key) GROUP BY ALL',
    reached: 'SELECT reached, count(*) AS shoppers FROM (SELECT key, max(reached) AS reached FROM own GROUP BY key) GROUP BY reached',
    goals: `SELECT coalesce(list(touchpoints), []) AS touchpoints, coalesce(list(visits), []) AS visits, coalesce(list(ms), []) AS ms FROM (SELECT arg_min(goalAfter + earlier, place) AS touchpoints, min(place) AS visits, arg_min(goalAt - began, place) AS ms
      FROM (SELECT key, place, goalAfter, goalAt, sum(touchpoints) OVER w - touchpoints AS earlier, min(started) OVER w AS began FROM own WINDOW w AS (PARTITION BY key ORDER BY place)) WHERE goalAt IS NOT NULL GROUP BY key)`,
    // Far cheaper than to sort a list of each journey.
    stagePaths: paths('steps GROUP BY key', `list_filter([${Array.from({ length: MOST_STEPS }, (_, i) => `max(stage) FILTER (place = ${i + 1})`).join(', ')}], lambda stage: stage IS NOT NULL)`, 'shoppers'),
  },
} satisfies Part

/** What is counted in legs, in whatever order they were. */
const LEGS = {
  shared: {
    orders: `SELECT key, channel, ${MONTH} AS month FROM ${each('payments')} WHERE e.isOrder`,
    /** One of each cart: where it was left last, and what became of it in the end. */
    lost: `SELECT arg_max(key, (e.toldAt, e."at", visit)) AS key, arg_max(e, (e.toldAt, e."at", visit)) AS e, arg_max(e.status, (e."at", visit)) AS status FROM ${each('abandoned')} GROUP BY site, e.id`,
  },
  counts: {
    buyers: 'SELECT orders, count(*) AS shoppers FROM (SELECT key, count(*) AS orders FROM orders GROUP BY key) GROUP BY orders',
    acts: `SELECT e.stage AS stage, e.name AS name, sum(e.times) AS times, count(DISTINCT key) AS shoppers FROM ${each('acts')} GROUP BY ALL`,
    feelings: `SELECT e.stage AS stage, sum(e.positive) AS positive, sum(e.neutral) AS neutral, sum(e.negative) AS negative FROM ${each('feelings')} GROUP BY ALL`,
    hurts: `SELECT e.name AS name, e.about AS about, e.step AS step, e.stage AS stage, sum(e.times) AS times, count(DISTINCT key) AS shoppers, count(DISTINCT key) FILTER (e.isLast) AS "left" FROM ${each('hurts')} GROUP BY ALL`,
    hurt: `SELECT e.stage AS stage, sum(e.times) AS times, count(DISTINCT key) AS shoppers FROM ${each('hurts')} GROUP BY ALL`,
    channels: `SELECT channel, shoppers, visits, touchpoints, bounces, coalesce(buyers, 0) AS buyers, coalesce(orders, 0) AS orders FROM
      (SELECT channel, count(DISTINCT key) AS shoppers, count(*) AS visits, sum(touchpoints) AS touchpoints, count(*) FILTER (isBounce) AS bounces FROM fit GROUP BY channel)
      LEFT JOIN (SELECT channel, count(DISTINCT key) AS buyers, count(*) AS orders FROM orders GROUP BY channel) USING (channel)`,
    channelStages: `SELECT channel, e.stage AS stage, count(DISTINCT key) AS shoppers FROM ${each('runs')} GROUP BY ALL`,
    revenue: `SELECT channel, e.currency AS currency, sum(e.amount) AS amount, count(*) AS times FROM ${each('payments')} GROUP BY ALL`,
    carts: `SELECT ${PLACE}, count(*) AS carts, count(DISTINCT key) AS shoppers, count(*) FILTER (status = 'recovered') AS recovered, count(*) FILTER (status = 'unknown') AS unknown FROM lost GROUP BY ${PLACE}`,
    atStake: `SELECT ${PLACE}, e.currency AS currency, sum(e.amount) AS amount, count(*) AS times FROM lost WHERE status NOT IN ('recovered', 'unknown') GROUP BY ${PLACE}, e.currency`,
    cohorts: 'SELECT first, month, count(DISTINCT key) AS shoppers FROM (SELECT key, month, min(month) OVER (PARTITION BY key) AS first FROM orders) GROUP BY ALL',
    pagePaths: paths('fit', 'pages', 'visits'),
  },
} satisfies Part

const SHOPPERS = `SELECT * FROM (SELECT site, person, CASE WHEN bool_or(visitor = person) THEN 'visitor' WHEN bool_or(visit = person) THEN 'visit' ELSE 'user' END AS "by", count(*) AS visits, sum(touchpoints) AS touchpoints,
      min(started) AS started, max(ended) AS ended, arg_min(channel, (started, visit)) AS channel, coalesce(arg_max(runs[-1].stage, (started, visit)) FILTER (len(runs) > 0), '') AS stage,
      sum(len(list_filter(payments, lambda e: e.isOrder))) AS orders, sum(coalesce(list_sum(list_transform(hurts, lambda e: e.times)), 0)) AS hurts FROM fit GROUP BY site, person)
  WHERE ($1->>'stage') IS NULL OR stage = ($1->>'stage') ORDER BY ended DESC, person LIMIT coalesce(($1->>'limit')::BIGINT, 50)`

const CHOICES = `SELECT ${['site', 'channel', 'device', 'segment', 'persona'].map((name) => `coalesce(to_json(list_sort(list(DISTINCT ${name}) FILTER (${name} IS NOT NULL))), '[]')::VARCHAR AS ${name}s`).join(', ')}
  FROM legs WHERE model = ($1->>'model') AND touchpoints > 0`

const TEXT = /^(?:site|person|by|stage|from|to|channel|name|about|step|field|error|currency|path)$/

/** Numbers of 64 bits come as text. */
const plain = (row: Columns) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, TEXT.test(name) ? value : Array.isArray(value) ? value.map(Number) : Number(value)]))

/** Counts one part of a map, on a connection of its own. */
function counterOf<Tables extends keyof Tallies>(connection: DuckDBConnection, { shared, counts }: Part & { readonly counts: { readonly [table in Tables]: string } }): (fit: string, parameter: Columns) => Promise<Pick<Tallies, Tables>> {
  const query = createQuery(connection)
  return async (fit, parameter) => {
    for (const [table, sql] of Object.entries(shared)) await runOnce(connection, `CREATE OR REPLACE TEMP TABLE ${table} AS WITH ${fit} ${sql}`, parameter)
    const tables: [string, unknown][] = []
    for (const [table, sql] of Object.entries<string>(counts)) {
      const rows = await (/\bfit\b/.test(sql) ? query(`WITH ${fit} ${sql}`, parameter) : query(sql))
      tables.push([table, rows.map(plain)])
    }
    return Object.fromEntries(tables) as unknown as Pick<Tallies, Tables>
  }
}

/**
 * Reads legs as `tallyLegs` and `shoppersIn` do, in the database, one map at a time. A statement keeps hardly more than one processor busy, so that the two parts of a map are counted beside
 * each other. Nothing is written to the legs while `apart` runs something else.
 */
export function mapsOf(connections: readonly [DuckDBConnection, DuckDBConnection], apart: Queue): Pick<Store, 'counts' | 'choices' | 'shoppers'> & Pick<KeptCounts, 'follows' | 'change' | 'clear'> {
  const query = createQuery(connections[0])
  const alone = createQueue()
  const [ofJourneys, ofLegs] = [counterOf(connections[0], JOURNEYS), counterOf(connections[1], LEGS)]
  const onBoth = (sql: string) => Promise.all(connections.map((connection) => connection.run(sql)))

  const { counts, ...kept } = keepCounts((model, filters, began) =>
    alone(async () => {
      const [fit, parameter] = [fitting(filters), { ...filters, model }]
      try {
        // Both see the legs as they are now, whatever is written meanwhile.
        await apart(async () => {
          await onBoth('BEGIN; FROM legs LIMIT 0')
          began()
        })
        const parts = [ofJourneys(fit, parameter), ofLegs(fit, parameter)] as const
        await Promise.allSettled(parts)
        const [journeys, legs] = await Promise.all(parts)
        return { ...journeys, ...legs }
      } finally {
        await onBoth('ROLLBACK').catch(() => {})
      }
    }),
  )

  return {
    ...kept,
    counts: (model, filters) => counts(nameOf(model), filters),
    choices: (model) =>
      alone(async () => {
        const [found] = await query(CHOICES, { model: nameOf(model) })
        return Object.fromEntries(Object.entries(found!).map(([name, value]) => [name, JSON.parse(String(value)) as string[]])) as unknown as Choices
      }),
    shoppers: (model, { stage, limit, ...filters }) => alone(async () => (await query(`WITH ${fitting(filters)} ${SHOPPERS}`, { ...filters, stage, limit, model: nameOf(model) })).map(plain) as unknown as Shopper[]),
  }
}
