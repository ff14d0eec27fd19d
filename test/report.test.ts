import { afterEach, expect, test, vi } from 'vitest'
import { createReport } from '../src/report.js'
import type { TrackerError } from '../src/types.js'

afterEach(() => vi.restoreAllMocks())

test('each code is told once per page, with what it was about and its cause', () => {
  const told: TrackerError[] = []
  const cause = new Error('no')
  const report = createReport({ onError: (error) => told.push(error) }, () => {})
  report('storage', 'the browser refuses', cause)
  report('storage', 'the browser refuses again')
  report('input', 'name must be a word')
  expect(told).toEqual([
    { code: 'storage', message: 'rihla: the browser refuses', cause },
    { code: 'input', message: 'rihla: name must be a word', cause: undefined },
  ])
})

test('those who look hear it each time', () => {
  const noted: unknown[] = []
  const told: string[] = []
  const report = createReport({ onError: ({ code }) => told.push(code) }, ({ problem }) => noted.push(problem), ' (there)')
  report('input', 'one', 'a')
  report('input', 'two')
  expect([noted, told]).toEqual([[{ code: 'input', message: 'rihla: one (there)', cause: 'a' }, { code: 'input', message: 'rihla: two (there)', cause: undefined }], ['input']])
})

test('the console stays silent', () => {
  const warn = vi.spyOn(console, 'warn')
  createReport({ onError: () => {} }, () => {})('input', 'one')
  expect(warn).not.toHaveBeenCalled()
})

test('a callback that throws does not reach the page', () => {
  const report = createReport({ onError: () => { throw new Error('the developer') } }, () => {})
  expect(() => report('input', 'one')).not.toThrow()
})

test('two reports do not know of each other', () => {
  const told: string[] = []
  const make = (name: string) => createReport({ onError: ({ code }) => told.push(`${name} ${code}`) }, () => {})
  const [one, other] = [make('one'), make('other')]
  one('input', '')
  other('input', '')
  expect(told).toEqual(['one input', 'other input'])
})
