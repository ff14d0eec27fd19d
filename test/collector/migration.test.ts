// @vitest-environment node
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { openDuckdbStore } from '../../src/collector/duckdb/duckdb.js'
import { five } from '../../src/stages/five.js'
import { foldAll } from '../contracts/collector-maps.js'
import { freshDatabase } from '../examples/collector-harness.js'

/** The tables as the first release wrote them, with one row each. */
const OLD = [
  'CREATE TABLE rihla (version INTEGER)',
  'INSERT INTO rihla VALUES (2)',
  `CREATE TABLE touchpoints (n BIGINT, id UUID, born BIGINT, site VARCHAR, name VARCHAR, "at" BIGINT, received_at BIGINT, happened_at BIGINT, tab VARCHAR, seq BIGINT, page VARCHAR, visit VARCHAR,
    "user" VARCHAR, model VARCHAR, url VARCHAR, title VARCHAR, referrer VARCHAR, kind VARCHAR, locale VARCHAR, marks JSON, denied JSON, props JSON, stage VARCHAR, confidence DOUBLE, rule VARCHAR, source VARCHAR, sdk VARCHAR)`,
  `INSERT INTO touchpoints (n, id, born, site, name, "at", received_at, happened_at, tab, seq, page, visit, url, source, sdk) VALUES (1, '019aa3c1-7c3e-7000-8abc-000000000001', 5, 's', 'search', 5, 5, 5, 'k3v9x2ab', 1, 'p', 'visit-1', '/', 'api', 'x')`,
  'CREATE TABLE visits (key VARCHAR PRIMARY KEY, site VARCHAR, visit VARCHAR, visitor VARCHAR, started BIGINT, landing VARCHAR, referrer VARCHAR, channel VARCHAR, number BIGINT, first JSON, campaign JSON)',
  `INSERT INTO visits (key, site, visit, visitor, started) VALUES ('s/visit-1', 's', 'visit-1', 'v', 5)`,
  'CREATE TABLE documents (key VARCHAR PRIMARY KEY, site VARCHAR, tab VARCHAR, account JSON, updated_at BIGINT)',
  `INSERT INTO documents VALUES ('s/k3v9x2ab', 's', 'k3v9x2ab', '{"highest":1,"arrived":[[1,1]],"refused":[],"lost":[]}', 5)`,
  'CREATE TABLE orders (id UUID PRIMARY KEY)',
  'CREATE TABLE forgotten (key VARCHAR PRIMARY KEY, "at" BIGINT)',
]

const run = async (path: string, statements: string[]) => {
  const file = await DuckDBInstance.create(path)
  const connection = await file.connect()
  for (const statement of statements) await connection.run(statement)
  connection.closeSync()
  file.closeSync()
}

test('a file of the first release is brought up to date, and loses nothing', async () => {
  const path = freshDatabase()
  await run(path, OLD)
  for (const again of [false, true]) {
    const store = await openDuckdbStore(path)
    expect((await store.touchpoints({})).touchpoints).toMatchObject([{ n: 1, name: 'search', visitor: 'v' }])
    expect(await store.documents({ tab: 'k3v9x2ab' })).toMatchObject([{ site: 's', tab: 'k3v9x2ab', complete: 1 }])
    await store.commit([{ site: 's', received: 6, rows: [], visits: [{ site: 's', visit: `visit-${again ? 3 : 2}`, started: 6, device: 'mobile' }], refused: [], documents: [['h7m2c0qe', 1]], loss: [] }])
    await foldAll(store, five)
    expect((await store.counts(five, {})).totals).toMatchObject([{ visits: 1, touchpoints: 1 }])
    await store.close()
  }
})

test('a file of a release to come is refused, in one sentence', async () => {
  const path = freshDatabase()
  await run(path, ['CREATE TABLE rihla (version INTEGER)', 'INSERT INTO rihla VALUES (99)'])
  await expect(openDuckdbStore(path)).rejects.toThrow('it was written by another release (tables of version 99, expected 4).')
})
