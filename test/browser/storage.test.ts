import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { overrideQuota } from '../harness/cdp.js'
import { engines, type OpenOptions } from '../harness/engines.js'
import { call, holds, holdsNoGap, isRunning, onDevice, type Steered, track, useShop } from '../harness/shop-page.js'

declare const rihla: (method: string, ...args: unknown[]) => unknown

/** Breaks the connection in one way while `window.broken` says so. */
const breakable = `
  const { transaction } = IDBDatabase.prototype
  IDBDatabase.prototype.transaction = function (...args) {
    if (window.broken === 'dead') {
      window.broken = 'was dead'
      throw new DOMException('The database connection is closing.', 'InvalidStateError')
    }
    return transaction.apply(this, args)
  }
  const silence = (prototype, type) => {
    const { get, set } = Object.getOwnPropertyDescriptor(prototype, type)
    Object.defineProperty(prototype, type, { configurable: true, get, set(listener) { set.call(this, listener && ((event) => window.broken !== 'stuck' && listener.call(this, event))) } })
  }
  for (const type of ['oncomplete', 'onerror', 'onabort']) silence(IDBTransaction.prototype, type)
  for (const type of ['onsuccess', 'onerror']) silence(IDBRequest.prototype, type)
`

const noStorage = `
  for (const name of ['indexedDB', 'localStorage']) Object.defineProperty(window, name, { get() { throw new DOMException(name + ' is forbidden', 'SecurityError') } })
`

const parts = (count: number) => Array.from({ length: count }, (_, i) => `part_${i + 1}`)

/** Records touchpoints of about 12 kB each. */
const trackLarge = (tab: Steered, names: readonly string[]) =>
  tab.eval((all: readonly string[]) => {
    for (const name of all) rihla('track', name, { text: Array(12).fill(name.repeat(150)) })
  }, names)

/** Whether a small RAM disk may be mounted here: that takes root. */
const mount = (folder: string, size: string): boolean => spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status === 0
const unmount = (folder: string) => spawnSync('umount', ['-l', folder])
const canMount = (() => {
  const folder = join(inject('tempRoot'), 'mount')
  mkdirSync(folder, { recursive: true })
  return mount(folder, '1m') && unmount(folder).status === 0
})()

describe.each(engines)('storage in $name', (engine) => {
  const shop = useShop(engine)

  const refuse = () => {
    shop.collector.answer = () => ({ status: 503, headers: { 'retry-after': '1' } })
  }
  const accept = () => {
    shop.collector.answer = () => undefined
  }
  const complete = async (names: readonly string[], ms?: number) => {
    await holds(shop.collector, names, ms)
    await holdsNoGap(shop.collector)
  }
  /** A tracker that cannot store says so, keeps what happened in memory and delivers it. */
  const worksFromMemory = async (tab: Steered) => {
    refuse()
    await track(tab, 'view_item', 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(false)
    accept()
    await complete(['page_view', 'view_item', 'add_to_cart'], 20_000)
  }

  // Fault 19. Chromium's quota can be set for one origin.
  it.runIf(engine.name === 'chromium')('sends from memory, and what it stored before, when the quota is used up, and stores again when there is room', async () => {
    const tab = await shop.newTab()
    await tab.goto(shop.pages.url('/blank'))
    await overrideQuota(tab, shop.pages.origin, 20_000)
    refuse()
    await tab.goto(shop.add('/'))
    await isRunning(tab)
    expect(await call(tab, 'saved')).toBe(true)
    await shop.collector.until(({ requests }) => requests.some(({ status }) => status === 503))
    await trackLarge(tab, parts(12))
    expect(await call(tab, 'saved')).toBe(false)
    accept()
    await complete(parts(12), 20_000)
    await overrideQuota(tab, shop.pages.origin, null)
    refuse()
    await track(tab, 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(true)
    accept()
    await complete(['add_to_cart'], 20_000)
  })

  // Fault 19. Firefox' can be set for all, so that something else of the shop uses it up. WebKit's cannot be set.
  it.runIf(engine.name === 'firefox')('sends from memory while other data of the shop use its quota up, and stores again when they are gone', async () => {
    const page = await shop.visitBare({}, { prefs: { 'dom.quotaManager.temporaryStorage.fixedLimit': 20_480 } })
    expect(await call(page, 'saved')).toBe(true)
    await complete(['page_view'])
    refuse()
    await page.eval(async () => {
      const open = indexedDB.open('filling')
      open.onupgradeneeded = () => void open.result.createObjectStore('all')
      await new Promise((done) => (open.onsuccess = done))
      // Ever smaller pieces, until not even a small one fits.
      for (let size = 1 << 20, n = 0; size > 128; ) {
        const transaction = open.result.transaction('all', 'readwrite')
        const ended = new Promise<boolean>((done) => ((transaction.oncomplete = () => done(true)), (transaction.onabort = () => done(false))))
        try {
          transaction.objectStore('all').put(Array.from({ length: size / 8 }, () => Math.random().toString(36).slice(2, 10)).join(''), n++)
        } catch {
          // After one that found no room, the next transaction may only delete.
          continue
        }
        if (!(await ended)) size /= 2
      }
      open.result.close()
    })
    // More than the room that its own file has still inside.
    await trackLarge(page, parts(90))
    expect(await call(page, 'saved')).toBe(false)
    accept()
    await complete(parts(90), 30_000)
    await page.eval(() => new Promise<void>((done) => (indexedDB.deleteDatabase('filling').onsuccess = () => done())))
    refuse()
    await track(page, 'add_to_cart')
    await page.until("rihla('saved')")
    accept()
    await complete(['add_to_cart'], 20_000)
  })

  // Fault 20.
  it.runIf(canMount)('sends from memory when the disk is full, and stores again when there is room', async () => {
    const profile = engine.newProfile()
    const filling = join(profile, 'filling')
    mount(profile, '150m')
    try {
      const page = await shop.visitBare({}, { profile })
      await holds(shop.collector, ['page_view'])
      refuse()
      const fill = () => {
        const { bavail, bsize } = statfsSync(profile)
        writeFileSync(filling, Buffer.alloc(Number(bavail) * Number(bsize) + 1), { flag: 'a' })
      }
      for (;;) {
        try {
          fill()
        } catch {
          break
        }
      }
      await trackLarge(page, parts(20))
      await call<boolean>(page, 'saved')
      accept()
      await complete(parts(20), 30_000)
      rmSync(filling)
      await track(page, 'add_to_cart')
      await page.until("rihla('saved')")
      await complete(['add_to_cart'], 20_000)
      await page.browser.kill()
    } finally {
      unmount(profile)
    }
  })

  // Fault 21.
  it('I14: works from memory when the folder of its databases cannot be used', async () => {
    const profile = engine.newProfile()
    const before = await shop.visitBare({}, { profile })
    expect(await call(before, 'saved')).toBe(true)
    await before.browser.kill()
    shop.collector.reset()
    const kept = { chromium: /^Default.IndexedDB$/, firefox: /^storage.default$/, webkit: /MiniBrowser.(databases|storage)$/ }[engine.name]
    const folders = (readdirSync(profile, { recursive: true }) as string[]).filter((path) => kept.test(path))
    expect(folders).not.toEqual([])
    for (const folder of folders) {
      rmSync(join(profile, folder), { recursive: true })
      writeFileSync(join(profile, folder), 'not a folder')
    }
    await worksFromMemory(await shop.visitBare({}, { profile }))
  })

  // Fault 23.
  it('goes on after the site data were cleared under it', async () => {
    shop.pages.add('/clear', (_, response) => void response.writeHead(200, { 'clear-site-data': '"storage"' }).end())
    const page = await shop.visitBare()
    await track(page, 'view_item')
    await complete(['page_view', 'view_item'])
    refuse()
    // A sign of its own that all is cleared: the tracker may have made its database again before anybody looks.
    await page.eval(() => new Promise<void>((done) => (indexedDB.open('sign').onsuccess = () => done())))
    await page.eval("fetch('/clear').then((answer) => answer.text())")
    await page.until(async () => !(await indexedDB.databases()).some(({ name }) => name === 'sign'))
    await track(page, 'add_to_cart')
    expect(await call(page, 'saved')).toBe(true)
    expect(await onDevice(page)).toEqual([`database ${shop.database()}`])
    accept()
    await complete(['add_to_cart'], 20_000)
  })

  // Fault 24.
  it.each(['deleteDatabase', 'open'] as const)('does not block another tab that calls %s, and goes on', async (method) => {
    const tab = await shop.visit()
    await track(tab, 'view_item')
    expect(await call(tab, 'saved')).toBe(true)
    await complete(['page_view', 'view_item'])
    const other = await shop.newTab({ window: true })
    await other.goto(shop.add('/other', { tag: null }))
    const events = await other.eval(
      (name: string, does: 'deleteDatabase' | 'open') =>
        new Promise<string[]>((done, failed) => {
          const seen: string[] = []
          const request = does === 'open' ? indexedDB.open(name, 7) : indexedDB.deleteDatabase(name)
          request.onblocked = () => seen.push('blocked')
          request.onerror = () => failed(request.error)
          request.onsuccess = () => {
            if (does === 'open') (request.result as IDBDatabase).close()
            done(seen)
          }
        }),
      shop.database(),
      method,
    )
    expect(events).toEqual([])
    await track(tab, 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(true)
    await complete(['add_to_cart'])
  })

  // Fault 25.
  it('works from memory while another tab keeps its database from opening', async () => {
    const holder = await shop.visit('/holder', { tag: null })
    await holder.eval(
      (name: string) =>
        new Promise<void>((done) => {
          const request = indexedDB.open(name)
          request.onsuccess = () => {
            Object.assign(window, { held: request.result })
            done()
          }
        }),
      shop.database(),
    )
    const deleter = await shop.visit('/deleter', { tag: null })
    await deleter.eval((name: string) => new Promise<void>((done) => (indexedDB.deleteDatabase(name).onblocked = () => done())), shop.database())
    const tab = await shop.visit()
    await worksFromMemory(tab)
    await holder.eval('held.close()')
    await track(tab, 'purchase')
    await tab.until("rihla('saved')")
    await complete(['purchase'])
  })

  // Fault 26.
  it('loses nothing when the connection dies silently, and stores on a new one', async () => {
    const tab = await shop.visit('/', { before: breakable })
    await track(tab, 'view_item')
    expect(await call(tab, 'saved')).toBe(true)
    refuse()
    await tab.eval("window.broken = 'dead', 0")
    await track(tab, 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(true)
    expect(await tab.eval('broken')).toBe('was dead')
    accept()
    await complete(['page_view', 'view_item', 'add_to_cart'], 20_000)
  })

  // Fault 26, as Safari has it: from then on the page cannot open a database any more. Elsewhere no process of its own keeps them that the page would survive.
  it.runIf(engine.name === 'webkit')('loses nothing when the process that keeps its databases dies, and the next page stores again', async () => {
    const page = await shop.visitBare()
    refuse()
    await track(page, 'view_item')
    expect(await call(page, 'saved')).toBe(true)
    // The page asks for errands by the same process, and does so again before it reports.
    await page.eval("void setTimeout(() => report('alive'), 2000)")
    const keepers = page.browser.processes().filter(({ command }) => command.includes('WebKitNetworkProcess'))
    expect(keepers.length).toBe(1)
    for (const { pid } of keepers) process.kill(pid, 'SIGKILL')
    await shop.pages.report('alive')
    await track(page, 'add_to_cart')
    expect(await call(page, 'saved')).toBe(false)
    accept()
    await holds(shop.collector, ['add_to_cart'], 60_000)
    await page.eval('void setTimeout(() => location.reload())')
    await page.until("performance.getEntriesByType('navigation')[0].type === 'reload' && window.rihla?.version && rihla('saved')")
    await complete(['page_view', 'view_item', 'add_to_cart'], 20_000)
  })

  // Fault 27.
  it('loses nothing when transactions never settle, and stores again when they do', async () => {
    const tab = await shop.visit('/', { before: breakable })
    await track(tab, 'view_item')
    expect(await call(tab, 'saved')).toBe(true)
    await tab.eval("window.broken = 'stuck', 0")
    refuse()
    await track(tab, 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(false)
    accept()
    await holds(shop.collector, ['add_to_cart'], 60_000)
    await tab.eval('window.broken = 0')
    await track(tab, 'purchase')
    await tab.until("rihla('saved')")
    await call(tab, 'flush')
    await complete(['page_view', 'view_item', 'add_to_cart', 'purchase'], 20_000)
  })

  // Fault 28.
  it('I14: works from memory when the shopper blocks storage', async () => {
    const settings: { [engine: string]: OpenOptions } = {
      chromium: { prefs: { 'profile.default_content_setting_values.cookies': 2 } },
      firefox: { prefs: { 'network.cookie.cookieBehavior': 2 } },
      webkit: { args: ['--enable-html5-local-storage=false', '--enable-html5-database=false'] },
    }
    await worksFromMemory(await shop.visitBare({}, settings[engine.name]))
  })

  // Fault 29.
  it('stores and delivers in a private window', async () => {
    const page = await shop.visitBare({}, { private: true })
    refuse()
    await track(page, 'view_item', 'add_to_cart')
    expect(await call(page, 'saved')).toBe(true)
    accept()
    await complete(['page_view', 'view_item', 'add_to_cart'], 20_000)
  })

  // Fault 30.
  it('I14: works from memory in a sandboxed frame', async () => {
    shop.add('/frame', { module: "const look = () => window.rihla?.version ? (rihla('track', 'view_item'), rihla('track', 'add_to_cart')) : setTimeout(look, 20); look()" })
    const tab = await shop.visit('/', { tag: null, body: '<iframe sandbox="allow-scripts" src="/frame"></iframe>' })
    await complete(['page_view', 'view_item', 'add_to_cart'], 20_000)
    expect(shop.collector.requests.every(({ headers }) => headers.origin === 'null')).toBe(true)
    await tab.close()
  })

  // Fault 30.
  it('I14: works from memory where both storages throw', async () => {
    const tab = await shop.visit('/', { before: noStorage, body: '<a id="go" href="/other">go</a>' })
    await worksFromMemory(tab)
    refuse()
    await track(tab, 'begin_checkout')
    shop.add('/other', { tag: null })
    await shop.collector.until(({ requests }) => requests.some(({ status }) => status === 503))
    accept()
    await tab.click('#go')
    await complete(['begin_checkout', 'click'])
  })
})

// Fault 30: http on another host than localhost has no randomUUID and no locks.
describe.each(engines)('plain http in $name', (engine) => {
  // WebKit cannot be told where a name leads to, but does not know this address for the machine's own.
  const host = engine.name === 'webkit' ? '[::ffff:127.0.0.1]' : 'shop.test'
  const shop = useShop(engine, { args: engine.name === 'chromium' ? [`--host-resolver-rules=MAP ${host} 127.0.0.1`] : [], prefs: engine.name === 'firefox' ? { 'network.dns.localDomains': host } : {} })

  it('stores and delivers on an insecure origin', async () => {
    const tab = await shop.newTab()
    await tab.goto(shop.add('/').replace('127.0.0.1', host))
    await isRunning(tab)
    expect(await tab.eval("[isSecureContext, 'locks' in navigator, 'randomUUID' in crypto]")).toEqual([false, false, false])
    await track(tab, 'view_item', 'add_to_cart')
    expect(await call(tab, 'saved')).toBe(true)
    await holds(shop.collector, ['page_view', 'view_item', 'add_to_cart'])
    await holdsNoGap(shop.collector)
  })
})
