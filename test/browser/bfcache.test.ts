import { describe, expect, it } from 'vitest'
import { engines, type Tab } from '../harness/engines.js'
import { call, holdBack, holds, holdsNoGap, isRunning, namesAt, track, useShop, type ShopOptions } from '../harness/shop-page.js'

const first: ShopOptions = { title: 'First', before: "addEventListener('pageshow', (event) => { window.persisted = event.persisted })\n", body: '<a id="go" href="/other">go</a>' }
const other: ShopOptions = { title: 'Other' }

describe.each(engines)('the back/forward cache of $name', (engine) => {
  const shop = useShop(engine)

  const leave = async (tab: Tab) => {
    await tab.eval("window.mark = 'mine', 0")
    await tab.click('#go')
    await tab.until("location.pathname === '/other' && document.readyState === 'complete'")
  }

  /** Goes back, and checks that the very same document is there again. */
  const goBack = async (tab: Tab) => {
    await tab.back()
    await tab.until("location.pathname === '/' && (window.persisted || window.mark !== 'mine')")
    expect(await tab.eval("[window.persisted, window.mark, performance.getEntriesByType('navigation')[0].notRestoredReasons ?? null]")).toEqual([true, 'mine', null])
  }

  /** After the restore the queue must move within 15 s, whatever never settles. */
  const goesOn = async (tab: Tab, ...before: string[]) => {
    await track(tab, 'add_to_cart')
    await holds(shop.collector, [...before, 'add_to_cart'], 15_000)
    expect(await call(tab, 'saved')).toBe(true)
    await call(tab, 'flush')
    await holdsNoGap(shop.collector)
    const restores = shop.collector.stored().filter(({ props }) => props?.navigation === 'restore')
    expect(restores.map(({ on }) => on?.url)).toEqual([shop.pages.url('/')])
  }

  it('I6, I13: restores an idle page, which records a page view and goes on', async () => {
    shop.add('/other', { ...other, tag: null })
    const tab = await shop.visit('/', first)
    await track(tab, 'view_item')
    await holds(shop.collector, ['page_view', 'view_item'])
    await leave(tab)
    await goBack(tab)
    await goesOn(tab)
    expect(namesAt(shop.collector)).toEqual(['page_view', 'view_item', 'click', 'page_view', 'add_to_cart'])
  })

  it('I6, I11: restores a page whose request was answered while it was cached', async () => {
    shop.add('/other', { ...other, tag: null })
    const tab = await shop.visit('/', first)
    await holds(shop.collector, ['page_view'])
    const { came, release } = holdBack(shop.collector)
    await track(tab, 'view_item', 'begin_checkout')
    await came
    await leave(tab)
    release()
    await holds(shop.collector, ['view_item', 'begin_checkout'])
    await goBack(tab)
    await goesOn(tab, 'view_item', 'begin_checkout')
  })

  it('I6, I11: restores a page whose request is answered after its return', async () => {
    shop.add('/other', { ...other, tag: null })
    const tab = await shop.visit('/', first)
    await holds(shop.collector, ['page_view'])
    const { came, release } = holdBack(shop.collector)
    await track(tab, 'view_item', 'begin_checkout')
    await came
    await leave(tab)
    await goBack(tab)
    release()
    await goesOn(tab, 'view_item', 'begin_checkout')
  })

  it('I6, I11: restores a page while another page of the shop has sent what it left behind', async () => {
    shop.add('/other', other)
    shop.collector.answer = () => ({ status: 503, headers: { 'retry-after': '1' } })
    const tab = await shop.visit('/', first)
    await track(tab, 'view_item', 'add_to_wishlist')
    expect(await call(tab, 'saved')).toBe(true)
    await leave(tab)
    await isRunning(tab)
    shop.collector.answer = () => undefined
    await track(tab, 'view_cart')
    expect(await call(tab, 'saved')).toBe(true)
    await holds(shop.collector, ['view_item', 'add_to_wishlist', 'view_cart'], 20_000)
    await goBack(tab)
    await goesOn(tab)
  })

  it('I6: restores a page while a tab beside it runs the tracker', async () => {
    shop.add('/other', { ...other, tag: null })
    const tab = await shop.visit('/', first)
    await track(tab, 'view_item')
    await call(tab, 'saved')
    await leave(tab)
    const beside = await shop.newTab({ window: true })
    await beside.goto(shop.add('/beside'))
    await isRunning(beside)
    await track(beside, 'search', 'begin_checkout')
    await call(beside, 'flush')
    await holds(shop.collector, ['view_item', 'search', 'begin_checkout'])
    await goBack(tab)
    await goesOn(tab)
  })

  it('blocks no other page with an update that it was left in the middle of', async () => {
    // Keeps the tracker's next read-and-write transaction alive.
    const endless = `
      const { get } = IDBObjectStore.prototype
      IDBObjectStore.prototype.get = function (key) {
        const again = () => { try { if (window.busy) get.call(this, key).onsuccess = again } catch {} }
        if (window.busy && this.transaction.mode === 'readwrite') again(window.updates = true)
        return get.call(this, key)
      }
    `
    shop.add('/other', { ...other, tag: null })
    const tab = await shop.visit('/', { ...first, before: first.before + endless })
    await holds(shop.collector, ['page_view'])
    shop.collector.answer = () => ({ status: 503, headers: { 'retry-after': '1' } })
    await tab.eval('window.busy = true')
    await track(tab, 'begin_checkout')
    await tab.until('window.updates')
    await leave(tab)
    const write = (name: string, store: string) =>
      new Promise<string>((done) => {
        setTimeout(() => done('blocked'), 5000)
        indexedDB.open(name).onsuccess = ({ target }) => {
          const transaction = (target as IDBOpenDBRequest).result.transaction(store, 'readwrite')
          transaction.objectStore(store).put(1, 'another')
          transaction.oncomplete = () => done('written')
        }
      })
    expect(await tab.eval(write, shop.database(), 'kept')).toBe('written')
    shop.collector.answer = () => undefined
    await goBack(tab)
    await tab.eval('window.busy = false')
    await goesOn(tab, 'begin_checkout')
  })

  // Another page's wish for the lock evicts a cached page only in Chromium, where it also mends what could not be aborted in time.
  it.each(engine.name === 'chromium' ? ['', 'IDBTransaction.prototype.abort = () => {}'] : [''])('I7: blocks no other page with the first opening, which it was left in the middle of %s', async (hostile) => {
    // Keeps the transaction alive in which the tracker makes its database.
    const endless = `
      const { open } = IDBFactory.prototype
      ${hostile}
      IDBFactory.prototype.open = function (name) {
        const request = open.call(this, name)
        request.addEventListener('upgradeneeded', () => {
          const store = request.result.createObjectStore('another')
          const again = () => { store.get('x').onsuccess = again }
          again(window.opens = true)
        })
        return request
      }
    `
    shop.add('/other', { ...other, tag: null })
    const tab = await shop.visit('/', { ...first, before: first.before + endless })
    await tab.until('window.opens')
    await leave(tab)
    const beside = await shop.newTab({ window: true })
    await beside.goto(shop.add('/beside'))
    await isRunning(beside)
    await track(beside, 'search')
    expect(await call(beside, 'saved')).toBe(true)
  })

  it('I6, I13: restores a page again and again', async () => {
    shop.add('/other', other)
    const tab = await shop.visit('/', first)
    for (const name of ['view_item', 'search', 'share']) {
      await leave(tab)
      await isRunning(tab)
      await goBack(tab)
      await track(tab, name)
      await holds(shop.collector, [name], 15_000)
    }
    await call(tab, 'flush')
    expect(shop.collector.stored().filter(({ props }) => props?.navigation === 'restore')).toHaveLength(3)
    await holdsNoGap(shop.collector)
  })
})
