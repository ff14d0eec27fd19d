// @vitest-environment node
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { batch, get, post, start, stored, touchpoint } from './collector-harness.js'

vi.setConfig({ testTimeout: 20_000 })

/** Sends raw bytes and gives all that comes back until the server closes. */
const raw = (url: string, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
    socket.write(text)
  })

const bodies: [string, string | Uint8Array][] = [
  ['nothing', ''],
  ['text', 'hello'],
  ['half a batch', JSON.stringify(batch()).slice(0, -20)],
  ['a number', '1'],
  ['null', 'null'],
  ['an array', '[]'],
  ['prototype keys', '{"__proto__":{"v":1},"constructor":{"prototype":{}}}'],
  ['a million brackets', '['.repeat(500_000) + ']'.repeat(500_000)],
  ['a million brackets with an escape', `["\\u0000",${'['.repeat(400_000)}${']'.repeat(400_000)}]`],
  ['bytes that are no UTF-8', new Uint8Array([0xff, 0xfe, 0x7b])],
  ['half a gzip', gzipSync(JSON.stringify(batch())).subarray(0, 30)],
  ['gzip of garbage', gzipSync('garbage')],
  ['gzip in its first two bytes only', new Uint8Array([0x1f, 0x8b])],
]

test.each(bodies)('%s is answered with 400 and a reason', async (_name, body) => {
  const { url } = await start()
  const { status, answer, headers } = await post(url, body)
  expect({ status, reason: typeof answer.reason }).toEqual({ status: 400, reason: 'string' })
  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect((await post(url, batch())).status).toBe(200)
})

test('a body of more than a megabyte is refused, announced or not', async () => {
  const { url } = await start()
  expect(await post(url, 'x'.repeat(10_000_000))).toMatchObject({ status: 413, answer: { reason: 'body: expected at most 1048576 bytes' } })
  let sent = 0
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array((sent += 65_536) && 65_536)) })
  const answer = await fetch(`${url}/collect`, { method: 'POST', body: endless, duplex: 'half' } as RequestInit)
  expect(answer.status).toBe(413)
  await answer.text()
  expect((await post(url, batch({ touchpoints: [touchpoint({ props: { text: 'x'.repeat(1_000_000) } })] }))).status).toBe(200)
})

test('a small body that unzips to much is refused', async () => {
  const { url } = await start()
  const bomb = gzipSync(Buffer.alloc(100_000_000))
  expect(bomb.length).toBeLessThan(1_000_000)
  expect(await post(url, bomb)).toMatchObject({ status: 413, answer: { reason: 'body: expected at most 8388608 bytes' } })
})

test('more touchpoints than one transaction takes are refused, so that the tracker halves the batch', async () => {
  const { url } = await start({ limits: { maxTouchpoints: 2 } })
  expect(await post(url, batch({ touchpoints: [1, 2, 3].map((seq) => touchpoint({ seq })) }))).toMatchObject({ status: 413, answer: { reason: 'touchpoints: expected at most 2' } })
})

test('unknown paths and wrong methods are answered in JSON', async () => {
  const { url } = await start()
  for (const path of ['/nothing', '/collect/', '/../package.json', '/page.css/../../store.js', '/__proto__', '/%00']) {
    expect(await get(url, path), path).toMatchObject({ status: 404, body: { reason: expect.stringContaining('nothing at') } })
  }
  expect(await get(url, '/collect')).toMatchObject({ status: 405, body: { reason: '/collect takes POST, OPTIONS' } })
  const answer = await fetch(`${url}/touchpoints`, { method: 'DELETE' })
  expect([answer.status, answer.headers.get('allow'), await answer.json()]).toEqual([405, 'GET', { reason: '/touchpoints takes GET' }])
})

test('a browser that asks first may send', async () => {
  const { url } = await start()
  const answer = await fetch(`${url}/collect`, { method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' } })
  expect(answer.status).toBe(204)
  expect(Object.fromEntries(answer.headers)).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type' })
})

test('what is no HTTP is answered in JSON and closed', async () => {
  const { url } = await start()
  expect(await raw(url, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request[\s\S]+"reason":"expected an HTTP/)
  expect(await raw(url, `GET / HTTP/1.1\r\nhost: x\r\ncookie: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
  expect((await get(url, '/health')).body).toEqual({ ok: true })
})

test('hosts and targets that make no URL are answered', async () => {
  const { url } = await start()
  for (const head of ['GET / HTTP/1.1\r\nhost: a b', 'GET // HTTP/1.1\r\nhost: localhost', 'GET http://[/ HTTP/1.1\r\nhost: localhost', 'TRACE / HTTP/1.1\r\nhost: localhost']) {
    expect(await raw(url, `${head}\r\nconnection: close\r\n\r\n`), head).toMatch(/^HTTP\/1\.1 4\d\d /)
  }
  expect((await get(url, '/health')).status).toBe(200)
})

test('a sender that dawdles is cut off', async () => {
  const { url } = await start({ headersTimeout: 100, requestTimeout: 200 })
  expect(await raw(url, 'POST /collect HTTP/1.1\r\nhost: localhost\r\n')).toMatch(/^HTTP\/1\.1 408 [\s\S]+"reason":"the request came too slowly"/)
  expect(await raw(url, 'POST /collect HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{')).toMatch(/^HTTP\/1\.1 408 [\s\S]+"reason":"the request came too slowly"/)
  expect((await post(url, batch())).status).toBe(200)
})

test('a sender that leaves in the middle harms nobody', async () => {
  const { url } = await start()
  await new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('POST /collect HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{', () => socket.destroy()))
    socket.on('close', () => resolve())
  })
  expect((await post(url, batch())).status).toBe(200)
  expect(await stored(url)).toHaveLength(1)
})
