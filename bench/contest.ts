import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { compressed } from '../scripts/sizes.js'
import { throttleCpu } from '../test/harness/cdp.js'
import type { Pages } from '../test/harness/pages.js'
import type { Browser, Tab } from '../test/harness/tab.js'
import { BARE, type Contestant, contestants, EMPTY } from './contestants.js'
import { bundle } from './peers/bundle.js'
import { busyIn, inLab, record, recordStart, ROUNDS, say } from './lab.js'
import { rowsLeft } from './shop.js'
import { createSink, type Sink } from './sink.js'
import { median, spread, type Row } from './table.js'

const STEADY = 100
const BURST = 1000
const EVERY = 50
/** Peers that have sent nothing for so long will send no more, ms; the longest wait of one of them is 10 s. */
const QUIET = 12_000
const AT_MOST = 30_000
const CLICKS = 30
/** The platform's bound of a long task, ms. */
const LONG = 50
/** What a click takes lies between the first listener of all and the last. */
const BUTTON = '<button id="buy">Add to cart</button>'
const FIRST = `window.took = []; window.busy = 0; for (const type of ['pointerdown', 'pointerup', 'click']) addEventListener(type, () => (window.since = performance.now()), true)`
const LAST = `['pointerdown', 'pointerup', 'click'].forEach((type) => addEventListener(type, () => { busy += performance.now() - since; if (type === 'click') { took.push(busy); busy = 0 } })), document.querySelector('#buy').addEventListener('click', () => act('click', { selector: '#buy', text: 'Add to cart', nth: 'nth-click' })), 0`

/** What one round says of one of them; times in ms. */
interface Measured {
  readonly bytes: { readonly min: number; readonly gzip: number; readonly brotli: number }
  readonly start: number
  readonly steady: readonly [number, number]
  readonly burst: readonly [number, number]
  readonly long: number
  readonly click: number
  readonly heap: number
  readonly requests: number
  readonly wire: number
  readonly gzip: number
  readonly delivered: number
}

const bundles = new Map<string, Promise<readonly { readonly fileName: string; readonly code: string }[]>>()
const partsOf = ({ file }: Contestant) => {
  if (!file) return Promise.resolve([])
  if (!bundles.has(file)) bundles.set(file, bundle(file))
  return bundles.get(file)!
}

/** What the page has asked for, at level 9 and quality 11. */
function loaded(pages: Pages, parts: Awaited<ReturnType<typeof partsOf>>): Measured['bytes'] {
  const own = parts.filter(({ fileName }) => pages.hits.includes(`/peers/${fileName}`)).map(({ code }) => code)
  const tags = pages.hits.filter((path) => /^\/rihla(\.\w+)?\.js$/.test(path)).map((path) => readFileSync(`${inject('dist')}${path}`, 'utf8'))
  const each = [...own, ...tags].map(compressed)
  const sum = (of: (size: Measured['bytes']) => number) => each.reduce((total, size) => total + of(size), 0)
  return { min: sum(({ min }) => min), gzip: sum(({ gzip }) => gzip), brotli: sum(({ brotli }) => brotli) }
}

/** Until all have come, or no more do. */
async function settled(sink: Sink, count: number): Promise<void> {
  const from = Date.now()
  while (sink.seen.size < count && Date.now() - from < AT_MOST && Date.now() - Math.max(from, sink.requests.at(-1)?.at ?? from) < QUIET) await sleep(100)
}

async function heapOf(tab: Tab): Promise<number> {
  await tab.cdp('HeapProfiler.enable')
  await tab.cdp('HeapProfiler.collectGarbage')
  return (await tab.cdp('Runtime.getHeapUsage')).usedSize as number
}

/** A page, an endpoint and an origin of its own. */
const measure = (browser: Browser, contestant: Contestant): Promise<Measured> =>
  inLab(browser, async ({ pages, open }) => {
    const sink = await createSink()
    try {
      return await measureAt(sink, pages, await open('/before', {}), contestant)
    } finally {
      await sink.close()
    }
  })

async function measureAt(sink: Sink, pages: Pages, tab: Tab, contestant: Contestant): Promise<Measured> {
  const parts = await partsOf(contestant)
  for (const { fileName, code } of parts) pages.add(`/peers/${fileName}`, (_, response) => void response.writeHead(200, { 'content-type': 'text/javascript' }).end(code))
  const { before = '', ...page } = contestant.page(sink.url)
  const url = pages.add('/', { ...page, before: `${FIRST}\n${before}`, body: BUTTON })
  const load = await recordStart(tab, url)
  // A trace does not say of which module: there are no others.
  const own = load.filter(({ inside }) => inside.some((each) => /^v8\.evaluateModule|\/(peers\/[\w-]+|rihla(\.\w+)?)\.js/.test(each)))
  const bytes = loaded(pages, parts)

  const work = async (label: string, rate: number, [count, perTask, every]: readonly [number, number, number]) => {
    sink.reset()
    const tasks = await record(tab, rate, async () => {
      await tab.eval((...args: [number, number, number, string]) => visitShop(...args), count, perTask, every, `nth-${label}`)
      if (contestant.name !== EMPTY) await settled(sink, count)
    })
    const sum = (of: (request: Sink['requests'][number]) => number) => sink.requests.reduce((total, each) => total + of(each), 0) / Math.max(1, sink.seen.size)
    say(`  ${contestant.name}, ${count} at ${rate}×: ${sink.seen.size} arrived`)
    return { busy: busyIn(tasks), long: tasks.filter(({ busy }) => busy > LONG).length, delivered: sink.seen.size / count, requests: (sink.requests.length / count) * 100, wire: sum(({ bytes }) => bytes), gzip: sum(({ gzip }) => gzip) }
  }
  const [slow, fast, burst, burst4] = [await work('a', 1, [STEADY, 1, EVERY]), await work('b', 4, [STEADY, 1, EVERY]), await work('c', 1, [BURST, BURST, 0]), await work('d', 4, [BURST, BURST, 0])]
  if (contestant.name.includes('rihla') && (await rowsLeft(tab))) throw new Error(`${contestant.name}: rows are left, the work was not over when the trace ended`)
  const heap = await heapOf(tab)
  await tab.eval(LAST)
  await throttleCpu(tab, 4)
  for (let i = 0; i < CLICKS; i++) await tab.click('#buy')
  await throttleCpu(tab, 1)
  const click = median(await tab.eval<number[]>('took'))
  return {
    bytes, start: busyIn(own), steady: [slow.busy, fast.busy], burst: [burst.busy, burst4.busy], long: own.filter(({ busy }) => busy > LONG).length + fast.long, click, heap, requests: slow.requests, wire: slow.wire, gzip: slow.gzip,
    delivered: Math.min(slow.delivered, fast.delivered, burst.delivered, burst4.delivered),
  }
}

const kb = (bytes: number): string => (bytes / 1000).toFixed(1)

/** All of them with the same touchpoints on the same page, one after another, round by round. `BENCH_ONLY` names some of them, such as `rihla,snowplow`. */
export async function contest(browser: Browser): Promise<Row[]> {
  const only = process.env.BENCH_ONLY?.split(',')
  const taking = contestants.filter(({ name }) => !only || name === EMPTY || name === BARE || only.some((each) => name.includes(each)))
  const rounds: Map<string, Measured>[] = []
  for (let i = 1; i <= ROUNDS; i++) {
    const round = new Map<string, Measured>()
    rounds.push(round)
    for (const contestant of taking) {
      const measured = await measure(browser, contestant)
      round.set(contestant.name, measured)
      say(`contest ${i}/${ROUNDS}, ${contestant.name}: ${JSON.stringify(measured, (_, value) => (typeof value === 'number' ? +value.toFixed(2) : value))}`)
    }
  }
  return rowsOf(taking, rounds)
}

/** A row for each, against the empty page and the bare fetch of the same round. */
function rowsOf(taking: readonly Pick<Contestant, 'name' | 'keeps'>[], rounds: readonly ReadonlyMap<string, Measured>[]): Row[] {
  return taking.filter(({ name }) => name !== EMPTY).map(({ name, keeps }) => {
    const against = (of: (measured: Measured) => number) => spread(rounds.map((round) => (of(round.get(name)!) - of(round.get(EMPTY)!)) / (of(round.get(BARE)!) - of(round.get(EMPTY)!))))
    const all = rounds.map((round) => round.get(name)!)
    const fetchOf = (round: ReadonlyMap<string, Measured>) => (round.get(BARE)!.steady[1] - round.get(EMPTY)!.steady[1]) / STEADY
    const { min, gzip, brotli } = all[0]!.bytes
    return {
      tracker: name,
      'keeps touchpoints': keeps,
      'KB: min / gzip / brotli': min ? [min, gzip, brotli].map(kb).join(' / ') : '',
      'start': min ? spread(rounds.map((round) => round.get(name)!.start / fetchOf(round))) : '',
      'burst, 1×': against(({ burst }) => burst[0]),
      'burst, 4×': against(({ burst }) => burst[1]),
      'steady, 1×': against(({ steady }) => steady[0]),
      'steady, 4×': against(({ steady }) => steady[1]),
      'long tasks': spread(all.map(({ long }) => long)),
      'click': against(({ click }) => click),
      'heap, KB': spread(rounds.map((round) => (round.get(name)!.heap - round.get(EMPTY)!.heap) / 1000)),
      'requests per 100': spread(all.map(({ requests }) => requests)),
      'bytes each / gzip': `${median(all.map(({ wire }) => wire)).toFixed(0)} / ${median(all.map(({ gzip }) => gzip)).toFixed(0)}`,
      delivered: `${Math.floor(Math.min(...all.map(({ delivered }) => delivered)) * 100)} %`,
    }
  })
}
