// @ts-check
// The journey map: reads what is asked for, shows it, and keeps it current.
import { byId, element } from '/element.js'
import { createChart } from './chart.js'
import { save, toCsv } from './exports.js'
import { showMap, showShoppers } from './sections.js'
import { openTimeline } from './timeline.js'
import { wordsOf } from './words.js'

/** @typedef {import('rihla/journey-map').JourneyMap} JourneyMap */
/** @typedef {import('rihla/journey-map').Choices & { models: JourneyMap['model'][] }} Choices */
/** @typedef {import('rihla/collector').Losses} Losses */
/** `away`: what of the store does not answer now. @typedef {{ map: JourneyMap & { away?: import('rihla/collector').Away }, choices: Choices, losses: Losses, shoppers: import('rihla/journey-map').Shopper[] }} Shown */

// Between two looks at the collector, however much arrives.
const pause = 800
const filters = /** @type {const} */ (['site', 'channel', 'device', 'segment', 'persona'])
const periods = /** @type {const} */ (['today', 'd7', 'd30', 'd90', 'month', 'quarter', 'all'])

// What is asked for stands in the address, so that it can be passed on.
const query = new URLSearchParams(location.search)
/** @type {(name: string, usual?: string) => string} */
const asked = (name, usual = '') => query.get(name) ?? usual
const usualLanguage = ['ar', 'fa'].find((language) => navigator.language.startsWith(language)) ?? 'en'
const languageOf = () => /** @type {import('./words.js').Language} */ (['en', 'ar', 'fa'].includes(asked('lang')) ? asked('lang') : usualLanguage)

let words = wordsOf(languageOf())
/** @type {Shown | undefined} */
let shown
/** @type {ReturnType<typeof createChart> | undefined} */
let chart
let isReading = false
let isStale = false

// All text enters as text. The chart library empties its home by innerHTML, which is the only markup that is let through.
const { trustedTypes } = /** @type {{ trustedTypes?: { createPolicy: (name: string, rules: { createHTML: (text: string) => string | null }) => void } }} */ (/** @type {unknown} */ (window))
trustedTypes?.createPolicy('default', { createHTML: (text) => (text === '' ? '' : null) })

/** The path was refused, or nobody answered. @type {(path: string) => Promise<any>} */
const read = async (path) => {
  const answer = await fetch(path)
  // The log-in of this page is over.
  if (answer.status === 401) location.reload()
  const body = await answer.json()
  if (!answer.ok) throw new Error(body.reason)
  return body
}

/** When a period began, ms since epoch, on the reader's clock. @type {(period: string) => number | undefined} */
const sinceOf = (period) => {
  const now = new Date()
  const days = /^d(\d+)$/.exec(period)?.[1]
  if (days) return new Date(now.getFullYear(), now.getMonth(), now.getDate() - Number(days) + 1).getTime()
  if (period === 'today') return new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
  if (period === 'month') return new Date(now.getFullYear(), now.getMonth(), 1).getTime()
  if (period === 'quarter') return new Date(now.getFullYear(), now.getMonth() - (now.getMonth() % 3), 1).getTime()
  return undefined
}

const parameters = () => {
  const since = sinceOf(asked('period', 'd30'))
  const given = [...filters, 'model'].flatMap((name) => (asked(name) ? [[name, asked(name)]] : []))
  return new URLSearchParams([...given, ...(since === undefined ? [] : [['since', String(since)]])])
}

/** @type {(state: 'live' | 'waiting' | 'away') => void} */
const tell = (state) => {
  byId('state').dataset.state = state
  byId('state').textContent = words.text(state)
}

/** @type {(part: 'loading' | 'empty' | 'content') => void} */
const reveal = (part) => {
  for (const id of ['loading', 'empty', 'content']) byId(id).hidden = id !== part
  byId('main').setAttribute('aria-busy', String(part === 'loading'))
}

const showWords = () => {
  words = wordsOf(languageOf())
  document.documentElement.lang = words.language
  document.documentElement.dir = words.direction
  document.title = `${words.text('title')} · rihla`
  for (const each of document.querySelectorAll('[data-word]')) each.textContent = words.text(/** @type {HTMLElement} */ (each).dataset.word ?? '')
  for (const each of document.querySelectorAll('[data-label]')) each.setAttribute('aria-label', words.text(/** @type {HTMLElement} */ (each).dataset.label ?? ''))
  const language = /** @type {HTMLSelectElement} */ (byId('lang'))
  language.value = words.language
  tell(/** @type {'live'} */ (byId('state').dataset.state ?? 'waiting'))
}

/** @type {(name: string, value: string) => void} */
const ask = (name, value) => {
  if (value) query.set(name, value)
  else query.delete(name)
  history.replaceState(null, '', `${location.pathname}${query.size ? `?${query}` : ''}`)
}

/** @type {(name: string, options: readonly (readonly [value: string, text: string])[], value: string) => HTMLElement} */
const choice = (name, options, value) =>
  element('label', {}, element('span', {}, words.text(name)), element('select', { name, 'aria-label': words.text(name) }, ...options.map(([each, text]) => element('option', { value: each, selected: each === value }, text))))

/** @param {Choices} choices */
const showFilters = (choices) => {
  const held = /** @type {HTMLSelectElement | null} */ (document.activeElement)?.name
  const lists = /** @type {const} */ ([['site', choices.sites, 1], ['channel', choices.channels, 0], ['device', choices.devices, 0], ['segment', choices.segments, 0], ['persona', choices.personas, 0]])
  byId('filters').replaceChildren(
    choice('period', periods.map((period) => [period, words.text(period)]), asked('period', 'd30')),
    ...lists.flatMap(([name, values, least]) => {
      // Also what is asked for and gone.
      const all = [...new Set([...values, ...(asked(name) ? [asked(name)] : [])])]
      return all.length > least || asked(name) ? [choice(name, [['', words.text('any')], ...all.map((value) => /** @type {const} */ ([value, name === 'site' ? value : words.name(value)]))], asked(name))] : []
    }),
    choice('model', choices.models.map(({ id, stages }) => [id, `${id} (${stages.length})`]), asked('model', choices.models[0]?.id)),
  )
  if (held) /** @type {HTMLElement | null} */ (byId('filters').querySelector(`[name="${CSS.escape(held)}"]`))?.focus()
}

const showEmpty = () => {
  const isFiltered = filters.some((name) => asked(name)) || asked('period') !== 'all'
  const hasAny = !!shown?.choices.sites.length
  byId('empty').replaceChildren(
    ...(hasAny && isFiltered
      ? [element('h2', {}, words.text('noneTitle')), element('button', { type: 'button', onclick: showAll }, words.text('reset'))]
      : [element('h2', {}, words.text('emptyTitle')), element('p', {}, words.text('emptyText')), element('button', { type: 'button', class: 'primary', onclick: fill }, words.text('fill')), element('p', { class: 'hint' }, words.text('orRun'), ' ', element('code', {}, 'npm run shoppers -- --count 500 --days 90'))]),
  )
}

const showAll = () => {
  for (const name of filters) ask(name, '')
  ask('period', 'all')
  load()
}

/** Has the server send made-up shoppers to itself, and shows how far it is. */
const fill = async () => {
  const progress = element('progress', { max: 1, value: 0, 'aria-label': words.text('filling') })
  byId('empty').replaceChildren(element('h2', {}, words.text('filling')), progress)
  try {
    const answer = await fetch('/journey/samples', { method: 'POST' })
    if (!answer.ok || !answer.body) throw new Error((await answer.json()).reason)
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    // A piece may end within a line.
    let rest = ''
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      const lines = `${rest}${value}`.split('\n')
      rest = lines.pop() ?? ''
      const { sent, total, reason } = JSON.parse(lines.at(-1) ?? '{}')
      if (reason) throw new Error(reason)
      if (total) progress.value = sent / total
    }
    ask('period', 'd90')
    load()
  } catch (error) {
    fail(error)
  }
}

/** @param {unknown} error */
const fail = (error) => {
  byId('error').hidden = false
  byId('error').replaceChildren(element('span', {}, error instanceof Error ? error.message : String(error)), element('button', { type: 'button', onclick: load }, words.text('retry')))
  if (!shown) reveal('empty')
  byId('content').removeAttribute('data-stale')
}

const show = () => {
  if (!shown) return
  const { map, choices, losses, shoppers } = shown
  showFilters(choices)
  byId('error').hidden = true
  byId('part-away').hidden = !map.away
  if (map.away) byId('part-away').replaceChildren(words.text('partAway', { parts: map.away.parts.map(words.number).join(', '), of: words.number(map.away.of) }))
  byId('content').removeAttribute('data-stale')
  if (!map.totals.shoppers) {
    showEmpty()
    return reveal('empty')
  }
  reveal('content')
  chart ??= createChart(byId('chart'))
  chart.show(map, words)
  showMap(map, losses, words)
  showShoppers(shoppers, map, words)
}

/** One look at a time: what is asked for meanwhile is looked at next. */
const load = async () => {
  isStale = true
  if (isReading) return
  isReading = true
  while (isStale) {
    isStale = false
    const given = parameters()
    const site = asked('site')
    try {
      const [map, choices, losses, { shoppers }] = await Promise.all([read(`/map?${given}`), read(`/choices?${new URLSearchParams(asked('model') ? { model: asked('model') } : {})}`), read(`/losses?${new URLSearchParams(site ? { site } : {})}`), read(`/shoppers?${given}&limit=20`)])
      if (isStale) continue
      shown = { map, choices, losses, shoppers }
      show()
    } catch (error) {
      fail(error)
    }
  }
  isReading = false
}

// --- what the reader does ---

byId('filters').addEventListener('change', ({ target }) => {
  const { name, value } = /** @type {HTMLSelectElement} */ (target)
  ask(name, value)
  byId('content').setAttribute('data-stale', '')
  load()
})
byId('filters').addEventListener('submit', (event) => event.preventDefault())
byId('lang').addEventListener('change', ({ target }) => {
  ask('lang', /** @type {HTMLSelectElement} */ (target).value)
  showWords()
  show()
})
const applyTheme = () => {
  const theme = localStorage.getItem('rihla-theme')
  if (theme) document.documentElement.dataset.theme = theme
}
byId('theme').addEventListener('click', () => {
  const isDark = getComputedStyle(document.documentElement).getPropertyValue('--is-dark').trim() === '1'
  localStorage.setItem('rihla-theme', isDark ? 'light' : 'dark')
  applyTheme()
  show()
})
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show)
const fileName = (/** @type {string} */ ending) => `journey-map-${new Date().toISOString().slice(0, 10)}.${ending}`
byId('png').addEventListener('click', () => void chart?.picture().then((blob) => save(blob, fileName('png')), fail))
byId('csv').addEventListener('click', () => shown && save(new Blob([`\uFEFF${toCsv(shown.map)}`], { type: 'text/csv' }), fileName('csv')))
byId('json').addEventListener('click', () => shown && save(new Blob([JSON.stringify(shown.map, null, 2)], { type: 'application/json' }), fileName('json')))
byId('print').addEventListener('click', () => print())
byId('shoppers').addEventListener('click', ({ target }) => {
  const { site, by, person } = /** @type {HTMLElement} */ (target).dataset
  if (shown && site && by && person) openTimeline({ site, by, person }, shown.map.model, words, read).catch(fail)
})

// --- what happens at the collector ---

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer
const refresh = () => {
  timer ??= setTimeout(() => {
    timer = undefined
    load()
  }, pause)
}
applyTheme()
showWords()
load()
const live = new EventSource('/live')
live.addEventListener('touchpoint', refresh)
live.addEventListener('open', () => {
  // What came while nobody listened.
  if (byId('state').dataset.state === 'away') refresh()
  tell('live')
})
live.addEventListener('error', () => {
  tell('away')
  // A browser gives up for good on an answer that is no stream.
  if (live.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000)
})
