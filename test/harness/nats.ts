import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { findBrowsers } from '../../scripts/browsers.js'
import { nats, type Server } from '../../scripts/cluster/servers.js'

const { nats: command } = findBrowsers().servers

/** Whether this machine has NATS' server. */
export const isInstalled = command !== undefined

/** NATS servers of this test file, one cluster. */
export function useNats(count: number): { readonly servers: Server[]; readonly addresses: () => string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'rihla-nats-'))
  const servers: Server[] = []
  beforeAll(async () => {
    if (!isInstalled) return
    servers.push(...(await nats({ folder, command: command ?? '', count })))
    await Promise.all(servers.map((each) => each.start()))
  }, 60_000)
  afterAll(async () => {
    await Promise.all(servers.map((each) => each.kill()))
    rmSync(folder, { recursive: true, force: true })
  })
  return { servers, addresses: () => servers.map(({ url }) => url) }
}
