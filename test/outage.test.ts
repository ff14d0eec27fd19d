import { beforeEach, describe, expect, test } from 'vitest'
import { createOutage } from '../src/outage.js'
import { createMemory } from './harness/memory.js'

let time = 0
let luck = 0.5
beforeEach(() => {
  time = 1_763_769_600_000
  luck = 0.5
})

const now = () => time
const random = () => luck
const setUp = (memory = createMemory()) => ({ memory, outage: createOutage(memory, { now, random }) })
const minutes = (count: number) => count * 60_000

test('sends at once as long as nothing has failed, and writes nothing for it', async () => {
  const { memory, outage } = setUp()
  expect([await outage.wait(), outage.isOn(), memory.words]).toEqual([0, false, []])
})

test('waits twice as long after each failure, from 2 seconds to 5 minutes', async () => {
  const { outage } = setUp()
  luck = 1
  const delays = []
  for (let i = 0; i < 10; i++) delays.push(await outage.failed())
  expect(delays).toEqual([2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000])
})

test('half of a delay is drawn, so that tabs and shoppers do not come back together', async () => {
  luck = 0
  expect(await setUp().outage.failed()).toBe(1000)
  luck = 0.999
  expect(await setUp().outage.failed()).toBe(1999)
})

test('an endpoint that does not want us is left alone for minutes', async () => {
  const { outage } = setUp()
  expect(await outage.failed({ atLeast: minutes(4) })).toBe(minutes(3))
})

describe('a network that may be back', () => {
  test('ends a long wait within two seconds, for all tabs', async () => {
    const { memory, outage } = setUp()
    const other = createOutage(createMemory(memory.kept), { now, random })
    for (let i = 0; i < 8; i++) await outage.failed()
    expect([(await outage.wait()) > 60_000, await outage.hasten(), await other.wait()]).toEqual([true, 1000, 1000])
  })

  test('makes no wait longer, and none where nothing was failing', async () => {
    const { memory, outage } = setUp()
    expect([await outage.hasten(), memory.words]).toEqual([undefined, []])
    luck = 0
    await outage.failed()
    luck = 1
    expect(await outage.hasten()).toBe(1000)
  })

  test('ends no wait that the collector has asked for, by Retry-After or by not wanting us', async () => {
    for (const wish of [{ after: 60_000 }, { atLeast: minutes(4) }]) {
      const { outage } = setUp()
      await outage.failed(wish)
      expect(await outage.hasten()).toBeGreaterThan(minutes(1))
    }
  })

  test('is no reason to hurry once the collector has answered', async () => {
    const { outage } = setUp()
    await outage.failed()
    await outage.succeeded()
    expect([await outage.hasten(), await outage.wait()]).toEqual([undefined, 0])
  })
})

describe('Retry-After', () => {
  test('is obeyed, with up to a second more', async () => {
    luck = 0
    expect(await setUp().outage.failed({ after: 7000 })).toBe(7000)
    luck = 1
    expect(await setUp().outage.failed({ after: 7000 })).toBe(8000)
  })

  test('is believed from one second to one hour', async () => {
    luck = 0
    expect([await setUp().outage.failed({ after: -5000 }), await setUp().outage.failed({ after: 0 }), await setUp().outage.failed({ after: 1e12 })]).toEqual([1000, 1000, 3_600_000])
  })
})

test('waits out the rest of a delay, then lets one probe for all', async () => {
  const { memory, outage } = setUp()
  const other = createOutage(createMemory(memory.kept), { now, random })
  await outage.failed()
  expect([await outage.wait(), await other.wait(), outage.isOn(), other.isOn()]).toEqual([1500, 1500, true, true])
  time += 1500
  expect([await outage.wait(), await other.wait()]).toEqual([0, 15_000])
})

test('a probe that never comes back frees the way for another', async () => {
  const { outage } = setUp()
  await outage.failed()
  time += 1500
  expect(await outage.wait()).toBe(0)
  time += 14_999
  expect(await outage.wait()).toBe(1)
  time += 1
  expect(await outage.wait()).toBe(0)
})

test('one success ends the outage for every tab and the next page', async () => {
  const { memory, outage } = setUp()
  const other = createOutage(createMemory(memory.kept), { now, random })
  await outage.failed()
  await other.wait()
  await outage.succeeded()
  expect([await outage.wait(), await other.wait(), outage.isOn(), other.isOn()]).toEqual([0, 0, false, false])
  luck = 1
  expect(await other.failed()).toBe(2000)
})

test('the page that had the answer knows before it is written that the outage is over', async () => {
  const { outage } = setUp()
  await outage.failed()
  const written = outage.succeeded()
  expect(outage.isOn()).toBe(false)
  await written
})

test('a page that opens during an outage does not press on the collector', async () => {
  const { memory, outage } = setUp()
  for (let i = 0; i < 6; i++) await outage.failed()
  expect(await createOutage(memory, { now, random }).wait()).toBe(48_000)
})

test('success after success writes only once', async () => {
  const { memory, outage } = setUp()
  await outage.succeeded()
  await outage.succeeded()
  await outage.succeeded()
  expect(memory.words).toEqual(['update outage'])
})

test('a clock that was set back by a year delays nothing: one probes at once', async () => {
  const { outage } = setUp()
  await outage.failed()
  time -= 365 * 24 * 3_600_000
  expect([await outage.wait(), await outage.wait()]).toEqual([0, 15_000])
})

describe('a collector that has never answered this device', () => {
  const failFor = async (outage: ReturnType<typeof createOutage>, times: number, apart: number) => {
    for (let i = 0; i < times; i++) {
      await outage.failed()
      time += apart
    }
  }

  test('gets one try per page after five failures over a minute', async () => {
    const { memory, outage } = setUp()
    await failFor(outage, 5, 15_000)
    expect([await outage.wait(), await outage.wait(), await outage.wait()]).toEqual([0, Infinity, Infinity])
    expect(await createOutage(memory, { now, random }).wait()).toBe(0)
  })

  test('is tried on as usual before five failures, or before a minute', async () => {
    const few = setUp().outage
    await failFor(few, 4, minutes(1))
    expect([await few.wait(), await few.wait()]).toEqual([0, 15_000])
    const soon = setUp().outage
    await failFor(soon, 5, 1000)
    expect(await soon.wait()).toBeLessThan(minutes(1))
  })

  test('is tried on as usual once it has answered', async () => {
    const { outage } = setUp()
    await outage.succeeded()
    await failFor(outage, 5, 15_000)
    time += minutes(5)
    expect([await outage.wait(), await outage.wait()]).toEqual([0, 15_000])
  })
})

describe('where storage refuses', () => {
  test('the page keeps its own account', async () => {
    const { memory, outage } = setUp()
    memory.refuses = true
    expect(await outage.wait()).toBe(0)
    luck = 1
    expect([await outage.failed(), await outage.failed(), await outage.wait(), outage.isOn()]).toEqual([2000, 4000, 4000, true])
    time += 4000
    expect([await outage.wait(), await outage.wait()]).toEqual([0, 15_000])
    await outage.succeeded()
    expect([await outage.wait(), outage.isOn()]).toEqual([0, false])
  })
})
