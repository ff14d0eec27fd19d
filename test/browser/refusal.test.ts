import { describe, expect, it } from 'vitest'
import type { Received, Reply } from '../harness/collector.js'
import { engines, type Tab } from '../harness/engines.js'
import { carrying, flush, losses, numbers, refuse, setOutage, track, upTo, useShop, warned } from '../harness/steps.js'

declare const rihla: (method: string, ...args: unknown[]) => Promise<boolean>

// Only `flush` sends, so that requests can be counted.
const calm = { 'batch-after': 60_000, 'batch-size': 1000 }
/** The requests to find one bad touchpoint among `n` neighbours (I12). */
const search = (n: number): number => Math.ceil(Math.log2(n)) + 1
const isPoisoned = ({ text }: Received): boolean => text.includes('"poison":true')

/** Tracks the numbers 1 to `count`, those in `bad` with a marker. */
const trackMixed = (tab: Tab, count: number, bad: readonly number[]): Promise<boolean> =>
  tab.eval(
    (count: number, bad: readonly number[]) => {
      for (let n = 1; n <= count; n++) void rihla('track', 'product_seen', { n, ...(bad.includes(n) && { poison: true }) })
      return rihla('saved')
    },
    count,
    bad,
  )

describe.each(engines)('$name', (engine) => {
  const shop = useShop(engine)

  /** A page whose page view (`seq` 1) has arrived. */
  const quiet = async (): Promise<Tab> => {
    const tab = await shop.open(shop.page({ set: calm }))
    await flush(tab)
    shop.collector.requests.length = 0
    return tab
  }
  /** What was reported as lost, by number. */
  const lost = (): [number, string][] => [...losses(shop.collector)].map(([key, reason]): [number, string] => [Number(key.split(' ')[1]) - 1, reason]).sort(([a], [b]) => a - b)
  const lostTo = (reason: string, bad: readonly number[]): [number, string][] => bad.map((n) => [n, reason])
  const without = (bad: readonly number[], all: readonly number[]): number[] => all.filter((n) => !bad.includes(n))

  it.each([400, 422])('I12: a touchpoint that is answered %i holds no neighbour up, and is reported as quarantined', async (status) => {
    const { collector } = shop
    const tab = await quiet()
    collector.answer = refuse(isPoisoned, status)
    await trackMixed(tab, 50, [23])
    await flush(tab)
    expect(numbers(collector)).toEqual(without([23], upTo(50)))
    expect(carrying(collector).length - 1).toBeLessThanOrEqual(search(50))
    await flush(tab)
    expect(lost()).toEqual(lostTo('quarantined', [23]))
    expect(await warned(tab, 'refused a touchpoint')).toBe(1)
    await track(tab, 3, 51)
    await flush(tab)
    expect(numbers(collector)).toEqual(without([23], upTo(53)))
    expect(await warned(tab, 'refuses every request')).toBe(0)
  })

  it.each([
    ['apart', [7, 40]],
    ['first of all', [1, 2]],
    ['last of all', [49, 50]],
    ['first and last', [1, 50]],
    ['three in a row', [20, 21, 22]],
  ])('I12: bad touchpoints %s are quarantined and the others arrive', async (_, bad) => {
    const { collector } = shop
    const tab = await quiet()
    collector.answer = refuse(isPoisoned, 400)
    await trackMixed(tab, 50, bad)
    await flush(tab)
    await flush(tab)
    expect(numbers(collector)).toEqual(without(bad, upTo(50)))
    expect(lost()).toEqual(lostTo('quarantined', bad))
    expect(carrying(collector).length - 1).toBeLessThanOrEqual(bad.length * search(50))
  })

  it.each([400, 413])('a collector that answers %i to everything is asked little, nothing is quarantined, and all arrives once it is mended', async (status) => {
    const { collector } = shop
    const tab = await shop.open(shop.page({ set: calm }))
    collector.answer = () => ({ status })
    await track(tab, 50)
    expect(await flush(tab)).toBe(false)
    expect(await flush(tab)).toBe(false)
    expect(collector.requests.length).toBeLessThanOrEqual(3 * search(50) + 1)
    expect(await warned(tab, 'refuses every request')).toBe(1)
    collector.answer = () => undefined
    await setOutage(tab, { nextAt: 0 })
    await flush(tab)
    expect(numbers(collector)).toEqual(upTo(50))
    expect(losses(collector).size).toBe(0)
  })

  it('413: bodies get smaller until they fit, and stay so', async () => {
    const { collector } = shop
    const tab = await quiet()
    const most = 8000
    collector.answer = refuse(({ text }) => text.length > most, 413)
    await track(tab, 60)
    await flush(tab)
    expect(numbers(collector)).toEqual(upTo(60))
    collector.requests.length = 0
    await track(tab, 60, 61)
    await flush(tab)
    expect(numbers(collector)).toEqual(upTo(120, 61))
    expect(collector.requests.filter(({ status }) => status === 413).length).toBeLessThanOrEqual(1)
    expect(losses(collector).size).toBe(0)
  })

  it('413: a touchpoint that is too large alone is quarantined, its neighbours arrive', async () => {
    const { collector } = shop
    const tab = await quiet()
    collector.answer = refuse(({ text }) => text.length > 8000, 413)
    await track(tab, 10)
    await track(tab, 1, 11, { long: Array.from({ length: 12 }, () => 'x'.repeat(1000)) })
    await track(tab, 10, 12)
    await flush(tab)
    await flush(tab)
    expect(numbers(collector)).toEqual(without([11], upTo(21)))
    expect(lost()).toEqual(lostTo('quarantined', [11]))
  })

  it('touchpoints that an answer names in `rejected` are quarantined, reported, and not sent again', async () => {
    const { collector } = shop
    const tab = await quiet()
    const bad = [3, 4, 9]
    collector.answer = ({ batch }): Reply | undefined => {
      const rejected = batch!.touchpoints.filter(({ props }) => props?.poison).map(({ id }) => ({ id, reason: 'props.poison: not wanted' }))
      return rejected.length ? { body: { rejected } } : undefined
    }
    await trackMixed(tab, 30, bad)
    await flush(tab)
    await flush(tab)
    await flush(tab)
    expect(numbers(collector)).toEqual(without(bad, upTo(30)))
    expect([lost(), collector.duplicates()]).toEqual([lostTo('quarantined', bad), 0])
    expect(await warned(tab, 'props.poison: not wanted')).toBe(1)
  })

  it('the quarantine takes 20; what is refused beyond that waits until the collector takes it', async () => {
    const { collector } = shop
    const tab = await quiet()
    const bad = upTo(50).filter((n) => n % 2 === 0).slice(0, 23)
    collector.answer = refuse(isPoisoned, 400)
    await trackMixed(tab, 50, bad)
    expect(await flush(tab)).toBe(false)
    expect(numbers(collector)).toEqual(without(bad, upTo(50)))
    collector.answer = () => undefined
    await setOutage(tab, { nextAt: 0 })
    await flush(tab)
    await flush(tab)
    // What was set aside may come all the same: its row waited for the others of it.
    expect(lost()).toHaveLength(20)
    expect(without([...numbers(collector), ...lost().map(([n]) => n)], upTo(50))).toEqual([])
  })

  it('I3: whatever mixture of answers comes, nothing is dropped before a 2xx', async () => {
    const { collector } = shop
    const tab = await shop.open()
    const answers: Reply[] = [{ status: 500 }, { reset: true }, { status: 404 }, { status: 413 }, { resetBefore: true }, { status: 429 }, { status: 302, headers: { location: '/elsewhere' } }, { status: 400 }, { status: 204 }]
    let turn = 0
    collector.answer = () => answers[turn++ % answers.length]
    for (let round = 0; round < answers.length; round++) {
      await track(tab, 10, round * 10 + 1)
      await flush(tab)
      await setOutage(tab, { nextAt: 0 })
    }
    collector.answer = () => undefined
    await flush(tab)
    const acknowledged = new Set(collector.touchpoints().map(({ props }) => props?.n))
    expect(upTo(90).filter((n) => !acknowledged.has(n))).toEqual([])
    expect(losses(collector).size).toBe(0)
  })
})
