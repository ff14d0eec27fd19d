import type { DuckDBConnection } from '@duckdb/node-api'
import type { Account } from '../account.js'
import { type Columns, toVisit } from '../columns.js'
import type { Dump, Row } from '../types.js'

/** About so many touchpoints make a part. */
const PART = 10_000
const JSONS = ['props', 'marks', 'denied']
const NUMBERS = ['n', 'born', 'at', 'received_at', 'happened_at', 'seq']

function fromRow(row: Columns): Row {
  const given = Object.entries(row).filter(([, value]) => value !== null)
  return Object.fromEntries(given.map(([name, value]) => [name, JSONS.includes(name) ? (JSON.parse(String(value)) as unknown) : NUMBERS.includes(name) ? Number(value) : value])) as unknown as Row
}

/** Reads all tables of a file that nobody writes to. */
export async function dumpOf(connection: DuckDBConnection, close: () => void): Promise<Dump> {
  async function* read<Item>(sql: string, toItem: (row: Columns) => Item): AsyncGenerator<readonly Item[]> {
    let part: Item[] = []
    for await (const rows of (await connection.stream(sql)).yieldRowObjectJson()) {
      part.push(...rows.map(toItem))
      if (part.length < PART) continue
      yield part
      part = []
    }
    if (part.length) yield part
  }
  const [counted] = (await connection.runAndReadAll('SELECT count(*) AS touchpoints FROM touchpoints')).getRowObjectsJson()
  return {
    touchpoints: Number(counted!.touchpoints),
    visits: read('SELECT * FROM visits', toVisit),
    people: read('SELECT * FROM people', ({ key, user }) => [String(key), String(user)] as const),
    accounts: read('SELECT * FROM documents', ({ key, account, updated_at }) => [String(key), JSON.parse(String(account)) as Account, Number(updated_at)] as const),
    orders: read('SELECT id::VARCHAR AS id FROM orders', ({ id }) => String(id)),
    forgotten: read('SELECT * FROM forgotten', ({ key, at }) => [String(key), Number(at)] as const),
    rows: read('SELECT * REPLACE (id::VARCHAR AS id) FROM touchpoints ORDER BY n', fromRow),
    close: async () => {
      connection.disconnectSync()
      close()
    },
  }
}
