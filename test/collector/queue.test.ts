// @vitest-environment node
import { expect, test } from 'vitest'
import { createQueue } from '../../src/collector/queue.js'

test('runs one after the other, also after one that failed', async () => {
  const alone = createQueue()
  const log: string[] = []
  const work = (name: string, fails = false) => alone(async () => {
    log.push(`${name} begins`)
    await new Promise((resolve) => setTimeout(resolve))
    log.push(`${name} ends`)
    if (fails) throw new Error(name)
    return name
  })
  expect(await Promise.allSettled([work('a'), work('b', true), work('c')])).toMatchObject([{ value: 'a' }, { reason: new Error('b') }, { value: 'c' }])
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
