import { describe, expect, it } from 'vitest'
import { engines, type Tab } from '../harness/engines.js'
import { arrival, carrying, flush, losses, numbers, setOutage, track, upTo, useShop, warned } from '../harness/steps.js'

declare const rihla: (method: string, ...args: unknown[]) => Promise<boolean>
/** Tracks in portions, as pages do over time: each is durable before the next. */
const trackSlowly = (tab: Tab, count: number, portion: number): Promise<void> =>
  tab.eval(
    async (count: number, portion: number) => {
      for (let n = 1; n <= count; n++) {
        void rihla('track', n % 100 === 0 ? 'add_to_cart' : 'product_seen', { n, item_id: `sku-${n}`, item_name: 'Merino jumper', price: 49 })
        if (n % portion === 0) await rihla('saved')
      }
    },
    count,
    portion,
  )

describe.each(engines)('$name', (engine) => {
  const shop = useShop(engine)

  it('5,000 touchpoints of an outage arrive from the next page, in zipped bodies of at most 48 KiB, once', async () => {
    const { collector } = shop
    await collector.stop()
    const tab = await shop.open(shop.page({ set: { 'batch-after': 60_000 } }))
    await trackSlowly(tab, 5000, 10)
    await tab.goto(shop.pages.url('/blank'))
    await collector.start()
    await tab.goto(shop.pages.url('/'))
    await arrival(collector, 5000, 60_000)
    expect([numbers(collector), collector.duplicates(), losses(collector).size]).toEqual([upTo(5000), 0, 0])
    for (const { text, raw } of carrying(collector)) {
      expect(text.length).toBeLessThanOrEqual(48 * 1024)
      if (text.length > 20_000) expect(raw.length).toBeLessThan(text.length / 3)
    }
    expect(collector.requests.length).toBeLessThanOrEqual(80)
  })

  describe('caps', () => {
    /** Fills a queue beyond a cap while the collector is away; resolves when all that is left has arrived and the losses are known. */
    const overfill = async (set: { [option: string]: number }, count: number): Promise<Tab> => {
      const { collector } = shop
      await collector.stop()
      const tab = await shop.open(shop.page({ set: { 'batch-after': 60_000, ...set } }))
      await trackSlowly(tab, count, 10)
      await flush(tab)
      await tab.goto(shop.pages.url('/blank'))
      await collector.start()
      await tab.goto(shop.pages.url('/'))
      await tab.until('window.rihla?.version')
      await arrival(collector, 1)
      await setOutage(tab, { nextAt: 0 })
      await flush(tab)
      await flush(tab)
      return tab
    }
    /** Every `seq` of the first document is received or lost, none is neither. */
    const account = (count: number): { kept: number[]; gone: number[] } => {
      const { collector } = shop
      const [{ tab }] = collector.stored().filter(({ props }) => props?.n)
      const got = new Set(collector.stored().filter((each) => each.tab === tab).map(({ seq }) => seq))
      const lost = [...losses(collector)].filter(([key, reason]) => key.startsWith(tab) && reason === 'evicted').map(([key]) => Number(key.split(' ')[1]))
      expect(upTo(count + 1).filter((seq) => !got.has(seq) && !lost.includes(seq))).toEqual([])
      expect(lost.filter((seq) => got.has(seq))).toEqual([])
      return { kept: numbers(collector), gone: lost.map((seq) => seq - 1) }
    }

    it.each([
      ['maxCount', { 'max-count': 300 }, (kept: number) => kept <= 300],
      ['maxBytes', { 'max-bytes': 150_000 }, (kept: number) => kept * 200 <= 150_000],
    ])('%s: the least important go first, the oldest of them, and all that goes is counted', async (_, set, isWithin) => {
      await overfill(set, 1000)
      const { kept, gone } = account(1000)
      expect(isWithin(kept.length)).toBe(true)
      expect(kept.length).toBeGreaterThan(100)
      expect(gone.filter((n) => n && n % 100 === 0)).toEqual([])
      const plain = kept.filter((n) => n % 100)
      expect(Math.min(...plain)).toBeGreaterThan(Math.max(...gone))
    })

    it('maxAge: what is too old goes, money too, and is counted', async () => {
      const { collector } = shop
      await collector.stop()
      const past = 'const real = Date.now; Date.now = () => real() - 86_400_000'
      const tab = await shop.open(shop.page({ before: past, set: { 'batch-after': 60_000 } }))
      await trackSlowly(tab, 100, 10)
      await tab.goto(shop.pages.url('/blank'))
      await collector.start()
      await tab.goto(shop.page({ set: { 'max-age': 3_600_000 } }))
      await tab.until('window.rihla?.version')
      await collector.until(() => losses(collector).size >= 101, 20_000)
      expect(numbers(collector)).toEqual([])
      expect(await warned(tab, 'beyond maxCount')).toBe(1)
      // Neighbours are one entry: 101 touchpoints in 11 rows, of which the cart is a priority of its own.
      expect(collector.requests.flatMap(({ batch }) => batch?.loss ?? []).length).toBeLessThanOrEqual(4)
    })
  })

  it('38: a huge touchpoint is cut, a deep and a cyclic one end, the developer is told once', async () => {
    const { collector } = shop
    const tab = await shop.open(shop.page({ set: { 'batch-after': 60_000 } }))
    await tab.eval(() => {
      const big = 'x'.repeat(1_000_000)
      const deep: { [key: string]: unknown } = {}
      let at = deep
      for (let i = 0; i < 10_000; i++) at = at.next = {}
      const cycle: { [key: string]: unknown } = { n: 3 }
      cycle.self = cycle
      cycle.list = [cycle, cycle]
      void rihla('track', 'product_seen', { n: 1, big })
      void rihla('track', 'product_seen', { n: 2, deep })
      void rihla('track', 'product_seen', cycle)
      void rihla('track', 'product_seen', { n: 4, many: Array.from({ length: 100_000 }, (_, i) => `value ${i}`) })
      void rihla('track', 'product_seen', { n: 5, many: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`key ${i}`, big])) })
      document.body.innerHTML = `<button id="b" title="${big}" aria-label="${big}">${big}</button>`
      return rihla('saved')
    })
    await tab.click('#b')
    await flush(tab)
    expect(numbers(collector)).toEqual(upTo(5))
    for (const touchpoint of collector.stored()) expect(JSON.stringify(touchpoint.props ?? {}).length, touchpoint.name).toBeLessThanOrEqual(16_500)
    expect(collector.stored().some(({ name }) => name === 'click')).toBe(true)
    expect(await warned(tab, 'the rest was cut')).toBe(1)
  })

  it('38: 100,000 touchpoints in one loop do not hang the page, and what memory cannot hold is counted', async () => {
    const { collector } = shop
    const tab = await shop.open(shop.page())
    const ms = await tab.eval(async () => {
      const from = performance.now()
      for (let n = 1; n <= 100_000; n++) void rihla('track', 'product_seen', { n, item_name: 'Merino jumper' })
      const took = performance.now() - from
      await rihla('saved')
      return took
    })
    await flush(tab)
    await flush(tab)
    const { tab: name } = collector.stored()[0]
    // Looking after each request would make the test the slowest part.
    const seen = (): { got: Set<number>; lost: Set<number> } => ({ got: new Set(collector.stored().map(({ seq }) => seq)), lost: new Set([...losses(collector).keys()].map((key) => Number(key.split(' ')[1]))) })
    for (let i = 0; i < 20 && seen().got.size + seen().lost.size < 100_001; i++) await flush(tab)
    const { got, lost } = seen()
    expect(collector.stored().every((each) => each.tab === name)).toBe(true)
    expect(upTo(100_001).filter((seq) => got.has(seq) === lost.has(seq))).toEqual([])
    console.log(engine.name, { loopMs: Math.round(ms), received: got.size, lost: lost.size, requests: collector.requests.length, largest: Math.max(...collector.requests.map(({ text }) => text.length)) })
    expect(ms / 100_000).toBeLessThan(0.5)
    for (const { text } of collector.requests) expect(text.length).toBeLessThanOrEqual(60_000)
    expect(await tab.eval('document.title')).toBe('Shop')
  })
})
