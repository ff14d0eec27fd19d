import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest'
import { startCollector } from '../../examples/collector/server.js'
import { startStorefront } from '../../examples/storefront/server.js'
import { batch, freshDatabase, page, post, touchpoint } from '../examples/collector-harness.js'
import { engines, type Browser, type Tab } from '../harness/engines.js'
import { poll } from '../harness/processes.js'
import { arrive, asPeople, buy, failToPay, goToPayment, openProduct, press } from '../harness/shopper.js'

/** The rows of a table of the page, as texts. */
const rowsOf = (tab: Tab, id: string): Promise<string[][]> =>
  tab.eval((id: string) => [...document.querySelectorAll(`#${id} tbody tr`)].map((row) => [...row.children].map(({ textContent }) => textContent!.trim())), id)
const choose = (tab: Tab, name: string, value: string): Promise<void> => {
  const run = (name: string, value: string): void => {
    const select = document.querySelector<HTMLSelectElement>(`[name="${name}"], #${name}`)!
    select.value = value
    select.dispatchEvent(new Event('change', { bubbles: true }))
  }
  return tab.eval(run, name, value)
}
const isShown = (id: string) => `!document.getElementById('${id}').hidden`

describe.each(engines)('$name', (engine) => {
  let collector: Awaited<ReturnType<typeof startCollector>>
  let browser: Browser
  let tab: Tab

  beforeAll(async () => {
    browser = await engine.open()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    collector = await startCollector({ port: 0, db: freshDatabase() })
    tab = await browser.newTab({ window: true })
  })
  afterEach(async () => {
    await tab?.close()
    await collector?.close()
  })

  const open = async (query = '') => {
    await tab.goto(`${collector.url}/journey/${query}`)
    await tab.until(`document.querySelector('#state').dataset.state === 'live' && document.querySelector('#loading').hidden`)
  }
  const send = async (body: object) => expect((await post(collector.url, body)).answer).toEqual({})

  it('one shopper buys, one leaves at the payment: the open map shows both within 2 s, with channel, stage, step and value', async () => {
    const people = await asPeople(`${collector.url}/collect`)
    const shop = await startStorefront({ port: 0, endpoint: people.endpoint })
    // Nobody knows the one from the other: each has a browser of their own.
    const other = await engine.open()
    try {
      await open()
      expect(await tab.eval(isShown('empty'))).toBe(true)
      const [buyer, leaver] = [await browser.newTab({ window: true }), await other.newTab({ window: true })]

      await arrive(leaver, `${shop.url}/en?utm_source=newsletter&utm_medium=email`)
      await openProduct(leaver)
      await goToPayment(leaver)
      await failToPay(leaver)
      await arrive(buyer, `${shop.url}/en?utm_source=instagram&utm_medium=cpc`)
      await openProduct(buyer)
      await goToPayment(buyer)

      const collected = (name: string) => poll(async () => ((await (await fetch(`${collector.url}/touchpoints?name=${name}`)).json()) as { touchpoints: unknown[] }).touchpoints.length > 0, `${name} is collected`, 60_000)
      const after = async (name: string, isVisible: string) => {
        await collected(name)
        const from = Date.now()
        await tab.until(isVisible)
        return Date.now() - from
      }
      // Away by a link, as shops have them in their footer.
      await leaver.eval((href: string) => document.body.prepend(Object.assign(document.createElement('a'), { id: 'elsewhere', href, textContent: 'Compare' })), collector.url.replace('127.0.0.1', 'localhost'))
      await press(leaver, '#elsewhere')
      const left = await after('cart_abandonment', `[...document.querySelectorAll('#carts tbody tr')].length === 1`)
      await buy(buyer)
      const bought = await after('purchase', `document.querySelector('#totals li:nth-child(4) strong')?.textContent === '1'`)
      console.log(`${engine.name}: on the map after`, { left, bought })
      expect(Math.max(left, bought)).toBeLessThan(2000)

      const [[step, stage, carts, recovered, atStake] = []] = await rowsOf(tab, 'carts')
      const [channels, figures] = [await rowsOf(tab, 'channels'), (await (await fetch(`${collector.url}/map`)).json()) as { revenue: { EUR: number }; abandonment: { atStake: { EUR: number } }[] }]
      const money = (value: number) => new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 }).format(value)
      expect([step, stage, carts, recovered]).toEqual(['payment · card number · payment declined', 'Conversion', '1', '0'])
      expect(atStake!.replace(/\.\d\d$/, '')).toBe(money(Math.trunc(figures.abandonment[0]!.atStake.EUR)))
      expect(figures.revenue.EUR).toBeGreaterThan(0)
      expect(channels.map(([channel, shoppers, , rate]) => [channel, shoppers, rate]).sort()).toEqual([['email', '1', '0%'], ['paid social', '1', '100%']])
      // The pain stands on the card of the stage in which it struck.
      expect(await tab.eval(() => [...document.querySelectorAll('.stage .hurts')].map((list) => [list.closest('.stage')!.querySelector('h3')!.textContent, list.textContent!.includes('payment declined')]))).toContainEqual(['Conversion', true])
    } finally {
      await other.close()
      await shop.close()
      people.close()
    }
  })

  it('whatever touchpoints say is shown as text: on the map, in the timeline and on the list of touchpoints', async () => {
    const evil = `<img src=x onerror="hacked=1"><script>hacked=1</script>`
    const say = (seq: number, name: string, props: object) => touchpoint({ seq, name, props })
    const sent = [
      say(1, 'page_view', { page_title: evil }),
      say(2, 'identify', { segment: evil, persona: evil }),
      say(3, 'checkout_error', { code: evil, step: evil, message: evil }),
      say(4, 'cart_abandonment', { abandonment_id: evil, status: 'confirmed', step: evil, field: evil, error: evil, value: 5, currency: evil }),
      say(5, 'feedback', { kind: evil, score: 1, sentiment: 'negative', comment: evil }),
      say(6, 'purchase', { transaction_id: evil, value: 5, currency: evil, items: [{ item_id: evil, item_name: evil }] }),
    ]
    await send(batch({ touchpoints: sent, pages: { 'k3v9x2ab-1': { ...page, user: evil, title: evil, kind: evil, url: `https://shop.example/${evil}` } } }))
    await open('?period=all')
    await tab.until(`document.querySelectorAll('#shoppers button').length === 1`)
    await tab.click('#shoppers button')
    await tab.until(`document.querySelectorAll('#timeline li').length >= 5`)
    const marks = () => tab.eval(() => ({ hacked: 'hacked' in window, images: document.querySelectorAll('img[src="x"]').length, scripts: [...document.scripts].filter(({ src }) => !src).length, text: document.body.textContent!.includes('<img src=x') }))
    expect(await marks()).toEqual({ hacked: false, images: 0, scripts: 0, text: true })
    await tab.goto(collector.url)
    await tab.until(`document.querySelectorAll('#touchpoints tr').length === 6`)
    expect(await marks()).toEqual({ hacked: false, images: 0, scripts: 0, text: true })
  })

  it('no script runs on the map but its own files', async () => {
    await open()
    const ran = await tab.eval(async () => {
      for (const give of [(script: HTMLScriptElement) => (script.textContent = 'window.ran = 1'), (script: HTMLScriptElement) => (script.src = 'data:text/javascript,window.ran=1'), () => document.body.setAttribute('onclick', 'window.ran = 1'), () => (document.body.innerHTML += '<img src=x onerror="window.ran=1">')]) {
        try {
          const script = document.createElement('script')
          give(script)
          document.body.append(script)
          document.body.click()
        } catch {
          // Trusted types do not even let it be written.
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 300))
      return 'ran' in window
    })
    expect(ran).toBe(false)
  })

  it('an empty map is filled with samples at a press, and answers to filters, model, language and time', async () => {
    await open()
    await tab.click('#empty .primary')
    await tab.until(`${isShown('content')} && document.querySelectorAll('#channels tbody tr').length > 3`)
    const shoppers = () => tab.eval<number>(`Number(document.querySelector('#totals strong')?.textContent.replace(/\\D/g, ''))`)
    await poll(async () => (await shoppers()) === 500, 'all samples are shown', 30_000)

    const [, email] = (await rowsOf(tab, 'channels')).find(([channel]) => channel === 'email')!
    await choose(tab, 'channel', 'email')
    await poll(async () => String(await shoppers()) === email, 'the filter counts')
    expect(await tab.eval('location.search')).toContain('channel=email')
    // The address is all there is to it.
    await tab.reload()
    await poll(async () => String(await shoppers()) === email, 'the filter counts again')
    await choose(tab, 'channel', '')
    await poll(async () => (await shoppers()) === 500, 'no filter counts')

    expect(await tab.eval(`document.querySelectorAll('.stage').length`)).toBe(5)
    await choose(tab, 'model', 'aida')
    await tab.until(`document.querySelectorAll('.stage').length === 4`)
    await choose(tab, 'lang', 'fa')
    await tab.until(`document.documentElement.dir === 'rtl'`)
    expect(await tab.eval(`document.querySelector('h1').textContent + document.documentElement.lang`)).toBe('نقشهٔ سفر مشتریfa')
    expect(await tab.eval(`document.querySelector('#totals strong').textContent`)).toBe('۵۰۰')
    expect(await tab.eval(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true)
    await choose(tab, 'lang', 'en')

    await tab.click('#shoppers button')
    await tab.until(`document.querySelectorAll('#timeline li').length > 0`)
    await tab.keys('\uE00C')
    await tab.until(`!document.querySelector('#timeline').open`)
  })

  it('on a phone the picture scrolls, and no stage is too narrow for its name', async () => {
    await open()
    await tab.click('#empty .primary')
    await tab.until(`${isShown('content')} && document.querySelector('#totals strong').textContent === '500'`)
    await tab.eval(`void (document.querySelector('#chart').parentElement.style.width = '20rem')`)
    await tab.until(`document.querySelector('#chart canvas').clientWidth === document.querySelector('#chart').clientWidth`)
    const { bands, names } = await tab.eval(() => {
      const labels = [...document.querySelectorAll('#stages > li h3')].map(({ textContent }) => textContent)
      const brush = document.createElement('canvas').getContext('2d')!
      brush.font = `bold 13px ${getComputedStyle(document.documentElement).fontFamily}`
      // Without the room at both ends of the picture.
      return { bands: (document.getElementById('chart')!.clientWidth - 294) / labels.length, names: labels.map((label) => brush.measureText(label).width) }
    })
    expect(names).toHaveLength(5)
    // Between two nodes of 14, 5 from the first.
    expect(bands - 14 - 5).toBeGreaterThan(Math.max(...names))
  })

  it('what is exported holds the figures that are shown, and it prints to one page', async () => {
    await open()
    await tab.click('#empty .primary')
    await tab.until(`${isShown('content')} && document.querySelector('#totals strong').textContent === '500' && document.querySelector('#chart canvas').clientWidth === document.querySelector('#chart').clientWidth`)
    const files = await tab.eval(async () => {
      const made: Blob[] = []
      const make = URL.createObjectURL
      URL.createObjectURL = (blob: Blob) => {
        made.push(blob)
        return make(blob)
      }
      for (const id of ['csv', 'json', 'png']) document.getElementById(id)!.click()
      while (made.length < 3) await new Promise((resolve) => setTimeout(resolve, 20))
      const png = made.find(({ type }) => type === 'image/png')!
      const picture = await createImageBitmap(png)
      const text = (type: string) => made.find((each) => each.type === type)!.text()
      return { csv: await text('text/csv'), json: await text('application/json'), width: picture.width, shown: document.getElementById('chart')!.clientWidth }
    })
    expect((JSON.parse(files.json) as { totals: { shoppers: number } }).totals.shoppers).toBe(500)
    expect(files.csv).toContain('totals,,shoppers,500\r\n')
    expect(files.width).toBe(files.shown * 2)
    if (engine.name !== 'chromium') return
    const { data } = await tab.cdp('Page.printToPDF', { printBackground: true, preferCSSPageSize: true })
    expect(Buffer.from(String(data), 'base64').toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1)
  })

  it('while the collector is away the map says so, and goes on when it is back', async () => {
    await send(batch({ touchpoints: [touchpoint({ name: 'page_view' })] }))
    await open('?period=all')
    expect(await tab.eval(isShown('content'))).toBe(true)
    const { port } = new URL(collector.url)
    await collector.close()
    await tab.until(`document.querySelector('#state').dataset.state === 'away'`)
    await choose(tab, 'period', 'd7')
    await tab.until(isShown('error'))
    // What was read before stays.
    expect(await tab.eval(isShown('content'))).toBe(true)
    collector = await startCollector({ port: Number(port), db: freshDatabase() })
    await tab.click('#error button')
    await tab.until(`document.querySelector('#error').hidden && ${isShown('empty')}`)
    await tab.until(`document.querySelector('#state').dataset.state === 'live'`)
  })
})
