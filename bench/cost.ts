import { setTimeout as sleep } from 'node:timers/promises'
import { busyIn, inLab, record, ROUNDS, say, type Lab } from './lab.js'
import { pageOf, rowsLeft, variants, type Variant } from './shop.js'
import { spread, type Row } from './table.js'
import type { Browser, Tab } from '../test/harness/tab.js'

/** How touchpoints come. */
interface Load {
  readonly name: string
  readonly count: number
  readonly perTask: number
  /** ms */
  readonly every: number
  readonly target: number
}

const burst: Load = { name: '1,000 in one task', count: 1000, perTask: 1000, every: 0, target: 0.25 }
const steady: Load = { name: '100, one every 50 ms', count: 100, perTask: 1, every: 50, target: 1 }
/** After its start a page looks once for what others left behind; that is counted as start, not here. */
const SETTLED = 2200

interface Measured {
  readonly load: Load
  readonly rate: number
  /** Whole main-thread time, ms. */
  readonly busy: { readonly [variant in Variant]: number }
  readonly requests: number
}

async function measure({ collector }: Lab, tab: Tab, variant: Variant, load: Load, rate: number): Promise<{ busy: number; requests: number }> {
  let arrived = 0
  let requests = 0
  collector.reset()
  collector.answer = ({ batch }) => {
    arrived += batch?.touchpoints.length ?? 1
    requests += batch && !batch.touchpoints.length ? 0 : 1
    return undefined
  }
  const tasks = await record(tab, rate, async () => {
    await tab.eval((...args: [number, number, number]) => visitShop(...args), load.count, load.perTask, load.every)
    if (variant !== 'empty') await collector.until(() => arrived >= load.count, 40_000)
  })
  const failed = await tab.eval<string | null>('window.failed ?? null')
  if (failed) throw new Error(`a bare request failed: ${failed}`)
  if (arrived !== (variant === 'empty' ? 0 : load.count)) throw new Error(`${variant}: ${arrived} of ${load.count} touchpoints arrived`)
  const left = variant === 'rihla' ? await rowsLeft(tab) : 0
  if (left) throw new Error(`${left} rows are left: the work was not over when the trace ended`)
  return { busy: busyIn(tasks), requests }
}

const round = (browser: Browser): Promise<Measured[]> =>
  inLab(browser, async (lab) => {
    const tabs: { [variant in Variant]?: Tab } = {}
    for (const variant of variants) tabs[variant] = await lab.open(`/${variant}`, pageOf(variant, lab.collector.url))
    // The stage moves now, once: what is counted later is the load alone.
    await tabs.rihla?.eval("rihla('track', 'view_item', {}), rihla('flush')")
    await sleep(SETTLED)
    const results: Measured[] = []
    for (const load of [steady, burst]) {
      for (const rate of [1, 4]) {
        const busy: { [variant: string]: number } = {}
        let requests = 0
        for (const variant of variants) {
          const measured = await measure(lab, tabs[variant]!, variant, load, rate)
          busy[variant] = measured.busy
          if (variant === 'rihla') requests = measured.requests
        }
        results.push({ load, rate, busy: busy as Measured['busy'], requests })
      }
    }
    return results
  })

const ratio = ({ busy }: Measured): number => (busy.rihla - busy.empty) / (busy.bare - busy.empty)

/** Main-thread cost for each touchpoint, deferred work included, against one bare `fetch` for each; and how many requests that made. */
export async function cost(browser: Browser): Promise<Row[]> {
  const all: Measured[] = []
  for (let i = 1; i <= ROUNDS; i++) {
    const results = await round(browser)
    all.push(...results)
    say(`cost ${i}/${ROUNDS}: ${results.map((each) => `${each.load.count}@${each.rate}x ${ratio(each).toFixed(2)}`).join(', ')}`)
  }
  const of = (load: Load, rate?: number) => all.filter((each) => each.load === load && (rate === undefined || each.rate === rate))
  const rows: Row[] = []
  for (const load of [burst, steady]) {
    for (const rate of [1, 4]) {
      rows.push({ what: `main thread, ${load.name}, ${rate}× CPU: rihla ÷ bare \`fetch\` for each`, value: spread(of(load, rate).map(ratio)), target: `≤ ${load.target}` })
    }
  }
  for (const load of [burst, steady]) rows.push({ what: `requests for 100 touchpoints, ${load.name}`, value: spread(of(load).map(({ requests, load: { count } }) => (requests / count) * 100)) })
  return rows
}
