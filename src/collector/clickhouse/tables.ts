import type { OwnLeg } from '../../journey-map/types.js'
import type { Row, Visit } from '../types.js'

interface Columns {
  readonly [column: string]: string
}

const [TEXT, MAYBE, NUMBER] = ['String', 'Nullable(String)', 'Int64']

/** As a `Row`; `cart` and `status` are what carts are found by. */
const touchpoints: { readonly [column in keyof Row | 'cart' | 'status']-?: string } = {
  n: NUMBER,
  id: 'UUID',
  born: NUMBER,
  site: TEXT,
  name: TEXT,
  at: NUMBER,
  received_at: NUMBER,
  happened_at: NUMBER,
  tab: TEXT,
  seq: NUMBER,
  page: TEXT,
  visit: TEXT,
  user: MAYBE,
  model: MAYBE,
  url: TEXT,
  title: MAYBE,
  referrer: MAYBE,
  kind: MAYBE,
  locale: MAYBE,
  marks: MAYBE,
  denied: MAYBE,
  props: MAYBE,
  stage: MAYBE,
  confidence: 'Nullable(Float64)',
  rule: MAYBE,
  source: TEXT,
  sdk: TEXT,
  cart: TEXT,
  status: TEXT,
}

/** As a `Visit`. */
const visits: { readonly [column in keyof Visit]-?: string } = {
  site: TEXT,
  visit: TEXT,
  visitor: MAYBE,
  started: NUMBER,
  landing: MAYBE,
  referrer: MAYBE,
  channel: MAYBE,
  number: 'Nullable(Int64)',
  first: MAYBE,
  campaign: MAYBE,
  device: MAYBE,
}

/** Of rows of the same key that of the highest epoch counts: one who writes after another has begun to cannot undo anything. */
const EPOCH = { epoch: NUMBER }

/** As an `OwnLeg`, by model; of each visit the newest `version` counts. A leg without touchpoints says that it is elsewhere now. */
const legs: { readonly [column in keyof Omit<OwnLeg, 'runs' | 'acts' | 'payments' | 'abandoned' | 'hurts' | 'feelings'> | 'model' | 'version' | `${'runs' | 'acts' | 'payments' | 'abandoned' | 'hurts' | 'feelings'}.${string}`]-?: string } = {
  model: TEXT,
  site: TEXT,
  visit: TEXT,
  person: TEXT,
  visitor: MAYBE,
  user: MAYBE,
  started: NUMBER,
  ended: NUMBER,
  channel: TEXT,
  device: TEXT,
  segment: MAYBE,
  persona: MAYBE,
  touchpoints: NUMBER,
  isBounce: 'UInt8',
  reached: NUMBER,
  goalAfter: 'Nullable(Int64)',
  goalAt: 'Nullable(Int64)',
  pages: 'Array(String)',
  'runs.stage': 'Array(String)',
  'runs.from': 'Array(Int64)',
  'runs.to': 'Array(Int64)',
  'acts.stage': 'Array(String)',
  'acts.name': 'Array(String)',
  'acts.times': 'Array(Int64)',
  'payments.id': 'Array(String)',
  'payments.at': 'Array(Int64)',
  'payments.isOrder': 'Array(UInt8)',
  'payments.amount': 'Array(Int64)',
  'payments.currency': 'Array(String)',
  'abandoned.id': 'Array(String)',
  'abandoned.at': 'Array(Int64)',
  'abandoned.status': 'Array(String)',
  'abandoned.toldAt': 'Array(Int64)',
  'abandoned.step': 'Array(String)',
  'abandoned.field': 'Array(String)',
  'abandoned.error': 'Array(String)',
  'abandoned.amount': 'Array(Int64)',
  'abandoned.currency': 'Array(String)',
  'abandoned.stage': 'Array(String)',
  'hurts.name': 'Array(String)',
  'hurts.about': 'Array(String)',
  'hurts.step': 'Array(String)',
  'hurts.stage': 'Array(String)',
  'hurts.times': 'Array(Int64)',
  'hurts.isLast': 'Array(UInt8)',
  'feelings.stage': 'Array(String)',
  'feelings.positive': 'Array(Int64)',
  'feelings.neutral': 'Array(Int64)',
  'feelings.negative': 'Array(Int64)',
  version: NUMBER,
}

/** A table: by what its rows are found, and of which rows the one written last counts. */
interface Table {
  readonly columns: Columns
  readonly key: readonly string[]
  /** The time whose month is the row's partition, ms. */
  readonly month?: string
  /** The highest counts; of equals, and without one, the one written last. */
  readonly version?: string
}

/** What each server has. Which server has a row, says `shards.ts`. */
export const TABLES = {
  touchpoints: { columns: touchpoints, key: ['site', 'visit', 'id'], month: 'happened_at' },
  visits: { columns: { ...visits, ...EPOCH }, key: ['site', 'visit'], month: 'started', version: 'epoch' },
  /** Which visits are a visitor's. */
  visitors: { columns: { site: TEXT, visitor: TEXT, visit: TEXT }, key: ['site', 'visitor', 'visit'] },
  /** The loss account, an `Account`; `key` is `site/tab`. */
  documents: { columns: { key: TEXT, account: TEXT, updated_at: NUMBER, ...EPOCH }, key: ['key'], version: 'epoch' },
  /** The first user that each visitor has logged in as; `key` is `site/visitor`. */
  people: { columns: { key: TEXT, user: TEXT, ...EPOCH }, key: ['key'], version: 'epoch' },
  /** Ids that the business gives (version 8). Kept when a visitor is forgotten. */
  orders: { columns: { id: 'UUID' }, key: ['id'] },
  /** Whom forgetting erased, and when; `key` is a hash. */
  forgotten: { columns: { key: TEXT, at: NUMBER }, key: ['key'] },
  /** Of which visits something is new, by the highest `n` of it in one commit. */
  touched: { columns: { n: NUMBER, site: TEXT, visit: TEXT }, key: ['n', 'site', 'visit'] },
  legs: { columns: legs, key: ['model', 'site', 'visit'], version: 'version' },
  /** How far something has come: `committed`, and `folded` with the model's name, as an `n`; the `epoch`, and the version of the `tables`. */
  progress: { columns: { name: TEXT, n: NUMBER, ...EPOCH }, key: ['name'], version: 'epoch' },
} satisfies { readonly [table: string]: Table }

/** Grows when a release changes the tables. */
export const TABLES_VERSION = 1

const create = (name: string, { columns, key, month, version }: Table) =>
  `CREATE TABLE IF NOT EXISTS ${name} (${Object.entries(columns).map(([column, type]) => `\`${column}\` ${type}`).join(', ')}) ENGINE = ReplacingMergeTree(${version ?? ''})${month ? ` PARTITION BY toYYYYMM(toDateTime(intDiv(${month}, 1000), 'UTC'))` : ''} ORDER BY (${key.join(', ')})`

/** Creates what is absent; harmless where it is all there. */
export const CREATE_TABLES: readonly string[] = Object.entries<Table>(TABLES).map(([name, table]) => create(name, table))
