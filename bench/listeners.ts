import type { Browser, Tab } from '../test/harness/tab.js'
import { throttleCpu } from '../test/harness/cdp.js'
import { inLab, ROUNDS, say } from './lab.js'
import { median, spread, type Row } from './table.js'

/** Events that a shopper sets off all the time. */
const TYPES = ['pointerdown', 'pointerup', 'click', 'focusin', 'keydown', 'input'] as const
/** How often each is set off. */
const TIMES = 40
const BODY = '<form action="#" onsubmit="return false"><input name="city"><textarea name="note"></textarea><button type="button" id="buy">Add to cart</button></form><p id="out"></p>'
/** The first listener of all; the last one is added once the tracker runs. What lies between them is the tracker's. */
const FIRST = `window.took = {}; for (const type of ${JSON.stringify(TYPES)}) { took[type] = []; addEventListener(type, () => (window.since = performance.now()), true) }`
const LAST = `for (const type of ${JSON.stringify(TYPES)}) document.addEventListener(type, () => took[type].push(performance.now() - since), true), 0`

const measure = async (tab: Tab) => {
  await tab.eval(LAST)
  await tab.eval("document.querySelector('#buy').addEventListener('click', () => (document.querySelector('#out').textContent += '.')), 0")
  await throttleCpu(tab, 6)
  for (let i = 0; i < TIMES; i++) {
    await tab.click('#buy')
    await tab.type('[name=city]', 'a')
  }
  const took = await tab.eval<{ readonly [type: string]: readonly number[] }>('took')
  return TYPES.map((type) => median(took[type] ?? []))
}

/** What the tracker's listeners take of events by a real pointer and real keys, above the same page without it. */
export async function listeners(browser: Browser): Promise<Row[]> {
  const rounds: number[][] = []
  for (let i = 1; i <= ROUNDS; i++) {
    const round = await inLab(browser, async ({ collector, open }) => {
      const without = await measure(await open('/without', { before: FIRST, body: BODY }))
      const tab = await open('/with', { before: FIRST, body: BODY, tag: { endpoint: collector.url, site: 'shop', consent: 'granted' } })
      await tab.until('window.rihla?.version')
      await tab.eval("rihla('flush')")
      return (await measure(tab)).map((ms, n) => ms - without[n]!)
    })
    rounds.push(round)
    say(`listeners ${i}/${ROUNDS}: ${TYPES.map((type, n) => `${type} ${round[n]!.toFixed(2)}`).join(', ')} ms`)
  }
  return TYPES.map((type, n) => ({ what: `\`${type}\`, ms at 6× CPU`, value: spread(rounds.map((round) => round[n])), target: '≤ 1' }))
}
