import { type Counts, MOST_PATHS, MOST_STEPS } from '../../journey-map/counts.js'
import { nameOf } from '../../journey-map/leg.js'
import type { Choices, MapFilters, Shopper } from '../../journey-map/types.js'
import type { Columns } from '../columns.js'
import { keyOf } from '../ledger.js'
import type { Store } from '../types.js'
import { type Engine, text } from './engine.js'
import type { Shards } from './shards.js'

const KEY = '(site, person)'
const WHEN = '(started, visit)'

/** What somebody is, is what was told of them last, wherever that was. */
const isOf = (model: string, trait: string, wanted: string) => `${KEY} IN (SELECT site, person FROM legs FINAL WHERE model = ${text(model)} AND isNotNull(${trait}) GROUP BY site, person HAVING argMax(assumeNotNull(${trait}), ${WHEN}) = ${text(wanted)})`

/** The legs that fit. */
function fitting(model: string, { site, since, until, channel, device, segment, persona }: MapFilters): string {
  const given = [`model = ${text(model)}`, 'touchpoints > 0']
  for (const [column, value] of Object.entries({ site, channel, device })) if (value !== undefined) given.push(`${column} = ${text(value)}`)
  if (since !== undefined) given.push(`started >= ${since}`)
  if (until !== undefined) given.push(`started < ${until}`)
  if (segment !== undefined) given.push(isOf(model, 'segment', segment))
  if (persona !== undefined) given.push(isOf(model, 'persona', persona))
  return `legs FINAL WHERE ${given.join(' AND ')}`
}

/** Entries of a list of each leg, by the columns named. */
const each = (fit: string, list: string, fields: readonly string[]) => `(SELECT site, person, visit, channel, ${fields.map((field) => `${list}_${field} AS e_${field}`).join(', ')} FROM (SELECT site, person, visit, channel, ${fields.map((field) => `${list}.${field} AS all_${field}`).join(', ')} FROM ${fit}) ARRAY JOIN ${fields.map((field) => `all_${field} AS ${list}_${field}`).join(', ')})`

const SHOPPERS = `uniqExact(${KEY}) AS shoppers`
const monthOf = (at: string) => `toYear(toDateTime(intDiv(${at}, 1000), 'UTC')) * 12 + toMonth(toDateTime(intDiv(${at}, 1000), 'UTC')) - 1`

/** Each shopper's steps in order, `(stage, from)`. Runs of the same stage that follow each other, also in another visit, are one. */
const steps = (fit: string) => `(SELECT site, person, stages, froms, arrayPushBack(arrayPopFront(stages), '') AS nexts, arrayPushBack(arrayPopFront(froms), 0) AS untils FROM (
  SELECT site, person, arrayMap(step -> step.4, own) AS stages, arrayMap(step -> step.5, own) AS froms FROM (
    SELECT site, person, arrayFilter((run, before) -> run.4 != before, runs, arrayPushFront(arrayPopBack(arrayMap(run -> run.4, runs)), '')) AS own FROM (
      SELECT site, person, arraySort(groupArray((started, visit, i, stage, since))) AS runs FROM (
        SELECT site, person, started, visit, i, stage, since FROM (SELECT site, person, started, visit, runs.stage AS all_stage, runs.from AS all_from FROM ${fit}) ARRAY JOIN all_stage AS stage, all_from AS since, arrayEnumerate(all_stage) AS i)
      GROUP BY site, person))))`
const transitions = (fit: string) => `(SELECT site, person, stage, next, until - since AS ms FROM ${steps(fit)} ARRAY JOIN stages AS stage, nexts AS next, froms AS since, untils AS until)`

/** What it took each buyer up to the first order. */
const goals = (fit: string) => `(SELECT p AS visits, arraySum(leg -> leg.3, arraySlice(own, 1, p - 1)) + own[p].4 AS touchpoints, own[p].5 - own[1].1 AS ms FROM (
  SELECT own, arrayFirstIndex(leg -> leg.5 != -1, own) AS p FROM (SELECT arraySort(groupArray((started, visit, touchpoints, ifNull(goalAfter, 0), ifNull(goalAt, -1)))) AS own FROM ${fit} GROUP BY site, person)) WHERE p > 0)`

const orders = (fit: string) => each(fit, 'payments', ['at', 'isOrder'])
const PLACE = ['step', 'field', 'error', 'stage'] as const
type Sums = { readonly [table in Exclude<keyof Counts, 'goal' | 'carts' | 'atStake' | 'stagePaths' | 'pagePaths'>]: (fit: string) => string }

/** What is the sum of what each server has, since all legs of a shopper are on the same. Columns of text tell apart, numbers add up; `keys` are numbers that tell apart. */
const SUMS: Sums = {
  totals: (fit) => `SELECT ${SHOPPERS}, count() AS visits, sum(touchpoints) AS touchpoints_, countIf(isBounce = 1) AS bounces, countIf(empty(runs.stage)) AS unplaced FROM ${fit}`,
  buyers: (fit) => `SELECT orders, count() AS shoppers FROM (SELECT count() AS orders FROM ${orders(fit)} WHERE e_isOrder = 1 GROUP BY site, person) GROUP BY orders`,
  stays: (fit) => `SELECT stage, ${SHOPPERS}, count() AS entries, countIf(next = '') AS exits FROM ${transitions(fit)} GROUP BY stage`,
  flows: (fit) => `SELECT stage AS from, next AS to, count() AS times FROM ${transitions(fit)} WHERE next <> '' GROUP BY stage, next`,
  arrivals: (fit) => `SELECT first AS channel, stage, count() AS shoppers FROM (SELECT argMin(channel, ${WHEN}) AS first, argMinIf(runs.stage[1], ${WHEN}, notEmpty(runs.stage)) AS stage FROM ${fit} GROUP BY site, person HAVING max(notEmpty(runs.stage)) = 1) GROUP BY first, stage`,
  acts: (fit) => `SELECT e_stage AS stage, e_name AS name, sum(e_times) AS times, ${SHOPPERS} FROM ${each(fit, 'acts', ['stage', 'name', 'times'])} GROUP BY e_stage, e_name`,
  feelings: (fit) => `SELECT e_stage AS stage, sum(e_positive) AS positive, sum(e_neutral) AS neutral, sum(e_negative) AS negative FROM ${each(fit, 'feelings', ['stage', 'positive', 'neutral', 'negative'])} GROUP BY e_stage`,
  hurts: (fit) => `SELECT e_name AS name, e_about AS about, e_step AS step, e_stage AS stage, sum(e_times) AS times, ${SHOPPERS}, uniqExactIf(${KEY}, e_isLast = 1) AS left FROM ${each(fit, 'hurts', ['name', 'about', 'step', 'stage', 'times', 'isLast'])} GROUP BY e_name, e_about, e_step, e_stage`,
  hurt: (fit) => `SELECT e_stage AS stage, sum(e_times) AS times, ${SHOPPERS} FROM ${each(fit, 'hurts', ['stage', 'times'])} GROUP BY e_stage`,
  channels: (fit) => `SELECT channel, ${SHOPPERS}, count() AS visits, sum(all) AS touchpoints, countIf(isBounce = 1) AS bounces, uniqExactIf(${KEY}, bought > 0) AS buyers, sum(bought) AS orders FROM (SELECT site, person, channel, touchpoints AS all, isBounce, arrayCount(is -> is = 1, payments.isOrder) AS bought FROM ${fit}) GROUP BY channel`,
  channelStages: (fit) => `SELECT channel, e_stage AS stage, ${SHOPPERS} FROM ${each(fit, 'runs', ['stage'])} GROUP BY channel, e_stage`,
  revenue: (fit) => `SELECT channel, e_currency AS currency, sum(e_amount) AS amount FROM ${each(fit, 'payments', ['amount', 'currency'])} GROUP BY channel, e_currency`,
  reached: (fit) => `SELECT far AS reached, count() AS shoppers FROM (SELECT max(reached) AS far FROM ${fit} GROUP BY site, person) GROUP BY far`,
  cohorts: (fit) => `SELECT first, month, count() AS shoppers FROM (SELECT groupUniqArray(${monthOf('e_at')}) AS months, min(${monthOf('e_at')}) AS first FROM ${orders(fit)} WHERE e_isOrder = 1 GROUP BY site, person) ARRAY JOIN months AS month GROUP BY first, month`,
}
/** Numbers that tell rows of a table apart. */
const KEYS: { readonly [table: string]: readonly string[] } = { buyers: ['orders'], reached: ['reached'], cohorts: ['first', 'month'] }

type Plain = { [column: string]: string | number | null }

/** Rows of several servers as one table. */
function add(table: string, rows: readonly Columns[]): Plain[] {
  const sums = new Map<string, Plain>()
  for (const row of rows) {
    const isKey = ([name, value]: [string, unknown]) => typeof value === 'string' || KEYS[table]?.includes(name)
    const key = JSON.stringify(Object.entries(row).filter(isKey).map(([, value]) => value))
    const sum = sums.get(key)
    if (!sum) sums.set(key, { ...row } as Plain)
    else for (const entry of Object.entries(row)) if (!isKey(entry)) sum[entry[0]] = Number(sum[entry[0]]) + Number(entry[1])
  }
  return [...sums.values()]
}

/** One of each cart: where it was left last, and what became of it in the end, as each server knows. A cart may have been told of in journeys on different ones. */
const carts = (fit: string) => `SELECT site, e_id AS id, max((e_toldAt, e_at, visit)) AS left, argMax((e_step, e_field, e_error, e_stage, e_currency, person), (e_toldAt, e_at, visit)) AS told, argMax(e_amount, (e_toldAt, e_at, visit)) AS amount, max((e_at, visit)) AS came, argMax(e_status, (e_at, visit)) AS status
  FROM ${each(fit, 'abandoned', ['id', 'at', 'status', 'toldAt', ...PLACE, 'amount', 'currency'])} GROUP BY site, e_id`

type Order = readonly (string | number)[]
const isAfter = (a: Order, b: Order) => {
  const i = a.findIndex((cell, place) => cell !== b[place])
  return i >= 0 && a[i]! > b[i]!
}

function countCarts(rows: readonly Columns[]): Pick<Counts, 'carts' | 'atStake'> {
  const known = new Map<string, Columns>()
  for (const row of rows) {
    const key = JSON.stringify([row.site, row.id])
    const before = known.get(key)
    if (!before) known.set(key, row)
    else {
      const [place, end] = [isAfter(row.left as Order, before.left as Order) ? row : before, isAfter(row.came as Order, before.came as Order) ? row : before]
      known.set(key, { ...place, came: end.came, status: end.status })
    }
  }
  const places = new Map<string, { told: readonly string[]; carts: number; shoppers: Set<string>; recovered: number; unknown: number }>()
  const stakes = new Map<string, { told: readonly string[]; amount: number }>()
  for (const { site, told, amount, status } of known.values()) {
    const [step, field, error, stage, currency, person] = told as readonly string[]
    const at = JSON.stringify([step, field, error, stage])
    const place = places.get(at) ?? { told: told as readonly string[], carts: 0, shoppers: new Set(), recovered: 0, unknown: 0 }
    places.set(at, place)
    place.carts += 1
    place.shoppers.add(keyOf(String(site), person!))
    if (status === 'recovered') place.recovered += 1
    else if (status === 'unknown') place.unknown += 1
    else {
      const key = JSON.stringify([at, currency])
      stakes.set(key, { told: told as readonly string[], amount: (stakes.get(key)?.amount ?? 0) + Number(amount) })
    }
  }
  const placeOf = ([step, field, error, stage]: readonly string[]) => ({ step: step!, field: field!, error: error!, stage: stage! })
  return {
    carts: [...places.values()].map(({ told, shoppers, ...figures }) => ({ ...placeOf(told), ...figures, shoppers: shoppers.size })),
    atStake: [...stakes.values()].map(({ told, amount }) => ({ ...placeOf(told), currency: told[4]!, amount })),
  }
}

/** So fine are values counted before the one in the middle is looked for: each power of two in so many parts. */
const BUCKET = (value: string) => `if(${value} < 1, 0, toInt64(floor(log2(${value}) * 32)) + 1)`

/** Medians over all servers, exact, by what `group` says: first how many values lie where, then those around the middle. */
async function mediansOf(engines: readonly Engine[], from: string, group: string, value: string): Promise<Map<string, number>> {
  const ask = async (sql: string) => (await Promise.all(engines.map((engine) => engine.query(sql)))).flat()
  const buckets = new Map<string, Map<number, number>>()
  for (const { g, bucket, times } of await ask(`SELECT ${group} AS g, ${BUCKET(value)} AS bucket, count() AS times FROM ${from} GROUP BY g, bucket`)) {
    const own = buckets.get(String(g)) ?? new Map<number, number>()
    buckets.set(String(g), own.set(Number(bucket), (own.get(Number(bucket)) ?? 0) + Number(times)))
  }
  const wanted = [...buckets].map(([name, own]) => {
    const total = [...own.values()].reduce((sum, times) => sum + times, 0)
    const [low, high] = [Math.floor((total - 1) / 2), Math.ceil((total - 1) / 2)]
    let before = 0
    let skipped = 0
    const needed: number[] = []
    for (const [bucket, times] of [...own].sort(([a], [b]) => a - b)) {
      if (before + times > low && before <= high) needed.push(bucket)
      else if (!needed.length) skipped += times
      before += times
    }
    return { name, needed, low: low - skipped, high: high - skipped }
  })
  if (!wanted.length) return new Map()
  const around = wanted.map(({ name, needed }) => `(toString(${group}) = ${text(name)} AND ${BUCKET(value)} IN (${needed.join(',')}))`).join(' OR ')
  const found = new Map<string, [value: number, times: number][]>()
  for (const { g, v, times } of await ask(`SELECT ${group} AS g, ${value} AS v, count() AS times FROM ${from} WHERE ${around} GROUP BY g, v`)) {
    const own = found.get(String(g)) ?? []
    own.push([Number(v), Number(times)])
    found.set(String(g), own)
  }
  return new Map(wanted.map(({ name, low, high }) => {
    const sorted = (found.get(name) ?? []).sort(([a], [b]) => a - b)
    const at = (index: number) => {
      let before = 0
      for (const [v, times] of sorted) if ((before += times) > index) return v
      return NaN
    }
    return [name, (at(low) + at(high)) / 2]
  }))
}

/** The most frequent paths over all servers, exact: none that is among them can be rarer on every server than the last of a first guess divided by their number. */
async function pathsOf(engines: readonly Engine[], from: string, path: string): Promise<{ path: string[]; times: number }[]> {
  const all = `SELECT path, count() AS times FROM (SELECT ${path} AS path FROM ${from}) WHERE notEmpty(path) GROUP BY path`
  const ask = async (sql: string) => {
    const sums = new Map<string, number>()
    for (const { path: found, times } of (await Promise.all(engines.map((engine) => engine.query(sql)))).flat()) {
      const key = JSON.stringify(found)
      sums.set(key, (sums.get(key) ?? 0) + Number(times))
    }
    return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  }
  const guess = await ask(`${all} ORDER BY times DESC LIMIT ${MOST_PATHS * 5}`)
  const least = Math.ceil((guess[MOST_PATHS - 1]?.[1] ?? 0) / engines.length)
  // Each that can be among them, and how often it was on all.
  const candidates = await ask(`${all} HAVING times >= ${Math.max(least, 1)}`)
  const exact = engines.length < 2 ? candidates : await ask(`${all} HAVING path IN (${candidates.slice(0, 5000).map(([key]) => `[${(JSON.parse(key) as string[]).map(text).join(',')}]`).join(',') || '[]'})`)
  return exact.slice(0, MOST_PATHS).map(([key, times]) => ({ path: JSON.parse(key) as string[], times }))
}

const shoppersSql = (fit: string, stage: string | undefined, limit: number) => `SELECT * FROM (SELECT site, person, max(ifNull(visitor, '') = person) AS is_visitor, max(visit = person) AS is_visit, count() AS visits, sum(touchpoints) AS touchpoints_, min(started) AS started_, max(ended) AS ended_, argMin(channel, ${WHEN}) AS channel_,
    argMaxIf(runs.stage[-1], ${WHEN}, notEmpty(runs.stage)) AS stage_, sum(arrayCount(is -> is = 1, payments.isOrder)) AS orders, sum(arraySum(hurts.times)) AS hurts_ FROM ${fit} GROUP BY site, person)
  ${stage === undefined ? '' : `WHERE stage_ = ${text(stage)} `}ORDER BY ended_ DESC, person LIMIT ${limit}`

/** The name of a table that is there while a map is counted; it tells when that began. */
const FIT = 'fit_'
/** Older ones are of a process that has died, ms. */
const STALE = 3_600_000

/** Removes what processes that have died have left. */
export async function clearStale(engine: Engine): Promise<void> {
  const found = await engine.query(`SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, '${FIT}')`)
  for (const { name } of found) if (Number(String(name).split('_')[1]) < Date.now() - STALE) await engine.run(`DROP TABLE IF EXISTS ${String(name)}`)
}

/** Copies the legs that fit, on each server, while they are counted: to find the newest of each among all is most of the work, and twenty statements want it. */
async function withFit<T>(engines: readonly Engine[], fit: string, count: (table: string) => Promise<T>): Promise<T> {
  const table = `${FIT}${Date.now()}_${crypto.randomUUID().replace(/-/g, '')}`
  try {
    await Promise.all(engines.map((engine) => engine.run(`CREATE TABLE ${table} ENGINE = Log AS SELECT * FROM ${fit}`)))
    return await count(table)
  } finally {
    await Promise.all(engines.map((engine) => engine.run(`DROP TABLE IF EXISTS ${table}`).catch(() => {})))
  }
}

/** A server may go or come back while it is counted on. */
const twice = <T>(work: () => Promise<T>) => work().catch(work)

/** Reads legs as `countLegs` and `shoppersIn` do, on all servers at once. */
export function mapsOf(shards: Shards): Pick<Store, 'counts' | 'choices' | 'shoppers'> {
  const engines = shards.all
  return {
    counts: (model, filters) => twice(() => withFit(engines, fitting(nameOf(model), filters), async (fit) => {
      const sums = async (table: keyof Sums) => [table, add(table, (await Promise.all(engines.map((engine) => engine.query(SUMS[table](fit))))).flat())] as const
      const tables = Object.fromEntries(await Promise.all((Object.keys(SUMS) as (keyof Sums)[]).map(sums)))
      const [left, stays, visits, touchpoints, ms, stagePaths, pagePaths] = await Promise.all([
        Promise.all(engines.map((engine) => engine.query(carts(fit)))),
        mediansOf(engines, `(SELECT * FROM ${transitions(fit)} WHERE next <> '')`, 'stage', 'ms'),
        mediansOf(engines, goals(fit), `''`, 'visits'),
        mediansOf(engines, goals(fit), `''`, 'touchpoints'),
        mediansOf(engines, goals(fit), `''`, 'ms'),
        pathsOf(engines, steps(fit), `arraySlice(stages, 1, ${MOST_STEPS})`),
        pathsOf(engines, fit, 'pages'),
      ])
      return {
        ...tables,
        totals: tables.totals!.map(({ touchpoints_, ...row }) => ({ ...row, touchpoints: touchpoints_ })),
        stays: tables.stays!.map((row) => ({ ...row, median: stays.get(String(row.stage)) ?? null })),
        goal: [{ touchpoints: touchpoints.get('') ?? null, visits: visits.get('') ?? null, ms: ms.get('') ?? null }],
        ...countCarts(left.flat()),
        stagePaths: stagePaths.map(({ path, times }) => ({ path, shoppers: times })),
        pagePaths: pagePaths.map(({ path, times }) => ({ path, visits: times })),
      } as unknown as Counts
    })),
    choices: async (model) => {
      const named = ['site', 'channel', 'device', 'segment', 'persona']
      const found = await shards.each((engine) => engine.query(`SELECT ${named.map((name) => `groupUniqArray(${name}) AS ${name}s`).join(', ')} FROM legs FINAL WHERE model = ${text(nameOf(model))} AND touchpoints > 0`))
      const all = (name: string) => [...new Set(found.flat().flatMap((row) => row[`${name}s`] as string[]))].sort((a, b) => (a < b ? -1 : 1))
      return Object.fromEntries(named.map((name) => [`${name}s`, all(name)])) as unknown as Choices
    },
    shoppers: async (model, { stage, limit = 50, ...filters }) => {
      const found = (await shards.each((engine) => engine.query(shoppersSql(fitting(nameOf(model), filters), stage, limit)))).flat()
      const shoppers = found.map((row): Shopper => ({
        site: String(row.site), person: String(row.person), by: row.is_visitor ? 'visitor' : row.is_visit ? 'visit' : 'user', visits: Number(row.visits), touchpoints: Number(row.touchpoints_),
        started: Number(row.started_), ended: Number(row.ended_), channel: String(row.channel_), stage: String(row.stage_), orders: Number(row.orders), hurts: Number(row.hurts_),
      }))
      return shoppers.sort((a, b) => b.ended - a.ended || (a.person < b.person ? -1 : 1)).slice(0, limit)
    },
  }
}
