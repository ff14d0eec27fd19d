import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { throttleCpu, trace } from '../test/harness/cdp.js'
import { createCollector, type Collector } from '../test/harness/collector.js'
import { createPages, type PageOptions, type Pages } from '../test/harness/pages.js'
import type { Browser, CdpValue, Tab } from '../test/harness/tab.js'

/** A collector and a shop: a round has its own origin, so that nothing stored comes from one into the next. */
export interface Lab {
  readonly collector: Collector
  readonly pages: Pages
  /** Opens a page in a window of its own: no page hides another. */
  readonly open: (path: string, page: PageOptions) => Promise<Tab>
}

/** Every figure is a median of so many rounds. */
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)

/** Categories that time tasks and say little else: a trace costs, too. */
const TASKS = 'disabled-by-default-devtools.timeline'
/** Categories that also say whose code ran in a task. */
export const SOURCES = `${TASKS},devtools.timeline`

/** Runs something in a lab of its own and takes it down, whatever happens. */
export async function inLab<T>(browser: Browser, work: (lab: Lab) => Promise<T>): Promise<T> {
  const collector = await createCollector()
  const pages = await createPages({ dist: inject('dist') })
  const tabs: Tab[] = []
  const open: Lab['open'] = async (path, page) => {
    const tab = await browser.newTab({ window: true })
    tabs.push(tab)
    await tab.goto(pages.add(path, page))
    return tab
  }
  try {
    return await work({ collector, pages, open })
  } finally {
    for (const tab of tabs) await tab.close().catch(() => undefined)
    await pages.close()
    await collector.stop()
  }
}

/** One task of the page's main thread, in ms. */
export interface Task {
  /** Of the processor, the throttle's share included: what other processes take away does not count. */
  readonly busy: number
  /** By the clock, as a shopper has it. */
  readonly wall: number
  /** Names and sources of what ran in it, if the trace's categories say. */
  readonly inside: readonly string[]
}

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string; readonly data?: { readonly url?: string; readonly functionName?: string } }
}

/** The top-level tasks on the renderer's main thread. */
export function tasksOf(values: readonly CdpValue[]): Task[] {
  const events = values as unknown as TraceEvent[]
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`)
  const own = events.filter(({ pid, tid, ph }) => ph === 'X' && mains.includes(`${pid} ${tid}`)).sort((a, b) => a.ts - b.ts)
  const tasks: (Task & { inside: string[] })[] = []
  let end = 0
  for (const { name, ts, dur = 0, tdur = dur, args } of own) {
    if (ts < end) tasks.at(-1)?.inside.push([name, args?.data?.url, args?.data?.functionName].filter(Boolean).join(' '))
    else if (name === 'RunTask') {
      tasks.push({ busy: tdur / 1000, wall: dur / 1000, inside: [] })
      end = ts + dur
    }
  }
  return tasks
}

/** Traces a tab at a processor `rate` times slower while `run` runs and for `rest` ms more. */
export async function record(tab: Tab, rate: number, run: () => Promise<unknown>, { rest = 800, categories = TASKS } = {}): Promise<Task[]> {
  await throttleCpu(tab, rate)
  const events = await trace(tab, async () => {
    await run()
    await sleep(rest)
  }, categories)
  await throttleCpu(tab, 1)
  return tasksOf(events)
}

/** Until a page has started and looked for what others left behind, ms. */
const STARTED = 2500

/** Loads a page at a quarter of the processor's speed; resolves with its tasks until it has started, and whose code ran in them. */
export const recordStart = (tab: Tab, url: string): Promise<Task[]> =>
  record(tab, 4, async () => {
    await tab.goto(url)
    await sleep(STARTED)
  }, { rest: 0, categories: SOURCES })

/** Milliseconds of processor in all tasks. */
export const busyIn = (tasks: readonly Task[]): number => tasks.reduce((sum, { busy }) => sum + busy, 0)

/** One line of progress. */
export const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`)
