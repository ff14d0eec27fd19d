import { afterEach, beforeEach, expect, inject } from 'vitest'
import { createCollector, type Collector } from './collector.js'
import { createPages, type PageOptions, type Pages } from './pages.js'
import { still } from './still.js'

/** The tracker as a page of the script tag sees it; only for code that runs in a page. */
declare const rihla: (method: string, ...args: unknown[]) => unknown

/** What a test of delivery works with; made anew for each test, on new origins. */
export interface Scenario {
  readonly collector: Collector
  readonly pages: Pages
  /** Serves a page with the tracker and returns its URL. `tag` adds to the usual attributes. */
  readonly shop: (path?: string, options?: PageOptions) => string
  /** A page of the shop that sends at once what others left behind: a return visit. */
  readonly back: (options?: PageOptions) => string
  /** Waits until the steps 1 to `count` have arrived, and names those that have not. */
  readonly arrive: (count: number, ms?: number) => Promise<void>
}

// By beacon, so that it is heard from a page that is going, too.
const witness = `{const send=navigator.sendBeacon.bind(navigator),json=JSON.stringify
const tell=(kind,cause,name='error')=>send('/report',json({name,data:kind+': '+(cause&&cause.stack?cause+'\\n'+cause.stack:cause)}))
addEventListener('error',(event)=>tell('exception',event.error||event.message))
addEventListener('unhandledrejection',(event)=>tell('rejection',event.reason))
const {error,warn}=console
console.warn=(...what)=>{tell('console',what.map((each)=>each&&each.stack?each+each.stack:each).join(' '),'warning');warn.apply(console,what)}
console.error=(...what)=>{tell('console',what.join(' '));error.apply(console,what)}}`

/** A collector and a page server for each test of a file. Afterwards no page may have seen an error (I5), and no touchpoint may have come with other bytes than before (I2). */
export function useScenario(): Scenario {
  let collector: Collector
  let pages: Pages
  beforeEach(async () => {
    collector = await createCollector()
    pages = await createPages({ dist: inject('dist') })
  })
  afterEach(async () => {
    await pages.close()
    await collector.stop()
    expect(pages.reports.filter(({ name }) => name === 'error'), 'I5: errors that reached the page').toEqual([])
    expect(changed(collector), 'I2: touchpoints that came with other bytes than before').toEqual([])
  })

  const shop: Scenario['shop'] = (path = '/', { before = '', config = still, tag, ...options } = {}) =>
    pages.add(path, { config, ...options, before: witness + '\n' + before, tag: { endpoint: collector.url, site: 'shop', consent: 'granted', ...tag } })

  return {
    get collector() {
      return collector
    },
    get pages() {
      return pages
    },
    shop,
    back: ({ tag, ...options } = {}) => shop('/back', { ...options, tag: { grace: 0, ...tag } }),
    arrive: async (count, ms = 15_000) => {
      const absent = (): number[] => {
        const here = new Set(steps(collector))
        return Array.from({ length: count }, (_, index) => index + 1).filter((n) => !here.has(n))
      }
      await collector.until(() => absent().length === 0, ms).catch(() => undefined)
      const wire = collector.requests.map(({ status, batch }) => `${status} ${batch?.touchpoints.length}`).join(', ')
      expect(absent().join(), `steps of ${count} that have not arrived; on the wire (status, touchpoints): ${wire}; reports: ${JSON.stringify(pages.reports)}`).toBe('')
    },
  }
}

/** True in a page once the tracker runs. */
export const isUp = '!!window.rihla?.version'

/** For a page: tracks `step` with the numbers from `first`, all in one task. */
export const track = (count: number, first = 1): void => {
  for (let n = first; n < first + count; n++) rihla('track', 'step', { n })
}

/** For a page: tracks, and leaves it in the same task. */
export const trackAndGo = (count: number, to: string): void => {
  for (let n = 1; n <= count; n++) rihla('track', 'step', { n })
  if (to === 'reload') location.reload()
  else location.href = to
}

/** The numbers of the steps that the collector holds, in order of arrival. */
export const steps = (collector: Collector): number[] => collector.stored().filter(({ name }) => name === 'step').map(({ props }) => Number(props?.n))

/** The touchpoints of a request's body as they were written, by id. */
export function linesOf(text: string): [id: string, line: string][] {
  const lines: [string, string][] = []
  const start = text.indexOf('"touchpoints":[') + '"touchpoints":['.length
  for (let i = start, from = i, depth = 0, quoted = false; i < text.length && (depth > 0 || text[i] !== ']'); i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') quoted = !quoted
    else if (!quoted && '{['.includes(text[i])) from = depth++ === 0 ? i : from
    else if (!quoted && '}]'.includes(text[i]) && --depth === 0) lines.push([String((JSON.parse(text.slice(from, i + 1)) as { id: string }).id), text.slice(from, i + 1)])
  }
  return lines
}

/** Ids that came more than once, but not with the same bytes. */
function changed(collector: Collector): string[] {
  const first = new Map<string, string>()
  const lines = collector.requests.filter(({ batch }) => batch).flatMap(({ text }) => linesOf(text))
  return lines.filter(([id, line]) => (first.get(id) ?? first.set(id, line).get(id)) !== line).map(([id]) => id)
}

/** What is missing in the numbering of each tab, from 1 to the highest number that any request named (I4). */
export function gaps(collector: Collector): { [tab: string]: number[] } {
  const seqs = new Map<string, Set<number>>()
  for (const { tab, seq } of collector.stored()) seqs.set(tab, (seqs.get(tab) ?? new Set<number>()).add(seq))
  const highest = new Map<string, number>()
  for (const { batch } of collector.requests) for (const [tab, seq] of Object.entries(batch?.documents ?? {})) highest.set(tab, Math.max(seq, highest.get(tab) ?? 0))
  const missing = [...highest].map(([tab, to]): [string, number[]] => [tab, Array.from({ length: to }, (_, index) => index + 1).filter((seq) => !seqs.get(tab)?.has(seq))])
  return Object.fromEntries(missing.filter(([, absent]) => absent.length > 0))
}

/** For a page's `before`: `hide()` makes the page a hidden one, in every engine. */
export const hideable = `{let hidden=false
Object.defineProperty(document,'visibilityState',{get:()=>hidden?'hidden':'visible'})
Object.defineProperty(document,'hidden',{get:()=>hidden})
window.hide=()=>{hidden=true;document.dispatchEvent(new Event('visibilitychange'))}}`

/** For a page's `before`: tells `stored` with the text of every row whose transaction has completed, by beacon. Changes nothing for the tracker. */
export const tellStored = `{const send=navigator.sendBeacon.bind(navigator),json=JSON.stringify,put=IDBObjectStore.prototype.put
IDBObjectStore.prototype.put=function(value,key){const request=put.call(this,value,key)
if(String(key).startsWith('e1|'))this.transaction.addEventListener('complete',()=>send('/report',json({name:'stored',data:value})))
return request}}`

/** For any page of the origin: the touchpoints that lie on the device, by id. Opens what is there and closes it at once. */
export const readRows = async (): Promise<string[]> => {
  const rows: string[] = []
  for (const { name = '' } of await indexedDB.databases()) {
    const open = indexedDB.open(name)
    await new Promise((done) => (open.onsuccess = open.onerror = done))
    if (!open.result.objectStoreNames.contains('kept')) continue
    const all = open.result.transaction('kept').objectStore('kept').getAll(IDBKeyRange.bound('e1|', 'e1|\uffff')) as IDBRequest<string[]>
    await new Promise((done) => (all.onsuccess = all.onerror = done))
    rows.push(...all.result)
    open.result.close()
  }
  return rows.flatMap((row) => row.split('\n').slice(2).map((line) => (JSON.parse(line) as { id: string }).id))
}
