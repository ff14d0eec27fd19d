import type { DuckDBConnection } from '@duckdb/node-api'
import { foldVisits } from '../../journey-map/fold.js'
import { createHinter, type Hinter, nameOf } from '../../journey-map/leg.js'
import type { Happened, OwnLeg } from '../../journey-map/types.js'
import type { StageModel } from '../../types.js'
import { type Columns, textOf } from '../columns.js'
import type { Queue } from '../queue.js'
import { namesTold } from '../telling.js'
import type { Store } from '../types.js'
import { type Change, type KeptCounts, MOST_CHANGED } from './kept-counts.js'
import { createQuery, type Query, runOnce } from './query.js'
import { fromJson, TABLES } from './tables.js'

/** So many legs are written at once. */
const MANY = 2000
/** After so many touchpoints whatever else the process has to do gets its turn: devices wait for their answers. */
const TURN = 1000
/** About so many new touchpoints are read at once. */
const PART = 200_000

/** What no leg takes from the props. */
const BULKY = '{"items":null,"dwell":null,"fields":null,"stack":null}'

const given = (list: string) => `SELECT unnest(from_json($1->'${list}', '["VARCHAR"]'))`
const isOfPart = (owner: string) => `hash(${owner}) % ($1->>'parts')::UBIGINT = ($1->>'part')::UBIGINT`
// $1: { from, to, part, parts, telling, asksPath }. All visits of the visitors of whom something is new, in the order of their owners; of so many parts one, so that it fits into memory. Visits and visitors are looked up
// by one column, which DuckDB does many times as fast as by two: those of that name at another site are folded again, too, which changes nothing.
const VISITS = `WITH fresh AS MATERIALIZED (SELECT DISTINCT visit FROM touchpoints WHERE n > ($1->>'from')::BIGINT AND n <= ($1->>'to')::BIGINT),
  known AS MATERIALIZED (FROM visits WHERE visit IN (FROM fresh) UNION FROM visits WHERE visitor IN (SELECT visitor FROM visits WHERE visit IN (FROM fresh))),
  redo AS MATERIALIZED (SELECT visit FROM known WHERE ${isOfPart('coalesce(visitor, visit)')} UNION SELECT visit FROM fresh WHERE visit NOT IN (SELECT visit FROM known) AND ${isOfPart('visit')}),
  own AS (SELECT site, visit, min(happened_at) AS began, '[' || string_agg(json_array(name, "at", happened_at, seq, source, kind, page, CASE WHEN kind IS NULL OR ($1->>'asksPath')::BOOLEAN THEN url END,
      CASE WHEN name IN (${given('telling')}) THEN json_merge_patch(props, '${BULKY}') END,
      stage, confidence, rule, model, marks, "user")::VARCHAR, ',') || ']' AS touchpoints
    FROM touchpoints WHERE visit IN (FROM redo) AND n <= ($1->>'to')::BIGINT GROUP BY site, visit)
  SELECT own.*, v.visitor, v.channel, v.device, v.number, p."user" AS known_as FROM own LEFT JOIN known v ON v.site = own.site AND v.visit = own.visit
    LEFT JOIN (FROM people WHERE key IN (SELECT site || '/' || visitor FROM known)) p ON p.key = v.site || '/' || v.visitor
  WHERE ${isOfPart('coalesce(v.visitor, own.visit)')}
  ORDER BY own.site, coalesce(v.visitor, own.visit), began, own.visit`

const OF_MODEL = `FROM legs WHERE model = ($1->>'model')`
// $1: { model, visits, people, carts }. All legs of these people and of those whose these visits were, and all of whoever shares a cart with one of them. Whose they are comes first, since to read the whole of a leg is dear.
const CONCERNED = `WITH changed AS MATERIALIZED (${given('people')} AS person UNION SELECT person ${OF_MODEL} AND visit IN (${given('visits')})),
  left_by AS MATERIALIZED (SELECT person, unnest(abandoned).id AS cart ${OF_MODEL}),
  carts AS MATERIALIZED (${given('carts')} AS cart UNION SELECT cart FROM left_by WHERE person IN (FROM changed)),
  people AS MATERIALIZED (FROM changed UNION SELECT person FROM left_by WHERE cart IN (FROM carts))
  SELECT to_json(l)::VARCHAR AS leg FROM legs l WHERE rowid IN (SELECT rowid ${OF_MODEL} AND person IN (FROM people)) LIMIT ${MOST_CHANGED + 1}`
const WATERMARK = 'SELECT n FROM folded WHERE model = ($1::JSON->>0)'
const STAGE = `INSERT INTO staged SELECT ${fromJson(TABLES.legs)}`
const REPLACED = 'DELETE FROM legs WHERE model = ($1::JSON->>0) AND (site, visit) IN (SELECT (site, visit) FROM staged)'
const ADDED = 'INSERT INTO legs SELECT * FROM staged'
// An earlier version of the same model: nobody asks for it any more.
const OUTDATED = ['legs', 'folded'].map((table) => `DELETE FROM ${table} WHERE split_part(model, '@', 1) = split_part($1::JSON->>0, '@', 1) AND model <> ($1::JSON->>0)`)
const NOTED = 'INSERT OR REPLACE INTO folded SELECT ($1::JSON->>0), ($1::JSON->>1)::BIGINT'

/** What a row of `VISITS` says of one touchpoint. */
type Told = readonly [
  name: string, at: number, happenedAt: number, seq: number, source: string, kind: string | null, page: string, url: string | null, props: Happened['props'] | null,
  stage: string | null, confidence: number, rule: string, model: string | null, marks: readonly string[] | null, user: string | null,
]

/** Undoes what SQL has made small. */
function happenedIn(row: Columns): Happened[] {
  const [site, visit, visitor, channel, device] = [String(row.site), String(row.visit), textOf(row.visitor), textOf(row.channel), textOf(row.device)]
  const number = row.number === null ? undefined : Number(row.number)
  const person = textOf(row.known_as) ?? visitor ?? visit
  return (JSON.parse(String(row.touchpoints)) as Told[]).map(([name, at, happenedAt, seq, source, kind, page, url, props, stage, confidence, rule, model, marks, user]) => ({
    site, visit, visitor, channel, device, person, name, at, seq, source, page, visit_number: number, happened_at: happenedAt, kind: kind ?? undefined, url: url ?? undefined, props: props ?? undefined,
    stage: stage === null ? undefined : { id: stage, confidence, rule }, model: model ?? undefined, marks: marks ?? undefined, user: user ?? undefined,
  }))
}

/** Where nothing is known, JSON has a `null`. */
const toLeg = ({ leg }: Columns) => JSON.parse(String(leg), (_, value: unknown) => value ?? undefined) as OwnLeg

/** What some new legs change, as it was and as it will be. `undefined` where that is too much. It does no harm that what does not change is in both, such as people of that name at another site. */
async function changeBy(fresh: readonly OwnLeg[], model: string, read: Query): Promise<Change | undefined> {
  const keyOf = ({ site, visit }: OwnLeg) => `${site}/${visit}`
  const keys = new Set(fresh.map(keyOf))
  const [visits, people, carts] = [fresh.map(({ visit }) => visit), fresh.map(({ person }) => person), fresh.flatMap(({ abandoned }) => abandoned.map(({ id }) => id))]
  const before = (await read(CONCERNED, { model, visits, people, carts })).map(toLeg)
  return before.length > MOST_CHANGED ? undefined : { before, after: [...before.filter((leg) => !keys.has(keyOf(leg))), ...fresh] }
}

/** Keeps legs up to date: reads and folds what is new beside all writing, so that to put it in place is no more than to copy rows. Where somebody was erased in between it counts for nothing. `apart` runs when nobody begins to count. */
export function legsOf(reading: DuckDBConnection, writing: DuckDBConnection, { erasures, apart, follows, change }: { readonly erasures: () => number; readonly apart: Queue } & Pick<KeptCounts, 'follows' | 'change'>): Store['fold'] {
  const [read, write] = [createQuery(reading), createQuery(writing)]

  /** Resolves with the legs, where they are worth telling. */
  const stage = async (hinter: Hinter, name: string, range: { readonly from: number; readonly to: number }): Promise<readonly OwnLeg[] | undefined> => {
    const telling = namesTold(hinter.model) ?? (await read('SELECT DISTINCT name FROM touchpoints')).map((row) => String(row.name))
    const asksPath = hinter.model.rules.some(({ if: given = {} }) => 'path' in given)
    await runOnce(writing, 'CREATE OR REPLACE TEMP TABLE staged AS FROM legs LIMIT 0')
    // What was prepared for an earlier table of that name does not fit this one.
    const add = createQuery(writing)
    let legs: OwnLeg[] = []
    let fresh: OwnLeg[] | undefined = []
    const flush = async () => {
      if (legs.length) await add(STAGE, legs.map((leg) => ({ ...leg, model: name })))
      fresh = fresh && fresh.length + legs.length <= MOST_CHANGED ? [...fresh, ...legs] : undefined
      legs = []
    }
    let own: Happened[] = []
    let owner = ''
    let taken = 0
    const done = () => {
      if (own.length) legs.push(...foldVisits(hinter, own))
      own = []
    }
    const statement = await reading.prepare(VISITS)
    const parts = Math.ceil((range.to - range.from) / PART)
    for (let part = 0; part < parts; part++) {
      statement.bindVarchar(1, JSON.stringify({ ...range, part, parts, telling, asksPath }))
      for await (const rows of (await statement.stream()).yieldRowObjectJson()) {
        for (const row of rows) {
          const next = `${String(row.site)}/${String(row.visitor ?? row.visit)}`
          if (next !== owner) done()
          owner = next
          const happened = happenedIn(row)
          own.push(...happened)
          if ((taken += happened.length) < TURN) continue
          taken = 0
          await new Promise<void>((resolve) => setTimeout(resolve))
        }
        if (legs.length >= MANY) await flush()
      }
      done()
      await flush()
    }
    return fresh
  }

  return async (model) => {
    const name = nameOf(model)
    const from = Number((await read(WATERMARK, [name]))[0]?.n ?? 0)
    const to = Number((await read('SELECT coalesce(max(n), 0) AS n FROM touchpoints'))[0]!.n)
    if (to <= from) return
    const before = erasures()
    const fresh = await stage(createHinter(model), name, { from, to })
    const told = fresh && follows(name) ? await changeBy(fresh, name, read) : undefined
    return async () => {
      if (erasures() !== before) return false
      await write('BEGIN')
      try {
        for (const statement of [...OUTDATED, REPLACED]) await write(statement, [name])
        await write(ADDED)
        await write(NOTED, [name, to])
        await apart(async () => {
          await write('COMMIT')
          change(name, told)
        })
        return true
      } catch (error) {
        await write('ROLLBACK').catch(() => {})
        throw error
      }
    }
  }
}
