import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeJourneys } from '../../examples/shoppers/journeys.js'
import { toBatches } from '../../examples/shoppers/send.js'
import { openJetStream } from '../../src/collector/jetstream/jetstream.js'
import { isInstalled as hasClickhouse, useClickhouse } from '../harness/clickhouse.js'
import { isInstalled as hasNats, useNats } from '../harness/nats.js'
import { createProject } from '../harness/project.js'
import { samplesOf } from '../harness/samples.js'

const stores = useClickhouse(2)
const logs = useNats(3)

test.skipIf(!hasClickhouse || !hasNats)('a server as docs/scaling.md shows it takes what trackers send by the log into ClickHouse', async () => {
  const [sample] = samplesOf('docs/scaling.md').filter(({ language }) => language === 'ts')
  const here: { readonly [address: string]: string } = { 'http://10.0.0.5:8123': stores.processes[0]!.url, 'http://10.0.0.6:8123': stores.processes[1]!.url, 'nats://10.0.0.7:4222': logs.addresses()[0]! }
  const code = Object.entries(here).reduce((text, [there, address]) => text.replace(there, address), sample!.code)
  expect(code).not.toContain('10.0.0.')
  const batches = toBatches(makeJourneys({ count: 20, days: 30, now: Date.now(), seed: 4 }), 'sample-shop', Date.now())
  const sent = batches.reduce((sum, { size }) => sum + size, 0)
  // The log's servers need a moment to find each other.
  await vi.waitFor(async () => (await openJetStream({ servers: logs.addresses(), name: 'probe' })).close(), { timeout: 60_000, interval: 500 })
  const { folder, remove } = createProject()
  onTestFinished(remove)
  const drive = `
const answers = []
for (const body of ${JSON.stringify(batches.map(({ body }) => body))}) answers.push((await collector(new Request('http://127.0.0.1/collect', { method: 'POST', body }))).status)
const store = await open()
const stored = async () => (await store.touchpoints({ limit: 100_000 })).touchpoints.length
for (const end = Date.now() + 40_000; Date.now() < end && (await stored()) < ${sent}; ) await new Promise((done) => setTimeout(done, 200))
console.log(JSON.stringify({ answers: [...new Set(answers)], stored: await stored() }))
process.exit()`
  writeFileSync(join(folder, 'server.js'), code + drive)
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(folder, 'server.js')], { timeout: 80_000 })
  expect([JSON.parse(stdout), stderr]).toEqual([{ answers: [200], stored: sent }, ''])
}, 120_000)
