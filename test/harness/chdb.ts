import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { afterAll } from 'vitest'
import { type Engine, SETTINGS, wellFormed } from '../../src/collector/clickhouse/engine.js'
import type { Columns } from '../../src/collector/columns.js'

let made = 0

/** A current ClickHouse engine within this process, whose SQL has changed since Debian's. Each call gives a new database; the last one is used. */
export function useChdb(): () => Engine {
  const folder = mkdtempSync(join(tmpdir(), 'rihla-chdb-'))
  const session = new Session(folder)
  for (const [name, value] of Object.entries(SETTINGS)) session.query(`SET ${name} = ${value}`)
  afterAll(() => {
    session.cleanup()
    rmSync(folder, { recursive: true, force: true })
  })
  const linesIn = (text: string) => text.split('\n').filter(Boolean)
  return () => {
    const database = `test_${++made}`
    session.query(`CREATE DATABASE ${database}`)
    session.query(`USE ${database}`)
    return {
      query: async (sql) => linesIn(session.query(sql, 'JSONEachRow')).map((line) => JSON.parse(line) as Columns),
      insert: async (table, rows) => {
        if (rows.length) session.query(`INSERT INTO ${table} FORMAT JSONEachRow ${rows.map((row) => JSON.stringify(wellFormed(row))).join('\n')}`)
      },
      run: async (sql) => void session.query(sql),
      close: async () => void session.query(`DROP DATABASE ${database}`),
    }
  }
}
