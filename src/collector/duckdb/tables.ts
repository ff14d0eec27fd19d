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

/** Column names and types of each table. */
export const TABLES = { touchpoints, visits, documents, people, orders, forgotten }

/** Grows when a release changes the tables. */
export const TABLES_VERSION = 3

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
}

/** A statement that writes any number of rows, given as one JSON array; the newer row of a key wins. */
export function writeRows(table: Exclude<keyof typeof TABLES, 'touchpoints'>): string {
  const shape = Object.fromEntries(Object.entries<string>(TABLES[table]).map(([name, type]) => [name, type.replace(' PRIMARY KEY', '')]))
  return `INSERT OR REPLACE INTO ${table} SELECT unnest(from_json($1, '${JSON.stringify([shape])}'), max_depth := 2)`
}
