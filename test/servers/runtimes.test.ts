import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import { expect, onTestFinished, test } from 'vitest'
import { freshFolder } from '../examples/collector-harness.js'
import { TOKEN, walk, WHOLE } from '../examples/recipe-walk.js'
import { launch } from '../harness/processes.js'
import { createProject } from '../harness/project.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A program that `npm run runtimes` has put there for this machine. */
const programOf = (names: readonly string[]): string => {
  const paths = names.map((name) => `${root}test/runtimes/node_modules/${name}`)
  const found = paths.find(existsSync)
  if (!found) throw new Error(`run "npm run runtimes" first: none of ${paths.join(', ')} is there`)
  return found
}
const DENO = ['linux-x64-glibc', 'linux-arm64-glibc', 'darwin-arm64', 'darwin-x64'].map((machine) => `@deno/${machine}/deno`)
const BUN = ['linux-x64-baseline', 'linux-aarch64', 'darwin-aarch64', 'darwin-x64-baseline'].map((machine) => `@oven/bun-${machine}/bin/bun`)
const WORKERD = ['linux-64', 'linux-arm64', 'darwin-arm64', 'darwin-64'].map((machine) => `@cloudflare/workerd-${machine}/bin/workerd`)

/** A project with the recipe, gone after the test. */
const createServed = (): string => {
  const { folder, copy, remove } = createProject()
  onTestFinished(remove)
  for (const file of ['serve.js', 'collector.js']) copy(`recipes/${file}`, file)
  return folder
}

const start = (program: string, args: readonly string[], cwd: string, env: Record<string, string> = {}) => {
  const running = launch(program, args, { RIHLA_ADMIN_TOKEN: TOKEN, RIHLA_DB: join(cwd, 'touchpoints.duckdb'), NO_COLOR: '1', ...env }, cwd)
  onTestFinished(() => running.kill())
  return running
}

test('a collector on DuckDB runs in Deno', async () => {
  const project = createServed()
  const running = start(programOf(DENO), ['serve', '-A', '--cached-only', '--node-modules-dir=manual', '--host', '127.0.0.1', '--port', '0', 'serve.js'], project, { DENO_DIR: join(project, 'deno'), DENO_NO_UPDATE_CHECK: '1' })
  const [origin] = await running.line(/http:\/\/[\d.]+:\d+/)
  expect(await walk('deno', fetch, origin)).toEqual(WHOLE)
})

test('a collector on DuckDB runs in Bun', async () => {
  const running = start(programOf(BUN), ['--port', '0', 'serve.js'], createServed(), { BUN_CONFIG_NO_INSTALL: '1' })
  const [, port] = await running.line(/http:\/\/localhost:(\d+)/)
  expect(await walk('bun', fetch, `http://localhost:${port}`)).toEqual(WHOLE)
})

test('a collector runs in the runtime of Cloudflare Workers', async () => {
  const folder = freshFolder()
  const bundle = await rollup({ input: `${root}examples/recipes/worker.js`, plugins: [nodeResolve()] })
  await bundle.write({ file: join(folder, 'worker.mjs'), format: 'es' })
  writeFileSync(join(folder, 'worker.capnp'), `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (services = [(name = "shop", worker = .worker)], sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "shop")]);
    const worker :Workerd.Worker = (modules = [(name = "worker", esModule = embed "worker.mjs")], compatibilityDate = "2026-11-01", bindings = [(name = "RIHLA_ADMIN_TOKEN", text = "${TOKEN}")]);
  `)
  const running = start(programOf(WORKERD), ['serve', '--control-fd=1', 'worker.capnp'], folder)
  const [, port] = await running.line(/"port":(\d+)/)
  expect(await walk('worker', fetch, `http://127.0.0.1:${port}`)).toEqual(WHOLE)
})
