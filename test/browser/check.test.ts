import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { createCollector, type Collector } from '../harness/collector.js'
import { createPages, type Pages } from '../harness/pages.js'

const product = { '@context': 'https://schema.org', '@type': 'Product', name: 'Cap', sku: 'cap', offers: { '@type': 'Offer', price: 16, priceCurrency: 'EUR' } }
const markup = `<script type="application/ld+json">${JSON.stringify(product)}</script>`

const run = (...args: string[]): Promise<{ code: number | null; out: string; err: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['dist/cli/rihla.js', 'check', ...args], { env: { ...process.env } })
    const printed = { out: '', err: '' }
    child.stdout.on('data', (chunk) => (printed.out += chunk))
    child.stderr.on('data', (chunk) => (printed.err += chunk))
    child.on('close', (code) => resolve({ code, ...printed }))
  })

describe.runIf(engines.some(({ name }) => name === 'chromium'))('npx rihla check', () => {
  let pages: Pages
  let collector: Collector
  beforeAll(async () => {
    pages = await createPages({ dist: inject('dist') })
    collector = await createCollector()
  })
  afterAll(async () => {
    await pages?.close()
    await collector?.stop()
  })

  it('puts rihla into a page that has none, whatever its policy, and says what would be recorded', async () => {
    const url = pages.add('/cap', { title: 'Cap', head: markup, body: '<h1>Cap</h1><script>dataLayer = [{ event: "view_cart", user: { email: "mina@shop.example" } }]</script>', headers: { 'content-security-policy': "default-src 'self' 'unsafe-inline'" } })
    const { code, out, err } = await run(url)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('· A product is marked up in JSON-LD.')
    expect(out).toContain('· The dataLayer says view_cart.')
    expect(out).toContain('! dataLayer[0].user.email holds an e-mail address')
    expect(out).toMatch(/view_item {2}\(product-markup, consideration 0\.7.*"item_id":"cap"/)
  })

  it('watches the rihla that a page has, and lets nothing of it out', async () => {
    const url = pages.add('/own', { title: 'Home', tag: { endpoint: collector.url, site: 'shop' } })
    const { code, out } = await run(url, '--json')
    const seen = JSON.parse(out) as { own: boolean; touchpoints: { name: string }[]; findings: { kind: string }[] }
    expect([code, seen.own, [...new Set(seen.touchpoints.map(({ name }) => name))], collector.requests.length]).toEqual([0, true, ['page_view', 'stage_change', 'page_leave'], 0])
  })

  it('fails where personal data would leave, and where a product page does not say what it shows', async () => {
    const leak = `{"v":1,"site":"shop","pages":{"p":{"url":"https://shop.example/"}},"touchpoints":[{"id":"1","name":"own","page":"p","props":{"note":"mina@shop.example"}}]}`
    const url = pages.add('/leak', { title: 'Cap', body: `<div itemscope itemtype="https://schema.org/Product"></div><script>fetch('/own-collect', { method: 'POST', body: ${JSON.stringify(leak)} })</script>` })
    const { code, out } = await run(url)
    expect(code).toBe(1)
    expect(out).toContain('✗ An e-mail address would be sent in touchpoints.0.props.note.')
    expect(out).toContain('✗ This is a product page, and no view_item would be recorded')
  })

  it.each([
    [[], 'check: expected the http(s) URL of a page, got ""; --help shows how.'],
    [['shop.example'], 'check: expected the http(s) URL of a page, got "shop.example"; --help shows how.'],
    [['http://127.0.0.1:9/'], /^http:\/\/127\.0\.0\.1:9\/ cannot be opened: net::ERR_.+\.$/],
    [['https://shop.example/', '--wait', 'x'], '--wait: expected milliseconds, got "x".'],
    [['--what'], "Unknown option '--what'; --help lists the options."],
  ])('says in one sentence what is wrong with %j, and ends with 2', async (args, sentence) => {
    const { code, out, err } = await run(...args)
    expect({ code, out, err: err.trim() }).toEqual({ code: 2, out: '', err: typeof sentence === 'string' ? sentence : expect.stringMatching(sentence) })
  })

  it('is explained by --help', async () => {
    const { code, out } = await run('--help')
    expect([code, ['--wait', '--json', 'CHROMIUM_BIN'].every((word) => out.includes(word))]).toEqual([0, true])
  })
})
