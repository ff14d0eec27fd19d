import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { createCollector, type Collector, type WireBatch } from '../harness/collector.js'
import { clearSiteData, crashTab, overrideQuota, setLifecycle, setOffline, throttleCpu, trace } from '../harness/cdp.js'
import { BROWSER_DIED } from '../../vitest.config.js'
import { engines, type Browser } from '../harness/engines.js'
import { createPages, type Pages } from '../harness/pages.js'
import { isAlive } from '../harness/processes.js'

const batchOf = (ids: string[], extra: Partial<WireBatch> = {}): WireBatch => ({
  v: 1, site: 'test', sdk: 'test/0', sent_at: 1, loss: [], ask: [], documents: { tab1: ids.length },
  visits: { visit1: { started: 1 } },
  pages: { 'tab1-1': { tab: 'tab1', visit: 'visit1', url: 'https://shop.example/' } },
  touchpoints: ids.map((id, index) => ({ id, name: 'page_view', at: 1, seq: index + 1, page: 'tab1-1', source: 'api' })),
  ...extra,
})

let collector: Collector
let pages: Pages
// A new origin for each test: nothing stored and no late beacon comes from one test into the next.
beforeEach(async () => {
  collector = await createCollector()
  pages = await createPages({ dist: inject('dist') })
})
afterEach(async () => {
  await pages.close()
  await collector.stop()
})

describe('collector', () => {
  const post = (batch: WireBatch | Buffer): Promise<Response> => fetch(collector.url, { method: 'POST', body: batch instanceof Buffer ? new Uint8Array(batch) : JSON.stringify(batch) })

  it('resolves touchpoints and counts what came twice', async () => {
    await post(batchOf(['a', 'b']))
    await post(gzipSync(JSON.stringify(batchOf(['b', 'c']))))
    expect(collector.ids()).toEqual(['a', 'b', 'b', 'c'])
    expect([...collector.unique()]).toEqual(['a', 'b', 'c'])
    expect(collector.duplicates()).toBe(1)
    expect(collector.touchpoints()[0]).toMatchObject({ tab: 'tab1', visit: 'visit1', on: { url: 'https://shop.example/' } })
  })

  it('answers as scripted', async () => {
    collector.answer = () => ({ status: 503, headers: { 'retry-after': '7' } })
    const refused = await post(batchOf(['a']))
    expect([refused.status, refused.headers.get('retry-after'), collector.touchpoints().length, collector.received().length]).toEqual([503, '7', 0, 1])
    collector.answer = () => ({ reset: true })
    await expect(post(batchOf(['b']))).rejects.toThrow()
    collector.answer = () => ({ resetBefore: true })
    await expect(post(batchOf(['c']))).rejects.toThrow()
    expect([collector.ids(), collector.stored().map((each) => each.id)]).toEqual([['a', 'b'], ['b']])
    collector.answer = () => ({ hang: true })
    const hanging = post(batchOf(['d'])).catch(() => 'broken')
    await collector.until(({ requests }) => requests.length === 3)
    collector.reset()
    expect(await hanging).toBe('broken')
    collector.answer = () => ({ delayMs: 50, body: { rejected: [{ id: 'e', reason: 'test' }] } })
    expect(await (await post(batchOf(['e', 'f']))).json()).toEqual({ rejected: [{ id: 'e', reason: 'test' }] })
    expect(collector.touchpoints().map((each) => each.id)).toEqual(['f'])
  })

  it('names what it holds', async () => {
    collector.withHeld()
    await post(batchOf(['a', 'b', 'c']))
    const answer = await post(batchOf([], { ask: [{ tab: 'tab1', from: 2, to: 9 }, { tab: 'other', from: 1, to: 3 }] }))
    expect(await answer.json()).toEqual({ held: [{ tab: 'tab1', from: 2, to: 3 }] })
  })

  it('comes back on the same port', async () => {
    await collector.stop()
    await expect(post(batchOf(['a']))).rejects.toThrow()
    await collector.start()
    expect((await post(batchOf(['a']))).status).toBe(204)
  })
})

describe.each(engines)('$name', (engine) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await engine.open()
  })
  afterAll(() => browser?.close())

  const shop = (): string => {
    pages.add('/other', { title: 'Other' })
    return pages.add('/', {
      title: 'Shop',
      body: '<a id="go" href="/other">go</a><button id="buy">buy</button><input id="q">',
      before: `addEventListener('pageshow', (e) => { window.persisted = e.persisted })
        addEventListener('click', (e) => { window.clicked = [e.isTrusted, e.target.id] })
        document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') navigator.sendBeacon('${collector.url}', JSON.stringify({ touchpoints: [], hidden: location.pathname })) })`,
    })
  }

  it('opens a page and runs code in it', async () => {
    const tab = await browser.newTab()
    await tab.goto(shop())
    expect(await tab.eval('document.title')).toBe('Shop')
    expect(await tab.eval(async (a: number, b: { c: string }) => [await Promise.resolve(a), b.c, document.visibilityState], 7, { c: 'x' })).toEqual([7, 'x', 'visible'])
    await expect(tab.eval(() => { throw new Error('no such thing') })).rejects.toThrow('no such thing')
    await tab.close()
  })

  it('runs code in a page that forbids it, and sees what is forbidden', async () => {
    const tab = await browser.newTab()
    await tab.goto(pages.add('/csp', {
      nonce: 'n1',
      before: "addEventListener('securitypolicyviolation', (e) => { (window.violations ??= []).push(e.effectiveDirective) })",
      headers: { 'content-security-policy': "default-src 'self'; script-src 'nonce-n1'" },
    }))
    expect(await tab.eval(`fetch('${collector.url}', { method: 'POST', body: 'x' }).then(() => 'sent', () => 'refused')`)).toBe('refused')
    await tab.until("window.violations?.includes('connect-src')")
    expect(collector.requests).toEqual([])
    await tab.close()
  })

  it('steers pages without a driver, beside each other', async () => {
    const one = engine.bare(pages.add('/one', { remote: 'one', tag: { endpoint: '/x', 'debug': true } }))
    expect(await pages.remote('one').eval((a: number) => a + 1, 1)).toBe(2)
    await expect(pages.remote('one').eval('nothingOfThatName')).rejects.toThrow(/nothingOfThatName/)
    await one.kill('SIGTERM')
  })

  it('clicks, types and restores from the back-forward cache', async () => {
    const tab = await browser.newTab()
    await tab.goto(shop())
    await tab.click('#buy')
    expect(await tab.eval('clicked')).toEqual([true, 'buy'])
    await tab.type('#q', 'cap')
    expect(await tab.eval("document.querySelector('#q').value")).toBe('cap')
    await tab.click('#go')
    await tab.until("location.pathname === '/other' && document.readyState === 'complete'")
    await tab.back()
    await tab.until("location.pathname === '/' && window.persisted")
    expect(await tab.eval('clicked')).toEqual([true, 'go'])
    await tab.reload()
    expect(await tab.eval('persisted')).toBe(false)
    await tab.close()
  })

  it('delivers a beacon to the other origin when a tab is closed', async () => {
    const url = shop()
    const hasCome = () => collector.requests.some((each) => each.text.includes('"hidden":"/"'))
    // Firefox ends scripts half-way at times when a tab is closed: one of a few gets through.
    for (let i = 0; i < 5 && !hasCome(); i++) {
      const tab = await browser.newTab()
      await tab.goto(url)
      await tab.close()
      await collector.until(hasCome, 3000).catch(() => undefined)
    }
    expect(hasCome()).toBe(true)
  })

  it('shows windows side by side and hides a tab behind the next one', async () => {
    shop()
    const first = await browser.newTab({ window: true })
    await first.goto(pages.add('/first', { body: 'first' }))
    const second = await browser.newTab({ window: true })
    await second.goto(pages.url('/other'))
    expect([await first.eval('document.visibilityState'), await second.eval('document.visibilityState')]).toEqual(['visible', 'visible'])
    const third = await browser.newTab()
    await second.until(engine.name === 'webkit' ? "document.visibilityState === 'visible'" : 'document.hidden')
    expect([await first.eval('document.visibilityState'), await third.eval('document.visibilityState')]).toEqual(['visible', 'visible'])
    await third.close()
    await second.until("document.visibilityState === 'visible'")
    await second.close()
    await first.close()
  })

  // Its driver ends the session with the page; in the others only the tab is gone.
  it.runIf(engine.name === 'webkit')('opens tabs again after a page has crashed, which says that it has', async () => {
    const tab = await browser.newTab()
    await tab.goto(shop())
    for (const { pid, command } of browser.processes()) if (command.includes('WebProcess')) process.kill(pid, 'SIGKILL')
    await expect(tab.eval('new Promise(() => {})')).rejects.toThrow(BROWSER_DIED)
    await tab.close()
    const next = await browser.newTab()
    await next.goto(shop())
    expect(await next.eval('document.title')).toBe('Shop')
    await next.close()
  })

  it('keeps storage over a kill and a relaunch without driver', async () => {
    const profile = engine.newProfile()
    const url = pages.add('/store', { remote: 'store' })
    const first = engine.bare(url, { profile })
    const put = (value: string): Promise<void> => new Promise((done, failed) => {
      const open = indexedDB.open('db', 1)
      open.onupgradeneeded = () => open.result.createObjectStore('s')
      open.onerror = () => failed(open.error)
      open.onsuccess = () => {
        const tx = open.result.transaction('s', 'readwrite')
        tx.objectStore('s').put(value, 'key')
        tx.oncomplete = () => done()
      }
    })
    await pages.remote('store').eval(put, 'kept')
    await first.kill()
    pages.reset()
    pages.add('/store', { remote: 'again' })
    const second = engine.bare(url, { profile })
    const get = (): Promise<unknown> => new Promise((done, failed) => {
      const open = indexedDB.open('db', 1)
      open.onerror = () => failed(open.error)
      open.onsuccess = () => {
        const request = open.result.transaction('s').objectStore('s').get('key')
        request.onsuccess = () => done(request.result)
        request.onerror = () => failed(request.error)
      }
    })
    expect(await pages.remote('again').eval(get)).toBe('kept')
    await second.kill()
  })

  it('hears the page itself and loads modules', async () => {
    const url = pages.add('/module', { module: "import { get, set } from 'idb-keyval'\nawait set('a', 1)\nreport('stored', await get('a'))" })
    const tab = await browser.newTab()
    await tab.goto(url)
    expect(await pages.report('stored')).toBe(1)
    await tab.close()
  })

  it('is gone when it is killed', async () => {
    const other = await engine.open({ private: engine.name !== 'webkit' })
    const below = other.processes()
    expect(below.length).toBeGreaterThan(0)
    await other.kill()
    expect(below.filter(({ pid }) => isAlive(pid))).toEqual([])
  })

  it.runIf(engine.name === 'chromium')('is broken on purpose through DevTools', async () => {
    const tab = await browser.newTab({ window: true })
    await tab.goto(shop())
    const fill = (): Promise<string> => caches.open('a').then((cache) => cache.put('/big', new Response('x'.repeat(3_000_000)))).then(() => 'kept', (error: Error) => error.name)
    await overrideQuota(tab, pages.origin, 20_000)
    expect(await tab.eval(fill)).toBe('QuotaExceededError')
    await overrideQuota(tab, pages.origin, null)
    expect(await tab.eval(fill)).toBe('kept')
    await setOffline(tab, true)
    expect(await tab.eval(`fetch('${collector.url}', { method: 'POST', body: 'x' }).then(() => 'sent', () => 'refused')`)).toBe('refused')
    await tab.eval(`navigator.sendBeacon('${collector.url}', 'beacon')`)
    await setOffline(tab, false)
    expect(await tab.eval(`fetch('${collector.url}', { method: 'POST', body: 'x' }).then(() => 'sent', () => 'refused')`)).toBe('sent')
    expect(collector.requests.map((each) => each.text)).toEqual(['x'])
    await throttleCpu(tab, 2)
    await throttleCpu(tab, 1)
    await tab.eval("localStorage.setItem('a', '1')")
    await clearSiteData(tab, pages.origin)
    expect(await tab.eval("localStorage.getItem('a')")).toBe(null)
    expect((await trace(tab, async () => void (await tab.eval('1')))).length).toBeGreaterThan(0)
    await tab.eval("document.addEventListener('freeze', () => { window.frozen = true })")
    await setLifecycle(tab, 'frozen')
    await setLifecycle(tab, 'active')
    expect(await tab.eval('frozen')).toBe(true)
    await crashTab(tab)
    await tab.close()
    const next = await browser.newTab()
    await next.goto(shop())
    await next.close()
  })

  it.runIf(engine.name !== 'webkit')('obeys settings', async () => {
    const prefs: { [name: string]: number } = engine.name === 'firefox' ? { 'network.cookie.cookieBehavior': 2 } : { 'profile.default_content_setting_values.cookies': 2 }
    const strict = await engine.open({ prefs })
    const tab = await strict.newTab()
    await tab.goto(shop())
    expect(await tab.eval("(() => { try { localStorage.setItem('a', '1'); return 'works' } catch { return 'blocked' } })()")).toBe('blocked')
    await strict.close()
  })
})
