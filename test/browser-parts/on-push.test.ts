import { afterEach, beforeEach, expect, test } from 'vitest'
import { onPush } from '../../src/browser/on-push.js'
import { countListeners } from '../harness/listeners.js'

const left = countListeners()
const page = window as unknown as { layer?: unknown[] }
const stops: (() => void)[] = []
beforeEach(() => {
  delete page.layer
})
afterEach(() => stops.splice(0).forEach((stop) => stop()))

const watch = () => {
  const words: unknown[] = []
  const stop = onPush('layer', (entry) => words.push(entry), (cause) => words.push((cause as Error).message))
  stops.push(stop)
  return { words, stop }
}

test('tells what is there already, in order, then what is pushed', () => {
  page.layer = ['a', 'b']
  const { words } = watch()
  page.layer.push('c', 'd')
  expect([words, [...page.layer]]).toEqual([['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd']])
})

test("the page's own push keeps its this, its answer and what it throws, and comes first", () => {
  const words: unknown[] = []
  const layer: unknown[] = []
  layer.push = function (...entries) {
    words.push(this === layer, ...entries)
    if (entries[0] === 'bad') throw new Error('theirs')
    return 42
  }
  page.layer = layer
  stops.push(onPush('layer', (entry) => words.push(`heard ${entry}`), () => {}))
  expect([layer.push(1, 2), () => layer.push('bad')]).toEqual([42, expect.any(Function)])
  expect(() => layer.push('bad')).toThrow('theirs')
  expect(words).toEqual([true, 1, 2, 'heard 1', 'heard 2', true, 'bad'])
})

test('a callback that throws is told, and the push goes on', () => {
  const words: unknown[] = []
  const throws = () => {
    throw new Error('ours')
  }
  stops.push(onPush('layer', throws, (cause) => words.push((cause as Error).message)))
  expect([page.layer!.push(1), words]).toEqual([1, ['ours']])
})

test('an array that the page puts in its place is noticed at a click; what it took over counts once', () => {
  const { words } = watch()
  page.layer!.push('a')
  page.layer = [...page.layer!, 'b']
  document.body.click()
  page.layer.push('c')
  expect(words).toEqual(['a', 'b', 'c'])
})

test('stop restores push, and leaves the array that it made to the page', () => {
  watch().stop()
  const { push } = page.layer!
  const { stop, words } = watch()
  stop()
  stop()
  page.layer!.push('a')
  expect([page.layer!.push === push, page.layer!.length, words, left()]).toEqual([true, 1, [], []])
})

test('stop leaves a pass-through where another script has wrapped it since', () => {
  const { stop, words } = watch()
  const ours = page.layer!.push
  const wrapped = (page.layer!.push = function (...entries) {
    return ours.apply(this, entries)
  })
  stop()
  page.layer!.push('a')
  expect([page.layer!.push === wrapped, page.layer!.length, words]).toEqual([true, 1, []])
})
