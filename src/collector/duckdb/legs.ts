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
import { addRows } from './tables.js'

/** So many legs are written at once. */
const MANY = 2000
/** After so many touchpoints whatever else the process has to do gets its turn: devices wait for their answers. */
const TURN = 1000
/** So many new touchpoints are read at once, at most: all that is made of them fits into memory, and whoever asks for a map need not wait for more. */
const PART = 100_000

/** What no leg takes from the props. */
const BULKY = '{"items":null,"dwell":null,"fields":null,"stack":null}'

const given = (list: string) => `SELECT unnest(from_json($1->'${list}', '["VARCHAR"]'))`
// $1: { from, to, telling, asksPath }. All visits, up to `to`, of the visitors of whom something is new after `from`, in the order of their owners. Visits and visitors are looked up by one column, which DuckDB does many times as fast
// as by two: those of that name at another site are folded again, too, which changes nothing.
const VISITS = `WITH fresh AS MATERIALIZED (SELECT DISTINCT visit FROM touchpoints WHERE n > ($1->>'from')::BIGINT AND n <= ($1->>'to')::BIGINT),
  known AS MATERIALIZED (FROM visits WHERE visit IN (FROM fresh) UNION FROM visits WHERE visitor IN (SELECT visitor FROM visits WHERE visit IN (FROM fresh))),
  own AS (SELECT site, visit, min(happened_at) AS began, '[' || string_agg(json_array(name, "at", happened_at, seq, source, kind, page, CASE WHEN kind IS NULL OR ($1->>'asksPath')::BOOLEAN THEN url END,
      CASE WHEN name IN (${given('telling')}) THEN json_merge_patch(props, '${BULKY}') END,
      stage, confidence, rule, model, marks, "user")::VARCHAR, ',') || ']' AS touchpoints
    FROM touchpoints WHERE visit IN (SELECT visit FROM known UNION FROM fresh) AND n <= ($1->>'to')::BIGINT GROUP BY site, visit)
  SELECT own.*, v.visitor, v.channel, v.device, v.number, p."user" AS known_as FROM own LEFT JOIN known v ON v.site = own.site AND v.visit = own.visit
    LEFT JOIN (FROM people WHERE key IN (SELECT site || '/' || visitor FROM known)) p ON p.key = v.site || '/' || v.visitor
  ORDER BY own.site, coalesce(v.visitor, own.visit), began, own.visit`

const OF_MODEL = `FROM legs WHERE model = ($1->>'model')`
// $1: { model, visits, people, carts }. All legs of these people and of those whose these visits were, and all of whoever shares a cart with one of them. Whose they are comes first, since to read the whole of a leg is dear.
const CONCERNED = `WITH changed AS MATERIALIZED (${given('people')} AS person UNION SELECT person ${OF_MODEL} AND visit IN (${given('visits')})),
  left_by AS MATERIALIZED (SELECT person, unnest(abandoned).id AS cart ${OF_MODEL}),
  carts AS MATERIALIZED (${given('carts')} AS cart UNION SELECT cart FROM left_by WHERE person IN (FROM changed)),
  people AS MATERIALIZED (FROM changed UNION SELECT person FROM left_by WHERE cart IN (FROM carts))
  SELECT to_json(l)::VARCHAR AS leg FROM legs l WHERE rowid IN (SELECT rowid ${OF_MODEL} AND person IN (FROM people)) LIMIT ${MOST_CHANGED + 1}`
const STAGE = addRows('legs', 'staged')
const STAGED = 'FROM staged WHERE model = ($1::JSON->>0)'
const REPLACED = `DELETE FROM legs WHERE model = ($1::JSON->>0) AND (site, visit) IN (SELECT (site, visit) ${STAGED})`
const ADDED = `INSERT INTO legs SELECT * ${STAGED}`
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

/** The legs of one model that are made from some touchpoints. */
interface Folding {
  readonly hinter: Hinter
  readonly name: string
  /** Not staged yet. */
  legs: OwnLeg[]
  /** All of them, where they are worth telling. */
  fresh: OwnLeg[] | undefined
}

const toFolding = (model: StageModel): Folding => ({ hinter: createHinter(model), name: nameOf(model), legs: [], fresh: [] })

/**
 * Keeps legs up to date: reads and folds what is new beside all writing, so that to put it in place is no more than to copy rows. Models that are equally far share one reading. Where somebody was
 * erased in between it counts for nothing, and is done again. `apart` runs when nobody begins to count.
 */
export function legsOf(reading: DuckDBConnection, writing: DuckDBConnection, { erasures, apart, follows, change }: { readonly erasures: () => number; readonly apart: Queue } & Pick<KeptCounts, 'follows' | 'change'>): Store['fold'] {
  const [read, write] = [createQuery(reading), createQuery(writing)]

  /** Makes the legs of all visits that some new touchpoints change, beside the table of legs. */
  const stage = async (foldings: readonly Folding[], from: number, to: number): Promise<void> => {
    const models = foldings.map(({ hinter }) => hinter.model)
    const told = models.map(namesTold)
    const telling = told.every((names) => names !== undefined) ? [...new Set(told.flat())] : (await read('SELECT DISTINCT name FROM touchpoints')).map((row) => String(row.name))
    const asksPath = models.some(({ rules }) => rules.some(({ if: given = {} }) => 'path' in given))
    await runOnce(writing, 'CREATE OR REPLACE TEMP TABLE staged AS FROM legs LIMIT 0')
    // What was prepared for an earlier table of that name does not fit this one.
    const add = createQuery(writing)
    const flush = async (folding: Folding) => {
      const { name, legs, fresh } = folding
      if (legs.length) await add(STAGE, legs.map((leg) => ({ ...leg, model: name })))
      folding.fresh = fresh && fresh.length + legs.length <= MOST_CHANGED ? [...fresh, ...legs] : undefined
      folding.legs = []
    }
    let own: Happened[] = []
    let owner = ''
    let taken = 0
    const done = () => {
      if (own.length) for (const { hinter, legs } of foldings) legs.push(...foldVisits(hinter, own))
      own = []
    }
    const statement = await reading.prepare(VISITS)
    statement.bindVarchar(1, JSON.stringify({ from, to, telling, asksPath }))
    for await (const rows of (await statement.stream()).yieldRowObjectJson()) {
      for (const row of rows) {
        const next = `${String(row.site)}/${String(row.visitor ?? row.visit)}`
        if (next !== owner) done()
        owner = next
        const happened = happenedIn(row)
        own.push(...happened)
        if ((taken += happened.length * foldings.length) < TURN) continue
        taken = 0
        await new Promise<void>((resolve) => setTimeout(resolve))
      }
      for (const folding of foldings) if (folding.legs.length >= MANY) await flush(folding)
    }
    done()
    for (const folding of foldings) await flush(folding)
  }

  /** Puts what was staged of a model in place. */
  const put = async (name: string, { from, to }: { readonly from: number; readonly to: number }, told: Change | undefined) => {
    await write('BEGIN')
    try {
      for (const statement of [...(from ? [] : OUTDATED), REPLACED, ADDED]) await write(statement, [name])
      await write(NOTED, [name, to])
      await apart(async () => {
        await write('COMMIT')
        change(name, told)
      })
    } catch (error) {
      await write('ROLLBACK').catch(() => {})
      throw error
    }
  }

  return async function* (models) {
    const end = Number((await read('SELECT coalesce(max(n), 0) AS n FROM touchpoints'))[0]!.n)
    for (;;) {
      const before = erasures()
      const known = new Map((await read('FROM folded')).map(({ model, n }) => [String(model), Number(n)]))
      const progress = (model: StageModel) => known.get(nameOf(model)) ?? 0
      const from = Math.min(...models.map(progress))
      if (from >= end) return
      const to = Math.min(from + PART, end)
      const foldings = models.filter((model) => progress(model) === from).map(toFolding)
      await stage(foldings, from, to)
      for (const { name, fresh } of foldings) {
        const told = fresh && follows(name) ? await changeBy(fresh, name, read) : undefined
        yield async () => {
          if (erasures() === before) await put(name, { from, to }, told)
        }
      }
    }
  }
}
