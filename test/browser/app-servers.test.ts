import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/cluster/servers.js'
import { TOKEN, walk, WHOLE } from '../examples/recipe-walk.js'
import { engines } from '../harness/engines.js'
import { visitShop } from '../harness/framework-shop.js'
import { launch, type Launched, poll } from '../harness/processes.js'
import { createProject, type Project } from '../harness/project.js'

/** A shop on a framework that has a server of its own, in which the recipe's collector runs, too. */
interface App {
  /** Where its first lines say that the files of the recipe go. */
  readonly recipe: { readonly [file: string]: string }
  /** What Node runs, in the app's folder. */
  readonly build: string
  readonly start: string
  /** Where its server is told who it is. */
  readonly env: (port: number) => { readonly [name: string]: string }
  /** An expression that is true once a page answers to clicks. */
  readonly ready: string
  /** The first page of each shop in it, and where the products of that are. */
  readonly shops: readonly (readonly [home: string, products: string])[]
}

/** What `npm run runtimes` has installed, seen from an app's folder. */
const MODULES = '../../node_modules'

const apps: { readonly [framework: string]: App } = {
  next: {
    recipe: { 'next.js': 'app/api/rihla/[...path]/route.js', 'collector.js': 'app/api/rihla/[...path]/collector.js' },
    build: `${MODULES}/next/dist/bin/next build`,
    start: `${MODULES}/next/dist/bin/next start`,
    env: (port) => ({ PORT: String(port), HOSTNAME: '127.0.0.1' }),
    ready: "Object.keys(document.querySelector('nav a')).some((key) => key.startsWith('__reactProps'))",
    // By the app router, and by the pages router.
    shops: [['/', '/p'], ['/classic', '/classic']],
  },
  nuxt: {
    recipe: { 'nuxt.js': 'server/rihla/nuxt.js', 'collector.js': 'server/rihla/collector.js' },
    build: `${MODULES}/nuxt/bin/nuxt.mjs build`,
    start: '.output/server/index.mjs',
    env: (port) => ({ PORT: String(port), HOST: '127.0.0.1' }),
    ready: 'window.useNuxtApp?.().isHydrating === false',
    shops: [['/', '/p']],
  },
  sveltekit: {
    recipe: { 'sveltekit.js': 'src/routes/api/rihla/[...path]/+server.js', 'collector.js': 'src/routes/api/rihla/[...path]/collector.js' },
    build: `${MODULES}/vite/bin/vite.js build`,
    start: 'build/index.js',
    env: (port) => ({ PORT: String(port), HOST: '127.0.0.1', ORIGIN: `http://127.0.0.1:${port}` }),
    ready: "document.querySelector('#svelte-announcer') !== null",
    shops: [['/', '/p']],
  },
}

describe.each(Object.keys(apps))('a shop on %s with its collector', (framework) => {
  const { recipe, build, start, env, ready, shops } = apps[framework]!
  let project: Project
  let server: Launched
  let origin: string

  beforeAll(async () => {
    project = createProject(framework)
    const cwd = join(project.folder, framework)
    for (const each of ['products.js', 'tracker.js', 'svelte', framework]) project.copy(`frameworks/${each}`, each)
    for (const [file, path] of Object.entries(recipe)) project.copy(`recipes/${file}`, join(framework, path))
    const port = await freePort()
    const all = { ...process.env, ...env(port), NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', VITE_ENDPOINT: '/api/rihla/collect', RIHLA_ADMIN_TOKEN: TOKEN, RIHLA_DB: join(project.folder, 'touchpoints.duckdb') }
    execFileSync(process.execPath, build.split(' '), { cwd, env: all, stdio: 'pipe' })
    server = launch(process.execPath, start.split(' '), all, cwd)
    origin = `http://127.0.0.1:${port}`
    await poll(async () => (await fetch(`${origin}/api/rihla/health`).catch(() => undefined))?.ok ?? false, `${framework} answers`, 60_000)
  }, 240_000)
  afterAll(async () => {
    await server?.kill()
    project?.remove()
  })

  it('collects, and answers with touchpoints and a map', async () => {
    expect(await walk(framework, fetch, origin)).toEqual(WHOLE)
  })

  it.each(engines.flatMap((engine) => shops.map(([home, products]) => ({ engine, name: engine.name, home, products }))))('stores views of the routes from $home, and what components tell, once each, in $name', async ({ engine, home, products }) => {
    const stored = async () => {
      const answer = await fetch(`${origin}/api/rihla/touchpoints?site=my-shop`, { headers: { authorization: `Bearer ${TOKEN}` } })
      return ((await answer.json()) as { touchpoints: { id: string; name: string; url: string; happened_at: number }[] }).touchpoints.sort((a, b) => a.happened_at - b.happened_at)
    }
    const before = new Set((await stored()).map(({ id }) => id))
    const browser = await engine.open()
    try {
      await visitShop(await browser.newTab({ window: true }), origin + home, ready)
      const shown = async () => {
        const fresh = (await stored()).filter(({ id }) => !before.has(id))
        const paths = (name: string) => fresh.filter((each) => each.name === name).map(({ url }) => new URL(url).pathname)
        return { page_view: paths('page_view'), view_item: paths('view_item'), add_to_cart: paths('add_to_cart') }
      }
      const [cups, coffee] = [`${products}/FJ-301`, `${products}/FJ-101`]
      await poll(async () => Object.values(await shown()).flat().length >= 8, 'what was shown is stored', 20_000)
      expect(await shown()).toEqual({ page_view: [home, coffee, cups, coffee], view_item: [coffee, cups, coffee], add_to_cart: [coffee] })
    } finally {
      await browser.close()
    }
  })
})
