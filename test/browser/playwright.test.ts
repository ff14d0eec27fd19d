import { readFileSync } from 'node:fs'
import { chromium, type Page } from 'playwright-core'
import { expect, inject, it } from 'vitest'
import { bundle, samplesOf } from '../harness/samples.js'

const [sample] = samplesOf('docs/testing.md').filter(({ name }) => name === 'shop.spec.ts')

/** A shop whose button puts a cap into the cart. */
const SHOP = `<!doctype html><html lang="en"><title>Cap</title><script async src="/rihla.js" data-endpoint="https://collector.example/collect" data-site="my-shop" data-consent="granted"></script>
<button data-rihla="add_to_cart" data-rihla-item_id="cap" data-rihla-price="16" data-rihla-currency="EUR">Add to cart</button></html>`

// Playwright drives its own builds of the other engines only.
it.runIf(inject('engines').chromium)('the sample for Playwright passes with Playwright itself, in front of a shop with the script tag', async () => {
  const browser = await chromium.launch({ executablePath: inject('engines').chromium!.browser, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  try {
    const page = await browser.newPage()
    await page.route('https://shop.example/**', (route) =>
      new URL(route.request().url()).pathname === '/rihla.js' ? route.fulfill({ contentType: 'text/javascript', body: readFileSync('dist/rihla.js', 'utf8') }) : route.fulfill({ contentType: 'text/html', body: SHOP }),
    )
    const tests: ((fixtures: { page: Page }) => Promise<void>)[] = []
    const playwright = { test: (_: string, run: (typeof tests)[number]) => tests.push(run), expect }
    new Function('playwright', await bundle(sample!, [], { '@playwright/test': 'playwright' }))(playwright)
    expect(tests).toHaveLength(1)
    for (const run of tests) await run({ page })
  } finally {
    await browser.close()
  }
})
