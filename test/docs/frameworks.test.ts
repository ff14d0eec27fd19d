// @vitest-environment node
import { dirname, join, relative, resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build, type Plugin, type Rollup } from 'vite'
import { afterEach, expect, test, vi } from 'vitest'
import { openPage, samplesOf } from '../harness/samples.js'

type Files = { readonly [name: string]: string }

const folder = resolve('docs/frameworks')
const samplesIn = (framework: string): Files => Object.fromEntries(samplesOf(`docs/frameworks/${framework}.md`).flatMap(({ name, code }) => (name ? [[name, code]] : [])))

/** Hears what the samples tell, before any of them does. */
const spy = { 'spy.ts': `import { tracker } from './tracker.js'\nObject.assign(tracker, { track: (...call) => void told.push(call) })` }

/** What stands around the samples of each page in an app: its entry, and the components whose scripts they are. */
const around: { readonly [framework: string]: (samples: Files) => Files } = {
  react: () => ({
    'entry.ts': `import './spy.js'\nimport { createElement } from 'react'\nimport { createRoot } from 'react-dom/client'\nimport { Shop } from './shop.js'\ncreateRoot(document.querySelector('#app')).render(createElement(Shop))`,
  }),
  vue: () => ({ 'entry.ts': `import './spy.js'\nimport './main.js'` }),
  svelte: (samples) => ({
    'entry.ts': `import './spy.js'\nimport { mount } from 'svelte'\nimport Layout from './Layout.svelte'\nmount(Layout, { target: document.querySelector('#app') })`,
    'Layout.svelte': `<script lang="ts">\n${samples['layout.ts']}\nimport Product from './Product.svelte'\n</script>\n<Product />`,
    'Product.svelte': `<script lang="ts">\n${samples['product.ts']}\n</script>\n<button onclick={() => add('FJ-301')}>Add to cart</button>`,
  }),
}

/** One script of an app whose files are on no disk. */
async function scriptOf(files: Files): Promise<string> {
  // By it Vite chooses what JSX becomes.
  vi.stubEnv('NODE_ENV', 'production')
  const virtual: Plugin = {
    name: 'samples',
    enforce: 'pre',
    resolveId: (id, importer = join(folder, 'none')) => {
      const name = relative(folder, resolve(dirname(importer), id))
      const found = [name, name.replace(/\.js$/, '.ts'), name.replace(/\.js$/, '.tsx')].find((each) => each in files)
      return found ? join(folder, found) : null
    },
    load: (id) => files[relative(folder, id)] ?? null,
  }
  const [built] = (await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    plugins: [virtual, svelte({ configFile: false })],
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false, minify: false, lib: { entry: join(folder, 'entry.ts'), formats: ['iife'], name: 'app' } },
  })) as Rollup.RollupOutput[]
  return built!.output[0].code
}

afterEach(() => vi.unstubAllEnvs())

test.each(Object.keys(around))('the samples for %s make an app that tells what its button does', async (framework) => {
  const samples = samplesIn(framework)
  const script = await scriptOf({ ...samples, ...spy, ...around[framework]!(samples) })
  const page = openPage('<div id="app"></div>')
  const told: unknown[] = []
  page.run(script, { told })
  const button = await vi.waitFor(() => {
    const found = page.document.querySelector('#app button')
    expect(found?.textContent).toBe('Add to cart')
    return found as unknown as HTMLElement
  })
  const items = [expect.objectContaining({ item_id: 'FJ-301' })]
  const views = framework === 'react' ? [['view_item', expect.objectContaining({ items })]] : []
  await vi.waitFor(() => expect(told).toEqual(views))
  button.click()
  expect(told).toEqual([...views, ['add_to_cart', expect.objectContaining({ currency: 'EUR', items })]])
  expect(page.printed).toEqual([])
  await page.close()
}, 60_000)
