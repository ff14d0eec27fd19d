import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBeacon } from '../src/beacon.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A beacon over a fetch that the test answers, and what was asked of it, as words. */
const open = (answer: () => Promise<Response> = async () => new Response('ok')) => {
  const words: unknown[] = []
  const fetch = (async (_, init) => {
    words.push([(init?.body as string).length, init?.keepalive])
    return answer()
  }) as typeof globalThis.fetch
  return { words, beacon: createBeacon('https://collector.example/c', { fetch, navigator: {} as Navigator }, { bytes: 0 }) }
}

test('an answer is read to its end, and what is under way takes room', async () => {
  const { beacon } = open()
  const room = beacon.room()
  const answer = beacon.post('سلام')
  await null
  expect(beacon.room()).toBe(room - 8)
  expect(await answer).toMatchObject({ status: 200, body: 'ok' })
  expect(beacon.room()).toBe(room)
})

test('a body that does not fit into the browser\'s budget goes without keepalive, which would be refused', async () => {
  const { beacon, words } = open()
  await Promise.all([beacon.post('a'.repeat(40_000)), beacon.post('b'.repeat(30_000)), beacon.post('c', { keepalive: false })])
  // Two bytes for each letter.
  await beacon.post('ر'.repeat(40_000))
  expect(words).toEqual([[40_000, true], [30_000, false], [1, false], [40_000, false]])
})

test.each([
  ['never answers and knows no signal', () => new Promise<Response>(() => {})],
  ['answers without an end', async () => ({ status: 200, text: () => new Promise<string>(() => {}) }) as Response],
])('a fetch that %s is given up', async (_, answer) => {
  const { beacon } = open(answer)
  const room = beacon.room()
  const posted = beacon.post('a')
  await vi.advanceTimersByTimeAsync(13_000)
  expect([await posted, beacon.room()]).toEqual([undefined, room])
})
