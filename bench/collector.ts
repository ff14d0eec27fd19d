import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../examples/shoppers/random.js'
import { sendShoppers } from '../examples/shoppers/send.js'
import { freshDatabase } from '../test/examples/collector-harness.js'
import { runExample } from '../test/examples/run-example.js'
import { ROUNDS, say } from './lab.js'
import { median, spread, type Row } from './table.js'

/** For so long requests come, s. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60)
/** As many devices wait for an answer at any time. */
const SENDERS = 64
const SIZE = 20
/** Made-up shoppers whose journeys are more than a million touchpoints. */
const SHOPPERS = 87_000

const agent = new Agent({ keepAlive: true, maxSockets: SENDERS })

/** Sends one body; resolves with the answer's status. What is not taken whole, fails. */
const post = (url: string, body: string, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const sending = request(`${url}/collect`, { agent, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
      text(response).then((answer) => (answer === '{}' ? resolve(response.statusCode ?? 0) : reject(new Error(`the collector answered ${response.statusCode}: ${answer.slice(0, 300)}`))), reject)
    })
    sending.on('error', reject).end(body)
  })

/** A running collector on a fresh DuckDB file. */
async function startCollector() {
  const { child, url } = runExample('collector/server.js', ['--port', '0', '--db', freshDatabase()])
  const { pid } = child
  /** Of the whole process, ms. */
  const cpu = () => {
    const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13).map(Number)
    return (user + system) * 10
  }
  const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  return { url: await url, cpu, memory }
}

const percentile = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!

/** What one collector takes: batches of 20 from 64 devices at once, each counted when its answer is there, which is after the commit. */
export async function collecting(): Promise<Row[]> {
  const { url, cpu, memory } = await startCollector()
  const random = createRandom(1)
  const from = Date.now()
  const until = from + SECONDS * 1000
  const latencies: number[] = []
  const memories: number[] = []
  let acknowledged = 0
  let number = 0

  const bodyOf = (visit: string, tab: string, visitor: string, first: number) => {
    const at = Date.now()
    const touchpoints = Array.from({ length: SIZE }, (_, i) => ({ id: random.id(at), name: i % 5 ? 'view_item' : 'page_view', at: at + i, seq: first + i, page: `${tab}-1`, source: 'data-layer', ...(i % 5 && { props: { currency: 'EUR', value: 49.9, items: [{ item_id: `sku-10${i}`, item_name: `Linen shirt ${i}`, item_category: 'Shirts', price: 49.9, quantity: 1 }] } }), stage: { id: 'consideration', confidence: 0.7 } }))
    return JSON.stringify({ v: 1, site: 'bench', sdk: 'rihla/bench', sent_at: at, visits: { [visit]: { visitor, started: at, channel: 'email', number: 1, landing: 'https://shop.example/' } }, pages: { [`${tab}-1`]: { tab, visit, model: 'five@2', url: 'https://shop.example/p/linen-shirt', title: 'Linen shirt' } }, touchpoints, documents: { [tab]: first + SIZE - 1 } })
  }
  const send = async () => {
    while (Date.now() < until) {
      // A visit has some pages, and a page sends twice.
      const [visit, visitor] = [random.id(Date.now()), random.id(Date.now())]
      for (let page = 0; page < 3; page++) {
        const tab = `b${(++number).toString(36).padStart(9, '0')}`
        for (let first = 1; first <= 2 * SIZE; first += SIZE) {
          const body = bodyOf(visit, tab, visitor, first)
          const began = performance.now()
          await post(url, body, { 'content-type': 'text/plain' })
          latencies.push(performance.now() - began)
          acknowledged += SIZE
        }
      }
    }
  }
  const watch = async () => {
    while (Date.now() < until) {
      memories.push(memory())
      await sleep(500)
    }
  }
  const [own, theirs] = [process.cpuUsage(), cpu()]
  await Promise.all([watch(), ...Array.from({ length: SENDERS }, send)])
  const seconds = (Date.now() - from) / 1000
  const { user, system } = process.cpuUsage(own)
  const [generator, collector] = [(user + system) / 1000, cpu() - theirs]
  latencies.sort((a, b) => a - b)
  say(`collecting: ${acknowledged} touchpoints in ${seconds.toFixed(0)} s`)
  const third = Math.floor(memories.length / 3)
  return [
    { what: `touchpoints acknowledged in a second, over ${seconds.toFixed(0)} s`, value: (acknowledged / seconds).toFixed(0), target: '≥ 10,000' },
    { what: 'an answer, ms: median', value: percentile(latencies, 0.5).toFixed(0) },
    { what: 'an answer, ms: 99 of 100 within', value: percentile(latencies, 0.99).toFixed(0), target: '< 1,000' },
    { what: 'memory of the last third of the time, as a multiple of the middle third', value: (median(memories.slice(2 * third)) / median(memories.slice(third, 2 * third))).toFixed(2), target: '≤ 1.1' },
    { what: 'memory, MB', value: spread(memories) },
    { what: 'the load generator’s share of all processor time', value: `${((100 * generator) / (generator + collector)).toFixed(0)} %` },
  ]
}

/** How long a map of more than a million touchpoints takes, and what else its page reads. */
export async function mapping(): Promise<Row[]> {
  const { url } = await startCollector()
  const send: Parameters<typeof sendShoppers>[0] = async (body, headers) => ({ status: await post(url, body, headers), text: async () => '' })
  const { sent } = await sendShoppers(send, { count: SHOPPERS, days: 90, site: 'sample-shop', seed: 7 })
  say(`mapping: ${sent} touchpoints are stored`)
  const ask = async (path: string) => {
    const began = performance.now()
    const answer = await fetch(`${url}${path}`)
    await answer.text()
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
    return performance.now() - began
  }
  let seen = 0
  /** One more shopper comes, so that no answer of before is right any more. */
  const change = () => sendShoppers(send, { count: 1, days: 1, site: 'sample-shop', seed: ++seen })
  const timed = async (path: string, before: () => Promise<unknown> = change) => {
    await ask(path)
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await before()
      times.push(await ask(path))
    }
    return spread(times)
  }
  for (const model of ['five', 'ecommerce-six', 'aida', 'funnel', 'saas']) say(`mapping: ${model} after ${(await ask(`/map?model=${model}`)).toFixed(0)} ms`)
  // As on every day: a minute after something new, all models are folded, and none counts as looked at any more.
  await change()
  await sleep(62_000)
  const rows: Row[] = [{ what: 'touchpoints', value: String(sent) }]
  rows.push({ what: 'the map, nothing being new, ms', value: await timed('/map', async () => {}), target: '< 300' })
  rows.push({ what: 'the map, a shopper being new, ms', value: await timed('/map'), target: '< 300' })
  rows.push({ what: 'with another model, ms', value: await timed('/map?model=aida'), target: '≤ 3,000' })
  const month = Date.now() - 2_592_000_000
  rows.push({ what: 'of the last 30 days, as the page shows first, ms', value: await timed(`/map?since=${month}`), target: '< 300' })
  for (const filters of ['channel=email', `device=mobile&since=${month}`, 'segment=vip']) rows.push({ what: `with ${filters.replace(/=\d+/, '')}, ms`, value: await timed(`/map?${filters}`), target: '≤ 3,000' })
  for (const path of ['/shoppers', '/choices', '/losses']) rows.push({ what: `${path}, ms`, value: await timed(path) })
  return rows
}
