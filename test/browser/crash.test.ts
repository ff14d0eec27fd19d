import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { crashTab } from '../harness/cdp.js'
import { engines, type Browser, type Tab } from '../harness/engines.js'
import { isAlive, poll } from '../harness/processes.js'
import { isUp, linesOf, readRows, steps, tellStored, track, useScenario } from '../harness/scenario.js'

declare const rihla: (method: string, ...args: unknown[]) => unknown

const scenario = useScenario()

/** For a page: tracks, and resolves 100 ms after the last when all is stored, with the time that this took. */
const trackAndRest = async (count: number): Promise<number> => {
  for (let n = 1; n <= count; n++) rihla('track', 'step', { n })
  const start = performance.now()
  await rihla('saved')
  const ms = performance.now() - start
  await new Promise((done) => setTimeout(done, 100 - ms))
  return ms
}

/** Waits until the tracker of a page without driver runs and has opened its storage. */
const up = async (name: string): Promise<void> => {
  await poll(() => scenario.pages.remote(name).eval<boolean>(isUp), `${name} to have a tracker`)
  await scenario.pages.remote(name).eval("rihla('saved')")
}

/** The CPU time of a process so far. */
const ticks = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** The process that a page runs in: that of the browser's which works hardest while the page does. */
const processOf = async (browser: Browser, tab: Tab): Promise<number> => {
  const before = new Map(browser.processes().filter(({ command }) => /contentproc|WebKitWebProcess/.test(command)).map(({ pid }) => [pid, ticks(pid)]))
  await tab.eval('(() => { for (const end = performance.now() + 600; performance.now() < end; ); })()')
  const work = [...before].filter(([pid]) => isAlive(pid)).map(([pid, then]): [number, number] => [pid, ticks(pid) - then])
  return work.sort((a, b) => b[1] - a[1])[0][0]
}

/** Ends the process that a page runs in. */
const crash = async (browser: Browser, tab: Tab, isChromium: boolean): Promise<void> => {
  if (isChromium) return crashTab(tab)
  const pid = await processOf(browser, tab)
  process.kill(pid, 'SIGKILL')
  await poll(() => !isAlive(pid), 'end of the page')
}

describe.each(engines)('$name', (engine) => {
  const isChromium = engine.name === 'chromium'
  const isWebkit = engine.name === 'webkit'

  describe('a killed browser', () => {
    it.each([
      ['SIGKILL', 'up'],
      ['SIGKILL', 'down'],
      ['SIGTERM', 'up'],
      ['SIGTERM', 'down'],
    ] as const)('I1: 50 touchpoints arrive after %s 100 ms after the last, collector %s', async (signal, state) => {
      const profile = engine.newProfile()
      if (state === 'down') scenario.collector.answer = () => ({ status: 503 })
      const first = engine.bare(scenario.shop('/', { remote: 'first' }), { profile })
      await up('first')
      const ms = await scenario.pages.remote('first').eval(trackAndRest, 50)
      await first.kill(signal)
      console.log(`${engine.name}: 50 touchpoints were stored ${Math.round(ms)} ms after the last`)
      scenario.collector.answer = () => undefined
      const second = engine.bare(scenario.back(), { profile })
      await scenario.arrive(50, 30_000)
      await second.kill()
    })

    it('I1: killed in the moment of the 50th touchpoint, whatever was stored arrives', async () => {
      const profile = engine.newProfile()
      // Nothing gets out but through the device.
      scenario.collector.answer = () => ({ resetBefore: true })
      const first = engine.bare(scenario.shop('/', { remote: 'first', before: tellStored }), { profile })
      await up('first')
      await new Promise((done) => setTimeout(done, 2000))
      await scenario.pages.remote('first').eval(track, 50)
      await first.kill()
      scenario.collector.answer = () => undefined
      const stored = scenario.pages.reports.filter(({ name }) => name === 'stored').flatMap(({ data }) => linesOf(`"touchpoints":[${String(data).split('\n').slice(2).join()}]`).map(([id]) => id))
      const second = engine.bare(scenario.back({ remote: 'second' }), { profile })
      // The drain has ended once the returning page itself has nothing left.
      await up('second')
      await scenario.pages.remote('second').eval("rihla('flush')")
      await scenario.collector.until((collector) => stored.every((id) => collector.unique().has(id)), 30_000)
      console.log(`${engine.name}: killed at once, ${new Set(steps(scenario.collector)).size} of 50 arrived; of ${stored.length - 1} the storing was known`)
      await second.kill()
    })

    it('I1: 200 touchpoints of an offline session arrive when the browser is opened again', async () => {
      const profile = engine.newProfile()
      const url = scenario.shop('/', { remote: 'first' })
      await scenario.collector.stop()
      const first = engine.bare(url, { profile })
      await up('first')
      for (let n = 1; n <= 200; n += 20) await scenario.pages.remote('first').eval(track, 20, n)
      expect(await scenario.pages.remote('first').eval("rihla('saved')")).toBe(true)
      await first.kill('SIGTERM')
      await scenario.collector.start()
      const second = engine.bare(scenario.back(), { profile })
      await scenario.arrive(200, 40_000)
      await second.kill()
    })

    // WebKit's driver ends its session with the page that crashes, so its shopper has none.
    it.runIf(isWebkit)('I1: what was saved before the page crashed arrives', async () => {
      const profile = engine.newProfile()
      scenario.collector.answer = () => ({ status: 503 })
      const first = engine.bare(scenario.shop('/', { remote: 'first' }), { profile })
      await up('first')
      await scenario.pages.remote('first').eval(track, 50)
      expect(await scenario.pages.remote('first').eval("rihla('saved')")).toBe(true)
      const pages = first.processes().filter(({ command }) => command.includes('WebKitWebProcess'))
      expect(pages.length).toBeGreaterThan(0)
      for (const { pid } of pages) process.kill(pid, 'SIGKILL')
      await poll(() => !pages.some(({ pid }) => isAlive(pid)), 'end of the page')
      await first.kill('SIGTERM')
      scenario.collector.reset()
      const second = engine.bare(scenario.back(), { profile })
      await scenario.arrive(50, 30_000)
      await second.kill()
    })

    it('what a broken database held is given up without an error, and what is tracked from then on arrives', async () => {
      const profile = engine.newProfile()
      scenario.collector.answer = () => ({ status: 503 })
      const first = engine.bare(scenario.shop('/', { remote: 'first' }), { profile })
      await up('first')
      await scenario.pages.remote('first').eval(track, 20, 1001)
      await scenario.pages.remote('first').eval("rihla('saved')")
      await first.kill()
      const files = (readdirSync(profile, { recursive: true }) as string[]).filter((path) => /indexeddb|\/idb\/|databases/i.test(path) && statSync(join(profile, path)).isFile())
      expect(files.length).toBeGreaterThan(0)
      for (const path of files) writeFileSync(join(profile, path), Buffer.alloc(Math.max(1, statSync(join(profile, path)).size >> 1), 'rubbish '))
      scenario.collector.reset()
      const second = engine.bare(scenario.back({ remote: 'second' }), { profile })
      await up('second')
      await scenario.pages.remote('second').eval(track, 20)
      await scenario.arrive(20, 30_000)
      await second.kill()
    })
  })

  describe('a crashed page', () => {
    // A browser for each: WebKit's driver ends its session with the page.
    let browser: Browser
    beforeEach(async () => {
      browser = await engine.open()
    })
    afterEach(() => browser?.kill())

    const visit = async (url: string): Promise<Tab> => {
      const tab = await browser.newTab({ window: true })
      await tab.goto(url)
      await tab.until(isUp)
      return tab
    }

    it.runIf(!isWebkit)('I1: what was saved before the page crashed arrives', async () => {
      scenario.collector.answer = () => ({ status: 503 })
      const tab = await visit(scenario.shop())
      const keeper = await browser.newTab({ window: true })
      await keeper.goto(scenario.pages.url('/blank'))
      await tab.eval(track, 50)
      expect(await tab.eval("rihla('saved')")).toBe(true)
      await crash(browser, tab, isChromium)
      scenario.collector.reset()
      await visit(scenario.back())
      await scenario.arrive(50, 30_000)
    })

    it('the drain goes on by another tab when the one that holds the lease crashes', async () => {
      scenario.collector.answer = () => ({ status: 503 })
      const left = await visit(scenario.shop())
      await left.eval(track, 100)
      expect(await left.eval("rihla('saved')")).toBe(true)
      await left.close()
      // The holder gets the lease, and no answer.
      scenario.collector.reset()
      scenario.collector.answer = () => ({ hang: true })
      const holder = await visit(scenario.back())
      await scenario.collector.until(({ requests }) => requests.some(({ batch }) => (batch?.ask?.length ?? 0) > 0), 20_000)
      const other = scenario.shop('/other', { tag: { grace: 0 } })
      const next = await visit(other)
      // Firefox may put two pages of one site into one process: it takes one that is spared.
      if (!isChromium) for (let tab = next, tries = 0; (await processOf(browser, tab)) === (await processOf(browser, holder)) && tries < 5; tries++) tab = await visit(other)
      await crash(browser, holder, isChromium)
      scenario.collector.answer = () => undefined
      // The lease ends after 20 s, and the other tab looks again as late.
      await scenario.arrive(100, 60_000)
    }, 120_000)
  })

  describe('a collector in trouble', () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await engine.open()
    })
    afterAll(() => browser?.kill())

    const visit = async (url: string): Promise<Tab> => {
      const tab = await browser.newTab({ window: true })
      await tab.goto(url)
      await tab.until(isUp)
      return tab
    }

    it.each([false, true])('an answer lost after processing costs only identical duplicates, and none where the collector says what it holds (%s)', async (held) => {
      scenario.collector.withHeld(held)
      let lost = 0
      scenario.collector.answer = ({ batch }) => (batch?.touchpoints.length && !lost++ ? { reset: true } : undefined)
      const tab = await visit(scenario.shop())
      await tab.eval("rihla('saved')")
      await tab.eval(track, 50)
      await scenario.arrive(50)
      await scenario.collector.until((collector) => collector.requests.some(({ batch }) => (batch?.ask?.length ?? 0) > 0), 20_000)
      expect(await tab.eval("rihla('flush')")).toBe(true)
      if (held) expect(scenario.collector.duplicates()).toBe(0)
      else expect(scenario.collector.duplicates()).toBeGreaterThan(0)
      await tab.close()
    })

    it('a collector that restarts between the first send and the next gets everything, and nothing twice where it says what it holds', async () => {
      scenario.collector.withHeld()
      let lost = 0
      scenario.collector.answer = ({ batch }) => (batch?.touchpoints.length && !lost++ ? { reset: true } : undefined)
      const tab = await visit(scenario.shop())
      await tab.eval("rihla('saved')")
      await tab.eval(track, 50)
      await scenario.collector.until(() => lost > 0)
      await scenario.collector.stop()
      await tab.eval(track, 50, 51)
      await scenario.collector.start()
      await scenario.arrive(100, 30_000)
      expect(scenario.collector.duplicates()).toBe(0)
      await tab.close()
    })

    it('I3: no row leaves the device before its touchpoints were in a body answered with 2xx', async () => {
      const watcher = await browser.newTab({ window: true })
      await watcher.goto(scenario.pages.url('/blank'))
      const tab = await visit(scenario.shop())
      const seen = new Set<string>()
      const early: string[] = []
      const look = async (): Promise<number> => {
        const now = new Set(await watcher.eval(readRows))
        // Looked up after the reading: whatever was gone then must have been acknowledged before.
        const acknowledged = new Set(scenario.collector.touchpoints().map(({ id }) => id))
        for (const id of seen) if (!now.has(id) && !acknowledged.has(id)) early.push(id)
        for (const id of now) seen.add(id)
        return now.size
      }
      const replies = [{ status: 503 }, { reset: true }, { status: 429 }, { resetBefore: true }, { delayMs: 400 }] as const
      let turn = 0
      scenario.collector.answer = ({ batch }) => (batch?.touchpoints.length ? replies[turn++] : undefined)
      for (let n = 1; n <= 200; n += 20) {
        await tab.eval(track, 20, n)
        await tab.eval("rihla('saved')")
        await look()
      }
      for (let n = 0; n < 5; n++) {
        await tab.eval("void rihla('flush')")
        for (let i = 0; i < 5; i++) await look()
      }
      await tab.close()
      scenario.collector.answer = () => ({ delayMs: 100 })
      const back = await visit(scenario.back())
      await poll(async () => (await look()) === 0 && new Set(steps(scenario.collector)).size === 200, 'an empty device', 60_000)
      expect(early).toEqual([])
      expect(seen.size).toBeGreaterThanOrEqual(200)
      for (const each of [watcher, back]) await each.close()
    }, 120_000)
  })
})
