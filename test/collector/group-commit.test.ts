// @vitest-environment node
import { expect, test } from 'vitest'
import { createGroupCommit } from '../../src/collector/group-commit.js'

/** A commit whose groups are recorded, and that ends only when the test says so. */
const heldCommit = (maxGroup?: number) => {
  const groups: string[][] = []
  const releases: (() => void)[] = []
  const commit = async (items: readonly string[]) => {
    groups.push([...items])
    await new Promise<void>((resolve) => releases.push(resolve))
    if (items.includes('bad')) throw new Error('bad')
    return items.map((item) => item.toUpperCase())
  }
  const release = async (times: number) => {
    for (let count = 0; count < times; count++) {
      while (releases.length === 0) await Promise.resolve()
      releases.shift()?.()
    }
  }
  return { groups, release, writer: createGroupCommit(commit, maxGroup) }
}

test('what comes while a commit runs is committed together by the next one', async () => {
  const { groups, release, writer } = heldCommit()
  const answers = Promise.all(['a', 'b', 'c'].map((item) => writer.submit(item, 1)))
  expect(writer.waitingBytes()).toBe(3)
  await release(2)
  expect(await answers).toEqual(['A', 'B', 'C'])
  expect(groups).toEqual([['a'], ['b', 'c']])
  await writer.idle()
  expect(writer.waitingBytes()).toBe(0)
})

test('a group is bounded by bytes, and one large item still goes', async () => {
  const { groups, release, writer } = heldCommit(10)
  const answers = Promise.all(['a', 'b', 'c', 'd'].map((item, index) => writer.submit(item, index === 1 ? 50 : 6)))
  await release(4)
  await answers
  expect(groups).toEqual([['a'], ['b'], ['c'], ['d']])
})

test('one bad item costs no other of its group', async () => {
  const { release, writer } = heldCommit()
  const answers = Promise.allSettled(['a', 'b', 'bad', 'c'].map((item) => writer.submit(item, 1)))
  await release(5)
  expect((await answers).map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'))).toEqual(['A', 'B', 'failed', 'C'])
  await writer.idle()
  expect(writer.waitingBytes()).toBe(0)
})
