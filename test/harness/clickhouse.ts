import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { findBrowsers } from '../../scripts/browsers.js'
import { clickhouse, type Server as Process } from '../../scripts/cluster/servers.js'
import type { Server } from '../../src/collector/clickhouse/engine.js'

const { clickhouse: command } = findBrowsers().servers

/** Whether this machine has ClickHouse's server. */
export const isInstalled = command !== undefined

let made = 0

/** ClickHouse servers of this test file. Each call of `fresh` gives a new database on so many of them. */
export function useClickhouse(servers: number): { readonly fresh: (count: number) => Promise<Server[]>; readonly processes: Process[] } {
  const folder = mkdtempSync(join(tmpdir(), 'rihla-clickhouse-'))
  const processes: Process[] = []
  beforeAll(async () => {
    for (let i = 0; isInstalled && i < servers; i++) processes.push(await clickhouse({ folder: join(folder, `${i}`), command: command ?? '' }))
    await Promise.all(processes.map((each) => each.start()))
  }, 60_000)
  afterAll(async () => {
    await Promise.all(processes.map((each) => each.kill()))
    rmSync(folder, { recursive: true, force: true })
  })
  const fresh = async (count: number) => {
    const database = `test_${++made}`
    return Promise.all(processes.slice(0, count).map(async ({ url }) => {
      const answer = await fetch(url, { method: 'POST', body: `CREATE DATABASE ${database}` })
      if (!answer.ok) throw new Error(await answer.text())
      return { url, database }
    }))
  }
  return { fresh, processes }
}
