import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Tab } from '../test/harness/tab.js'
import { busyIn, inLab, record, ROUNDS, say, SOURCES } from './lab.js'
import { pageOf } from './shop.js'
import { spread, type Row } from './table.js'

/** Until the first storage, the first page view and the look at what others left behind are over, ms. */
const STARTED = 2500
/** Fetches that make the unit. */
const FETCHES = 40
/** A shopper's first page, and the next one, which has the script in the HTTP cache. */
const loads = ['first page', 'next page'] as const

/** Main-thread time of the script tag from its evaluation to its last first task, and of one bare `fetch` beside it. An empty page has none of these tasks. */
const round = (browser: Browser): Promise<number[]> =>
  inLab(browser, async ({ collector, pages, open }) => {
    const bare = await open('/bare', pageOf('bare', collector.url))
    const tab = await open('/empty', pageOf('empty', collector.url))
    const url = pages.add('/rihla', pageOf('rihla', collector.url))
    const ratios: number[] = []
    const visit = async (page: Tab) => busyIn(await record(page, 4, () => page.eval((count: number) => visitShop(count, 1, 25), FETCHES)))
    for (const _ of loads) {
      await tab.goto(pages.url('/empty'))
      const one = ((await visit(bare)) - (await visit(tab))) / FETCHES
      const load = await record(tab, 4, async () => {
        await tab.goto(url)
        await sleep(STARTED)
      }, { rest: 0, categories: SOURCES })
      const own = load.filter(({ inside }) => inside.some((each) => each.includes('/rihla.js')))
      ratios.push(busyIn(own) / one)
    }
    return ratios
  })

/** What the script tag costs a page at its start, its first tasks included, in bare fetches. */
export async function start(browser: Browser): Promise<Row[]> {
  const rounds: number[][] = []
  for (let i = 1; i <= ROUNDS; i++) {
    const ratios = await round(browser)
    rounds.push(ratios)
    say(`start ${i}/${ROUNDS}: ${ratios.map((each) => each.toFixed(1)).join(' ')} bare fetches`)
  }
  return loads.map((load, n) => ({ what: `script tag, evaluate and start, ${load}, 4× CPU, ÷ one bare \`fetch\``, value: spread(rounds.map((ratios) => ratios[n])), target: '≤ 5' }))
}
