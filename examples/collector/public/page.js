// @ts-check
import { byId } from './element.js'
import { documentRow, touchpointRow } from './rows.js'

/** @typedef {import('./rows.js').Account} Account */
/** @typedef {import('./rows.js').Touchpoint} Touchpoint */

// A busy shop must not fill the reader's memory.
const mostRows = 200

const rows = byId('touchpoints')
/** @type {Set<number>} */
const shown = new Set()
/** @type {Touchpoint[]} */
let arrived = []
let paused = false
let refreshing = false

/** @type {(state: 'live' | 'waiting' | 'away', text: string) => void} */
const tell = (state, text) => {
  const element = byId('state')
  element.dataset.state = state
  if (element.textContent !== text) element.textContent = text
}

/** @type {(name: string, filled: boolean) => void} */
const reveal = (name, filled) => {
  byId(`${name}-empty`).hidden = filled
  const region = byId(name).closest('.scroll')
  if (region) region.toggleAttribute('hidden', !filled)
}

const trim = () => {
  while (rows.children.length > mostRows) rows.lastElementChild?.remove()
  if (shown.size > 20 * mostRows) for (const n of [...shown].slice(0, 10 * mostRows)) shown.delete(n)
  byId('touchpoints-count').textContent = rows.children.length < mostRows ? `${rows.children.length}` : `the last ${mostRows}`
  reveal('touchpoints', rows.children.length > 0)
}

const show = () => {
  const fresh = arrived.filter(({ n }) => !shown.has(n))
  arrived = []
  for (const touchpoint of fresh.slice(-mostRows)) {
    shown.add(touchpoint.n)
    const row = touchpointRow(touchpoint)
    row.classList.add('new')
    rows.prepend(row)
  }
  trim()
}

/** @type {(path: string) => Promise<unknown>} */
const read = async (path) => {
  const answer = await fetch(path)
  // The log-in of this page is over, for example because the collector has a new token.
  if (answer.status === 401) location.reload()
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
  return answer.json()
}

const showDocuments = async () => {
  const { documents } = /** @type {{ documents: Account[] }} */ (await read('/documents?limit=50'))
  byId('documents').replaceChildren(...documents.map(documentRow))
  reveal('documents', documents.length > 0)
}

// At most once a second, whatever arrives in between.
const refreshDocuments = () => {
  if (refreshing || paused) return
  refreshing = true
  setTimeout(() => {
    refreshing = false
    showDocuments().catch(() => {})
  }, 1000)
}

const catchUp = async () => {
  const { touchpoints } = /** @type {{ touchpoints: Touchpoint[] }} */ (await read(`/touchpoints?limit=${mostRows}`))
  arrived.push(...touchpoints.reverse())
  if (!paused) show()
  await showDocuments()
}

/** @type {(event: MessageEvent<string>) => void} */
const receive = ({ data }) => {
  arrived.push(JSON.parse(data))
  if (arrived.length > 2 * mostRows) arrived = arrived.slice(-mostRows)
  if (paused) return tell('waiting', `paused, ${arrived.length === 1 ? '1 new touchpoint' : `${arrived.length} new touchpoints`}`)
  if (arrived.length === 1) requestAnimationFrame(show)
  refreshDocuments()
}

const pause = byId('pause')
pause.addEventListener('click', () => {
  paused = !paused
  pause.setAttribute('aria-pressed', String(paused))
  pause.textContent = paused ? 'Continue' : 'Pause'
  tell(paused ? 'waiting' : 'live', paused ? 'paused' : 'live')
  if (paused) return
  show()
  refreshDocuments()
})

const live = new EventSource('/live')
live.addEventListener('touchpoint', receive)
live.addEventListener('open', () => {
  if (!paused) tell('live', 'live')
  catchUp().catch(() => {})
})
live.addEventListener('error', () => {
  tell('away', 'the collector does not answer, trying again…')
  // A browser gives up for good on an answer that is no stream.
  if (live.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000)
})
