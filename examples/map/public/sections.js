// @ts-check
// The parts of a map as elements.
import { byId, element } from '/element.js'
import { flowsOf, moodOf } from './chart.js'

/** @typedef {import('rihla/journey-map').JourneyMap} JourneyMap */
/** @typedef {import('rihla/journey-map').Shopper} Shopper */
/** @typedef {import('rihla/journey-map').Money} Money */
/** @typedef {import('rihla/collector').Losses} Losses */
/** @typedef {import('./words.js').Words} Words */

/** @type {(of: readonly Money[]) => Money} */
const sumOf = (of) => {
  /** @type {{ [currency: string]: number }} */
  const sums = {}
  for (const [currency, value] of of.flatMap((money) => Object.entries(money))) sums[currency] = Math.round(((sums[currency] ?? 0) + value) * 1000) / 1000
  return sums
}

/** Elements that came out the same stay as they are: what is focused, open or scrolled there, too. @param {string} id @param {(Node | string)[]} children */
const put = (id, ...children) => {
  const home = byId(id)
  const made = element('div', {}, ...children)
  if (made.innerHTML !== home.innerHTML) home.replaceChildren(...made.childNodes)
}

/** @type {(words: Words, heads: string[], rows: (readonly (Node | string)[])[], numeric?: number) => HTMLElement} Columns from `numeric` on are numbers. */
const table = (words, heads, rows, numeric = 1) =>
  rows.length
    ? element(
        'table',
        {},
        element('thead', {}, element('tr', {}, ...heads.map((head, i) => element('th', { scope: 'col', class: i >= numeric && 'number' }, words.text(head))))),
        element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map((cell, i) => (i ? element('td', { class: i >= numeric && 'number' }, cell) : element('th', { scope: 'row' }, cell)))))),
      )
    : element('p', { class: 'hint' }, words.text('nothing'))

/** A bar of a share, beside its words. @type {(share: number, tone?: string) => HTMLElement} */
const bar = (share, tone = '') => element('progress', { max: 1, value: Math.max(0, Math.min(1, share)).toFixed(3), class: `bar ${tone}`, 'aria-hidden': 'true' })

/** @param {JourneyMap} map @param {Words} words */
const showTotals = ({ totals, revenue, abandonment, goal }, words) => {
  const entries = /** @type {[string, string, string?][]} */ ([
    ['shoppers', words.number(totals.shoppers)],
    ['visits', words.number(totals.visits), `${words.share(totals.bounces, totals.visits)} ${words.text('bounces')}`],
    ['buyers', words.number(totals.buyers), words.share(totals.buyers, totals.shoppers)],
    ['orders', words.number(totals.orders), `${words.share(totals.repeatBuyers, totals.buyers)} ${words.text('repeat')}`],
    ['revenue', words.amount(revenue)],
    ['atStake', words.amount(sumOf(abandonment.map(({ atStake }) => atStake)))],
    ['toOrder', goal ? words.number(Math.round(goal.touchpoints)) : '–', goal && words.duration(goal.ms)],
  ])
  put('totals', ...entries.map(([key, value, more]) => element('li', { class: key === 'atStake' && 'warn' }, element('span', { class: 'label' }, words.text(key)), element('strong', {}, value), element('span', { class: 'hint' }, more ?? ''))))
}

/** @param {JourneyMap} map @param {Words} words @param {(stage: string) => string} labelOf */
const stageCards = (map, words, labelOf) =>
  map.model.stages.map((stage, i) => {
    const figures = map.stages[i]
    if (!figures) return ''
    const { shoppers, entries, on, back, exits, median, acts, feelings, hurt } = figures
    const most = Math.max(...acts.map(({ times }) => times), 1)
    const pains = [
      ...map.friction.filter((pain) => pain.stage === stage.id).map(({ name, about, step, shoppers: struck, left }) => ({ text: [words.name(name), about && words.name(about)].filter(Boolean).join(': '), step, count: struck, left })),
      ...map.abandonment.filter((pain) => pain.stage === stage.id).map(({ step, field, error, carts, recovered }) => ({ text: `${words.name('cart_abandonment')}: ${words.place({ field, error, step: field || error ? '' : step })}`, step: field || error ? step : '', count: carts - recovered, left: carts - recovered })),
    ].sort((a, b) => b.left - a.left || b.count - a.count)
    const mood = moodOf(feelings)
    const answers = feelings.positive + feelings.neutral + feelings.negative
    const fact = (/** @type {string} */ key, /** @type {string} */ value) => element('div', {}, element('dt', {}, words.text(key)), element('dd', {}, value))
    return element(
      'li',
      { class: 'stage', 'data-stage': i % 6 },
      element('h3', {}, labelOf(stage.id)),
      ...(stage.goal ? [element('p', { class: 'hint' }, words.goal(stage.goal))] : []),
      ...(stage.owner ? [element('p', { class: 'owner' }, `${words.text('owner')}: `, element('b', {}, words.name(stage.owner)))] : []),
      element('p', { class: 'big' }, element('strong', {}, words.number(shoppers)), ` ${words.text('people')}`),
      element('dl', {}, fact('entered', words.number(entries)), fact('on', `${words.number(on)} · ${words.share(on, entries)}`), fact('back', words.number(back)), fact('ended', `${words.number(exits)} · ${words.share(exits, entries)}`), fact('time', median === undefined ? '–' : words.duration(median))),
      element('h4', {}, words.text('did')),
      element('ul', { class: 'acts' }, ...acts.slice(0, 5).map(({ name, times }) => element('li', {}, element('span', {}, words.name(name)), element('span', { class: 'number' }, words.short(times)), bar(times / most)))),
      element('h4', {}, words.text('hurt'), ...(hurt.shoppers ? [element('span', { class: 'count' }, words.number(hurt.shoppers))] : [])),
      pains.length
        ? element('ul', { class: 'hurts' }, ...pains.slice(0, 4).map(({ text, step, count, left }) => element('li', {}, element('span', {}, text, ...(step ? [element('small', {}, words.name(step))] : [])), element('span', { class: 'number', title: `${words.text('left')}: ${words.number(left)}` }, words.number(count)))))
        : element('p', { class: 'hint' }, words.text('nothing')),
      element('h4', {}, words.text('felt')),
      answers
        ? element('p', { class: `mood ${mood !== undefined && mood < 0 ? 'bad' : 'good'}` }, element('span', { 'aria-hidden': 'true' }, (mood ?? 0) > 0.2 ? '😃' : (mood ?? 0) < -0.2 ? '😟' : '😐'), ` ${words.number(feelings.positive)} ${words.text('happy')} · ${words.number(feelings.neutral)} ${words.text('neutral')} · ${words.number(feelings.negative)} ${words.text('unhappy')}`)
        : element('p', { class: 'hint' }, '–'),
    )
  })

/** @param {JourneyMap} map @param {Words} words @param {(stage: string) => string} labelOf */
const showPanels = (map, words, labelOf) => {
  const tags = (/** @type {JourneyMap['opportunities'][number]} */ { stage, owner }) => [
    ...(stage ? [element('span', { class: 'tag', 'data-stage': map.model.stages.findIndex(({ id }) => id === stage) % 6 }, labelOf(stage))] : []),
    ...(owner ? [element('span', { class: 'tag' }, words.name(owner))] : []),
  ]
  const todo = map.opportunities.map((each) => element('li', {}, element('p', {}, words.opportunity(labelOf(each.stage ?? ''), each)), element('p', { class: 'tags' }, ...tags(each))))
  put('todo', ...(todo.length ? todo : [element('li', { class: 'none hint' }, words.text('nothing'))]))
  put('carts', table(words, ['step', 'stage', 'carts', 'recovered', 'atStake'], map.abandonment.slice(0, 10).map((cart) => [words.place(cart), labelOf(cart.stage), words.number(cart.carts), words.number(cart.recovered), words.amount(cart.atStake)]), 2))
  put('pains', table(words, ['what', 'step', 'people', 'left'], map.friction.slice(0, 10).map(({ name, about, step, stage, shoppers, left }) => [[words.name(name), about && words.name(about)].filter(Boolean).join(': '), [labelOf(stage), step && words.name(step)].filter(Boolean).join(' · '), words.number(shoppers), words.number(left)]), 2))
  put('channels', table(words, ['channel', 'people', 'bounces', 'rate', 'revenue'], map.channels.slice(0, 12).map(({ channel, shoppers, visits, bounces, buyers, revenue }) => [words.name(channel), words.number(shoppers), words.share(bounces, visits), words.share(buyers, shoppers), words.amount(revenue)])))
  put('funnel', ...map.funnel.map(({ name, shoppers }, i) => element('li', {}, element('span', {}, words.name(name)), element('span', { class: 'number' }, `${words.number(shoppers)} · ${words.share(shoppers, map.funnel[0]?.shoppers ?? 0)}`), bar(shoppers / (map.funnel[0]?.shoppers || 1), i === map.funnel.length - 1 ? 'good' : ''))))
  const path = (/** @type {readonly string[]} */ steps, /** @type {number} */ times) => element('li', {}, element('span', { class: 'number' }, words.number(times)), element('span', { class: 'steps' }, ...steps.flatMap((step, i) => (i ? [element('span', { class: 'arrow', 'aria-hidden': 'true' }, words.direction === 'rtl' ? '←' : '→'), element('span', { class: 'step' }, step)] : [element('span', { class: 'step' }, step)]))))
  put('paths', ...map.stagePaths.slice(0, 8).map(({ path: steps, shoppers }) => path(steps.map(labelOf), shoppers)))
  put('ways', ...map.pagePaths.slice(0, 8).map(({ path: steps, visits }) => path(steps.map(words.name), visits)))
  const months = map.retention.slice(-12)
  const longest = Math.max(0, ...months.map(({ months: each }) => each.length))
  put('again', months.length ? element('table', { class: 'heat' }, element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, words.text('firstOrder')), element('th', { scope: 'col' }, words.text('buyers')), ...Array.from({ length: Math.max(0, longest - 1) }, (_, i) => element('th', { scope: 'col', class: 'number' }, `+${words.number(i + 1)}`)))), element('tbody', {}, ...months.map(({ month, buyers, months: each }) => element('tr', {}, element('th', { scope: 'row' }, words.month(month)), element('td', { class: 'number' }, words.number(buyers)), ...each.slice(1).map((count) => element('td', { class: 'number', 'data-heat': Math.min(5, Math.ceil((12 * count) / (buyers || 1))) }, words.share(count, buyers))))))) : element('p', { class: 'hint' }, words.text('nothing')))
}

/** All but the chart and the shoppers. @param {JourneyMap} map @param {Losses} losses @param {Words} words */
export const showMap = (map, losses, words) => {
  const labelOf = (/** @type {string} */ id) => words.label(map.model.stages.find((stage) => stage.id === id) ?? { id: id || words.text('unknownStage') })
  showTotals(map, words)
  byId('stages').style.setProperty('--columns', String(map.model.stages.length))
  put('stages', ...stageCards(map, words, labelOf))
  showPanels(map, words, labelOf)
  put('flow-table', table(words, ['from', 'to', 'times'], flowsOf(map).map(({ from, to, isChannel, times }) => [isChannel ? words.name(from) : labelOf(from), labelOf(to), words.number(times)]), 2))
  const lost = Object.entries(losses.lost)
  const values = { touchpoints: words.number(losses.touchpoints), documents: words.number(losses.documents), missing: words.number(losses.missing), incomplete: words.number(losses.incomplete) }
  put('losses', element('span', { class: losses.missing ? 'bad' : 'good' }, words.text(losses.missing ? 'incomplete' : 'complete', values)), ...(lost.length ? [' ', words.text('lost', { lost: lost.map(([reason, count]) => `${words.number(count)} ${words.name(reason)}`).join(', ') })] : []))
}

/** @param {readonly Shopper[]} shoppers @param {JourneyMap} map @param {Words} words */
export const showShoppers = (shoppers, map, words) => {
  const labelOf = (/** @type {string} */ id) => words.label(map.model.stages.find((stage) => stage.id === id) ?? { id: id || words.text('unknownStage') })
  put(
    'shoppers',
    table(
      words,
      ['who', 'stage', 'visits', 'orders', 'lastSeen'],
      shoppers.map(({ site, person, by, stage, visits, orders, ended }) => [
        element('button', { type: 'button', class: 'link', 'data-site': site, 'data-by': by, 'data-person': person }, by === 'user' ? person : `${words.text(by)} …${person.slice(-6)}`),
        labelOf(stage), words.number(visits), words.number(orders), words.date(ended),
      ]),
      2,
    ),
  )
}
