// @vitest-environment node
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { serve } from '@hono/node-server'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TOKEN, walk, WHOLE } from './recipe-walk.js'

const root = new URL('../../', import.meta.url)

describe('on a server, with a collector on DuckDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rihla-recipes-'))
  beforeAll(() => {
    process.env.RIHLA_ADMIN_TOKEN = TOKEN
    process.env.RIHLA_DB = join(folder, 'touchpoints.duckdb')
  })
  afterAll(async () => {
    const { rihla } = globalThis as { rihla?: Promise<{ close: () => Promise<void> }> }
    await (await rihla)?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('Hono', async () => {
    const { app } = await import('../../examples/recipes/hono.js')
    const server = await new Promise<Server>((resolve) => {
      const started = serve({ fetch: app.fetch, port: 0, createServer }, () => resolve(started as Server))
    })
    const { port } = server.address() as AddressInfo
    expect(await walk('hono', fetch, `http://127.0.0.1:${port}`)).toEqual(WHOLE)
    server.close()
  })

  test('a database that cannot be opened is tried again with the next request, not with each that waits', async () => {
    const { collector } = await import('../../examples/recipes/collector.js')
    const kept = globalThis as { rihla?: Promise<unknown> | undefined }
    const opened = kept.rihla
    const ask = async () => (await collector(new Request('http://localhost/api/rihla/health'))).status
    process.env.RIHLA_DB = join(folder, 'later', 'touchpoints.duckdb')
    kept.rihla = undefined
    const [one, other] = [ask(), ask()]
    await expect(one).rejects.toThrow('cannot be opened')
    await expect(other).rejects.toThrow('cannot be opened')
    mkdirSync(join(folder, 'later'))
    expect(await Promise.all([ask(), ask()])).toEqual([200, 200])
    await ((await (kept.rihla as unknown)) as { close: () => Promise<void> }).close()
    kept.rihla = opened
  })
})

test('a worker, which has Web APIs and nothing of Node', async () => {
  const bundle = await rollup({ input: new URL('examples/recipes/worker.js', root).pathname, plugins: [nodeResolve()] })
  const { output } = await bundle.generate({ format: 'iife', name: 'worker' })
  // What Web-interoperable runtimes have in common (WinterTC), as far as it is not of the language itself.
  const web = { Request, Response, Headers, URL, URLSearchParams, TextEncoder, TextDecoder, ReadableStream, TransformStream, DecompressionStream, Blob, AbortController, AbortSignal, crypto, console, setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask }
  const worker = runInContext(`${output[0].code}; worker`, createContext(web)) as { fetch: (request: Request, env: object) => Promise<Response>; scheduled: (event: object, env: object) => Promise<object> }
  const env = { RIHLA_ADMIN_TOKEN: TOKEN }
  expect(await walk('worker', (request) => worker.fetch(request, env))).toEqual(WHOLE)
  expect(await worker.scheduled({}, env)).toEqual({ expired: { touchpoints: 0, visits: 0 }, confirmed: 0 })
})
