import { setTimeout as sleep } from 'node:timers/promises'
import { it } from 'vitest'
import { engines } from '../../test/harness/engines.js'
import { inLab } from '../lab.js'
import { pageOf } from '../shop.js'
it('count', async () => {
  const browser = await engines[0].open()
  await inLab(browser, async ({ collector, open }) => {
    const page = pageOf('rihla', collector.url)
    const count = `window.calls = {}; const wrap = (o, k, n) => { const f = o[k]; o[k] = function (...a) { const s = (new Error().stack || '').split('\\n').slice(2, 5).map((l) => l.trim().replace(/https?:[^)]*\\//, '')).join(' < '); (calls[n] ??= {})[s] = (calls[n][s] ?? 0) + 1; return f.apply(this, a) } }
    wrap(IDBDatabase.prototype, 'transaction', 'tx'); wrap(IDBObjectStore.prototype, 'put', 'put'); wrap(IDBObjectStore.prototype, 'delete', 'del'); wrap(window, 'setTimeout', 'setTimeout'); wrap(window, 'clearTimeout', 'clearTimeout'); wrap(crypto, 'getRandomValues', 'rand'); wrap(Storage.prototype, 'setItem', 'ls.set'); wrap(Storage.prototype, 'getItem', 'ls.get'); wrap(window, 'fetch', 'fetch');const U = URL; window.URL = class extends U { constructor(...a) { const s = (new Error().stack || '').split('\\n').slice(2, 5).map((l) => l.trim().replace(/https?:[^)]*\\//, '')).join(' < '); (calls.URL ??= {})[s] = (calls.URL[s] ?? 0) + 1; super(...a) } };`
    const tab = await open('/rihla', { ...page, before: count + '\n' + page.before })
    await sleep(3000)
    await tab.eval('(window.calls = {}, 0)')
    await tab.eval(() => visitShop(100, 1, 50))
    await sleep(2500)
    const calls = await tab.eval<any>('window.calls')
    for (const [n, by] of Object.entries<any>(calls)) console.log(n, Object.values<number>(by).reduce((a, b) => a + b, 0), Object.entries<number>(by).sort((a, b) => b[1] - a[1]).slice(0, 8).map(([s, c]) => `\n    ${c} ${s}`).join(''))
  })
  await browser.close()
}, 120000)
