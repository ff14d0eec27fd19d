import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openJetStream } from '../../src/collector/jetstream/jetstream.js'
import { split } from '../../src/collector/jetstream/split.js'
import type { Log } from '../../src/collector/log.js'
import { createLogWriter } from '../../src/collector/log-writer.js'
import { createMemoryStore } from '../../src/collector/memory.js'
import type { Batch, Touchpoint } from '../../src/collector/types.js'
import { batch, row } from '../contracts/collector-store.js'
import { isInstalled, useNats } from '../harness/nats.js'

let made = 0
// Servers that look for a leader take their time; how long an append may take is said where it matters.
vi.setConfig({ testTimeout: 120_000 })
const until = (isSo: () => unknown, timeout = 60_000) => vi.waitUntil(async () => (await isSo()) === true, { timeout, interval: 50 })
const seqs = (from: number, count: number) => Array.from({ length: count }, (_, i) => row({ seq: from + i }))

describe.skipIf(!isInstalled)('a log on three NATS servers', () => {
  const { servers, addresses } = useNats(3)
  const opened = async (name = `test-${++made}`) => {
    // The servers need a moment to find each other.
    const log = await vi.waitFor(() => openJetStream({ servers: addresses(), name }), { timeout: 60_000, interval: 500 })
    onTestFinished(() => log.close())
    return { log, name }
  }
  const writing = (log: Log, store = createMemoryStore()) => {
    const errors: unknown[] = []
    const writer = createLogWriter({ log, open: async () => ({ ...store, close: async () => {} }), onError: (error) => errors.push(error) })
    onTestFinished(() => writer.close())
    const stored = async () => (await store.touchpoints({ limit: 1000 })).touchpoints
    return { writer, store, stored, errors }
  }

  test('hands on what was appended, whole, and says what became of it', async () => {
    const { log } = await opened()
    const { stored } = writing(log)
    const one = row({ props: { value: 1.5, items: [{ item_id: 'گ' }] } })
    await log.append(batch({ rows: [one], visits: [{ site: 's', visit: 'visit-1', visitor: 'v', started: 1 }], documents: [['k3v9x2ab', 1]] }))
    await until(async () => (await stored()).length === 1)
    expect((await stored())[0]).toMatchObject({ id: one.id, props: one.props })
    expect(await log.settle(batch({ rows: [one, row({ user: 'u' })] }))).toMatchObject({ stored: 1 })
    expect(await log.settle(batch({ forget: { user: 'u' } }))).toMatchObject({ erased: { touchpoints: 2, visits: 1 } })
  })

  test('hands on what was appended before there was a writer, and what is larger than a message', async () => {
    const { log } = await opened()
    const rows = Array.from({ length: 40 }, (_, i) => row({ seq: i + 1, props: { text: 'x'.repeat(60_000) } }))
    await log.append(batch({ rows, documents: [['k3v9x2ab', 40]], visits: [{ site: 's', visit: 'visit-1', visitor: 'v', started: 1 }] }))
    const { stored, store } = writing(log)
    await until(async () => (await stored()).length === 40)
    expect((await stored()).every(({ visitor }) => visitor === 'v')).toBe(true)
    expect(await store.documents({})).toMatchObject([{ complete: 40, missing: [] }])
  })

  test('one process writes at a time; another goes on when it stops, with what it has left', async () => {
    const { log, name } = await opened()
    const other = (await opened(name)).log
    const store = createMemoryStore()
    const [first, second] = [writing(log, store), writing(other, store)]
    const who = () => [first, second].filter(({ writer }) => writer.isWriting())
    await until(() => who().length === 1)
    const [now] = who()
    await log.append(batch({ rows: seqs(1, 3) }))
    await until(async () => (await first.stored()).length === 3)
    await now!.writer.close()
    await other.append(batch({ rows: seqs(4, 3) }))
    await until(async () => (await first.stored()).length === 6)
    expect(who()).toEqual([first, second].filter((each) => each !== now))
  })

  test('what a process that died was writing comes to the next one', async () => {
    const { log, name } = await opened()
    const never = { ...createMemoryStore(), commit: () => new Promise<never>(() => {}) }
    const doomed = await openJetStream({ servers: addresses(), name })
    const dying = createLogWriter({ log: doomed, open: async () => never, onError: () => {} })
    await until(() => dying.isWriting())
    await log.append(batch({ rows: seqs(1, 5) }))
    await new Promise((resolve) => setTimeout(resolve, 500))
    // As if its process were gone: nothing is given back, nothing renewed.
    await doomed.close()
    const { stored } = writing(log)
    await until(async () => (await stored()).length === 5)
  })

  test.each([0, 1, 2])('server %i dies while batches are appended: what was acknowledged is there, and appending goes on', async (which) => {
    const { log } = await opened()
    const { stored } = writing(log)
    const acknowledged: string[] = []
    let failures = 0
    let isOver = false
    const sending = (async () => {
      while (!isOver) {
        const one = row({ seq: acknowledged.length + 1 })
        try {
          await log.append(batch({ rows: [one] }))
          acknowledged.push(one.id)
        } catch {
          failures++
        }
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })()
    await until(() => acknowledged.length > 20)
    await servers[which]!.kill()
    const before = acknowledged.length
    const at = Date.now()
    await until(() => acknowledged.length > before + 20)
    expect(Date.now() - at).toBeLessThan(15_000)
    await servers[which]!.start()
    isOver = true
    await sending
    await until(async () => {
      const ids = new Set((await stored()).map(({ id }) => id))
      return acknowledged.every((id) => ids.has(id))
    })
    // While servers agree on a leader an append waits for them, and fails after 5 s at the soonest.
    expect(failures).toBeLessThan(5)
  })

  test('tells listeners of all processes what was committed, while they want to hear it', async () => {
    const { log, name } = await opened()
    const other = (await opened(name)).log
    writing(log)
    const heard: Touchpoint[] = []
    let wants = true
    onTestFinished(other.listen(() => wants, (touchpoints) => heard.push(...touchpoints)))
    await until(async () => {
      await log.settle(batch({ rows: [row({ name: 'told' })] }))
      return heard.length > 0
    })
    expect(heard[0]!.name).toBe('told')
    wants = false
    const before = heard.length
    await log.settle(batch({ rows: [row()] }))
    expect(heard.length).toBe(before)
  })

  test('what is larger than a message and cannot be split is refused', async () => {
    const { log } = await opened()
    await expect(log.append(batch({ rows: [row({ props: { text: 'x'.repeat(2_000_000) } })] }))).rejects.toThrow('larger than what fits into the log')
  })
})

test('says what is wrong with its options', async () => {
  await expect(openJetStream({ servers: [] })).rejects.toThrow('servers must be a list of addresses')
  await expect(openJetStream({ servers: ['x'], name: 'a b' })).rejects.toThrow('name must be 1 to 64 of')
  await expect(openJetStream({ servers: ['x'], replicas: 9 })).rejects.toThrow('replicas must be a whole number from 1 to 5')
  await expect(openJetStream({ servers: ['nats://127.0.0.1:1'] })).rejects.toThrow(/^JetStream cannot be used: /)
})

test('a batch in parts has everything once, and what it reports comes last', () => {
  const rows = seqs(1, 9).map((each, i) => ({ ...each, visit: `v${i % 2}` }))
  const whole: Batch = batch({ rows, visits: ['v0', 'v1'].map((visit) => ({ site: 's', visit, started: 1 })), documents: [['k3v9x2ab', 9]], loss: [{ tab: 'k3v9x2ab', from: 10, to: 11, reason: 'x' }] })
  expect(split(whole, 100_000)).toEqual([whole])
  const parts = split(whole, 1500)
  expect(parts.length).toBeGreaterThan(2)
  expect(parts.flatMap((part) => part.rows)).toEqual(rows)
  expect(parts.map(({ documents, loss }) => documents.length + loss.length)).toEqual([...parts.slice(1).map(() => 0), 2])
  for (const part of parts) expect(part.visits.map(({ visit }) => visit).sort()).toEqual([...new Set(part.rows.map(({ visit }) => visit))].sort())
})
