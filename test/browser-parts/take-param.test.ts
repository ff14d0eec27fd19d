import { afterEach, expect, test } from 'vitest'
import { takeParam } from '../../src/browser/take-param.js'

afterEach(() => history.replaceState({}, '', '/'))

test.each([
  ['/p?_x=1', '1', '/p'],
  ['/p?a=%20&_x=a.b&b#/c?_x=2', 'a.b', '/p?a=%20&b#/c?_x=2'],
  ['/p?_x=1&_x=2', '1', '/p'],
  ['/p?_x', '', '/p'],
  ['/p?_xy=1', undefined, '/p?_xy=1'],
  ['/p', undefined, '/p'],
])('%s has %o, and is %s then', (url, value, then) => {
  history.replaceState({ own: 1 }, '', url)
  expect([takeParam('_x'), location.pathname + location.search + location.hash, history.state]).toEqual([value, then, { own: 1 }])
})
