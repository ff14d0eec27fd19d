import { afterEach, beforeEach, expect, test } from 'vitest'
import { vitals, type VitalsOptions } from '../../src/sources/vitals.js'
import type { Moment } from '../../src/types.js'
import { countListeners } from '../harness/listeners.js'
import { resetVisibility, setVisibility, transition } from '../harness/visibility.js'

// What browsers measure, test/browser/vitals.test.ts shows.
const left = countListeners()
const stops: (() => void)[] = []
beforeEach(() => history.replaceState({}, '', '/'))
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  resetVisibility()
})

type Rating = 'good' | 'needs-improvement' | 'poor'

/** A page on which each metric is what the test says it is. */
const watch = (options?: VitalsOptions) => {
  const seen: Moment[] = []
  let tell: (metric: { name: 'LCP' | 'CLS' | 'INP'; value: number; rating: Rating }) => void = () => {}
  stops.push(vitals(options, [(callback) => void (tell = callback)])((moment) => seen.push(moment as Moment)))
  return { seen, is: (name: 'LCP' | 'CLS' | 'INP', value: number, rating: Rating) => tell({ name, value, rating }) }
}

test('a page that is not good in one of them is told as it is hidden, once, with the last values and the worst rating', () => {
  const { seen, is } = watch()
  is('LCP', 1200.4, 'good')
  is('LCP', 4800.6, 'poor')
  is('CLS', 0.12345, 'needs-improvement')
  setVisibility('hidden')
  setVisibility('visible')
  is('INP', 900, 'poor')
  transition('pagehide')
  expect(seen).toEqual([{ name: 'slow_page', source: 'vitals', props: { rating: 'poor', lcp: 4801, cls: 0.123 } }])
})

test('a good page is told only on demand, and nothing of one that was not measured', () => {
  const [usual, all, none] = [watch(), watch({ all: true }), watch({ all: true })]
  usual.is('LCP', 900, 'good')
  all.is('LCP', 900, 'good')
  transition('pagehide')
  expect([usual, all, none].map(({ seen }) => seen.map(({ props }) => props))).toEqual([[], [{ rating: 'good', lcp: 900 }], []])
})

test('of a single-page shop, it is the page that was loaded', () => {
  const { seen, is } = watch()
  is('LCP', 9000, 'poor')
  history.pushState({}, '', '/next')
  transition('pagehide')
  expect(seen[0]?.page?.url).toBe('http://localhost:3000/')
})

test('a return from the back/forward cache counts anew', () => {
  const { seen, is } = watch()
  is('LCP', 9000, 'poor')
  transition('pagehide', true)
  transition('pageshow', true)
  transition('pagehide', true)
  is('CLS', 0.5, 'poor')
  transition('pagehide')
  expect(seen.map(({ props }) => props)).toEqual([{ rating: 'poor', lcp: 9000 }, { rating: 'poor', cls: 0.5 }])
})

test('after a stop it says nothing and listens to nothing', () => {
  const { seen, is } = watch()
  stops.splice(0).forEach((stop) => stop())
  is('LCP', 9000, 'poor')
  transition('pagehide')
  expect([seen, left()]).toEqual([[], []])
})
