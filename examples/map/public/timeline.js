// @ts-check
// One shopper's journey, touchpoint by touchpoint.
import { byId, element } from '/element.js'
import { summaryOf } from '/rows.js'

/** @typedef {import('rihla/collector').Touchpoint & { channel?: string, device?: string }} Touchpoint */
/** @typedef {import('rihla/journey-map').JourneyMap} JourneyMap */
/** @typedef {import('./words.js').Words} Words */

const most = 1000

/** @type {(touchpoints: Touchpoint[]) => Touchpoint[][]} */
const visitsIn = (touchpoints) => [...new Set(touchpoints.map(({ visit }) => visit))].map((visit) => touchpoints.filter((each) => each.visit === visit))

/**
 * Opens the journey of a shopper: `by` and `person` are what `GET /shoppers` says of them.
 * @param {{ site: string, by: string, person: string }} shopper @param {JourneyMap['model']} model @param {Words} words @param {(path: string) => Promise<any>} read
 */
export const openTimeline = async ({ site, by, person }, model, words, read) => {
  const dialog = /** @type {HTMLDialogElement} */ (byId('timeline'))
  byId('timeline-title').textContent = by === 'user' ? person : `${words.text(by)} …${person.slice(-6)}`
  byId('timeline-body').replaceChildren(element('p', { class: 'hint' }, words.text('loading')))
  dialog.showModal()
  const { touchpoints } = /** @type {{ touchpoints: Touchpoint[] }} */ (await read(`/touchpoints?${new URLSearchParams({ site, [by]: person, limit: String(most) })}`))
  const ordered = touchpoints.filter(({ name }) => !/^(?:stage_change|page_leave)$/.test(name)).sort((a, b) => a.happened_at - b.happened_at || a.seq - b.seq)
  const rankOf = (/** @type {string | undefined} */ stage) => model.stages.findIndex(({ id }) => id === stage)
  byId('timeline-body').replaceChildren(
    ...(touchpoints.length === most ? [element('p', { class: 'hint' }, words.text('more'))] : []),
    ...visitsIn(ordered).map((own) =>
      element(
        'section',
        {},
        element('h3', {}, words.date(own[0]?.happened_at ?? 0), ' ', element('span', { class: 'hint' }, [own[0]?.channel, own[0]?.device].filter(Boolean).map(words.name).join(' · '))),
        element(
          'ol',
          { class: 'timeline' },
          ...own.map(({ name, happened_at: at, props, title, stage }) => {
            const rank = rankOf(stage?.id)
            return element('li', { 'data-stage': rank >= 0 && rank % 6 }, element('time', { datetime: new Date(Math.min(at, 8.64e15)).toISOString() }, words.date(at)), element('b', {}, words.name(name)), element('span', {}, name === 'page_view' ? String(title ?? '') : summaryOf(props ?? {})))
          }),
        ),
      ),
    ),
  )
}
