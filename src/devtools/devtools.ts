import { attachStyled, make } from '../browser/draw.js'
import { guarded, listen } from '../browser/listen.js'
import { onLinkOut } from '../browser/on-link-out.js'
import type { JourneyMethods } from '../journey/journey.js'
import type { Journey, Stop, Tracker, TrackerStatus } from '../types.js'
import { after, blank, type Entry, type Log, matches } from './log.js'
import { STYLE } from './style.js'

/** What the panel needs of a tracker. */
export type Shows = Pick<Tracker, 'inspect' | 'status' | 'flush'> & Partial<Pick<JourneyMethods, 'journey'>>

/** The query parameter by which the script tag shows the panel. */
const PARAM = 'rihla-debug'
/** Where a panel is: there is one at a time. */
const TAG = 'rihla-devtools'
/** How often what the tracker does not tell by itself is asked for, ms. */
const EVERY = 2000

/**
 * Shows a panel over the page in which a developer sees the tracker at work: each touchpoint with its source, its stage, the rule behind that and what became of it, what waits for each endpoint and what that
 * answered last, consent, the shopper's journey, and every problem. Nothing that is done in the panel is recorded. Same-origin links keep the parameter `rihla-debug` while it is open.
 *
 * Returns its undo. On a server, and where there is a panel already, it does nothing.
 */
export function devtools(tracker: Shows): Stop {
  if (typeof document === 'undefined' || document.querySelector(TAG)) return () => {}
  const fail = (cause: unknown) => console.warn('rihla:', cause)
  const host = document.createElement(TAG)
  host.lang = 'en'
  host.dir = 'ltr'
  // Closed: what is pressed in it has no path that a source could follow.
  const root = attachStyled(host, STYLE, 'closed')
  const stops: Stop[] = []
  const on = (element: HTMLElement, type: string, callback: (event: Event) => void) => void stops.push(listen(element, type, callback, fail))
  const button = (label: string, title: string, press: () => void) => {
    const element = make('button', { type: 'button', textContent: label, title, 'aria-label': title })
    on(element, 'click', press)
    return element
  }

  let log: Log = blank
  let status: TrackerStatus | undefined
  let journey: Journey | undefined
  const title = make('h2', { textContent: 'rihla' })
  const facts = make('dl', {})
  const problems = make('ul', { className: 'problems', hidden: true })
  const search = make('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Filter touchpoints' })
  const list = make('div', { className: 'log' })
  const rows = new Map<string, { readonly entry: Entry; readonly row: HTMLDetailsElement }>()

  const drawLog = () => {
    const shown = search.value.trim() ? log.entries.filter((entry) => matches(entry, search.value.trim())) : log.entries
    for (const entry of shown) if (rows.get(entry.id)?.entry !== entry) rows.set(entry.id, { entry, row: rowOf(entry, status?.destinations.length ?? 1, rows.get(entry.id)?.row.open ?? false) })
    const elements = shown.map(({ id }) => rows.get(id)!.row)
    const empty = status?.held ? `${count(status.held)} held back until there is consent to analytics.` : log.entries.length ? 'Nothing fits.' : 'No touchpoint yet.'
    list.replaceChildren(...(elements.length ? elements : [make('p', { className: 'empty', textContent: empty })]))
    problems.hidden = !log.problems.length
    problems.replaceChildren(...log.problems.map(({ code, message, times, about }) => make('li', {}, `${code}: ${message.replace(/^rihla: /, '')}${about && `: ${about}`}${times > 1 ? ` (${times} times)` : ''}`)))
    toggle.textContent = `rihla ${log.entries.length}${log.problems.length ? ` · ${log.problems.length} problems` : ''}`
  }

  const drawFacts = () => {
    if (!status) return
    title.textContent = `rihla · ${status.site}`
    facts.replaceChildren(...factsOf(status, journey, log).flatMap(([term, ...texts]) => [make('dt', { textContent: term }), make('dd', {}, ...texts)]))
  }

  let isLooking = false
  const look = async () => {
    if (isLooking || document.hidden) return
    isLooking = true
    try {
      ;[status, journey] = await Promise.all([tracker.status(), tracker.journey?.()])
    } finally {
      isLooking = false
    }
    drawFacts()
    drawLog()
  }

  let drawing: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    drawing ??= setTimeout(guarded(() => {
      drawing = undefined
      drawLog()
      void look().catch(fail)
    }, fail), 100)
  }

  const show = (isOpen: boolean) => {
    box.hidden = !isOpen
    toggle.hidden = isOpen
    ;(isOpen ? search : toggle).focus()
  }
  const close = () => {
    clearInterval(timer)
    clearTimeout(drawing)
    for (const stop of stops.splice(0)) stop()
    host.remove()
  }
  const clear = () => {
    log = { ...blank, answers: log.answers }
    rows.clear()
    drawLog()
  }

  const toggle = button('rihla', 'Show the rihla panel', () => show(true))
  toggle.hidden = true
  const tools = [button('Send', 'Send what waits now', () => void tracker.flush().then(look).catch(fail)), button('Clear', 'Clear the list', clear), button('–', 'Minimise', () => show(false)), button('×', 'Close', close)]
  const box = make('section', { 'aria-label': 'rihla' }, make('header', {}, title, ...tools), facts, problems, make('div', { className: 'search' }, search), list)
  root.append(box, toggle)
  on(search, 'input', drawLog)
  on(box, 'keydown', (event) => (event as KeyboardEvent).key === 'Escape' && show(false))
  stops.push(
    tracker.inspect((what) => {
      log = after(log, what)
      soon()
    }),
    onLinkOut(keepOpen, fail),
  )
  const timer = setInterval(() => void look().catch(fail), EVERY)
  document.documentElement.append(host)
  drawLog()
  void look().catch(fail)
  return close
}

/** The address of a page of the shop, so that it shows the panel, too. */
function keepOpen(url: URL): string | undefined {
  if (url.origin !== location.origin || !new URLSearchParams(location.search).has(PARAM) || url.searchParams.has(PARAM)) return
  // As text: `searchParams` would write the others anew.
  url.search += `${url.search ? '&' : '?'}${PARAM}`
  return url.href
}

/** What is known of the tracker: terms and their texts. */
function factsOf({ consent, held, visit, destinations }: TrackerStatus, journey: Journey | undefined, { answers }: Log): readonly (readonly [term: string, ...texts: (Node | string)[]])[] {
  const { visits, channel, stage, since } = journey ?? {}
  return [
    ['Consent', `${Object.entries(consent).map(([purpose, state]) => `${purpose} ${state}`).join(', ')}${held ? `; ${count(held)} held back until then` : ''}`],
    ['Shopper', visit ? [visit.user ? `user ${visit.user}` : visit.visitor ? `visitor ${visit.visitor}` : 'not told apart', visits && `visit ${visits}`, channel && `by ${channel}`].filter(Boolean).join(', ') : 'unknown'],
    ...(journey ? [['Stage', stage ? `${stage}${since ? `, since ${clockOf(since)}` : ''}` : 'none yet'] as const] : []),
    ...destinations.map(({ endpoint, waiting, isFailing }): [string, Node, string] => {
      const { at, status, meaning } = answers[endpoint] ?? {}
      const told = at ? `; ${clockOf(at)}: ${meaning}${status ? ` (${status})` : ''}` : ''
      return ['Collector', make('span', { className: isFailing ? 'failing' : '' }, isFailing ? 'is failing: ' : ''), `${endpoint}, ${waiting} waiting${told}`]
    }),
  ]
}

/** One of the list. It is `sent` once every endpoint has taken it. */
function rowOf(entry: Entry, endpoints: number, isOpen: boolean): HTMLDetailsElement {
  const { name, at, source, stage, props, page, fates, seq, id } = entry
  const all = Object.values(fates)
  const fate = all.includes('refused') ? 'refused' : all.length >= endpoints ? 'sent' : 'waiting'
  const head = make(
    'summary',
    {},
    make('time', { textContent: clockOf(at) }),
    make('span', {}, make('span', { className: 'name', textContent: name }), ' ', make('span', { className: 'source', textContent: source })),
    make('span', stage ? { className: 'stage', textContent: stage.id } : {}),
    make('span', { className: fate, textContent: fate }),
  )
  const told = { ...(stage && { stage }), props, page, fates, seq, id }
  return make('details', { open: isOpen }, head, make('pre', { textContent: JSON.stringify(told, null, 2) }))
}

const count = (touchpoints: number) => `${touchpoints} ${touchpoints === 1 ? 'touchpoint' : 'touchpoints'}`
const clockOf = (at: number) => new Date(at).toTimeString().slice(0, 8)
