import { throttleCpu } from '../test/harness/cdp.js'
import type { PageOptions } from '../test/harness/pages.js'
import type { Browser, Tab } from '../test/harness/tab.js'
import { inLab, ROUNDS, say } from './lab.js'
import { median, spread, type Row } from './table.js'

/** Events that a shopper sets off all the time. */
const TYPES = ['pointerdown', 'click', 'focusin', 'input'] as const
/** How often each is set off. */
const TIMES = 40
/** A page of these has a clock that shows 5 µs, not 100. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'credentialless' }
const BODY = '<form action="#" onsubmit="return false"><input name="city"><textarea name="note"></textarea></form><button id="buy">Add to cart</button><p id="out"></p>'
/** The first listener of all; the last one is added once the tracker runs. What lies between them is the tracker's. */
const FIRST = `window.took = {}; for (const type of ${JSON.stringify(TYPES)}) { took[type] = []; addEventListener(type, () => (window.since = performance.now()), true) }`
const LAST = `${JSON.stringify(TYPES)}.forEach((type) => document.addEventListener(type, () => took[type].push(performance.now() - since), true))`

/** How much slower the processor is made, beside its full speed. */
const RATE = 6

const measure = async (tab: Tab) => {
  await tab.eval(LAST)
  await tab.eval("document.querySelector('#buy').addEventListener('click', () => (document.querySelector('#out').textContent += '.')), 0")
  const medians: number[] = []
  for (const rate of [RATE, 1]) {
    await throttleCpu(tab, rate)
    await tab.eval('Object.values(took).forEach((all) => (all.length = 0)), 0')
    for (let i = 0; i < TIMES; i++) {
      await tab.click('#buy')
      await tab.type('[name=city]', 'a')
    }
    const took = await tab.eval<{ readonly [type: string]: readonly number[] }>('took')
    medians.push(...TYPES.map((type) => (median(took[type] ?? []) * RATE) / rate))
  }
  return medians
}

/** A page with the core and one source alone, and one with the script tag. */
const variants: { readonly [what: string]: (endpoint: string) => PageOptions } = {
  friction: (endpoint) => alone(endpoint, 'friction'),
  forms: (endpoint) => alone(endpoint, 'forms'),
  'script tag': (endpoint) => ({ tag: { endpoint, site: 'shop', consent: 'granted' } }),
}
const alone = (endpoint: string, source: string): PageOptions => ({
  module: `import { createTracker } from 'rihla'
import { ${source} } from 'rihla/sources/${source}'
createTracker({ endpoint: '${endpoint}', site: 'shop', consent: 'granted', sources: [${source}()] })`,
})

/** What listeners take of events by a real pointer and real keys, above the same page without them. */
export async function listeners(browser: Browser): Promise<Row[]> {
  const rounds: number[][] = []
  for (let i = 1; i <= ROUNDS; i++) {
    const round = await inLab(browser, async ({ collector, open }) => {
      const without = await measure(await open('/without', { before: FIRST, body: BODY, headers: ISOLATED }))
      const all: number[] = []
      for (const [what, page] of Object.entries(variants)) {
        const tab = await open(`/${what.replace(' ', '-')}`, { before: FIRST, body: BODY, headers: ISOLATED, ...page(collector.url) })
        await collector.until(() => what !== 'script tag' || collector.received().length > 0)
        all.push(...(await measure(tab)).map((ms, n) => ms - without[n]!))
      }
      return all
    })
    rounds.push(round)
    say(`listeners ${i}/${ROUNDS}: ${round.map((ms) => ms.toFixed(2)).join(' ')} ms`)
  }
  const kinds = [`ms at ${RATE}× CPU`, `${RATE} times the ms at full speed`].flatMap((unit) => TYPES.map((type) => `\`${type}\`, ${unit}`))
  return Object.keys(variants).flatMap((what, i) =>
    kinds.map((kind, n) => ({ what: `${what}, ${kind}`, value: spread(rounds.map((round) => round[i * kinds.length + n])), ...(what !== 'script tag' && { target: '≤ 1' }) })),
  )
}
