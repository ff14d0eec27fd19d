import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setLifecycle } from '../harness/cdp.js'
import { engines, type Browser, type Tab } from '../harness/engines.js'
import { poll } from '../harness/processes.js'
import { hideable, isUp, readRows, steps, track, trackAndGo, useScenario } from '../harness/scenario.js'

declare const rihla: (method: string, ...args: unknown[]) => unknown

const scenario = useScenario()

describe.each(engines)('$name', (engine) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await engine.open()
  })
  afterAll(() => browser?.close())

  /** A page whose tracker has opened its storage. Before that, a tab that is closed can lose everything in Firefox: it then refuses localStorage, too. */
  const visit = async (url: string): Promise<Tab> => {
    const tab = await browser.newTab()
    await tab.goto(url)
    await tab.until(isUp)
    await tab.eval("rihla('saved')")
    return tab
  }
  /** On a busy machine a page's last words may be written after the next page has looked for them: it may look twice. */
  const arriveOn = async (back: Tab, count: number): Promise<void> => {
    await scenario.arrive(count, 8000).catch(() => back.reload())
    await scenario.arrive(count, 30_000)
  }
  /** All must be there: in Chromium without anybody coming back, elsewhere after the next visit. */
  const arriveAfter = async (count: number): Promise<void> => {
    if (engine.name === 'chromium') return scenario.arrive(count)
    const back = await visit(scenario.back())
    await arriveOn(back, count)
    await back.close()
  }
  /** The page may be gone before it could say that the code has run. */
  const evalAndGo = (tab: Tab, to: string, count = 50): Promise<void> => tab.eval(trackAndGo, count, to).catch(() => undefined)

  it('I1: 50 touchpoints and a tab close arrive', async () => {
    const tab = await visit(scenario.shop())
    await tab.eval(track, 50)
    await tab.close()
    await arriveAfter(50)
  })

  it('I1: 50 touchpoints of a window that closes itself in the same task arrive', async () => {
    const tab = await visit(scenario.shop())
    const popup = scenario.shop('/popup', { head: `<script>addEventListener('load', () => { const t = setInterval(() => { if (!window.rihla?.version) return; clearInterval(t); (${track})(50); window.close() }, 10) })</script>` })
    await tab.eval((url: string) => void (window as Window & { popup?: Window | null }).open(url), popup)
    await scenario.collector.until(({ requests }) => requests.some(({ batch }) => batch?.touchpoints.some(({ name }) => name === 'step')))
    await tab.close()
    await arriveAfter(50)
  })

  it.each(['same origin', 'other origin', 'reload'])('I1: 50 touchpoints and a navigation in the same task arrive (%s)', async (where) => {
    const tab = await visit(scenario.shop())
    scenario.pages.add('/other', { title: 'Other' })
    await evalAndGo(tab, where === 'reload' ? where : `${where === 'same origin' ? scenario.pages.origin : scenario.pages.otherOrigin}/other`)
    await tab.until("location.pathname === '/other' || (window.rihla?.version && performance.getEntriesByType('navigation')[0].type === 'reload')")
    await arriveAfter(50)
    await tab.close()
  })

  it('I1: 50 touchpoints of the first visit ever, left before storage was opened, arrive', async () => {
    const other = scenario.pages.add('/other', { title: 'Other' })
    const tab = await browser.newTab()
    const leaving = `<script>(${trackAndGo})(50, ${JSON.stringify(other)})</script>`
    await tab.goto(scenario.shop('/', { tag: { async: false }, body: leaving })).catch(() => undefined)
    await tab.until("location.pathname === '/other'")
    await arriveAfter(50)
    await tab.close()
  })

  it('I1: a click on a link that navigates at once arrives, 12 of 12', async () => {
    const tab = await browser.newTab()
    scenario.pages.add('/other', { title: 'Other' })
    const urls = Array.from({ length: 12 }, (_, index) => `${scenario.pages.origin}/other?page=${index + 1}`)
    const clicked = (): string[] => urls.filter((url) => !scenario.collector.stored().some(({ name, props }) => name === 'click' && props?.link_url === url))
    for (const url of urls) {
      await tab.goto(scenario.shop('/', { body: `<a id="go" href="${url}">go</a>` }))
      await tab.until(isUp)
      await tab.click('#go')
      await tab.until("location.pathname === '/other'")
    }
    if (engine.name !== 'chromium') await tab.goto(scenario.back())
    await scenario.collector.until(() => clicked().length === 0, 15_000).catch(() => undefined)
    expect(clicked(), 'clicks that have not arrived').toEqual([])
    await tab.close()
  })

  it('I2: what was sent at hide and left unanswered is sent again with identical bytes', async () => {
    scenario.collector.answer = () => ({ reset: true })
    const tab = await visit(scenario.shop())
    await evalAndGo(tab, scenario.pages.add('/other', { title: 'Other' }))
    await scenario.collector.until((collector) => steps(collector).length > 0)
    await tab.until("location.pathname === '/other'")
    const before = scenario.collector.unique()
    scenario.collector.answer = () => undefined
    await tab.goto(scenario.back())
    await scenario.collector.until(({ touchpoints }) => new Set(touchpoints().filter(({ name }) => name === 'step').map(({ id }) => id)).size === 50, 40_000)
    // That the bytes are the same is looked at after every test; here it must have had something to look at.
    expect(scenario.collector.duplicates()).toBeGreaterThanOrEqual(before.size)
    await tab.close()
  })

  it('I8: at hide and before, at most 60,000 bytes are under way, and what did not fit comes with the next visit', async () => {
    let underWay = 0
    let most = 0
    const sizes: string[] = []
    scenario.collector.answer = async ({ raw }) => {
      sizes.push(`${raw.length} beside ${underWay}`)
      underWay += raw.length
      most = Math.max(most, underWay)
      await new Promise((done) => setTimeout(done, 300))
      underWay -= raw.length
      return undefined
    }
    const tab = await visit(scenario.shop())
    await tab.eval("rihla('saved')")
    await tab.eval(track, 800)
    await tab.eval("rihla('saved')")
    await evalAndGo(tab, scenario.pages.add('/other', { title: 'Other' }), 0)
    await scenario.collector.until(() => steps(scenario.collector).length > 0)
    await tab.until("location.pathname === '/other'")
    expect(most).toBeGreaterThan(30_000)
    await tab.goto(scenario.back())
    await scenario.arrive(800, 30_000)
    expect(most, sizes.join()).toBeLessThanOrEqual(60_000)
    await tab.close()
  })

  const slowly = (ms: number): string =>
    scenario.pages.add('/slow', (_request, response) => void setTimeout(() => response.writeHead(204).end(), ms))

  it('I8: 60,000 foreign bytes under way leave room for little, and lose nothing', async () => {
    const slow = slowly(3000)
    const tab = await visit(scenario.shop())
    const eaten = await tab.eval((url: string) => {
      void fetch(url, { method: 'POST', keepalive: true, body: 'x'.repeat(60_000) }).catch(() => undefined)
      return fetch(url, { method: 'POST', keepalive: true, body: 'x'.repeat(10_000) }).then(() => false, () => true)
    }, slow)
    expect(eaten).toBe(true)
    await tab.eval(track, 50)
    await tab.close()
    const back = await visit(scenario.back())
    await arriveOn(back, 50)
    await back.close()
  })

  it('400 foreign keepalive requests under way lose nothing', async () => {
    const slow = slowly(30)
    const tab = await visit(scenario.shop())
    await tab.eval((url: string) => {
      for (let i = 0; i < 400; i++) void fetch(url, { method: 'POST', keepalive: true, body: 'x' }).catch(() => undefined)
    }, slow)
    await tab.eval(track, 50)
    await tab.close()
    const back = await visit(scenario.back())
    await arriveOn(back, 50)
    await back.close()
  })

  it('I1: a hidden tab whose timers do not come stores what is tracked all the same', async () => {
    scenario.collector.answer = () => ({ status: 503 })
    const asleep = `${hideable}{const own=setTimeout;window.setTimeout=(work,ms,...rest)=>document.hidden?0:own(work,ms,...rest)}`
    const keeper = await browser.newTab({ window: true })
    await keeper.goto(scenario.pages.url('/blank'))
    const tab = await browser.newTab({ window: true })
    await tab.goto(scenario.shop('/', { before: asleep }))
    await tab.until(isUp)
    await tab.eval("rihla('saved')")
    const before = (await keeper.eval(readRows)).length
    await tab.eval('hide()')
    await tab.eval(track, 10)
    // And that the page was hidden.
    await poll(async () => (await keeper.eval(readRows)).length === before + 11, 'ten touchpoints on the device')
    for (const each of [tab, keeper]) await each.close()
  })

  it('opens no database once it is hidden', async () => {
    const tell = `{const send=navigator.sendBeacon.bind(navigator),json=JSON.stringify,open=IDBFactory.prototype.open
      IDBFactory.prototype.open=function(...args){send('/report',json({name:'opened',data:document.visibilityState}));return open.apply(this,args)}}`
    const other = scenario.pages.add('/other', { title: 'Other' })
    const tab = await browser.newTab()
    const leaving = (kind: string): string => `<script>rihla('track', 'purchase', { transaction_id: '${kind}' }); (${trackAndGo})(3, '/other')</script>`
    // Left in the task that started the tracker, in which it has not opened anything yet.
    for (let i = 0; i < 3; i++) {
      await tab.goto(scenario.shop('/', { tag: { async: false }, before: tell, body: leaving(`early-${i}`) })).catch(() => undefined)
      await tab.until("location.pathname === '/other'")
    }
    // Left some moments later, perhaps while it opens.
    for (const ms of [0, 5, 20, 50]) {
      await tab.goto(scenario.shop(`/after-${ms}`, { before: tell, head: `<script>setTimeout(() => { (${trackAndGo})(0, '/other') }, ${ms})</script>` })).catch(() => undefined)
      await tab.until("location.pathname === '/other'")
    }
    // Tracked for the first time while hidden, and left.
    await tab.goto(scenario.shop('/hidden', { before: `${tell}\n${hideable}`, tag: { consent: 'pending' } }))
    await tab.until(isUp)
    await tab.eval("hide(), rihla('consent', 'granted')")
    await tab.eval(track, 30)
    await tab.goto(other)
    await tab.goto(scenario.back({ before: tell }))
    await scenario.arrive(30)
    const opened = scenario.pages.reports.filter(({ name }) => name === 'opened').map(({ data }) => data)
    expect(opened).toContain('visible')
    expect(opened).not.toContain('hidden')
    await tab.close()
  })

  // Not in Chromium: a first open that is still pending when its page enters the back/forward cache can hold others up, and nothing cancels it.
  it.runIf(engine.name !== 'chromium')('I7: a first visit that is left while storage opens holds up another tab for seconds at most', async () => {
    const tab = await browser.newTab({ window: true })
    const second = await browser.newTab({ window: true })
    scenario.pages.add('/other', { title: 'Other' })
    for (const ms of [0, 1, 2, 4, 8, 16, 32, 64]) {
      // A database of its own, that has never been opened before, for each.
      const tag = { site: `after-${ms}` }
      await tab.goto(scenario.shop('/', { tag, head: `<script>addEventListener('load', () => { const t = setInterval(() => { if (!window.rihla?.version) return; clearInterval(t); setTimeout(() => { location.href = '/other' }, ${ms}) }, 1) })</script>` })).catch(() => undefined)
      await tab.until("location.pathname === '/other'")
      await second.goto(scenario.shop('/second', { tag }))
      await second.until(isUp)
      // Once in a few runs its first opening meets the deadline of 2.5 s; which engine's, and why, is not known. Another two must do.
      await poll(() => second.eval<boolean>("rihla('saved')"), `a second tab stores, the first was left after ${ms} ms`, 8000)
    }
    for (const each of [tab, second]) await each.close()
  })

  // WebKit under its driver keeps nothing after the session, and hides no window behind another.
  it.runIf(engine.name !== 'webkit')('I1: what was tracked before a tab switch is there after the browser was killed', async () => {
    const own = await engine.open()
    const tab = await own.newTab()
    await tab.goto(scenario.shop())
    await tab.until(isUp)
    scenario.collector.answer = () => ({ status: 503 })
    await tab.eval(track, 50)
    const front = await own.newTab()
    await front.goto(scenario.pages.url('/blank'))
    await tab.until('document.hidden')
    await own.kill()
    scenario.collector.reset()
    const again = engine.bare(scenario.back(), { profile: own.profile })
    await scenario.arrive(50, 30_000)
    await again.kill()
  })

  // WebKit under its driver keeps nothing after the session, and without it nothing quits it politely.
  it.runIf(engine.name !== 'webkit')('I1: what was tracked before the browser quit is there when it is opened again', async () => {
    const own = await engine.open()
    const tab = await own.newTab()
    await tab.goto(scenario.shop())
    await tab.until(isUp)
    await tab.eval(track, 50)
    await tab.eval("rihla('saved')")
    await own.close()
    const again = engine.bare(scenario.back(), { profile: own.profile })
    await scenario.arrive(50, 30_000)
    await again.kill()
  })

  // Only Chromium freezes pages on demand.
  it.runIf(engine.name === 'chromium')('I7: a page frozen while it writes does not hold up another', async () => {
    const frozen = await browser.newTab({ window: true })
    await frozen.goto(scenario.shop('/', { head: `<script>document.addEventListener('freeze', () => { rihla('track', 'purchase', { transaction_id: 'frozen' }); (${track})(5) })</script>` }))
    await frozen.until(isUp)
    await frozen.eval("rihla('saved')")
    const other = await browser.newTab({ window: true })
    await other.goto(scenario.shop('/other'))
    await other.until(isUp)
    await other.eval("rihla('saved')")
    await setLifecycle(frozen, 'frozen')
    // What a blocked transaction costs is seconds: it ends only with the freeze.
    const ms = await other.eval(async () => {
      const start = performance.now()
      for (let n = 1; n <= 10; n++) {
        rihla('track', 'step', { n })
        await rihla('saved')
      }
      return performance.now() - start
    })
    expect(ms).toBeLessThan(1000)
    const third = await browser.newTab({ window: true })
    await third.goto(scenario.back())
    await scenario.arrive(10)
    await setLifecycle(frozen, 'active')
    for (const tab of [frozen, other, third]) await tab.close()
  })
})
