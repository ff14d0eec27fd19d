// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { addRange, emptyAccount, heldWithin, subtract, summarise, withArrival, withHighest, withLoss, withRefusal } from '../../src/collector/account.js'

const arrived = (...seqs: number[]) => seqs.reduce(withArrival, emptyAccount)

describe('ranges', () => {
  test('join what touches or overlaps, in any order', () => {
    expect(addRange([[1, 2], [6, 8]], 3, 5)).toEqual([[1, 8]])
    expect(addRange([[4, 9]], 1, 1)).toEqual([[1, 1], [4, 9]])
    expect(addRange([[1, 3], [5, 6], [9, 9]], 2, 7)).toEqual([[1, 7], [9, 9]])
    expect(addRange([[1, 9]], 4, 5)).toEqual([[1, 9]])
  })

  test('leave what is not taken away', () => {
    expect(subtract([[1, 10]], [[3, 4], [10, 12]])).toEqual([[1, 2], [5, 9]])
    expect(subtract([[1, 3]], [[1, 3]])).toEqual([])
  })

  test('agree with counting one by one, for many random orders', () => {
    let state = 7
    const random = (most: number) => (state = (state * 48_271) % 2_147_483_647) % most
    for (let round = 0; round < 200; round++) {
      const seqs = new Set(Array.from({ length: 1 + random(30) }, () => 1 + random(25)))
      const account = [...seqs].reduce(withArrival, emptyAccount)
      const all = Array.from({ length: 25 }, (_, index) => index + 1)
      const inRanges = (ranges: readonly (readonly [number, number])[]) => all.filter((seq) => ranges.some(([from, to]) => from <= seq && seq <= to))
      expect(inRanges(account.arrived)).toEqual(all.filter((seq) => seqs.has(seq)))
      expect(inRanges(subtract([[1, 25]], account.arrived))).toEqual(all.filter((seq) => !seqs.has(seq)))
      expect(inRanges(heldWithin(account, 5, 15))).toEqual(all.filter((seq) => seqs.has(seq) && seq >= 5 && seq <= 15))
    }
  })

  test('are bounded, and what lies beyond counts as missing, never as arrived', () => {
    const account = Array.from({ length: 1500 }, (_, index) => 2 * index + 1).reduce(withArrival, emptyAccount)
    expect(account.arrived).toHaveLength(1000)
    expect(summarise(account)).toMatchObject({ complete: 1, highest: 2999 })
    expect(summarise(account).missing.at(-1)).toEqual({ from: 2000, to: 2999 })
  })
})

describe('the account', () => {
  test('of a document that was never heard of is empty', () => {
    expect(summarise(emptyAccount)).toEqual({ complete: 0, highest: 0, missing: [], lost: [] })
  })

  test('is complete up to the first gap', () => {
    expect(summarise(arrived(1, 2, 4))).toEqual({ complete: 2, highest: 4, missing: [{ from: 3, to: 3 }], lost: [] })
  })

  test('knows of a gap at the end when the sender names its highest number', () => {
    expect(summarise(withHighest(arrived(1), 3))).toEqual({ complete: 1, highest: 3, missing: [{ from: 2, to: 3 }], lost: [] })
  })

  test('counts losses and refusals as known, with their reasons', () => {
    const account = withLoss(withRefusal(arrived(1), 2, 'name: missing'), { from: 3, to: 5, reason: 'evicted' })
    expect(summarise(account)).toEqual({
      complete: 5,
      highest: 5,
      missing: [],
      lost: [
        { from: 2, to: 2, reason: 'refused (name: missing)' },
        { from: 3, to: 5, reason: 'evicted' },
      ],
    })
  })

  test('counts what arrives after it was given up as arrived', () => {
    const account = withArrival(withLoss(arrived(1), { from: 2, to: 4, reason: 'evicted' }), 3)
    expect(summarise(account).lost).toEqual([
      { from: 2, to: 2, reason: 'evicted' },
      { from: 4, to: 4, reason: 'evicted' },
    ])
  })

  test('names a quarantined touchpoint once, with the reason of its refusal', () => {
    const account = withLoss(withRefusal(emptyAccount, 1, 'at: missing'), { from: 1, to: 1, reason: 'quarantined' })
    expect(summarise(account).lost).toEqual([{ from: 1, to: 1, reason: 'refused (at: missing)' }])
  })

  test('holds what arrived or was refused, not what was lost', () => {
    const account = withLoss(withRefusal(arrived(1, 2), 3, 'at: missing'), { from: 4, to: 4, reason: 'memory' })
    expect(heldWithin(account, 2, 9)).toEqual([[2, 3]])
  })
})
