import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform } from 'node:os'
import { afterAll, beforeAll, inject, it } from 'vitest'
import { engines } from '../test/harness/engines.js'
import type { Browser } from '../test/harness/tab.js'
import { ahead } from './ahead.js'
import { backlog } from './backlog.js'
import { collecting, mapping } from './collector.js'
import { contest } from './contest.js'
import { entries } from './entries.js'
import { ROUNDS, say } from './lab.js'
import { listeners } from './listeners.js'
import { modules } from './modules.js'
import { stores } from './stores.js'
import { toMarkdown, type Row } from './table.js'
import { wire } from './wire.js'

/** Each section: what it measures, and how. One that fails, fails the run, and keeps the figures of before. */
const sections: readonly (readonly [title: string, note: string, measure: (browser: Browser) => Promise<Row[]>])[] = [
  ['Bytes', 'Bundled with all it imports, minified, level 9 and quality 11.', entries],
  ['Modules', 'The ten largest of the script tag.', modules],
  [
    'Against others',
    'Each on the same page, with the same touchpoints (page views, clicks, products looked at, one in ten into the cart), an endpoint that takes everything and settings as its maker has them, but for what it captures by itself, which is off; ' +
      'the script tag has all its sources on. KB: what the page loads to start and to track. The rest is in units of a bare `fetch` for each touchpoint in the same round, above an empty page: `start` is the main thread for evaluation and all first tasks at 4× CPU in fetches; ' +
      '`burst` 1,000 in one task and `steady` 100, one every 50 ms, with all deferred work until the endpoint has everything, at most 30 s (`delivered` says how much it had then, in the worst of the four); `click` what the listeners of a real click take that is tracked, at 4× CPU. Long tasks: over 50 ms, at the start and in `steady`, 4×. ' +
      'Heap: after about 2,200, garbage collected. Requests and bytes of bodies, as sent, in `steady`. The bare tracker uses keepalive while fewer than 15 requests and 60,000 bytes are under way, since browsers refuse more, and none beyond.',
    contest,
  ],
  ['Compiled ahead', 'The script tag asks Chromium to compile it whole while it loads; beside it, in turn, the same script without that line. The tasks of a first page in which its code ran.', ahead],
  ['Listeners', 'What a source alone, and the script tag, take of one event of a real pointer or key, above the same page without them: medians of 40. Chromium slows a processor down by stopping it every 200 µs for the sixfold: what takes less is stopped once or not at all, so that its median jumps between nothing and one such stop; six times what it takes at full speed does not. A click in the script tag is a touchpoint, too.', listeners],
  ['Long tasks', 'The collector is down while 5,000 touchpoints come, ten in a task, and comes back. Tasks of more than 50 ms of processor at 4× CPU.', backlog],
  ['Bytes on the wire', 'Bodies without HTTP headers: `page_view`, `click`, `view_item` and `add_to_cart` in equal parts, each four on a page of its own.', wire],
  ['Collector', 'The example collector on a fresh DuckDB file, in a process of its own beside the load generator. 64 devices at a time send batches of 20 and wait for the answer, which comes after the commit. `BENCH_SECONDS` says for how long.', collecting],
  ['Journey maps', 'The same collector with the journeys of 87,000 made-up shoppers. All five models were looked at once, and then none for a minute. Before each request one more has come, but for the first row, and what is looked at is brought up to date beside: the usual model, and from its row on another one.', mapping],
  ['Stores', 'Journeys of 87,000 made-up shoppers, committed 500 requests at a time, in a DuckDB file and on two ClickHouse servers, all on this machine. `BENCH_SHOPPERS` says of how many.', stores],
]

const [engine] = engines
const done = new Map<string, Row[]>()
let browser: Browser

const machine = (): string => {
  const [, chromium = 'Chromium'] = /(Chrom\w+ [\d.]+)/.exec(spawnSync(inject('engines').chromium?.browser ?? '', ['--version'], { encoding: 'utf8' }).stdout ?? '') ?? []
  return `${platform()} ${arch()}, ${cpus().length} cores, Node ${process.version}, ${chromium}, ${ROUNDS} round${ROUNDS === 1 ? '' : 's'}`
}

beforeAll(async () => {
  if (!engine) throw new Error('the bench needs Chromium and chromedriver: "npm run browsers" installs them')
  browser = await engine.open()
})

for (const [title, , measure] of sections) {
  it(title, async () => {
    say(title)
    const rows = await measure(browser)
    // A part of a section says what it found, and does not stand for the whole.
    if (process.env.BENCH_ONLY) process.stderr.write(`${toMarkdown(rows)}\n`)
    else done.set(title, rows)
  })
}

const RESULTS = 'bench/RESULTS.md'
const HEAD = '# What rihla costs\n\nWritten by `npm run bench`. Main-thread figures are ratios within one run: variants take turns; medians, with the least and the most of all rounds in brackets.'

/** The report's sections as they are, by title. */
const before = (): Map<string, string> =>
  new Map((existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '').split(/^## /m).slice(1).map((section) => [section.split('\n')[0]!, `## ${section.trim()}`]))

afterAll(async () => {
  await browser?.close()
  const known = before()
  const written = sections.map(([title, note]) => {
    const rows = done.get(title)
    // What was not measured this time stays as it was, with the machine that it names.
    return rows ? `## ${title}\n\n${note}\n\nOn ${machine()}:\n\n${toMarkdown(rows)}` : known.get(title)
  })
  writeFileSync(RESULTS, `${[HEAD, ...written.filter(Boolean)].join('\n\n')}\n`)
  const peers = done.get('Against others')
  if (peers) writeFileSync('README.md', readFileSync('README.md', 'utf8').replace(/^\| tracker \|.*\n(?:\|.*\n)+/m, `${toMarkdown(peers)}\n`))
})
