// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { type Change, keepCounts, MOST_CHANGED, MOST_KEPT } from '../../src/collector/duckdb/kept-counts.js'
import { type Counts, tallyLegs } from '../../src/journey-map/counts.js'
import { foldVisits } from '../../src/journey-map/fold.js'
import { createHinter } from '../../src/journey-map/leg.js'
import type { OwnLeg } from '../../src/journey-map/types.js'
import { five } from '../../src/stages/five.js'

const AT = Date.UTC(2026, 0, 1)
const legsOf = (visit: string): OwnLeg[] => foldVisits(createHinter(five), [{ name: 'page_view', at: AT, happened_at: AT, site: 's', visit, seq: 1 }])
const comes = (visit: string): Change => ({ before: [], after: legsOf(visit) })
const visitsIn = async (counts: Promise<Counts>) => (await counts).totals[0]!.visits

/** Legs that are counted in when `answer` says so. */
function keep() {
  let legs: OwnLeg[] = []
  const asked: (() => void)[] = []
  let times = 0
  let failure: Error | undefined
  const kept = keepCounts(async (_, filters, began) => {
    times++
    if (failure) throw failure
    began()
    const seen = legs
    await new Promise<void>((resolve) => asked.push(resolve))
    return tallyLegs(seen, filters)
  })
  const answer = async () => {
    await new Promise((resolve) => setTimeout(resolve))
    for (const resolve of asked.splice(0)) resolve()
  }
  return {
    kept,
    answer,
    counted: async (model: string, filters = {}) => {
      const counts = kept.counts(model, filters)
      await answer()
      return visitsIn(counts)
    },
    change: (model: string, change: Change | undefined, after: readonly OwnLeg[] = change?.after ?? []) => {
      legs = [...legs, ...after]
      kept.change(model, change)
    },
    fail: (error: Error | undefined) => void (failure = error),
    times: () => times,
  }
}

describe('kept counts', () => {
  test('are counted once, and then follow what is told', async () => {
    const { counted, change, times } = keep()
    expect(await counted('five@2')).toBe(0)
    for (let visits = 1; visits <= 3; visits++) {
      change('five@2', comes(`v${visits}`))
      expect([await counted('five@2'), await counted('five@2', { site: 't' })]).toEqual([visits, 0])
    }
    expect(times()).toBe(2)
  })

  test('are of one model, and of one set of filters', async () => {
    const { kept, counted, change } = keep()
    expect(kept.follows('five@2')).toBe(false)
    await counted('five@2')
    change('aida@1', comes('v1'), [])
    expect([await counted('five@2'), kept.follows('five@2'), kept.follows('aida@1')]).toEqual([0, true, false])
  })

  test('have what changes while they are counted once, whoever asks meanwhile', async () => {
    const { kept, answer, change, times } = keep()
    const first = kept.counts('five@2', {})
    await new Promise((resolve) => setTimeout(resolve))
    change('five@2', comes('v1'))
    const second = kept.counts('five@2', {})
    change('five@2', comes('v2'))
    const third = kept.counts('five@2', {})
    await answer()
    expect([await visitsIn(first), await visitsIn(second), await visitsIn(third), times()]).toEqual([2, 2, 2, 1])
  })

  test('are counted anew where more has changed than is worth telling, at once or while nobody looks', async () => {
    const { kept, counted, change, times } = keep()
    await counted('five@2')
    change('five@2', undefined, legsOf('v1'))
    expect([kept.follows('five@2'), await counted('five@2'), times()]).toEqual([false, 1, 2])
    const many: Change = { before: Array<OwnLeg>(MOST_CHANGED).fill(legsOf('v1')[0]!), after: Array<OwnLeg>(MOST_CHANGED).fill(legsOf('v1')[0]!) }
    change('five@2', many, [])
    expect(kept.follows('five@2')).toBe(true)
    change('five@2', comes('v2'))
    expect([kept.follows('five@2'), await counted('five@2'), times()]).toEqual([false, 2, 3])
  })

  test(`are those of the ${MOST_KEPT} maps that were asked for last`, async () => {
    const { counted, times } = keep()
    for (let map = 0; map < MOST_KEPT; map++) await counted('five@2', { since: map })
    await counted('five@2', { since: 0 })
    await counted('five@2', { since: MOST_KEPT })
    expect(times()).toBe(MOST_KEPT + 1)
    await counted('five@2', { since: 0 })
    expect(times()).toBe(MOST_KEPT + 1)
    await counted('five@2', { since: 1 })
    expect(times()).toBe(MOST_KEPT + 2)
  })

  test('are not kept where all may have changed while they were counted, nor where counting failed', async () => {
    const { kept, counted, answer, change, fail, times } = keep()
    const first = kept.counts('five@2', {})
    await new Promise((resolve) => setTimeout(resolve))
    kept.clear()
    change('five@2', undefined, legsOf('v1'))
    await answer()
    expect([await visitsIn(first), await counted('five@2'), times()]).toEqual([0, 1, 2])
    fail(new Error('disk full'))
    await expect(kept.counts('five@2', { site: 's' })).rejects.toThrow('disk full')
    fail(undefined)
    expect(await counted('five@2', { site: 's' })).toBe(1)
  })
})
