// @vitest-environment node
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { batch, freshDatabase, post, start as startCollector, stored } from './collector-harness.js'
import { runExample } from './run-example.js'

// Each test starts processes, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 })

const start = (...args: string[]) => runExample('start.js', args)
const free = ['--port', '0', '--shop-port', '0']

/** A port that somebody else listens at. */
const takenPort = async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  return `${(other.address() as { port: number }).port}`
}

/** The addresses by their name, once all are printed. */
const addressesOf = async ({ printed, url }: ReturnType<typeof start>) => {
  await url
  return vi.waitFor(() => {
    const found = Object.fromEntries([...printed.out.matchAll(/^(\w+) +(http\S+)$/gm)].map(([, name, address]) => [name, address!]))
    expect(Object.keys(found)).toEqual(['Shop', 'Map', 'Collector', 'Endpoint'])
    return found as { readonly Shop: string; readonly Map: string; readonly Collector: string; readonly Endpoint: string }
  }, 20_000)
}

test('prints where the shop, the collector and its endpoint are, and they answer there', async () => {
  const { Shop, Map: map, Collector, Endpoint } = await addressesOf(start(...free, '--db', freshDatabase()))
  expect(await (await fetch(map)).text()).toContain('<title>rihla journey map</title>')
  expect(await (await fetch(`${Shop}/en`)).text()).toContain(`data-endpoint="${Endpoint}"`)
  expect(await (await fetch(Collector)).text()).toContain('<title>rihla collector</title>')
  expect(Endpoint).toBe(`${Collector}/collect`)
  expect((await post(Collector, batch())).status).toBe(200)
})

test('says which port is taken, and how to choose another', async () => {
  const port = await takenPort()
  const db = freshDatabase()
  const answers = await Promise.all([start('--port', port, '--shop-port', '0', '--db', db).ended, start('--port', '0', '--shop-port', port, '--db', freshDatabase()).ended])
  expect(answers.map(({ code, out, err }) => [code, out, err])).toEqual([
    [1, '', `Port ${port} of 127.0.0.1 is already taken: choose another with --port.\n`],
    [1, '', `Port ${port} is already taken: choose another for the shop with --shop-port.\n`],
  ])
  // It has let go of the file.
  await startCollector({ db })
})

test.each([
  ['SIGTERM', ['SIGTERM']],
  ['Ctrl+C, which npm passes on a second time', ['SIGINT', 'SIGINT']],
] as const)('ends cleanly at %s: what was taken in is in one whole file', async (_, signals) => {
  const db = freshDatabase()
  const running = start(...free, '--db', db)
  const { Collector } = await addressesOf(running)
  await post(Collector, batch())
  for (const signal of signals) running.child.kill(signal)
  // The second one must not meet the first before it was heard.
  if (signals.length > 1) setTimeout(() => running.child.kill('SIGINT'), 30)
  expect(await running.ended).toMatchObject({ code: 0 })
  expect(existsSync(`${db}.wal`)).toBe(false)
  const { url } = await startCollector({ db })
  expect(await stored(url)).toHaveLength(1)
})
