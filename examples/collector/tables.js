// @ts-check
// What DuckDB keeps. All times are ms since epoch.

/** @typedef {{ [column: string]: string }} Columns */

/** `n` counts arrivals; `born` is the time inside the id, so that a look-up of ids reads few row groups; `page` to `sdk` are as on the wire. */
const touchpoints = {
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

/** `key` is `site/visit`. */
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
}

/** The loss account; `key` is `site/tab`. `account` is an `Account` of account.js. */
const documents = { key: 'VARCHAR PRIMARY KEY', site: 'VARCHAR', tab: 'VARCHAR', account: 'JSON', updated_at: 'BIGINT' }

/** Ids that the business gives (version 8): they may come again after months, from another document. Kept when a visitor is forgotten. */
const orders = { id: 'UUID PRIMARY KEY' }

/** Whom forgetting erased, and when; `key` is a hash, see forgotten.js. */
const forgotten = { key: 'VARCHAR PRIMARY KEY', at: 'BIGINT' }

/** Column names and types of each table. */
export const tables = { touchpoints, visits, documents, orders, forgotten }

/** Grows when a release changes the tables. */
export const version = 2

/** @type {(columns: Columns) => string} */
const columnList = (columns) =>
  Object.entries(columns)
    .map(([name, type]) => `"${name}" ${type}`)
    .join(', ')

/** Creates what is absent; harmless on a database that has it all. */
export const createTables = [
  'CREATE TABLE IF NOT EXISTS rihla (version INTEGER)',
  ...Object.entries(tables).map(([name, columns]) => `CREATE TABLE IF NOT EXISTS ${name} (${columnList(columns)})`),
]

/**
 * A statement that writes any number of rows, given as one JSON array; the newer row of a key wins.
 * @type {(table: 'visits' | 'documents' | 'orders' | 'forgotten') => string}
 */
export const writeRows = (table) => {
  const columns = Object.entries(/** @type {Columns} */ (tables[table]))
  const shape = Object.fromEntries(columns.map(([name, type]) => [name, type.replace(' PRIMARY KEY', '')]))
  return `INSERT OR REPLACE INTO ${table} SELECT unnest(from_json($1, '${JSON.stringify([shape])}'), max_depth := 2)`
}
