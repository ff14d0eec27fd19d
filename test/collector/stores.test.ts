// @vitest-environment node
import { expect, test } from 'vitest'
import { openDuckdbStore } from '../../src/collector/duckdb/duckdb.js'
import { createMemoryStore } from '../../src/collector/memory.js'
import { batch, describeStore, row } from '../contracts/collector-store.js'
import { freshDatabase } from '../examples/collector-harness.js'

describeStore('memory', async () => createMemoryStore())
describeStore('DuckDB', () => openDuckdbStore(freshDatabase()))

test('a store in memory lets go of what came first when it is full', async () => {
  const store = createMemoryStore({ most: 3 })
  for (const name of ['a', 'b', 'c', 'd', 'e']) await store.commit([batch({ rows: [row({ name })] })])
  expect((await store.touchpoints({})).touchpoints.map(({ name }) => name)).toEqual(['e', 'd', 'c'])
  expect(() => createMemoryStore({ most: 0 })).toThrow('most must be a whole number above 0')
})
