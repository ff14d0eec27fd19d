import { expect, test } from 'vitest'
import { createBacklog } from '../src/backlog.js'
import type { World } from '../src/world.js'
import { toEntry } from '../src/row.js'
import { createMemory } from './harness/memory.js'

let time = 1_763_769_600_000
const DAY = 86_400_000
const spill = { write: () => 0, read: () => [], remove: () => {}, clear: () => {} }

/** A tab's view of a device that may be another one's, too. */
const open = (tab: string, memory = createMemory()) => {
  const world = { tab, database: memory, spill, now: () => time, grace: 0, maxCount: 100, maxBytes: 1e6, maxAge: 7 * DAY, report: () => {} }
  return { memory, backlog: createBacklog(world as unknown as World, () => false) }
}
const settle = () => new Promise((done) => setImmediate(done))

test('the quarantine forgets what is older than touchpoints are kept, so that it has room again', async () => {
  const { backlog } = open('a')
  for (let seq = 1; seq <= 20; seq++) expect(await backlog.quarantine('a', seq, `{"id":"x","at":${time},"seq":${seq}}`)).toBe(true)
  expect(await backlog.quarantine('a', 21, `{"at":${time}}`)).toBe(false)
  time += 6 * DAY
  await backlog.tidy()
  expect(await backlog.quarantine('a', 22, `{"at":${time}}`)).toBe(false)
  time += 2 * DAY
  await backlog.tidy()
  expect(await backlog.quarantine('a', 23, `{"at":${time}}`)).toBe(true)
})

test('a tab gives back its own lease only, not the one that another took when it had run out', async () => {
  const { backlog: one, memory } = open('one')
  const { backlog: two } = open('two', memory)
  expect([await one.lease(), await two.lease()]).toEqual([true, false])
  time += 30_000
  expect(await two.lease()).toBe(true)
  one.yield()
  await settle()
  expect(await one.lease()).toBe(false)
  two.yield()
  await settle()
  expect(await one.lease()).toBe(true)
})

test('of many losses a request tells some, and the next one others, each once', () => {
  const { backlog } = open('a')
  for (let i = 0; i < 50; i++) backlog.lose('evicted', [{ tab: `t${i}`, from: 1, to: 1 }])
  const told: string[] = []
  for (let losses = backlog.losses(); losses.length; losses = backlog.losses()) {
    expect(losses.length).toBeLessThanOrEqual(20)
    told.push(...losses.map(({ tab }) => tab))
    backlog.reported(losses)
  }
  expect([told.length, new Set(told).size]).toEqual([50, 50])
})

/** So many touchpoints of a page that is closed, in rows of ten. */
const fill = (memory: ReturnType<typeof createMemory>, count: number) => {
  for (let from = 1; from <= count; from += 10) {
    const [key, text] = toEntry({ tab: 'closed', from, to: from + 9, at: time + from, priority: 2, size: 20, visit: '', page: '', lines: Array(10).fill('{}'), stored: 'no', done: new Set(), flying: false })
    memory.kept.set(key, text)
  }
}
const covered = (losses: readonly { readonly from: number; readonly to: number }[]) => losses.reduce((sum, { from, to }) => sum + to - from + 1, 0)

test('what is evicted is counted, also where the page is gone in the next instant', async () => {
  const memory = createMemory()
  fill(memory, 200)
  const { change } = memory
  const dying = Object.assign(Object.create(memory) as typeof memory, {
    change: async (...args: Parameters<typeof change>) => {
      await change(...args)
      if (args[1]?.length) memory.refuses = true
    },
  })
  await open('a', dying).backlog.tidy()
  memory.refuses = false
  const { backlog } = open('b', memory)
  await backlog.tidy()
  const left = [...memory.kept.keys()].filter((key) => key.startsWith('e1|')).length * 10
  expect([left, covered(backlog.losses())]).toEqual([90, 110])
})

test('a full disk that takes no count lets go all the same, and this page counts', async () => {
  const memory = createMemory()
  fill(memory, 200)
  const { change } = memory
  const full = Object.assign(Object.create(memory) as typeof memory, { change: (...args: Parameters<typeof change>) => (args[0].length ? Promise.reject(new DOMException('no', 'QuotaExceededError')) : change(...args)) })
  const { backlog } = open('a', full)
  await backlog.tidy()
  expect([covered(backlog.losses()), [...memory.kept.keys()].length]).toEqual([110, 9])
})
