import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRequire } from 'node:module'
import { it } from 'vitest'
import { engines } from '../../test/harness/engines.js'
import { inLab, record, SOURCES } from '../lab.js'
import { throttleCpu } from '../../test/harness/cdp.js'
import { pageOf } from '../shop.js'
const { TraceMap, originalPositionFor } = createRequire(import.meta.url)('@jridgewell/trace-mapping')
const MODE = process.env.WHAT ?? 'start'
it('profile', async () => {
  const browser = await engines[0].open()
  const map = new TraceMap(JSON.parse(readFileSync('dist/rihla.js.map', 'utf8')))
  const self: Record<string, number> = {}, total: Record<string, number> = {}
  const N = Number(process.env.N ?? 1)
  for (let round = 0; round < N; round++) await inLab(browser, async ({ collector, pages, open }) => {
    const url = pages.add('/rihla', pageOf('rihla', collector.url))
    const tab = await open('/empty', pageOf('empty', collector.url))
    if (MODE !== 'start') { await tab.goto(url); await sleep(2500) }
    await throttleCpu(tab, 4)
    await tab.cdp('Profiler.enable'); await tab.cdp('Profiler.setSamplingInterval', { interval: 100 })
    await tab.cdp('Profiler.start')
    if (MODE === 'start') { await tab.goto(url); await sleep(2500) }
    else if (MODE === 'burst') { await tab.eval(() => visitShop(1000, 1000, 0)); await sleep(4000) }
    else { await tab.eval(() => visitShop(100, 1, 50)); await sleep(2000) }
    const { profile } = await tab.cdp('Profiler.stop') as any
    const byId = new Map(profile.nodes.map((n: any) => [n.id, n])); const parent = new Map(); for (const n of profile.nodes as any[]) for (const c of n.children ?? []) parent.set(c, n.id)
    const nameOf = (n: any) => { const { url, functionName, lineNumber, columnNumber } = n.callFrame; if (!url.includes('rihla.js')) return `(${functionName || url.slice(-20)})`; const o = originalPositionFor(map, { line: lineNumber + 1, column: columnNumber }); return `${String(o.source).replace('../src/', '')}:${o.line} ${functionName}` }
    const names = new Map((profile.nodes as any[]).map((n) => [n.id, nameOf(n)]))
    profile.samples.forEach((id: number, i: number) => {
      const dt = profile.timeDeltas[i] / 1000 / N
      const name = names.get(id)!; self[name] = (self[name] ?? 0) + dt
      const seen = new Set<string>()
      for (let at: any = id; at; at = parent.get(at)) { const nm = names.get(at)!; if (!seen.has(nm)) { seen.add(nm); total[nm] = (total[nm] ?? 0) + dt } }
    })
    if (round < N - 1) return
    const top = (o: Record<string, number>, n: number) => Object.entries(o).sort((a, b) => b[1] - a[1]).slice(0, n).map(([k, v]) => `${v.toFixed(1)}  ${k}`).join('\n')
    console.log('SELF\n' + top(self, 45) + '\n\nTOTAL\n' + top(total, 60))
    void byId
  })
  await browser.close()
}, 120000)
