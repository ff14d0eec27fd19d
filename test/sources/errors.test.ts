import { afterEach, expect, test } from 'vitest'
import { errors } from '../../src/sources/errors.js'
import type { Seen } from '../../src/types.js'

// What browsers tell of errors, test/browser/errors.test.ts shows.
const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

const watch = () => {
  const seen: Seen[] = []
  stops.push(errors()((each) => seen.push(each)))
  return seen
}
const propsOf = (seen: readonly Seen[]) => seen.map((each) => ('props' in each ? each.props : each))
const stack = (...frames: string[]) => ['TypeError: no', ...frames].join('\n')
const throwIt = (message: string, init: ErrorEventInit & { readonly stack?: string } = {}) => {
  // As an object: vitest takes an Error in an event for one of its own.
  const event = new ErrorEvent('error', { message, filename: 'https://shop.example/a.js?v=1', lineno: 10, colno: 5, ...init })
  if (init.stack) Object.defineProperty(event, 'error', { value: { name: 'TypeError', stack: init.stack }, enumerable: false })
  window.dispatchEvent(event)
}
const reject = (reason: unknown) => window.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason }))

test('an error is told with its place, its type and its first frames, without queries', () => {
  const seen = watch()
  throwIt('no', { stack: stack(...Array.from({ length: 7 }, (_, i) => `    at f${i} (https://shop.example/a.js?key=${i}:${i + 1}:5)`)) })
  expect(seen).toEqual([
    {
      name: 'js_error',
      source: 'errors',
      props: { cause: 'error', type: 'TypeError', message: 'no', file: 'https://shop.example/a.js', line: 10, col: 5, stack: [0, 1, 2, 3, 4].map((i) => `at f${i} (https://shop.example/a.js:${i + 1}:5)`).join('\n') },
    },
  ])
})

test('frames of Firefox and Safari are frames, too', () => {
  const seen = watch()
  throwIt('no', { stack: 'add@https://shop.example/a.js?v=2:3:9\n@https://shop.example/b.js#x:1:2\nglobal code' })
  expect(propsOf(seen)).toMatchObject([{ stack: 'add@https://shop.example/a.js:3:9\n@https://shop.example/b.js:1:2' }])
})

test('the same error at the same place is told once, ten of a page', () => {
  const seen = watch()
  for (let i = 0; i < 5; i++) throwIt('no')
  throwIt('no', { lineno: 11 })
  for (let i = 0; i < 20; i++) throwIt(`no ${i}`)
  expect(seen.length).toBe(10)
})

test('a rejection may have any reason', () => {
  const seen = watch()
  for (const reason of [new RangeError('far'), 'text', undefined, null, 5, Symbol('s'), { message: 'own' }]) reject(reason)
  expect(propsOf(seen)).toMatchObject([
    { cause: 'rejection', type: 'RangeError', message: 'far' },
    { message: 'text' },
    { message: 'undefined' },
    { message: 'null' },
    { message: '5' },
    { message: 'Symbol(s)' },
    { message: 'own' },
  ])
})

test('a reason that cannot be read is told as a mishap, and never thrown', () => {
  const seen = watch()
  reject(Object.defineProperty({}, 'message', { get: () => { throw new Error('theirs') } }))
  expect(seen).toEqual([{ failure: new Error('theirs') }])
})

test('long messages are cut', () => {
  const seen = watch()
  throwIt('x'.repeat(1000))
  expect(propsOf(seen)).toMatchObject([{ message: 'x'.repeat(200) }])
})

test('what browsers and their extensions say is not the page\'s, nor is what cannot be loaded', () => {
  const seen = watch()
  throwIt('ResizeObserver loop completed with undelivered notifications.')
  throwIt('no', { filename: 'moz-extension://abc/x.js' })
  throwIt('no', { stack: stack('at x (chrome-extension://abc/x.js:1:2)') })
  document.body.append(document.createElement('img'))
  document.body.querySelector('img')!.dispatchEvent(new Event('error'))
  expect(seen).toEqual([])
})

test('of a script of another origin, there is only that there was an error', () => {
  const seen = watch()
  throwIt('Script error.', { filename: '', lineno: 0, colno: 0 })
  expect(propsOf(seen)).toEqual([{ cause: 'error', type: undefined, message: 'Script error.', file: undefined, line: undefined, col: undefined, stack: undefined }])
})
