import { createServer, type Server } from 'node:http'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import vue from '@vitejs/plugin-vue'
import { build, createServer as createVite, type InlineConfig } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCollector, type Collector } from '../harness/collector.js'
import { engines } from '../harness/engines.js'
import { visitShop } from '../harness/framework-shop.js'

const examples: { readonly [framework: string]: { readonly plugins: NonNullable<InlineConfig['plugins']>; readonly render: string } } = {
  react: {
    plugins: [],
    render: `import { createElement } from 'react'; import { renderToString } from 'react-dom/server'; import { App } from './app.jsx'; export default async (path) => renderToString(createElement(App, { path }))`,
  },
  vue: {
    plugins: [vue()],
    render: `import { createSSRApp } from 'vue'; import { renderToString } from 'vue/server-renderer'; import { rihla } from 'rihla/vue'; import { tracker } from '../tracker.js'; import App from './App.vue'; export default (first) => renderToString(createSSRApp(App, { first }).use(rihla(tracker)))`,
  },
  svelte: {
    plugins: [svelte({ configFile: false })],
    render: `import { render } from 'svelte/server'; import App from './App.svelte'; export default async (first) => render(App, { props: { first } }).body`,
  },
}
const types: { readonly [ending: string]: string } = { '.html': 'text/html', '.js': 'text/javascript' }

/** Serves a built app: what is no file is a page of it. */
const serve = async (folder: string): Promise<Server> => {
  const server = createServer(({ url = '/' }, response) => {
    const file = extname(url) ? url : '/index.html'
    if (!existsSync(join(folder, file))) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' }).end(readFileSync(join(folder, file)))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}

describe.each(Object.keys(examples))('%s', (framework) => {
  const { plugins, render } = examples[framework]!
  const root = `examples/frameworks/${framework}`
  const folder = mkdtempSync(join(tmpdir(), `${framework}-`))
  let collector: Collector
  let app: Server

  beforeAll(async () => {
    collector = await createCollector()
    await build({ root, plugins, configFile: false, logLevel: 'error', define: { 'import.meta.env.VITE_ENDPOINT': JSON.stringify(collector.url) }, build: { outDir: folder, emptyOutDir: true } })
    app = await serve(folder)
  }, 60_000)
  afterAll(async () => {
    app?.close()
    await collector?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('renders on a server, where the tracker does nothing', async () => {
    const virtual = { name: 'render', resolveId: (id: string) => (id === '/render.js' ? join(process.cwd(), root, 'render.js') : null), load: (id: string) => (id.endsWith('/render.js') ? render : null) }
    const vite = await createVite({ root, plugins: [...plugins, virtual], configFile: false, logLevel: 'error', appType: 'custom', server: { middlewareMode: true, ws: false, watch: null }, optimizeDeps: { noDiscovery: true } })
    try {
      const { default: renderPath } = (await vite.ssrLoadModule('/render.js')) as { default: (path: string) => Promise<string> }
      expect(await renderPath('/p/FJ-301')).toMatch(/<h1[^>]*>Finjan cups<\/h1>/)
      expect(await renderPath('/')).toContain('Home')
    } finally {
      await vite.close()
    }
  })

  it.each(engines)('records views of its routes, and what its components tell, once each, in $name', async (engine) => {
    collector.reset()
    const browser = await engine.open()
    try {
      await visitShop(await browser.newTab({ window: true }), `http://127.0.0.1:${(app.address() as AddressInfo).port}/`)
      const paths = (name: string) => collector.stored().filter((each) => each.name === name).map(({ on }) => new URL(on!.url).pathname)
      await collector.until(() => paths('page_view').length === 4 && paths('view_item').length === 3, 20_000)
      expect(paths('page_view')).toEqual(['/', '/p/FJ-101', '/p/FJ-301', '/p/FJ-101'])
      expect(collector.stored().filter(({ name }) => name === 'view_item').map(({ props }) => (props?.items as { item_id: string }[])[0]!.item_id)).toEqual(['FJ-101', 'FJ-301', 'FJ-101'])
      expect(paths('add_to_cart')).toEqual(['/p/FJ-101'])
    } finally {
      await browser.close()
    }
  })
})
