// @vitest-environment node
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createCollector } from '../../src/collector/collector.js'
import { createLogWriter, type LogWriterOptions } from '../../src/collector/log-writer.js'
import { createMemoryStore } from '../../src/collector/memory.js'
import type { Store } from '../../src/collector/types.js'
import { batch, row } from '../contracts/collector-store.js'
import { batch as request, touchpoint } from '../examples/collector-harness.js'
import { createMemoryLog } from '../harness/memory-log.js'

/** Writers of one log over one store in memory; `fail` makes its commits fail. */
const setUp = (writers = 1, options: Partial<LogWriterOptions> = {}) => {
  const { log, depose, left } = createMemoryLog()
  const memory = createMemoryStore()
  let fail: (names: readonly string[]) => boolean = () => false
  const errors: unknown[] = []
  const commits: number[] = []
  const store: Store = {
    ...memory,
    commit: async (batches) => {
      if (fail(batches.flatMap(({ rows }) => rows.map(({ name }) => name)))) throw new Error('the store is away')
      commits.push(batches.length)
      return memory.commit(batches)
    },
  }
  const all = Array.from({ length: writers }, () => createLogWriter({ log, open: async () => store, onError: (error) => errors.push(error), ...options }))
  onTestFinished(async () => void (await Promise.all(all.map((each) => each.close()))))
  const names = async () => (await memory.touchpoints({ limit: 1000 })).touchpoints.map(({ name }) => name).sort()
  return { log, depose, left, memory, store, writers: all, errors, commits, names, failWhen: (when: typeof fail) => (fail = when) }
}
const until = (isSo: () => unknown) => vi.waitUntil(async () => (await isSo()) === true, { timeout: 10_000, interval: 5 })

describe('the writer of a log', () => {
  test('commits what was appended, what gathers meanwhile at once, and only then takes it out', async () => {
    const { log, left, names, commits } = setUp()
    for (let i = 0; i < 50; i++) await log.append(batch({ rows: [row({ seq: i + 1 })] }))
    await until(() => left() === 0)
    expect((await names()).length).toBe(50)
    expect(commits.length).toBeLessThan(10)
  })

  test('says what became of a batch to who waits for that', async () => {
    const { log } = setUp()
    const one = row()
    expect(await log.settle(batch({ rows: [one, row({ user: 'u' })] }))).toMatchObject({ stored: 2 })
    expect(await log.settle(batch({ rows: [one] }))).toMatchObject({ stored: 0 })
    expect(await log.settle(batch({ forget: { user: 'u' } }))).toMatchObject({ erased: { touchpoints: 2 } })
  })

  test('of several one writes at a time, and another goes on when it is gone', async () => {
    const { log, left, writers, names, depose } = setUp(3)
    const writing = () => writers.filter((each) => each.isWriting())
    const append = () => log.append(batch({ rows: [row()] }))
    await until(() => writing().length === 1)
    const [first] = writing()
    depose()
    await append()
    await until(() => left() === 0)
    const [second] = writing()
    expect(second).not.toBe(first)
    await second!.close()
    await append()
    await until(() => left() === 0)
    expect([writing().length, writing().includes(second!), (await names()).length]).toEqual([1, false, 2])
    await Promise.all(writers.map((each) => each.close()))
    await append()
    expect([writing().length, left()]).toEqual([0, 1])
  })

  test('tries again while the store is away, tells of it once, and loses nothing', async () => {
    const { log, left, names, errors, failWhen } = setUp()
    failWhen(() => true)
    for (let i = 0; i < 5; i++) await log.append(batch({ rows: [row({ seq: i + 1 })] }))
    await until(() => errors.length > 0)
    expect([await names(), left()]).toEqual([[], 5])
    failWhen(() => false)
    await until(() => left() === 0)
    expect((await names()).length).toBe(5)
    expect(errors.every((error) => String(error) === 'Error: the store is away')).toBe(true)
  })

  test.each([0, 2, 4])('a batch that cannot be stored holds up no other, wherever it is (%i), and stays', async (place) => {
    const { log, left, names, failWhen } = setUp()
    failWhen((given) => given.includes('poison'))
    for (let i = 0; i < 5; i++) await log.append(batch({ rows: [row({ seq: i + 1, name: i === place ? 'poison' : 'good' })] }))
    await until(() => left() === 1)
    expect(await names()).toEqual(['good', 'good', 'good', 'good'])
    failWhen(() => false)
    await until(() => left() === 0)
    expect(await names()).toContain('poison')
  })

  test('waits for a store that does not open yet', async () => {
    let tries = 0
    const memory = createMemoryStore()
    const { log, left, errors } = setUp(1, { open: async () => (++tries < 3 ? Promise.reject(new Error('no server')) : memory) })
    await log.append(batch({ rows: [row()] }))
    await until(() => left() === 0)
    expect([tries, errors.length, (await memory.touchpoints({})).touchpoints.length]).toEqual([3, 2, 1])
  })

  test('erases what is too old and confirms abandoned carts, which come through the log like all else', async () => {
    const now = Date.UTC(2026, 10, 1, 12)
    const { log, names } = setUp(1, { now: () => now, maintainEvery: 5, retention: 10 * 86_400_000 })
    const carted = (at: number, cart: string) => row({ name: 'add_to_cart', happened_at: at, at, props: { cart_id: cart, cart_version: 1, items: [{ item_id: 'a', price: 1 }] } })
    await log.append(batch({ rows: [carted(now - 3_600_000, 'c'), row({ name: 'old', happened_at: now - 11 * 86_400_000 })] }))
    await until(async () => (await names()).join() === 'add_to_cart,cart_abandonment')
  })

  test('says what is wrong with its options', () => {
    expect(() => createLogWriter({} as LogWriterOptions)).toThrow('log must be a log')
    expect(() => createLogWriter({ log: createMemoryLog().log } as LogWriterOptions)).toThrow('open must be a function')
    expect(() => createCollector({ store: createMemoryStore(), log: {} as never })).toThrow('log must be a log')
  })
})

describe('a collector with a log', () => {
  const collectorOn = (given: ReturnType<typeof setUp>) => {
    const collector = createCollector({ store: given.memory, log: given.log, maintainEvery: 0, onError: (error) => given.errors.push(error) })
    onTestFinished(() => collector.close())
    const post = (path: string, body: unknown, type = 'text/plain') => collector(new Request(`http://127.0.0.1${path}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': type } }))
    return { collector, post }
  }

  test('acknowledges what the log has, before it is stored, and the map has it a moment later', async () => {
    const given = setUp()
    const { collector, post } = collectorOn(given)
    given.failWhen(() => true)
    const answer = await post('/collect', request())
    expect([answer.status, await answer.json(), given.left()]).toEqual([200, {}, 1])
    given.failWhen(() => false)
    await until(() => given.left() === 0)
    const map = (await (await collector(new Request('http://127.0.0.1/map'))).json()) as { totals: { touchpoints: number } }
    expect(map.totals.touchpoints).toBe(1)
  })

  test('answers 503 with Retry-After where the log cannot take it', async () => {
    const given = setUp()
    const { post } = collectorOn({ ...given, log: { ...given.log, append: async () => Promise.reject(new Error('no quorum')) } })
    const answer = await post('/collect', request())
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10'])
    expect(given.errors.map(String)).toEqual(['Error: no quorum'])
  })

  test('says of what it is asked for only what is stored', async () => {
    const given = setUp()
    const { post } = collectorOn(given)
    await post('/collect', request({ touchpoints: [touchpoint({ seq: 1 }), touchpoint({ seq: 2 }), touchpoint({ seq: 4 })], documents: { k3v9x2ab: 5 }, loss: [{ tab: 'k3v9x2ab', from: 3, to: 3, reason: 'evicted' }] }))
    await until(() => given.left() === 0)
    const ask = [{ tab: 'k3v9x2ab', from: 1, to: 9 }, { tab: 'h7m2c0qe', from: 1, to: 2 }]
    const held = (await (await post('/collect', request({ touchpoints: [], ask }))).json()) as { held: unknown }
    expect(held).toEqual({ held: [{ tab: 'k3v9x2ab', from: 1, to: 2 }, { tab: 'k3v9x2ab', from: 4, to: 4 }] })
    expect(given.commits.length).toBe(1)
    const blind = collectorOn({ ...given, memory: { ...given.memory, documents: async () => Promise.reject(new Error('away')) } })
    expect(await (await blind.post('/collect', request({ touchpoints: [], ask }))).json()).toEqual({})
  })

  test('forgets and imports through the log, and says what became of it', async () => {
    const given = setUp()
    const { post } = collectorOn(given)
    const imported = await post('/import?site=my-shop', 'name,at,user\nsupport_contacted,2026-11-20T10:00:00Z,customer-17\n', 'text/csv')
    expect([imported.status, await imported.json()]).toEqual([200, { stored: 1, known: 0 }])
    expect(await (await post('/forget', { site: 'my-shop', user: 'customer-17' })).json()).toEqual({ erased: { touchpoints: 1, visits: 1 }, left: 0 })
    expect(await given.names()).toEqual([])
  })

  test('streams what others commit', async () => {
    const given = setUp()
    const { collector, post } = collectorOn(given)
    const stream = await collector(new Request('http://127.0.0.1/live'))
    const reader = stream.body!.getReader()
    await post('/collect', request())
    let text = ''
    while (!text.includes('event: touchpoint')) text += new TextDecoder().decode((await reader.read()).value)
    await reader.cancel()
    expect(text).toContain('"name":"view_item"')
  })

  test('leaves maintenance to the writer', async () => {
    const { collector } = collectorOn(setUp())
    expect(await collector.maintain()).toEqual({ expired: { touchpoints: 0, visits: 0 }, confirmed: 0 })
  })
})
