// @vitest-environment node
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createRandom } from '../../examples/shoppers/random.js'
import { accountOf, batch, freshDatabase, freshFolder, get, page, post, start, stored, touchpoint } from './collector-harness.js'
import { runExample } from './run-example.js'

// Each test starts processes, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 })

const run = (args: string[], env: Record<string, string> = {}, cwd = freshFolder()) => runExample('collector/server.js', args, { env, cwd })

describe('the command', () => {
  test('is explained by --help', async () => {
    const { code, out } = await run(['--help']).ended
    expect(code).toBe(0)
    for (const option of ['--port', '--host', '--db', '--admin-token', '--clickhouse', '--nats']) expect(out).toContain(option)
  })

  test.each([
    [['--prot', '1'], `Unknown option '--prot'; --help lists the options.`],
    [['extra'], `Unexpected argument 'extra'; --help lists the options.`],
    [['--port'], `Option '--port <value>' argument missing; --help lists the options.`],
    [['--port', '70000'], '--port: expected a number from 0 to 65535, got "70000".'],
    [['--host', '0.0.0.0'], 'Others can reach 0.0.0.0, so reading needs a token: set RIHLA_ADMIN_TOKEN or --admin-token, or use --host 127.0.0.1.'],
    [['--clickhouse', 'localhost'], '--clickhouse: expected addresses such as http://10.0.0.5:8123, got "localhost".'],
    [['--clickhouse', 'http://127.0.0.1:1', '--nats', 'http://x'], '--nats: expected addresses such as nats://10.0.0.5:4222, got "http://x".'],
    [['--nats', 'nats://127.0.0.1:4222'], '--nats needs --clickhouse: several collectors cannot share a file.'],
    [['--clickhouse', 'http://127.0.0.1:1', '--db', 'x'], '--db and --clickhouse: choose one.'],
    [['--port', '0', '--clickhouse', 'http://127.0.0.1:1'], /^ClickHouse cannot be used: .+/],
    [['--port', '0', '--db', 'no/such/folder/x.duckdb'], /^The database no\/such\/folder\/x\.duckdb cannot be opened: .+/],
  ])('says in one sentence what is wrong with %j', async (args, sentence) => {
    const { code, err, out } = await run(args).ended
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err.trim().split('\n')).toEqual([typeof sentence === 'string' ? sentence : expect.stringMatching(sentence)])
  })

  test('says that the port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    expect(await run(['--port', `${port}`]).ended).toMatchObject({ code: 1, err: `Port ${port} of 127.0.0.1 is already taken: choose another with --port.\n` })
  })

  test('says that the database is in use', async () => {
    const { db } = await start()
    expect(await run(['--port', '0', '--db', db]).ended).toMatchObject({
      code: 1,
      err: `The database ${db} is in use by another process: stop that one, or choose another file.\n`,
    })
  })

  test('says that the file is no database, and leaves it alone', async () => {
    const folder = freshFolder()
    writeFileSync(join(folder, 'notes.txt'), 'my notes '.repeat(5000))
    expect(await run(['--port', '0', '--db', 'notes.txt'], {}, folder).ended).toMatchObject({
      code: 1,
      err: 'The file notes.txt is not a DuckDB database: choose another file.\n',
    })
  })

  test('takes its options from the environment', async () => {
    const db = freshDatabase()
    const url = await run([], { RIHLA_PORT: '0', RIHLA_DB: db, RIHLA_HOST: 'localhost', RIHLA_ADMIN_TOKEN: 'secret' }).url
    expect(existsSync(db)).toBe(true)
    expect((await fetch(`${url}/touchpoints`)).status).toBe(401)
    expect((await fetch(`${url}/touchpoints`, { headers: { authorization: 'Bearer secret' } })).status).toBe(200)
  })
})

/** Sends small batches from several senders at once and keeps the ids that were acknowledged, until the collector is gone. */
const load = async (url: string, name: string, onAcknowledged: (count: number) => void) => {
  const sent: { readonly touchpoints: readonly { readonly id?: unknown }[] }[] = []
  const acknowledged: string[] = []
  const sender = async (number: number) => {
    const tab = `${name}sender${number}`
    for (let seq = 1; ; seq += 5) {
      const touchpoints = [0, 1, 2, 3, 4].map((more) => touchpoint({ seq: seq + more, page: tab }))
      const body = batch({ touchpoints, pages: { [tab]: { ...page, tab } }, documents: { [tab]: seq + 4 } })
      sent.push({ ...body, touchpoints })
      const answer = await post(url, body).catch(() => undefined)
      if (answer?.status !== 200) return
      acknowledged.push(...touchpoints.map(({ id }) => String(id)))
      onAcknowledged(acknowledged.length)
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, number) => sender(number)))
  return { sent, acknowledged }
}

/** The ids of all that is stored; fails where one is there twice. */
const idsIn = async (url: string) => {
  const all: string[] = []
  let before: string | undefined = ''
  while (before !== undefined) {
    const { body }: Awaited<ReturnType<typeof get>> = await get(url, `/touchpoints?limit=1000${before && `&before=${before}`}`)
    all.push(...body.touchpoints.map(({ id }) => id))
    before = body.next
  }
  const ids = new Set(all)
  expect(ids.size).toBe(all.length)
  return ids
}

describe('an end', () => {
  test('by SIGKILL, twenty times in the middle of load, loses nothing that was acknowledged and stores nothing twice, however often it is sent', async () => {
    const db = freshDatabase()
    const random = createRandom(20)
    const all = new Set<unknown>()
    let before: Awaited<ReturnType<typeof load>> = { sent: [], acknowledged: [] }
    for (let kills = 0; kills <= 20; kills++) {
      // It opens, whatever was being written.
      const { child, url: listening, ended } = run(['--port', '0', '--db', db])
      const url = await listening
      const kept = await idsIn(url)
      expect(before.acknowledged.filter((id) => !kept.has(id))).toEqual([])
      // The tracker sends again what got no answer, and here also what did.
      for (const body of before.sent) expect((await post(url, body)).status).toBe(200)
      for (const { touchpoints } of before.sent) for (const { id } of touchpoints) all.add(id)
      expect(await idsIn(url)).toEqual(all)
      if (kills === 20) {
        expect(await accountOf(url, 'k19sender0')).toMatchObject({ missing: [], lost: [] })
        break
      }
      const most = random.whole(0, 400)
      // Folded, appended to the write-ahead log, or in between: each time it is somewhere else.
      const reading = fetch(`${url}/map`).catch(() => {})
      before = await load(url, `k${kills}`, (count) => count >= most && !child.killed && child.kill('SIGKILL'))
      await Promise.all([ended, reading])
    }
    expect(all.size).toBeGreaterThan(2000)
  }, 180_000)

  test('by SIGTERM in the middle of load finishes what is in flight and leaves one whole file', async () => {
    const db = freshDatabase()
    const first = run(['--port', '0', '--db', db])
    const { acknowledged } = await load(await first.url, 'term', (count) => count >= 200 && !first.child.killed && first.child.kill('SIGTERM'))
    expect(await first.ended).toMatchObject({ code: 0, err: '' })
    expect(existsSync(`${db}.wal`)).toBe(false)
    const { url } = await start({ db })
    const kept = new Set((await stored(url)).map(({ id }) => id))
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
  })

  test('by SIGINT while somebody watches live does not wait for them', async () => {
    const first = run(['--port', '0'])
    const live = await fetch(`${await first.url}/live`)
    first.child.kill('SIGINT')
    expect((await first.ended).code).toBe(0)
    await live.body?.cancel().catch(() => {})
  })

  test('lets go of the file, so that the same process can open it again', async () => {
    const first = await start()
    await first.close()
    await first.close()
    const second = await start({ db: first.db })
    await second.close()
    expect((await run(['--port', '0', '--db', first.db]).url).startsWith('http://127.0.0.1:')).toBe(true)
  })
})
