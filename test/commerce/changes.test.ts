import { expect, test } from 'vitest'
import { createChanges } from '../../src/commerce/changes.js'
import type { Change, State } from '../../src/commerce/state.js'

/** Changes on a device that answers when the test says so; what is made of them, as words. */
const open = () => {
  const words: string[] = []
  const spilled: string[] = []
  let answer = () => {}
  const changes = createChanges({
    database: { update: <T>(_: string, next: (old: T | undefined) => T) => new Promise<T>((resolve) => (answer = () => resolve(next(undefined)))) },
    spill: { write: (entries) => spilled.push(...entries.map(([, text]) => text)), read: () => [], remove: () => {}, clear: () => {} },
    now: () => 1,
    isHidden: () => false,
    isOn: () => true,
    isDenied: () => false,
    redacted: (page) => ({ ...page, url: `redacted ${page.url.length > 0}` }),
    fail: (cause) => words.push(`${cause}`),
    reduce: (state: State, change: Change) => (words.push(change.id), { ...state, done: [...state.done, change.id] }),
    emit: () => {},
    isHeld: () => false,
    onChange: () => {},
  })
  const pause = () => new Promise((done) => setImmediate(done))
  return { words, spilled, changes, answer: async () => (await pause(), answer(), await pause()) }
}

test('what was read goes right after what had happened when it was sighted', async () => {
  const { words, changes, answer } = open()
  changes.push('start', { id: 'start' })
  const first = changes.mark()
  changes.push('moment', { id: 'view' })
  changes.push('cart', { id: 'empty' }, first)
  const second = changes.mark()
  changes.push('moment', { id: 'checkout' })
  changes.push('cart', { id: 'cap' }, second)
  void changes.work()
  await answer()
  expect(words).toEqual(['start', 'empty', 'view', 'cap', 'checkout'])
})

test('what was read comes first where all before it is settled, or there was nothing', async () => {
  const { words, changes, answer } = open()
  const none = changes.mark()
  changes.push('moment', { id: 'view' })
  changes.push('cart', { id: 'empty' }, none)
  const settled = changes.mark()
  void changes.work()
  await answer()
  changes.push('moment', { id: 'checkout' })
  changes.push('cart', { id: 'cap' }, settled)
  void changes.work()
  await answer()
  expect(words).toEqual(['empty', 'view', 'cap', 'checkout'])
})

test('what was told while storage was asked stays part of what this page knows', async () => {
  const { changes, answer } = open()
  changes.push('cart', { id: 'cap' })
  void changes.work()
  await new Promise((done) => setImmediate(done))
  changes.push('leave', { id: 'leave' })
  changes.keep()
  await answer()
  expect(changes.state()?.done).toEqual(['cap', 'leave'])
})

test('what the next page finds names no page as it is', () => {
  const { changes, spilled } = open()
  changes.push('moment', { id: 'view', page: { url: 'https://shop.example/order?key=secret' } })
  changes.keep()
  expect(spilled.map((text) => (JSON.parse(text) as Change).page.url)).toEqual(['redacted true'])
})

test('many changes are made a few at a time, so that telling what follows is no long task', async () => {
  const { words, changes, answer } = open()
  for (let i = 0; i < 50; i++) changes.push('moment', { id: `${i}` })
  void changes.work()
  const counts: number[] = []
  for (let i = 0; i < 3; i++) {
    await answer()
    counts.push(words.length)
  }
  expect([counts, new Set(words).size]).toEqual([[20, 40, 50], 50])
})
