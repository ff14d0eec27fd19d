// @vitest-environment node
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tallyLegs } from '../../src/journey-map/counts.js'
import { foldVisits } from '../../src/journey-map/fold.js'
import { createHinter } from '../../src/journey-map/leg.js'
import { countLegs, createTally } from '../../src/journey-map/tally.js'
import type { Happened } from '../../src/journey-map/types.js'
import { five } from '../../src/stages/five.js'
import { filters, sorted, toRow, touchpoint, visitOf } from '../contracts/collector-maps.js'

test('counts to which some shoppers are added, and from which others are taken, are those of the shoppers who are left', () => {
  fc.assert(
    fc.property(fc.array(touchpoint, { maxLength: 60 }), fc.option(filters, { nil: {} }), (given, asked) => {
      const rows = given.map(toRow)
      const legs = foldVisits(createHinter(five), rows.map((row) => ({ ...row, ...visitOf(row) }) as unknown as Happened))
      // Nobody has to do with a cart of another site.
      const [some, others] = ['s', 't'].map((wanted) => legs.filter(({ site }) => site === wanted))
      const tally = createTally(tallyLegs(some!, asked))
      tally.add(tallyLegs(others!, asked))
      expect(sorted(tally.counts())).toEqual(sorted(countLegs(legs, asked)))
      tally.take(tallyLegs(some!, asked))
      expect(sorted(tally.counts())).toEqual(sorted(countLegs(others!, asked)))
      tally.take(tallyLegs(others!, asked))
      expect(sorted(tally.counts())).toEqual(sorted(countLegs([])))
    }),
    { seed: 9, numRuns: 300 },
  )
})

test('amounts that add up to nothing are told, as long as there are payments', () => {
  const at = Date.UTC(2026, 0, 1)
  const legOf = (visit: string, value: number) => foldVisits(createHinter(five), [{ name: 'purchase', at, happened_at: at, site: 's', visit, seq: 1, props: { transaction_id: visit, value, currency: 'EUR' } }])
  const tally = createTally(tallyLegs([...legOf('v1', 5), ...legOf('v2', 0)]))
  tally.take(tallyLegs(legOf('v1', 5)))
  expect(tally.counts().revenue).toEqual([{ channel: 'unknown', currency: 'EUR', amount: 0 }])
  tally.take(tallyLegs(legOf('v2', 0)))
  expect(tally.counts().revenue).toEqual([])
})
