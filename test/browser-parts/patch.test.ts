import { expect, test } from 'vitest'
import { patch } from '../../src/browser/patch.js'

const shop = () => ({
  stock: 3,
  take(count: number, ..._more: number[]) {
    if (count > this.stock) throw new RangeError('sold out')
    return (this.stock -= count)
  },
})
const never = (cause: unknown) => { throw cause }

test('calls back after each call, with arguments, answer and this', () => {
  const page = shop()
  const words: unknown[] = []
  patch(page, 'take', (args, answer, self) => void words.push(args, answer, self === page), never)
  expect([page.take(1, 5), words]).toEqual([2, [[1, 5], 2, true]])
})

test('what the callback returns is answered instead', () => {
  const page = shop()
  patch(page, 'take', (_, answer) => answer * 10, never)
  expect([page.take(1), page.stock]).toEqual([20, 2])
})

test('what the method throws is the page\'s, and the callback does not hear of it', () => {
  const page = shop()
  const words: unknown[] = []
  patch(page, 'take', (args) => void words.push(args), never)
  expect(() => page.take(9)).toThrow(new RangeError('sold out'))
  expect(words).toEqual([])
})

test('what the callback throws reaches fail and not the page', () => {
  const page = shop()
  const words: unknown[] = []
  patch(page, 'take', () => { throw new Error('ours') }, (cause) => words.push((cause as Error).message))
  expect([page.take(1), words]).toEqual([2, ['ours']])
})

test('the patched method looks and can be called like the original', () => {
  const page = shop()
  const original = Object.assign(page.take, { polyfill: true })
  patch(page, 'take', () => {}, never)
  const { name, length, polyfill } = page.take as typeof original
  expect([name, length, polyfill, page.take.call({ ...page, stock: 9 }, 4), page.take.bind(page)(1)]).toEqual(['take', 1, true, 5, 2])
  expect(() => new (page.take as unknown as new (count: number) => unknown)(1)).toThrow(TypeError)
})

test('the undo restores the method', () => {
  const page = shop()
  const { take } = page
  const words: unknown[] = []
  const stop = patch(page, 'take', (args) => void words.push(args), never)
  stop()
  stop()
  expect([page.take === take, page.take(1), words]).toEqual([true, 2, []])
})

test('below another script\'s patch the undo leaves an inert pass-through', () => {
  const page = shop()
  const words: unknown[] = []
  const stop = patch(page, 'take', (args) => void words.push(args), never)
  const ours = page.take
  const theirs = (page.take = (count) => ours.call(page, count))
  stop()
  expect([page.take === theirs, page.take(1), words]).toEqual([true, 2, []])
  expect(() => page.take(9)).toThrow('sold out')
})

test('a method that is missing, or cannot be replaced, is told and left as it is', () => {
  const page: { take?: () => void } = {}
  const frozen = Object.freeze(shop())
  const words: unknown[] = []
  const tell = (cause: unknown) => words.push((cause as Error).constructor.name)
  const stops = [patch(page as { take: () => void }, 'take', () => {}, tell), patch(frozen, 'take', () => {}, tell)]
  for (const stop of stops) stop()
  expect([words, 'take' in page]).toEqual([['TypeError', 'TypeError'], false])
})
