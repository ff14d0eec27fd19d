import type { DuckDBConnection } from '@duckdb/node-api'
import type { Columns } from '../columns.js'

/** Runs one statement; whole numbers of 64 bits come as text; `$1` in it is `parameter` as JSON. */
export type Query = (sql: string, parameter?: unknown) => Promise<readonly Columns[]>

/** Runs statements on one connection, each prepared once. Data enters as a parameter only, never as SQL. */
export function createQuery(connection: DuckDBConnection): Query {
  const prepared = new Map<string, ReturnType<DuckDBConnection['prepare']>>()
  return async (sql, parameter) => {
    const preparing = prepared.get(sql) ?? connection.prepare(sql)
    prepared.set(sql, preparing)
    const statement = await preparing
    if (parameter !== undefined) statement.bindVarchar(1, JSON.stringify(parameter))
    return (await statement.runAndReadAll()).getRowObjectsJson()
  }
}

/** Runs a statement that makes a table: prepared once and run again, such a one makes a table without columns (DuckDB 1.5). */
export const runOnce = (connection: DuckDBConnection, sql: string, parameter?: unknown): Promise<readonly Columns[]> => createQuery(connection)(sql, parameter)
