import { expect, test } from 'vitest'
import { createBacklog } from '../src/backlog.js'
import type { World } from '../src/world.js'
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
