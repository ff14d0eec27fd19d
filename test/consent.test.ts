import { expect, test } from 'vitest'
import { createGate } from '../src/consent.js'
import type { Consent } from '../src/types.js'

const setUp = (initial: Consent) => {
  const words: string[] = []
  let isReady = true
  const gate = createGate<string>(initial, () => isReady, (moment) => words.push(moment), (count) => words.push(`skipped ${count}`))
  return { gate, words, setReady: (is: boolean) => void (isReady = is) }
}

test('granted lets everything through at once, in order', () => {
  const { gate, words } = setUp('granted')
  gate.pass('a')
  gate.pass('b')
  expect([words, gate.state(), gate.release()]).toEqual([['a', 'b'], 'granted', true])
})

test('pending holds everything back until it is granted, then keeps the order', () => {
  const { gate, words } = setUp('pending')
  gate.pass('a')
  gate.pass('b')
  expect([words, gate.release()]).toEqual([[], false])
  gate.set('granted')
  gate.pass('c')
  expect([words, gate.release()]).toEqual([['a', 'b', 'c'], true])
})

test('denied drops what was held and what comes', () => {
  const { gate, words } = setUp('pending')
  gate.pass('a')
  gate.set('denied')
  gate.pass('b')
  gate.set('granted')
  gate.pass('c')
  expect(words).toEqual(['c'])
})

test('granted, then pending again, holds back what comes', () => {
  const { gate, words } = setUp('granted')
  gate.pass('a')
  gate.set('pending')
  gate.pass('b')
  expect(words).toEqual(['a'])
  gate.set('granted')
  expect(words).toEqual(['a', 'b'])
})

test('nothing passes before the page is visited and storage was read', () => {
  const { gate, words, setReady } = setUp('granted')
  setReady(false)
  gate.pass('a')
  expect([words, gate.release()]).toEqual([[], false])
  setReady(true)
  expect([gate.release(), words]).toEqual([true, ['a']])
})

test('while pending the latest 200 are kept, and it is told how many were dropped before them', () => {
  const { gate, words } = setUp('pending')
  for (let i = 1; i <= 203; i++) gate.pass(`${i}`)
  gate.set('granted')
  expect([words.slice(0, 2), words.at(-1), words.length]).toEqual([['skipped 3', '4'], '203', 201])
})

test('what was dropped is told once', () => {
  const { gate, words } = setUp('pending')
  for (let i = 1; i <= 201; i++) gate.pass(`${i}`)
  gate.set('granted')
  gate.set('pending')
  gate.pass('a')
  gate.set('granted')
  expect(words.filter((word) => word.startsWith('skipped'))).toEqual(['skipped 1'])
})

test('nothing is told of what was dropped before a denial', () => {
  const { gate, words } = setUp('pending')
  for (let i = 1; i <= 250; i++) gate.pass(`${i}`)
  gate.set('denied')
  gate.set('granted')
  gate.pass('a')
  expect(words).toEqual(['a'])
})
