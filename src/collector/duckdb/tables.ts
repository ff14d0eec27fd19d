import type { OwnLeg } from '../../journey-map/types.js'
import type { Row } from '../types.js'

/** Names and types of columns. */
export interface Columns {
  readonly [column: string]: string
}

/** As a `Row`. All times are ms since epoch. */
const touchpoints: { readonly [column in keyof Row]-?: string } = {
  n: 'BIGINT',
  id: 'UUID',
  born: 'BIGINT',
  site: 'VARCHAR',
  name: 'VARCHAR',
  at: 'BIGINT',
  received_at: 'BIGINT',
  happened_at: 'BIGINT',
  tab: 'VARCHAR',
  seq: 'BIGINT',
  page: 'VARCHAR',
  visit: 'VARCHAR',
  user: 'VARCHAR',
  model: 'VARCHAR',
  url: 'VARCHAR',
  title: 'VARCHAR',
  referrer: 'VARCHAR',
  kind: 'VARCHAR',
  locale: 'VARCHAR',
  marks: 'JSON',
  denied: 'JSON',
  props: 'JSON',
  stage: 'VARCHAR',
  confidence: 'DOUBLE',
  rule: 'VARCHAR',
  source: 'VARCHAR',
  sdk: 'VARCHAR',
}

/** As a `Visit`; `key` is `site/visit`. */
const visits = {
  key: 'VARCHAR PRIMARY KEY',
  site: 'VARCHAR',
  visit: 'VARCHAR',
  visitor: 'VARCHAR',
  started: 'BIGINT',
  landing: 'VARCHAR',
  referrer: 'VARCHAR',
  channel: 'VARCHAR',
  number: 'BIGINT',
  first: 'JSON',
  campaign: 'JSON',
  device: 'VARCHAR',
}

/** The loss account, an `Account`; `key` is `site/tab`. */
const documents = { key: 'VARCHAR PRIMARY KEY', account: 'JSON', updated_at: 'BIGINT' }

/** The first user that each visitor has logged in as; `key` is `site/visitor`. */
const people = { key: 'VARCHAR PRIMARY KEY', user: 'VARCHAR' }

/** Ids that the business gives (version 8): they may come again after months, from another document. Kept when a visitor is forgotten. */
const orders = { id: 'UUID PRIMARY KEY' }

/** Whom forgetting erased, and when; `key` is a hash. */
const forgotten = { key: 'VARCHAR PRIMARY KEY', at: 'BIGINT' }

/** What visits were in journeys, by model: an `OwnLeg`. Made from touchpoints, so all of it may be made again. */
const legs: { readonly [column in keyof OwnLeg | 'model']-?: string } = {
  model: 'VARCHAR',
  site: 'VARCHAR',
  visit: 'VARCHAR',
  person: 'VARCHAR',
  visitor: 'VARCHAR',
  user: 'VARCHAR',
  started: 'BIGINT',
  ended: 'BIGINT',
  channel: 'VARCHAR',
  device: 'VARCHAR',
  segment: 'VARCHAR',
  persona: 'VARCHAR',
  touchpoints: 'BIGINT',
  isBounce: 'BOOLEAN',
  reached: 'BIGINT',
  goalAfter: 'BIGINT',
  goalAt: 'BIGINT',
  runs: 'STRUCT(stage VARCHAR, "from" BIGINT, "to" BIGINT)[]',
  acts: 'STRUCT(stage VARCHAR, name VARCHAR, times BIGINT)[]',
  pages: 'VARCHAR[]',
  payments: 'STRUCT(id VARCHAR, "at" BIGINT, isOrder BOOLEAN, amount BIGINT, currency VARCHAR)[]',
  abandoned: 'STRUCT(id VARCHAR, "at" BIGINT, status VARCHAR, toldAt BIGINT, step VARCHAR, field VARCHAR, error VARCHAR, amount BIGINT, currency VARCHAR, stage VARCHAR)[]',
  hurts: 'STRUCT(name VARCHAR, about VARCHAR, step VARCHAR, stage VARCHAR, times BIGINT, isLast BOOLEAN)[]',
  feelings: 'STRUCT(stage VARCHAR, positive BIGINT, neutral BIGINT, negative BIGINT)[]',
}

/** Up to which `n` touchpoints are in the legs of a model. */
const folded = { model: 'VARCHAR PRIMARY KEY', n: 'BIGINT' }

/** Column names and types of each table. */
export const TABLES = { touchpoints, visits, documents, people, orders, forgotten, legs, folded }

/** Grows when a release changes the tables. */
export const TABLES_VERSION = 4

const columnList = (columns: Columns) =>
  Object.entries(columns)
    .map(([name, type]) => `"${name}" ${type}`)
    .join(', ')

/** Creates what is absent; harmless on a database that has it all. */
export const CREATE_TABLES: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS rihla (version INTEGER)',
  ...Object.entries(TABLES).map(([name, columns]) => `CREATE TABLE IF NOT EXISTS ${name} (${columnList(columns)})`),
]

/** What brings the tables of an earlier version to the next one. */
export const MIGRATIONS: { readonly [from: number]: readonly string[] } = {
  2: ['ALTER TABLE visits ADD COLUMN device VARCHAR', 'ALTER TABLE documents DROP COLUMN site', 'ALTER TABLE documents DROP COLUMN tab'],
  3: [],
}

/** Selects rows of a table from one JSON array: each is taken out of it as text first, which for rows with lists is three times as fast as all at once. */
function fromJson(columns: Columns): string {
  const shape = Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, type.replace(' PRIMARY KEY', '')]))
  const names = Object.keys(columns).map((name) => `row."${name}"`)
  return `SELECT ${names.join(', ')} FROM (SELECT from_json(text, '${JSON.stringify(shape)}') AS row FROM (SELECT unnest(from_json($1, '["JSON"]')) AS text))`
}

/** A statement that adds any number of rows, given as one JSON array, to a table or another of the same columns. */
export const addRows = (table: keyof typeof TABLES, into: string = table): string => `INSERT INTO ${into} ${fromJson(TABLES[table])}`

/** As `addRows`; the newer row of a key wins. Takes DuckDB three times as long. */
export const writeRows = (table: Exclude<keyof typeof TABLES, 'touchpoints'>): string => `INSERT OR REPLACE INTO ${table} ${fromJson(TABLES[table])}`
