import { createClient } from '@clickhouse/client-web'
import type { Columns } from '../columns.js'

/** One ClickHouse server, or what stands in for it. */
export interface Engine {
  /** Rows. Whole numbers come as numbers. */
  readonly query: (sql: string) => Promise<readonly Columns[]>
  /** All rows, or none of those in one partition. Does nothing where there are none. */
  readonly insert: (table: string, rows: readonly object[]) => Promise<void>
  /** Runs a statement that answers nothing. */
  readonly run: (sql: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** The usual name of a server's database. */
export const DATABASE = 'rihla'

/** Where a ClickHouse server answers. */
export interface Server {
  /** Of its HTTP interface, such as `http://10.0.0.5:8123`. */
  readonly url: string
  /** @default 'rihla' */
  readonly database?: string
  /** @default 'default' */
  readonly username?: string
  /** @default '' */
  readonly password?: string
}

/** Long lists of ids are written into statements: releases before 19.14 know no parameters. */
export const SETTINGS = { output_format_json_quote_64bit_integers: 0, max_query_size: '67108864', max_ast_elements: '5000000', max_expanded_ast_elements: '5000000' } as const

/** A server that has not answered after so long counts as away, ms. */
const PATIENCE = 60_000

/** Talks to a server through the official client, over HTTP. */
export function connect({ url, database = DATABASE, username = 'default', password = '' }: Server): Engine {
  const log = { level: 127 } as const
  const client = createClient({ url, database, username, password, request_timeout: PATIENCE, clickhouse_settings: SETTINGS, log })
  return {
    query: async (sql) => (await client.query({ query: sql, format: 'JSONEachRow' })).json<Columns>(),
    insert: async (table, rows) => {
      if (rows.length) await client.insert({ table, values: rows.map(wellFormed), format: 'JSONEachRow' })
    },
    run: async (sql) => void (await client.command({ query: sql })),
    close: () => client.close(),
  }
}

const SURROGATES = /[\ud800-\udfff]/

/** Halves of a surrogate pair are no text for ClickHouse, and one would spoil a whole insert. */
export const wellFormed = (row: object): object =>
  Object.values(row).some((value) => typeof value === 'string' && SURROGATES.test(value)) ? Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? whole(value) : value])) : row

const whole = (value: string) => value.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')

/** A text in a statement. */
export const text = (value: string): string => `'${whole(value).replace(/[\\']/g, '\\$&').replace(/\0/g, '\\0')}'`

/** Texts in a statement, for IN; at least one. Those of one place are tuples. */
export const list = (values: Iterable<string | readonly string[]>): string => `(${[...values].map((value) => (typeof value === 'string' ? text(value) : `(${value.map(text).join(',')})`)).join(',')})`
