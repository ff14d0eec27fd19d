// @ts-check

/** @typedef {import('./database.js').Connection} Connection */
/** @typedef {{ [column: string]: unknown }} Columns A row of an answer. */
/** @typedef {<Row extends object = Columns>(sql: string, parameter?: unknown) => Promise<Row[]>} Query Runs one statement; `$1` in it is `parameter` as JSON. */

/**
 * Runs statements on one connection, each prepared once. Data enters as a parameter only, never as SQL.
 * @type {(connection: Connection) => Query}
 */
export const createQuery = (connection) => {
  /** @type {Map<string, ReturnType<Connection['prepare']>>} */
  const prepared = new Map()
  return async (sql, parameter) => {
    const preparing = prepared.get(sql) ?? connection.prepare(sql)
    prepared.set(sql, preparing)
    const statement = await preparing
    if (parameter !== undefined) statement.bindVarchar(1, JSON.stringify(parameter))
    return /** @type {never[]} */ (/** @type {unknown} */ ((await statement.runAndReadAll()).getRowObjectsJson()))
  }
}
