import { describe, expect, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { holds, isRunning, useShop } from '../harness/shop-page.js'

describe.each(engines)('errors of the page in $name', (engine) => {
  const shop = useShop(engine)

  /** Past `shop.add`, which takes every error for a flaw. */
  const visit = async (body: string) => {
    shop.pages.add('/theirs.js', (_, response) => void response.writeHead(200, { 'content-type': 'text/javascript' }).end('function theirs() { secret.of.another() }'))
    const tab = await shop.newTab()
    await tab.goto(shop.pages.add('/', { tag: shop.tag(), body: `<script src="${shop.pages.otherOrigin}/theirs.js"></script>${body}` }))
    await isRunning(tab)
    return tab
  }
  const told = () => shop.collector.stored().filter(({ name }) => name === 'js_error').map(({ props }) => props)

  it('are told once each, with their places, and without what is personal', async () => {
    const tab = await visit(`<script>
      function pay() { throw new TypeError('no card for mina@shop.example') }
      function lose() { Promise.reject(new RangeError('out of stock')) }
    </script>`)
    await tab.eval('setTimeout(() => pay()), setTimeout(() => pay(), 10), setTimeout(() => lose(), 20), setTimeout(() => theirs(), 30), 0')
    await tab.eval('new Promise((done) => setTimeout(done, 100)).then(() => rihla("track", "done"))')
    await holds(shop.collector, ['done'])
    const page = shop.pages.url('/')
    // A rejection is told after the task, and late timers may follow each other faster.
    const [rejection, error, other] = told().sort((a, b) => String(a?.type).localeCompare(String(b?.type), 'en'))
    expect(told().length).toBe(3)
    expect(error).toMatchObject({ cause: 'error', type: 'TypeError', message: expect.stringMatching(/no card for \[email\]$/), file: page, line: expect.any(Number), stack: expect.stringContaining('pay') })
    expect(rejection).toMatchObject({ cause: 'rejection', type: 'RangeError', message: 'out of stock', stack: expect.stringContaining('lose') })
    // Firefox knows the file.
    expect({ ...other, file: undefined }).toEqual({ cause: 'error', message: expect.stringMatching(/^Script error/) })
  })

  it('a thousand of them are ten', async () => {
    const tab = await visit('')
    await tab.eval('Promise.all(Array.from({ length: 1000 }, (_, i) => setTimeout(() => { throw new Error("no " + i) }))).then(() => new Promise((done) => setTimeout(done, 300))).then(() => rihla("track", "done"))')
    await holds(shop.collector, ['done'])
    expect(told().length).toBe(10)
  })
})
