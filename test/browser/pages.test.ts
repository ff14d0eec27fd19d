import { describe, expect, it } from 'vitest'
import { engines, type Tab } from '../harness/engines.js'
import { call, holds, holdsNoGap, isRunning, onDevice, track, useShop, type ShopOptions } from '../harness/shop-page.js'

/** With the Navigation API, where the engine has it, and with the patched `history` that serves elsewhere. */
const withoutNavigation = 'delete window.navigation\n'

describe.each(engines)('pages in $name', (engine) => {
  const shop = useShop(engine)

  const pathOf = (url = '') => url.replace(shop.pages.origin, '')
  /** The page views in order: where, which title, how, from where. */
  const views = () =>
    shop.collector
      .stored()
      .filter(({ name }) => name === 'page_view')
      .sort((a, b) => (a.tab === b.tab ? a.seq - b.seq : a.at - b.at))
      .map(({ on, props }) => [pathOf(on?.url), on?.title, props?.navigation, pathOf(on?.referrer)])
  const viewed = (path: string) => shop.collector.until(() => views().some(([url]) => url === path))

  describe.each(engine.name === 'webkit' ? [['without', withoutNavigation]] : [['with', ''], ['without', withoutNavigation]])('single-page routes %s the Navigation API', (_, before) => {
    const visit = async (options: ShopOptions = {}) => {
      const tab = await shop.visit('/', { title: 'Home', ...options, before: before + (options.before ?? '') })
      expect(await tab.eval("'navigation' in window")).toBe(!before)
      await viewed('/')
      return tab
    }
    /** As a router does it: the URL first, the title some time later. */
    const push = async (tab: Tab, path: string, title: string) => {
      await tab.eval(
        (to: string, name: string) =>
          new Promise<void>((done) => {
            history.pushState({}, '', to)
            setTimeout(() => done(void (document.title = name)), 60)
          }),
        path,
        title,
      )
      await viewed(path)
    }

    it('records one page view per route, with the title that the router set afterwards', async () => {
      const tab = await visit()
      await push(tab, '/tea', 'Tea')
      await push(tab, '/tea/green', 'Green tea')
      await tab.eval('history.back()')
      await shop.collector.until(() => views().length === 4)
      expect(views()).toEqual([
        ['/', 'Home', 'load', ''],
        ['/tea', 'Tea', 'push', '/'],
        ['/tea/green', 'Green tea', 'push', '/tea'],
        ['/tea', expect.any(String), 'traverse', '/tea/green'],
      ])
      await holdsNoGap(shop.collector)
    })

    it('records routes that follow each other at once, each one', async () => {
      const tab = await visit()
      await tab.eval("history.pushState({}, '', '/one'), history.pushState({}, '', '/two'), document.title = 'Two', 0")
      await viewed('/two')
      expect(views().map(([path]) => path)).toEqual(['/', '/one', '/two'])
    })

    it('counts a storm of replaceState only where it changes the path', async () => {
      const tab = await visit()
      await tab.eval(() => {
        for (let i = 0; i < 40; i++) history.replaceState({ i }, '', `?page=${i}#at-${i}`)
        history.replaceState({}, '', '/renamed')
        for (let i = 0; i < 40; i++) history.replaceState({ i }, '', `?page=${i}`)
        history.pushState({}, '', location.href)
      })
      await push(tab, '/last', 'Last')
      expect(views().map(([path, , how]) => [path, how])).toEqual([['/', 'load'], ['/renamed', 'replace'], ['/last', 'push']])
    })

    it('does not count fragments, unless it is told that they are routes', async () => {
      const plain = await visit()
      await plain.eval("location.hash = '#/tea', location.hash = '#top', 0")
      await push(plain, '/last', 'Last')
      expect(views().map(([path]) => path)).toEqual(['/', '/last'])
      shop.collector.reset()
      const tab = await visit({ tag: { hash: true } })
      await tab.eval("location.hash = '#/tea', 0")
      await viewed('/#/tea')
      await tab.eval('history.back()')
      await shop.collector.until(() => views().length === 3)
      expect(views().map(([path]) => path)).toEqual(['/', '/#/tea', '/'])
    })

    it('gets along with libraries that patch history before and after it, and restores what it patched', async () => {
      const library = (name: string) => `{ const { pushState } = history; window.${name} = 0; history.pushState = window.${name}Push = function (...args) { window.${name}++; return pushState.apply(this, args) } }\n`
      const tab = await visit({ before: `${library('before')} window.native = history.replaceState` })
      await push(tab, '/one', 'One')
      expect(await tab.eval("(() => { try { history.pushState({}, '', 'https://elsewhere.example/') } catch (error) { return error.name } })()")).toBe('SecurityError')
      await call(tab, 'stop')
      expect(await tab.eval('history.pushState === beforePush && history.replaceState === native')).toBe(true)

      const second = await visit({ before: library('before') })
      await second.eval(`(() => {${library('after')}})()`)
      await push(second, '/two', 'Two')
      expect(await second.eval('[before, after]')).toEqual([1, 1])
      await call(second, 'stop')
      await second.eval("history.pushState({}, '', '/three')")
      expect(await second.eval('[before, after, location.pathname, history.pushState === afterPush]')).toEqual([2, 2, '/three', true])
      const third = await shop.visit('/fourth')
      await call(third, 'flush')
      await viewed('/fourth')
      expect(views().map(([path]) => path)).toEqual(['/', '/one', '/', '/two', '/fourth'])
    })
  })

  // Fault 39. Only Chromium prerenders.
  describe.runIf(engine.name === 'chromium')('prerendered', () => {
    const touched = `
      const touched = []
      for (const [prototype, methods] of [[IDBFactory.prototype, ['open', 'deleteDatabase']], [Storage.prototype, ['getItem', 'setItem']]]) {
        for (const method of methods) {
          const original = prototype[method]
          prototype[method] = function (...args) { touched.push(method); return original.apply(this, args) }
        }
      }
      addEventListener('prerenderingchange', () => report('activated', touched.slice()), true)
    `
    const module = `
      while (!window.rihla?.version) await new Promise((done) => setTimeout(done, 20))
      rihla('track', 'view_item')
      await rihla('flush')
      report('ready', document.prerendering)
    `
    const prerender = async (then = '') => {
      shop.add('/next', { title: 'Next', before: touched, module: module + then })
      const tab = await shop.visit('/', { tag: null, head: '<script type="speculationrules">{"prerender":[{"urls":["/next"],"eagerness":"immediate"}]}</script>' }, await shop.open())
      expect(await shop.pages.report('ready')).toBe(true)
      expect(shop.collector.requests).toEqual([])
      return tab
    }

    it('I13: stores and sends nothing before it is activated, then records one page view', async () => {
      const tab = await prerender()
      // The tab's DevTools target is replaced by the prerendered one: nothing more can be asked of it.
      await tab.eval("setTimeout(() => { location.href = '/next' }, 100)")
      expect(await shop.pages.report('activated')).toEqual([])
      await holds(shop.collector, ['page_view', 'view_item'])
      expect(views()).toEqual([['/next', 'Next', 'load', '/']])
      expect(shop.pages.hits.filter((path) => path === '/next')).toHaveLength(1)
    })

    it('I13: routes before it is activated are no page views: there is one, where it is by then', async () => {
      const tab = await prerender("history.replaceState({}, '', '/next?page=2'), history.pushState({}, '', '/moved')")
      await tab.eval("setTimeout(() => { location.href = '/next' }, 100)")
      expect(await shop.pages.report('activated')).toEqual([])
      await holds(shop.collector, ['page_view', 'view_item'])
      // Time for a second one.
      await new Promise((done) => setTimeout(done, 1000))
      expect(views()).toEqual([['/moved', 'Next', 'load', '/']])
    })

    it('I13: leaves no trace of a page that is never activated', async () => {
      const tab = await prerender()
      await tab.goto(shop.add('/elsewhere', { tag: null }))
      expect(await onDevice(tab)).toEqual([])
      expect(shop.collector.requests).toEqual([])
    })
  })

  // WebKit's driver opens no tab behind another.
  it.runIf(engine.name !== 'webkit')('I13: records no page view of a tab in the background before it is looked at', async () => {
    const browser = await shop.open(engine.name === 'firefox' ? { prefs: { 'browser.tabs.loadDivertedInBackground': true } } : {})
    const module = `
      while (!window.rihla?.version) await new Promise((done) => setTimeout(done, 20))
      rihla('track', 'view_item')
      await rihla('flush')
      report('behind', document.visibilityState)
    `
    shop.add('/behind', { title: 'Behind', module })
    const tab = await shop.visit('/', { tag: null, body: '<a id="open" href="/behind" target="_blank">Open</a>' }, browser)
    if (engine.name === 'firefox') await tab.click('#open')
    else await tab.cdp('Target.createTarget', { url: shop.pages.url('/behind'), background: true })
    expect(await shop.pages.report('behind', 30_000)).toBe('hidden')
    await holds(shop.collector, ['view_item'])
    expect(views()).toEqual([])
    await tab.close()
    await viewed('/behind')
    expect(views()).toHaveLength(1)
  })

  it('waits for the title where the tag stands above it and the page is slow to come', async () => {
    const tag = Object.entries(shop.tag()).map(([name, value]) => ` data-${name}="${value}"`).join('')
    shop.pages.add('/slow', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html;charset=utf-8' })
      response.write(`<!doctype html><html lang="en"><head><script async src="/rihla.js"${tag}></script><!--${' '.repeat(4096)}-->`)
      setTimeout(() => response.write('<meta name="robots" content="all">'), 150)
      setTimeout(() => response.end('<title>Slow tea</title></head><body>Tea</body></html>'), 300)
    })
    const tab = await shop.newTab()
    await tab.goto(shop.pages.url('/slow'))
    await isRunning(tab)
    await track(tab, 'view_item')
    await holds(shop.collector, ['page_view', 'view_item'])
    expect(shop.collector.stored().filter(({ name }) => !/^(stage_change|page_leave)$/.test(name)).map(({ name, on }) => [name, on?.title]).sort()).toEqual([['page_view', 'Slow tea'], ['view_item', 'Slow tea']])
  })

  describe('clicks', () => {
    const clicksOf = () => shop.collector.stored().filter(({ name }) => name === 'click').sort((a, b) => a.seq - b.seq).map(({ props }) => props)
    const stays = "addEventListener('click', (event) => event.preventDefault())\n"
    const card = `customElements.define('x-card', class extends HTMLElement { constructor() { super(); this.attachShadow({ mode: 'open' }).innerHTML = '<button id="add">Add to cart</button>' } })`

    it('says what was clicked, also within open shadow roots', async () => {
      const tab = await shop.visit('/', {
        before: stays,
        body: `<main id="main"><button id="buy">Buy <b>now</b></button><p><a id="inner" href="/tea?session=1">All tea</a></p><p><x-card id="card" style="display:inline-block"></x-card></p>
          <p><span id="words">Just words</span></p><p><span role="button" id="aria" aria-label="Close">x</span></p></main><script>${card}</script>`,
      })
      for (const selector of ['#buy', '#inner', '#card', '#words', '#aria']) await tab.click(selector)
      await call(tab, 'flush')
      expect(clicksOf()).toEqual([
        { selector: 'button#buy', text: 'Buy now' },
        { selector: 'a#inner', text: 'All tea', link_url: shop.pages.url('/tea') },
        { selector: 'button#add', text: 'Add to cart' },
        { selector: 'span#aria', text: 'Close' },
      ])
    })

    it('never reads fields, editable text or what the shop has marked as private', async () => {
      const tab = await shop.visit('/', {
        before: stays,
        body: `<input id="field" value="secret"><input id="send" type="submit" value="secret"><button id="around">Pay <span contenteditable>secret</span><span data-rihla-ignore>secret</span></button>
          <div contenteditable><button id="edited">secret</button></div><div data-rihla-ignore><a id="ignored" href="/secret" aria-label="secret">secret</a></div><label for="area">x</label><textarea id="area">secret</textarea>`,
      })
      for (const selector of ['#field', '#send', '#around', '#edited', '#ignored', '#area']) await tab.click(selector)
      await tab.type('#field', 'secret')
      await call(tab, 'flush')
      expect(clicksOf()).toEqual([{ selector: 'input#send' }, { selector: 'button#around', text: 'Pay' }, { selector: 'button#edited' }, { selector: 'a#ignored' }])
      expect(shop.collector.requests.some(({ text }) => text.includes('secret'))).toBe(false)
    })

    it('tells outbound links, downloads and mail from the others', async () => {
      const tab = await shop.visit('/', {
        before: stays,
        body: `<p><a id="out" href="${shop.pages.otherOrigin}/out">Partner</a></p><p><a id="file" href="/price-list.pdf">Prices</a></p><p><a id="save" href="/export" download>Export</a></p><p><a id="mail" href="mailto:someone@shop.example">Write</a></p>`,
      })
      for (const selector of ['#out', '#file', '#save', '#mail']) await tab.click(selector)
      await call(tab, 'flush')
      expect(clicksOf()).toEqual([
        { selector: 'a#out', text: 'Partner', link_url: `${shop.pages.otherOrigin}/out`, outbound: true },
        { selector: 'a#file', text: 'Prices', link_url: shop.pages.url('/price-list.pdf'), file_extension: 'pdf' },
        { selector: 'a#save', text: 'Export', link_url: shop.pages.url('/export'), file_extension: 'download' },
        { selector: 'a#mail', text: 'Write', scheme: 'mailto' },
      ])
      expect(shop.collector.requests.some(({ text }) => text.includes('someone'))).toBe(false)
    })

    it('neither delays nor prevents navigation while the collector hangs, and delivers the click', async () => {
      shop.collector.answer = () => ({ hang: true })
      shop.add('/other', { title: 'Other', tag: null })
      const tab = await shop.visit('/', { before: "addEventListener('click', (event) => navigator.sendBeacon('/report', JSON.stringify({ name: 'prevented', data: event.defaultPrevented })))", body: '<a id="go" href="/other">Go</a>' })
      await track(tab, 'begin_checkout')
      await tab.click('#go')
      await tab.until("location.pathname === '/other' && document.readyState === 'complete'")
      expect(await shop.pages.report('prevented')).toBe(false)
      shop.collector.reset()
      shop.add('/third')
      await tab.goto(shop.pages.url('/third'))
      await isRunning(tab)
      // The page that was left may hold the lease for another 20 s.
      await holds(shop.collector, ['begin_checkout', 'click'], 60_000)
    })
  })
})
