import { describe, expect, it } from 'vitest'
import { code } from '../fixtures/gtm.js'
import { engines } from '../harness/engines.js'
import { holds, useShop } from '../harness/shop-page.js'

/** The part of Google Tag Manager's sandbox that the template uses, by its documentation: `runTag(data)` resolves with whether the tag succeeded. */
const SANDBOX = `
  const at = (key) => key.split('.').reduce((value, name) => value && value[name], window)
  const put = (key, value) => { const names = key.split('.'); const last = names.pop(); (names.length ? at(names.join('.')) : window)[last] = value }
  const apis = {
    callInWindow: (key, ...args) => at(key)(...args),
    copyFromWindow: at,
    createArgumentsQueue: (key, list) => {
      put(key, function () { at(list).push(arguments) })
      if (!at(list)) put(list, [])
    },
    injectScript: (url, done, failed) => document.head.append(Object.assign(document.createElement('script'), { async: true, src: url, onload: done, onerror: failed })),
    makeNumber: Number,
    makeTableMap: (rows, key, value) => rows.length ? Object.fromEntries(rows.map((row) => [row[key], row[value]])) : null,
  }
  const runTag = (data) => new Promise((done) => new Function('require', 'data', ${JSON.stringify(code)})((name) => apis[name], { ...data, gtmOnSuccess: () => done(true), gtmOnFailure: () => done(false) }))
`

describe.each(engines)('the template for Google Tag Manager in $name', (engine) => {
  const shop = useShop(engine)
  const start = () => JSON.stringify({ what: 'start', script: `${shop.pages.origin}/rihla.js`, endpoint: shop.collector.url, site: 'tagged', consent: 'granted', options: [{ name: 'batchAfter', value: '200' }] })

  it('starts the tracker with its settings, once, and what was told before it came is recorded', async () => {
    const url = shop.add('/', {
      tag: null,
      head: `<script>${SANDBOX}
        runTag({ what: 'track', name: 'early', props: [{ name: 'size', value: '42' }], stage: 'advocacy' })
        window.outcomes = runTag(${start()}).then(async (first) => [first, await runTag(${start()}), await runTag({ what: 'track', name: 'late', props: [] })])
      </script>`,
    })
    const tab = await shop.newTab()
    await tab.goto(url)
    expect(await tab.eval('outcomes')).toEqual([true, true, true])
    await holds(shop.collector, ['early', 'page_view', 'late'])
    const stored = shop.collector.stored()
    expect(stored.filter(({ name }) => name === 'page_view')).toHaveLength(1)
    expect(stored.find(({ name }) => name === 'early')).toMatchObject({ props: { size: 42 }, stage: { id: 'advocacy', rule: 'explicit' }, of: { landing: url } })
    expect(shop.collector.requests.every(({ batch }) => batch?.site === 'tagged')).toBe(true)
  })

  it('says that it failed where the script cannot be had', async () => {
    const url = shop.add('/', { tag: null, head: `<script>${SANDBOX} window.outcome = runTag({ ...${start()}, script: '/nowhere.js' })</script>` })
    const tab = await shop.newTab()
    await tab.goto(url)
    expect(await tab.eval('outcome')).toBe(false)
  })
})
