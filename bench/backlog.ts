import { inLab, record, ROUNDS, say, SOURCES, type Task } from './lab.js'
import { pageOf, rowsLeft } from './shop.js'
import { spread, type Row } from './table.js'
import type { Browser } from '../test/harness/tab.js'

const COUNT = 5000
/** As many listeners of a lively shop may fire in one task. */
const PER_TASK = 10
const EVERY = 5
/** The platform's bound of a long task, ms. */
const LONG = 50

const phases = ['queued', 'drained'] as const
type Phases = { readonly [phase in (typeof phases)[number]]: readonly Task[] }

const rihla = (browser: Browser): Promise<Phases> =>
  inLab(browser, async ({ collector, open }) => {
    let arrived = 0
    collector.answer = ({ batch }) => {
      arrived += batch?.touchpoints.length ?? 0
      return undefined
    }
    const tab = await open('/rihla', pageOf('rihla', collector.url))
    await tab.eval("rihla('flush')")
    arrived = 0
    await collector.stop()
    const queued = await record(tab, 4, () => tab.eval((...args: [number, number, number]) => visitShop(...args), COUNT, PER_TASK, EVERY), { categories: SOURCES })
    await collector.start()
    // The back-off decides when it is tried again.
    const drained = await record(tab, 4, () => collector.until(() => arrived >= COUNT, 60_000), { categories: SOURCES })
    const left = await rowsLeft(tab)
    if (left) throw new Error(`${left} rows are left after the drain`)
    return { queued, drained }
  })

const empty = (browser: Browser): Promise<Phases> =>
  inLab(browser, async ({ collector, open }) => {
    const tab = await open('/empty', pageOf('empty', collector.url))
    const queued = await record(tab, 4, () => tab.eval((...args: [number, number, number]) => visitShop(...args), COUNT, PER_TASK, EVERY), { categories: SOURCES })
    const drained = await record(tab, 4, async () => undefined, { rest: 3000, categories: SOURCES })
    return { queued, drained }
  })

const isLong = ({ busy }: Task): boolean => busy > LONG

/** Long tasks while a collector is down and touchpoints pile up on the device, and while they are sent afterwards. */
export async function backlog(browser: Browser): Promise<Row[]> {
  const counts: { [what: string]: number[] } = {}
  for (let i = 1; i <= ROUNDS; i++) {
    const results = { 'empty page': await empty(browser), rihla: await rihla(browser) }
    for (const [who, tasks] of Object.entries(results)) {
      for (const phase of phases) {
        const longest = tasks[phase].reduce((most, { busy }) => Math.max(most, busy), 0)
        ;(counts[`${phase}, ${who}`] ??= []).push(tasks[phase].filter(isLong).length)
        if (who === 'rihla') (counts[`longest ${phase}`] ??= []).push(longest / LONG)
      }
    }
    const culprits = phases.flatMap((phase) => results.rihla[phase].filter(isLong).map(({ busy, inside }) => `${phase} ${busy.toFixed(0)} ms [${[...new Set(inside)].slice(0, 8).join(', ')}]`))
    say(`backlog ${i}/${ROUNDS}: ${Object.entries(counts).map(([what, values]) => `${what} ${+values.at(-1)!.toFixed(2)}`).join(', ')}`)
    for (const culprit of culprits) say(`  ${culprit}`)
  }
  return [
    ...phases.flatMap((phase) => ['rihla', 'empty page'].map((who) => ({ what: `long tasks, 4× CPU, 5,000 touchpoints ${phase}, ${who}`, value: spread(counts[`${phase}, ${who}`]), ...(who === 'rihla' && { target: '0' }) }))),
    ...phases.map((phase) => ({ what: `longest task while ${phase} ÷ a long task's ${LONG} ms`, value: spread(counts[`longest ${phase}`]), target: '≤ 1' })),
  ]
}
