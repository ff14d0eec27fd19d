import { foldVisits } from '../../journey-map/fold.js'
import { createHinter, nameOf } from '../../journey-map/leg.js'
import type { Happened, OwnLeg } from '../../journey-map/types.js'
import type { StageModel } from '../../types.js'
import { type Columns, textOf as given } from '../columns.js'
import { keyOf } from '../ledger.js'
import { namesTold } from '../telling.js'
import type { Store } from '../types.js'
import { type Engine, list, text } from './engine.js'
import type { Epoch } from './epoch.js'
import { ask, parts, type Place, usersOf } from './places.js'
import type { Shards } from './shards.js'

/** About so many visits of whom something is new are folded at once, of each server. */
const MANY = 10_000

/** More than one process will ever do. */
const MOST_FOLDS = 1e9

const place = (row: Columns): Place => [String(row.site), String(row.visit)]

/** Lists of entries as ClickHouse keeps them: a column of each field. */
function nested(name: string, entries: readonly object[], fields: readonly string[]): { readonly [column: string]: readonly unknown[] } {
  return Object.fromEntries(fields.map((field) => [`${name}.${field}`, entries.map((entry) => toValue((entry as { readonly [field: string]: unknown })[field]))]))
}

const toValue = (value: unknown) => (typeof value === 'boolean' ? Number(value) : value)

const LISTS = {
  runs: ['stage', 'from', 'to'],
  acts: ['stage', 'name', 'times'],
  payments: ['id', 'at', 'isOrder', 'amount', 'currency'],
  abandoned: ['id', 'at', 'status', 'toldAt', 'step', 'field', 'error', 'amount', 'currency', 'stage'],
  hurts: ['name', 'about', 'step', 'stage', 'times', 'isLast'],
  feelings: ['stage', 'positive', 'neutral', 'negative'],
} as const

/** A leg as a row. */
function fromLeg({ runs, acts, payments, abandoned, hurts, feelings, isBounce, ...plain }: OwnLeg): object {
  const lists = { runs, acts, payments, abandoned, hurts, feelings }
  return Object.assign({ ...plain, isBounce: Number(isBounce) }, ...Object.entries(LISTS).map(([name, fields]) => nested(name, lists[name as keyof typeof lists], fields)))
}

/** What says that a visit's leg is not here any more. */
const moved = (model: string, [site, visit]: Place, person: string, version: number) => ({ model, site, visit, person, started: 0, touchpoints: 0, version })

/** Keeps legs up to date, a part of what is new at a time. They are kept by shopper, so that a shopper's whole journey is on one server: where a log-in makes a visit another's, its leg moves. */
export function legsOf(shards: Shards, meta: Engine, takeEpoch: Epoch, erasures: () => number): (model: StageModel) => ReturnType<Store['fold']> {
  let folds = 0
  const progress = async () => new Map((await meta.query('SELECT name, n FROM progress FINAL')).map(({ name, n }) => [String(name), Number(n)]))
  const homeOf = ({ site, person }: { readonly site: string; readonly person: string }) => shards.homeOf(site, person)

  /** Up to where to fold now: all, or about `MANY` visits of each server. */
  const endOf = async (from: number, committed: number) => {
    const ends = (await shards.each((engine) => engine.query(`SELECT n FROM touched WHERE n > ${from} AND n <= ${committed} ORDER BY n LIMIT ${MANY}, 1`))).flat()
    return ends.reduce((end, { n }) => Math.min(end, Number(n)), committed)
  }

  /** The visits of which something is new, and all others of their visitors. */
  const visitsIn = async (from: number, to: number): Promise<Map<string, Columns>> => {
    const told = async (places: Iterable<Place>) => ask(shards, places, (each) => each, (own) => `SELECT site, visit, visitor, channel, device, number FROM visits FINAL WHERE (site, visit) IN ${list(own)}`)
    const fresh = (await shards.each((engine) => engine.query(`SELECT DISTINCT site, visit FROM touched WHERE n > ${from} AND n <= ${to}`))).flat().map(place)
    const found = new Map<string, Columns>(fresh.map(([site, visit]) => [keyOf(site, visit), { site, visit }]))
    for (const row of await told(fresh)) found.set(keyOf(...place(row)), row)
    const visitors = new Map([...found.values()].flatMap(({ site, visitor }) => (given(visitor) === undefined ? [] : [[keyOf(String(site), String(visitor)), [String(site), String(visitor)] as const] as const])))
    const others = (await ask(shards, visitors.values(), (each) => each, (own) => `SELECT DISTINCT site, visit FROM visitors WHERE (site, visitor) IN ${list(own)}`)).map(place).filter((each) => !found.has(keyOf(...each)))
    for (const row of await told(others)) found.set(keyOf(...place(row)), row)
    return found
  }

  /** One part; `undefined` where nothing is new. */
  const part = async (model: StageModel, done: () => void) => {
    const name = nameOf(model)
    const known = await progress()
    const [from, committed] = [known.get(`folded/${name}`) ?? 0, known.get('committed') ?? 0]
    if (committed <= from) return undefined
    const epoch = await takeEpoch()
    const version = epoch * MOST_FOLDS + ++folds
    const before = erasures()
    const to = await endOf(from, committed)

    const visits = await visitsIn(from, to)
    const places = [...visits.values()].map(place)
    const users = await usersOf(shards, [...visits.values()].flatMap(({ site, visitor }) => (given(visitor) === undefined ? [] : [keyOf(String(site), String(visitor))])))
    const telling = namesTold(model)
    const columns = `site, visit, name, at, happened_at, seq, source, kind, page, url, ${telling ? `if(name IN ${list(telling)}, props, NULL)` : 'props'} AS told, stage, confidence, rule, model, marks, user`
    const rows = await ask(shards, places, (each) => each, (own) => `SELECT ${columns} FROM touchpoints WHERE (site, visit) IN ${list(own)} AND n <= ${to} LIMIT 1 BY site, visit, id`)
    const happened = rows.map((row): Happened => {
      const visit = visits.get(keyOf(...place(row)))!
      const visitor = given(visit.visitor)
      const [stage, props, marks] = [given(row.stage), given(row.told), given(row.marks)]
      return {
        site: String(row.site), visit: String(row.visit), name: String(row.name), at: Number(row.at), happened_at: Number(row.happened_at), seq: Number(row.seq), source: String(row.source), page: String(row.page), url: String(row.url),
        kind: given(row.kind), model: given(row.model), user: given(row.user), visitor, channel: given(visit.channel), device: given(visit.device), visit_number: given(visit.number) === undefined ? undefined : Number(visit.number),
        person: (visitor === undefined ? undefined : users.get(keyOf(String(row.site), visitor))) ?? visitor ?? String(row.visit),
        props: props === undefined ? undefined : (JSON.parse(props) as Happened['props']), marks: marks === undefined ? undefined : (JSON.parse(marks) as string[]),
        stage: stage === undefined ? undefined : { id: stage, confidence: Number(row.confidence), rule: String(row.rule) },
      }
    })
    const legs = foldVisits(createHinter(model), happened)
    const persons = new Map(legs.map(({ site, visit, person }) => [keyOf(site, visit), person]))
    const gone = await shards.each(async (engine) => {
      const old: Columns[] = []
      for (const own of parts(places)) old.push(...(await engine.query(`SELECT site, visit, person FROM legs FINAL WHERE model = ${text(name)} AND touchpoints > 0 AND (site, visit) IN ${list(own)}`)))
      const away = old.filter(({ site, visit }) => homeOf({ site: String(site), person: persons.get(keyOf(String(site), String(visit))) ?? '' }) !== engine)
      return { engine, rows: away.map((row) => moved(name, place(row), String(row.person), version)) }
    })

    return async () => {
      if (erasures() !== before) return
      // An earlier version of the same model: nobody asks for it any more.
      if (from === 0) for (const [table, column] of [['legs', 'model'], ['progress', 'name']] as const) await shards.erase(table, `match(${column}, ${text(`^(folded/)?${model.id}@`)}) AND ${column} NOT IN (${text(name)}, ${text(`folded/${name}`)})`)
      await shards.insert('legs', legs.map((leg) => ({ ...fromLeg(leg), site: leg.site, person: leg.person, model: name, version })), ({ site, person }) => [site, person])
      for (const { engine, rows: tombs } of gone) await engine.insert('legs', tombs)
      await meta.insert('progress', [{ name: `folded/${name}`, n: to, epoch }])
      if (to === committed) done()
    }
  }

  return async function* (model) {
    let isDone = false
    while (!isDone) {
      const write = await part(model, () => (isDone = true))
      if (!write) return
      yield write
    }
  }
}
