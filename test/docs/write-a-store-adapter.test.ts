import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as testing from '../../src/testing/testing.js'
import type { ContractCheck } from '../../src/testing/testing.js'
import { bundle, samplesOf } from '../harness/samples.js'

const guide = readFileSync('docs/write-a-store-adapter.md', 'utf8')
const all = samplesOf('docs/write-a-store-adapter.md')
const samples = new Map(all.map(({ name = '', code }) => [name, code]))

/** Runs the sample's test with a runner that writes down what it is given. */
const testsOf = async (entry: string): Promise<ContractCheck[]> => {
  const tests: ContractCheck[] = []
  const runner = { test: (name: string, run: ContractCheck['run']) => tests.push({ name, run }) }
  const code = await bundle(all.find(({ name }) => name === entry)!, all, { vitest: 'runner', 'rihla/testing': 'testing' })
  new Function('runner', 'testing', code)(runner, testing)
  return tests
}

const checks = await testsOf('souk.test.ts')

describe('the sample adapter', () => {
  test('is tried on what its page promises', () => {
    expect(checks.length).toBeGreaterThan(15)
    expect([...samples.keys()]).toEqual(['souk.ts', 'souk.test.ts', 'storefront.ts', 'tracker.ts'])
    expect(guide.match(/^```\w+/gm)).toHaveLength(samples.size)
  })

  test.each(checks)('$name', ({ run }) => run())

  test('has about thirty lines', () => {
    const body = /^export function[^]*?^}/m.exec(samples.get('souk.ts')!)![0]
    expect(body.split('\n').length).toBeLessThanOrEqual(30)
  })
})

describe('the samples', () => {
  test('show its use with what the page says', () => {
    expect(samples.get('storefront.ts')).toContain('store: store(souk())')
    expect(samples.get('tracker.ts')).toContain('sources: [store(souk())]')
  })
})
