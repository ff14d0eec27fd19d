// @vitest-environment node
import { request } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { startCollector } from '../../examples/collector/server.js'
import { batch, freshDatabase, get, post, start, touchpoint } from './collector-harness.js'

vi.setConfig({ testTimeout: 20_000 })

const protectedPaths = ['/touchpoints', '/documents', '/live']

/** Reads under another name for the same address, as a website with a rebound DNS name would. */
const statusUnder = (url: string, host: string, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const asking = request(`${url}${path}`, { headers: { host } }, (answer) => {
      answer.destroy()
      resolve(answer.statusCode ?? 0)
    })
    asking.on('error', reject)
    asking.end()
  })

/** Reads server-sent events until `count` touchpoints came. */
const listen = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${url}/live`, { headers })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const until = async (count: number): Promise<{ readonly seq: number }[]> => {
    for (;;) {
      const found = [...text.matchAll(/^id: (\d+)\nevent: touchpoint\ndata: (.+)\n\n/gm)]
      if (found.length >= count) return found.map((match) => JSON.parse(match[2]!))
      const { value, done } = await reader.read()
      if (done) throw new Error('the stream ended')
      text += value
    }
  }
  return { answer, until, cancel: () => reader.cancel(), ended: async () => { while (!(await reader.read()).done); return true } }
}

describe('live', () => {
  test('streams touchpoints as they are committed, to everybody who listens, duplicates once', async () => {
    const { url } = await start()
    const [first, second] = [await listen(url), await listen(url)]
    expect(first.answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const one = touchpoint({ props: { text: 'line\nbreak\r\ndata: x' } })
    await post(url, batch({ touchpoints: [one] }))
    await post(url, batch({ touchpoints: [one, touchpoint({ seq: 2 })] }))
    for (const listener of [first, second]) {
      const seen = await listener.until(2)
      expect(seen.map(({ seq }) => seq)).toEqual([1, 2])
      expect(seen[0]).toEqual((await get(url, '/touchpoints?limit=1000')).body.touchpoints.find(({ seq }) => seq === 1))
    }
    await first.cancel()
    await post(url, batch({ touchpoints: [touchpoint({ seq: 3 })] }))
    expect(await second.until(3)).toHaveLength(3)
  })

  test('ends when the collector closes', async () => {
    const { url, close } = await start()
    const listener = await listen(url)
    const ended = listener.ended()
    await close()
    expect(await ended).toBe(true)
  })
})

describe('on this machine', () => {
  test('everything can be read without a token, under a loopback name only', async () => {
    const { url } = await start()
    for (const path of [...protectedPaths, '/']) {
      for (const host of ['localhost', '127.0.0.1:4400', '[::1]:4400', 'shop.localhost']) expect(await statusUnder(url, host, path), host).toBe(200)
      for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.2']) expect(await statusUnder(url, host, path), host).toBe(403)
    }
    expect(await statusUnder(url, 'evil.example', '/health')).toBe(200)
  })

  test('no other origin may read the answers', async () => {
    const { url } = await start()
    const { headers } = await get(url, '/touchpoints', { origin: 'https://evil.example' })
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
  })
})

describe('with an admin token', () => {
  const adminToken = 'a secret'

  test('shops may send without it, and nobody may read without it', async () => {
    const { url } = await start({ adminToken, host: '0.0.0.0' })
    expect((await post(url, batch())).status).toBe(200)
    for (const path of protectedPaths) {
      expect((await get(url, path)).status).toBe(401)
      expect((await get(url, path, { authorization: 'Bearer wrong' })).status).toBe(401)
      expect((await get(url, path, { cookie: `rihla_admin=${adminToken}` })).status).toBe(401)
    }
    const { status, body } = await get(url, '/touchpoints', { authorization: `Bearer ${adminToken}` })
    expect([status, body.touchpoints.length]).toEqual([200, 1])
  })

  test('the page asks for it and keeps it in a cookie that scripts and other sites do not get', async () => {
    const { url } = await start({ adminToken })
    const locked = await fetch(`${url}/`)
    expect([locked.status, (await locked.text()).includes('name="token"')]).toEqual([401, true])
    const login = (token: string) => fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' })
    expect((await login('wrong')).status).toBe(401)
    expect((await login('')).status).toBe(401)
    const answer = await login(adminToken)
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    expect(cookie).toMatch(/^rihla_admin=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/)
    const opened = await fetch(`${url}/`, { headers: { cookie: `other=1; ${cookie.split(';')[0]}` } })
    expect([opened.status, (await opened.text()).includes('waiting for the first touchpoint')]).toEqual([200, true])
  })

  test('an empty one counts as none', async () => {
    const { url } = await start({ adminToken: '' })
    expect(await statusUnder(url, 'evil.example', '/touchpoints')).toBe(403)
  })

  test('the collector does not start for others without one', async () => {
    await expect(startCollector({ port: 0, host: '0.0.0.0', db: freshDatabase() })).rejects.toThrow(
      'Others can reach 0.0.0.0, so reading needs a token: set RIHLA_ADMIN_TOKEN or --admin-token, or use --host 127.0.0.1.',
    )
  })
})

describe('the page', () => {
  test('runs under a strict policy, without inline script or style', async () => {
    const { url } = await start()
    const answer = await fetch(`${url}/`)
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(await answer.text()).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son[a-z]+=/)
  })

  test('and its files are served with their types', async () => {
    const { url } = await start()
    const html = await (await fetch(`${url}/`)).text()
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]!)
    expect(files).toEqual(['/icon.svg', '/page.css', '/page.js', '/journey/'])
    for (const file of [...files, '/rows.js', '/element.js']) {
      const answer = await fetch(url + file)
      expect([file, answer.status, answer.headers.get('x-content-type-options')]).toEqual([file, 200, 'nosniff'])
      const text = await answer.text()
      expect(text).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write/)
    }
  })
})

describe('the journey map', () => {
  test('runs under a strict policy, without inline script or style, and has all its files', async () => {
    const { url } = await start()
    const answer = await fetch(`${url}/journey/`)
    const html = await answer.text()
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types default")
    expect(policy).not.toContain('unsafe')
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son[a-z]+=/)
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+\.\w+)"/g)].map((match) => match[1]!)
    const imported = await Promise.all(['map', 'chart', 'sections', 'timeline', 'exports', 'words'].map(async (name) => (await fetch(`${url}/journey/${name}.js`)).text()))
    for (const file of [...files, ...imported.flatMap((text) => [...text.matchAll(/ from '([^']+)'/g)].map((match) => match[1]!.replace('./', '/journey/')))]) expect([file, (await fetch(url + file)).status]).toEqual([file, 200])
    expect(imported.join('')).not.toMatch(/innerHTML =|insertAdjacentHTML|document\.write/)
  })

  test('is for those with the token', async () => {
    const { url } = await start({ adminToken: 'secret' })
    expect([(await fetch(`${url}/journey/`)).status, (await fetch(`${url}/journey/samples`, { method: 'POST' })).status]).toEqual([401, 401])
  })

  test('has made-up shoppers sent through the real endpoint, for itself and for no other site', async () => {
    const { url } = await start()
    const foreign = await fetch(`${url}/journey/samples`, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })
    expect([foreign.status, await foreign.json()]).toEqual([403, { reason: 'samples are sent from the map only' }])
    const lines = (await (await fetch(`${url}/journey/samples`, { method: 'POST' })).text()).trim().split('\n').map((line) => JSON.parse(line))
    const { sent, total } = lines.at(-1)
    expect(sent).toBe(total)
    const map = await (await fetch(`${url}/map?site=sample-shop`)).json()
    expect(map.totals.shoppers).toBeGreaterThan(400)
    expect(map.stages.every((stage: { shoppers: number }) => stage.shoppers > 0)).toBe(true)
    expect(await (await fetch(`${url}/losses`)).json()).toMatchObject({ touchpoints: total, missing: 0, lost: {} })
  }, 30_000)
})
