import { afterEach, describe, expect, test } from 'vitest'
import { bundle, samplesOf } from '../harness/samples.js'

const samples = samplesOf('docs/testing.md')

afterEach(async () => {
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name!)
})

/** The tests of a sample, by a runner that writes down what it is given. */
const testsOf = async (name: string) => {
  const tests: { readonly name: string; readonly run: () => Promise<void> }[] = []
  const runner = { test: (name: string, run: () => Promise<void>) => tests.push({ name, run }), expect }
  new Function('runner', await bundle(samples.find((sample) => sample.name === name)!, samples, { vitest: 'runner' }))(runner)
  return tests
}

describe.each([
  ['cart.test.ts', 1],
  ['videos.test.ts', 6],
])('the sample %s', (name, count) => {
  test('passes', async () => {
    const tests = await testsOf(name)
    expect(tests).toHaveLength(count)
    for (const { run } of tests) await run()
  }, 20_000)
})
