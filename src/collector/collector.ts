import { checkModel } from '../stage-models.js'
import { withWords } from '../stage-words.js'
import type { StageModel } from '../types.js'
import { createAccess, type Denied } from './access.js'
import { ANY_ORIGIN, type Headers, json, PRIVATELY, refuse } from './answers.js'
import { has } from './checks.js'
import { createCollect, type Limits, preflight } from './collect.js'
import { DOCUMENT_FILTERS, LOSS_FILTERS, MAP_FILTERS, type MapQuery, readFilters, SHOPPER_FILTERS, TOUCHPOINT_FILTERS } from './filters.js'
import { importFile } from './import-file.js'
import { createDirectIntake, createLoggedIntake } from './intake.js'
import { createLive } from './live.js'
import type { Log } from './log.js'
import { createMaintenance, type Maintained } from './maintenance.js'
import { createMaps } from './maps.js'
import { MODELS } from './models.js'
import type { RateLimit, RequestInfo } from './rate-limit.js'
import { readBody, readBytes, readPlain } from './read-body.js'
import type { Sites } from './sites.js'
import type { DocumentFilters, Forget, ShopperFilters, Store, TouchpointFilters } from './types.js'
import { checkForget, checkSite } from './validate.js'

export { type Denied, isLoopback } from './access.js'
export type { Limits } from './collect.js'
export { perIp, type PerIpOptions, type RateLimit, type RequestInfo } from './rate-limit.js'
export type { SiteRules, Sites } from './sites.js'
export type { Away, Batch, Committed, Count, DocumentFilters, DocumentSummary, Dump, Fields, Forget, Losses, OpenCart, Page, Row, Seen, ShopperFilters, Store, Tables, Touchpoint, TouchpointFilters, Visit, Writes } from './types.js'

/** Settings of `createCollector`. Only `store` is required. */
export interface CollectorOptions {
  /** Where touchpoints are kept: `createMemoryStore()`, `await openDuckdbStore(path)`, or your own. */
  readonly store: Store
  /** A log in front of the store, shared by several collectors: what was taken is safe when the log has it, and a `createLogWriter` of `rihla/collector/log` commits, folds and maintains. @default none, this collector writes itself */
  readonly log?: Log
  /** The path under which the collector is mounted: with `/api/rihla`, the endpoint is `/api/rihla/collect`. @default '' */
  readonly base?: string
  /** Who reads, imports and forgets users must have it. Without one that is allowed at localhost only. @default none */
  readonly adminToken?: string | undefined
  /** The sites that may send, and from where. @default any */
  readonly sites?: Sites
  /** Asked before a request is read, such as `perIp()`. @default none */
  readonly rateLimit?: RateLimit
  /** How long touchpoints are kept, ms (13 months). @default 34128000000 */
  readonly retention?: number
  /** After how long without activity a full cart counts as abandoned, ms (30 minutes). @default 1800000 */
  readonly abandonAfter?: number
  /** Every how many ms `maintain` runs by itself; 0: never. @default 60000 */
  readonly maintainEvery?: number
  /** The stage models of maps, the usual one first: those of rihla, or your own. @default [five, ecommerceSix, aida, funnel, saas] */
  readonly models?: readonly StageModel[]
  /** How much is taken. */
  readonly limits?: Limits
  /** The collector's clock, ms since epoch. @default Date.now */
  readonly now?: () => number
  /** Hears of what went wrong inside. @default console.error */
  readonly onError?: (error: unknown) => void
}

/** A collector: answers requests, and never throws. */
export interface Collector {
  (request: Request, info?: RequestInfo): Promise<Response>
  /** Why a request may not read; `undefined` where it may: for pages of your own around the collector. */
  readonly denied: (request: Request) => Promise<Denied | undefined>
  /** Erases what is older than `retention` and confirms carts that were abandoned. Call it yourself, every minute or so, where no timer runs (`maintainEvery: 0`). With a `log` its writer does that, and this nothing. */
  readonly maintain: () => Promise<Maintained>
  /** Ends live streams and timers, and resolves when all that was taken in is committed. The store stays open. */
  readonly close: () => Promise<void>
}

type Answer = (request: Request, info: RequestInfo) => Response | Promise<Response>

const CSV = /\bcsv\b/i

/**
 * Takes touchpoints in and shows them: a Web-standard `(Request) => Promise<Response>`. `POST /collect` is for trackers (docs/protocol.md) and `GET /health` for anybody; the rest
 * (`GET /touchpoints /documents /losses /map /choices /shoppers /live`, `POST /import /forget`) is for those with the `adminToken`, which `POST /login` puts into a cookie. Throws a `TypeError` for a wrong option.
 */
export function createCollector(options: CollectorOptions): Collector {
  const { store, log, base = '', adminToken, sites, rateLimit, retention = 34_128_000_000, abandonAfter = 1_800_000, maintainEvery = 60_000, models = MODELS, limits = {}, now = Date.now, onError = console.error } = options
  const expect = (isRight: boolean, option: string, expected: string) => {
    if (!isRight) throw new TypeError(`rihla: ${option} must be ${expected}`)
  }
  expect(typeof (store as Partial<Store> | undefined)?.commit === 'function', 'store', 'a store, such as createMemoryStore()')
  expect(log === undefined || typeof (log as Partial<Log> | null)?.append === 'function', 'log', 'a log, such as await openJetStream({ servers })')
  expect(typeof base === 'string' && /^(?:\/[^/?#]+)*$/.test(base), 'base', "a path such as '/api/rihla', without a slash at its end")
  expect(adminToken === undefined || typeof adminToken === 'string', 'adminToken', 'a text')
  expect(retention > 0, 'retention', 'a number of milliseconds above 0')
  expect(abandonAfter > 0, 'abandonAfter', 'a number of milliseconds above 0')
  expect(maintainEvery >= 0, 'maintainEvery', 'a number of milliseconds, or 0')
  expect(Array.isArray(models) && models.length > 0, 'models', 'a list of stage models')
  for (const model of models) checkModel(model)
  expect(new Set(models.map(({ id }) => id)).size === models.length, 'models', 'stage models of different ids')

  const access = createAccess(adminToken)
  const live = createLive()
  const intake = log ? createLoggedIntake(log, store) : createDirectIntake(store)
  // The log's writer folds.
  const maps = createMaps(log ? { ...store, fold: async function* () {} } : store, models, intake.alone, onError)
  const stopListening = log
    ? log.listen(live.isWatched, (touchpoints) => live.publish(() => touchpoints))
    : store.onCommit((read) => {
        live.publish(read)
        maps.touch()
      })
  const collect = createCollect({ intake, mayForgetUser: async (request) => !(await access.denied(request)), now, onError, sites, rateLimit, limits })

  const admins = (answer: Answer): Answer => async (request, info) => {
    const denied = await access.denied(request)
    return denied ? refuse(denied.status, denied.reason, denied.status === 401 ? { ...PRIVATELY, 'www-authenticate': 'Bearer' } : PRIVATELY) : answer(request, info)
  }

  const login: Answer = async (request) => {
    const form = new TextDecoder().decode(await readBytes(request, 4096))
    const token = new URLSearchParams(form).get('token') ?? ''
    if (!(await access.isToken(token))) return refuse(401, 'token: expected the admin token', PRIVATELY)
    const cookie = await access.cookie(new URL(request.url).protocol === 'https:')
    return new Response(null, { status: 303, headers: { ...PRIVATELY, location: `${base}/`, 'set-cookie': cookie } })
  }

  /** What was read, with what of the store was away. */
  const whole = async (value: object) => {
    const away = await store.away?.()
    return json({ ...value, ...(away && { away }) }, PRIVATELY)
  }

  const touchpoints: Answer = async ({ url }) => {
    const read = readFilters<TouchpointFilters>(new URL(url).searchParams, TOUCHPOINT_FILTERS)
    if ('reason' in read) return refuse(400, read.reason, PRIVATELY)
    const { next, touchpoints } = await store.touchpoints(read.filters)
    return whole({ touchpoints, ...(next && { next: `${next.happened_at}_${next.n}` }) })
  }

  /** Answers what is read of the legs of a model. */
  const ofModel = <Filters extends MapQuery>(known: Parameters<typeof readFilters<Filters>>[1], answerOf: (model: StageModel, filters: Omit<Filters, 'model'>) => Promise<object>): Answer => async ({ url }) => {
    const read = readFilters<Filters>(new URL(url).searchParams, known)
    if ('reason' in read) return refuse(400, read.reason, PRIVATELY)
    const { model: wanted = models[0]!.id, ...filters } = read.filters
    const model = models.find(({ id }) => id === wanted)
    return model ? whole(await answerOf(model, filters)) : refuse(400, `model: expected one of ${models.map(({ id }) => id).join(', ')}`, PRIVATELY)
  }

  const map = ofModel<MapQuery>(MAP_FILTERS, maps.map)
  const shoppers = ofModel<MapQuery & ShopperFilters>(SHOPPER_FILTERS, async (model, filters) => ({ shoppers: await maps.shoppers(model, filters) }))
  const choices = ofModel<Pick<MapQuery, 'model'>>({ model: MAP_FILTERS.model }, async (model) => ({ models: models.map(withWords).map(({ id, version, stages }) => ({ id, version, stages })), ...(await maps.choices(model)) }))

  const losses: Answer = async ({ url }) => {
    const read = readFilters<Parameters<Store['losses']>[0]>(new URL(url).searchParams, LOSS_FILTERS)
    return 'reason' in read ? refuse(400, read.reason, PRIVATELY) : whole(await store.losses(read.filters))
  }

  const documents: Answer = async ({ url }) => {
    const read = readFilters<DocumentFilters>(new URL(url).searchParams, DOCUMENT_FILTERS)
    return 'reason' in read ? refuse(400, read.reason, PRIVATELY) : whole({ documents: await store.documents(read.filters) })
  }

  const forget: Answer = async (request) => {
    const body = await readBody(request, { maxBytes: 4096, maxUnzipped: 4096 })
    if ('status' in body) return refuse(body.status, body.reason, PRIVATELY)
    const { site, ...who } = Object(body.value) as { site?: unknown } & Forget
    const reason = checkSite(site, 'site') ?? checkForget(who, '') ?? (who.user === undefined && who.visitor === undefined ? 'user: missing; whom to forget, by user or visitor' : undefined)
    if (reason) return refuse(400, reason, PRIVATELY)
    const [committed] = await intake.settle([{ site: site as string, received: now(), rows: [], visits: [], refused: [], documents: [], loss: [], forget: who }])
    const names = [['user', who.user], ['visitor', who.visitor]] as const
    // Looked for again, so that the answer is proof.
    const left = await Promise.all(names.map(async ([name, value]) => (value === undefined ? [] : (await store.touchpoints({ site: site as string, [name]: value, limit: 1000 })).touchpoints)))
    return json({ erased: committed!.erased, left: left.flat().length }, PRIVATELY)
  }

  const bring: Answer = async (request) => {
    const most = limits.maxImport ?? 33_554_432
    const body = await readPlain(request, { maxBytes: most, maxUnzipped: most })
    if ('status' in body) return refuse(body.status, body.reason, PRIVATELY)
    const query = new URL(request.url).searchParams
    const site = query.get('site') ?? undefined
    const reason = site === undefined ? undefined : checkSite(site, 'site')
    if (reason) return refuse(400, reason, PRIVATELY)
    const imported = importFile(new TextDecoder().decode(body.bytes), CSV.test(query.get('format') ?? request.headers.get('content-type') ?? ''), site, now())
    if ('errors' in imported) return json({ reason: `${imported.errors.length} lines are not as expected, so none was stored`, errors: imported.errors.slice(0, 100) }, PRIVATELY, 422)
    const committed = await intake.settle(imported.batches)
    const stored = committed.reduce((sum, each) => sum + each.stored, 0)
    return json({ stored, known: imported.batches.reduce((sum, { rows }) => sum + rows.length, 0) - stored }, PRIVATELY)
  }

  const routes: { readonly [path: string]: { readonly [method: string]: Answer } } = {
    '/collect': { POST: collect, OPTIONS: preflight },
    '/touchpoints': { GET: admins(touchpoints) },
    '/documents': { GET: admins(documents) },
    '/losses': { GET: admins(losses) },
    '/map': { GET: admins(map) },
    '/choices': { GET: admins(choices) },
    '/shoppers': { GET: admins(shoppers) },
    '/live': { GET: admins(live.answer) },
    '/import': { POST: admins(bring) },
    '/forget': { POST: admins(forget) },
    '/login': { POST: login },
    '/health': { GET: () => json({ ok: true }, PRIVATELY) },
  }

  const answer = async (request: Request, info: RequestInfo, path: string, headers: Headers): Promise<Response> => {
    const route = has(routes, path) ? routes[path]! : undefined
    if (!route) return refuse(404, `nothing at ${new URL(request.url).pathname.slice(0, 100)}`, headers)
    if (has(route, request.method)) return route[request.method]!(request, info)
    const allow = Object.keys(route).join(', ')
    return refuse(405, `${path} takes ${allow}`, { ...headers, allow })
  }

  let closing = false
  const maintain: Collector['maintain'] = log
    ? async () => ({ expired: { touchpoints: 0, visits: 0 }, confirmed: 0 })
    : createMaintenance(store, { retention, abandonAfter, now, alone: intake.alone, submit: async (batch) => (await intake.settle([batch]))[0]!.stored, isClosing: () => closing })

  let maintaining: Promise<unknown> | undefined
  const timer = maintainEvery ? setInterval(() => (maintaining ??= maintain().catch(onError).finally(() => (maintaining = undefined))), maintainEvery) : undefined
  // Where there is such a thing, a timer keeps no process alive.
  ;(timer as { unref?: () => void } | undefined)?.unref?.()

  const collector = async (request: Request, info: RequestInfo = {}): Promise<Response> => {
    const { pathname } = new URL(request.url)
    // Of what is not below it nothing is known.
    const path = pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : ''
    const headers = path === '/collect' ? ANY_ORIGIN : PRIVATELY
    try {
      return await answer(request, info, path, headers)
    } catch (error) {
      // Also a sender that left before its body was complete: nobody will read this answer.
      if (!request.signal.aborted) onError(error)
      return refuse(500, 'something went wrong inside', headers)
    }
  }
  const close = async () => {
    closing = true
    clearInterval(timer)
    stopListening()
    live.close()
    await maintaining
    await maps.close()
    await intake.idle()
  }
  return Object.assign(collector, { denied: access.denied, maintain, close })
}
