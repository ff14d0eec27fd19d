import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCollector, type Collector } from '../harness/collector.js'
import { engines } from '../harness/engines.js'
import { still } from '../harness/still.js'
import { arrival, losses, numbers, track, upTo, useShop } from '../harness/steps.js'

describe.each(engines)('several endpoints in $name', (engine) => {
  const shop = useShop(engine)
  let other: Collector

  beforeEach(async () => {
    other = await createCollector()
  })
  afterEach(() => other.stop())

  const page = (path = '/') => shop.page({ config: { ...still, destinations: [{ endpoint: other.url }] } }, path)

  it('one that is down holds nothing up, and has all of it when it is back', async () => {
    await other.stop()
    const tab = await shop.open(page())
    await track(tab, 10)
    await arrival(shop.collector, 10)
    await tab.goto(page('/next'))
    await tab.until('window.rihla?.version')
    await track(tab, 10, 11)
    await arrival(shop.collector, 20)
    await other.start()
    await tab.goto(page('/later'))
    await arrival(other, 20, 40_000)
    expect([numbers(shop.collector), numbers(other), losses(other).size]).toEqual([upTo(20), upTo(20), 0])
  })

  it('each has what happened in the task in which the page was left', async () => {
    const tab = await shop.open(page())
    const away = shop.pages.add('/away', { title: 'Away' })
    await tab.eval((away: string) => {
      const { rihla } = window as unknown as { rihla: (method: string, ...args: unknown[]) => void }
      for (let n = 1; n <= 20; n++) rihla('track', 'product_seen', { n })
      location.href = away
    }, away)
    await tab.until(`location.pathname === '/away'`)
    await tab.goto(page('/back'))
    await arrival(shop.collector, 20, 30_000)
    await arrival(other, 20, 30_000)
    expect([numbers(shop.collector), numbers(other)]).toEqual([upTo(20), upTo(20)])
  })

  it('a body that needs a preflight arrives, also of a page that is left', async () => {
    const url = (path: string) =>
      shop.page(
        {
          module: `
            import { createTracker } from 'rihla'
            import { cloudevents } from 'rihla/formats/cloudevents'
            const tracker = createTracker({ endpoint: ${JSON.stringify(other.url)}, site: 'shop', format: cloudevents, consent: 'granted', grace: 0, batchAfter: 200 })
            window.rihla = (method, ...args) => tracker[method](...args)
            window.rihla.version = '1'
          `,
        },
        path,
      )
    const events = () => other.requests.filter(({ status }) => status === 204).flatMap(({ text }) => JSON.parse(text) as { specversion: string; data: { props: { n: number } } }[])
    const seen = () => [...new Set(events().map(({ data }) => data.props.n))].sort((a, b) => a - b)
    const tab = await shop.open(url('/'))
    await track(tab, 5)
    await other.until(() => seen().length === 5)
    await tab.eval((next: string) => {
      const { rihla } = window as unknown as { rihla: (method: string, ...args: unknown[]) => void }
      for (let n = 6; n <= 10; n++) rihla('track', 'product_seen', { n })
      location.href = next
    }, url('/next'))
    await other.until(() => seen().length === 10, 30_000)
    expect([seen(), other.preflights() > 0, new Set(other.requests.map(({ headers }) => headers['content-type'])), events().every(({ specversion }) => specversion === '1.0')]).toEqual([upTo(10), true, new Set(['application/cloudevents-batch+json']), true])
  })
})
