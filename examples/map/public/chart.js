// @ts-check
// The picture of the journey: channels and stages as a Sankey diagram, and below it how shoppers felt.
import * as echarts from '/journey/echarts.js'

/** @typedef {import('rihla/journey-map').JourneyMap} JourneyMap */
/** @typedef {import('./words.js').Words} Words */

const mostChannels = 8
const height = { flow: 330, curve: 130, gap: 56 }
const side = { start: 130, end: 150, node: 14 }
/** The least from one stage to the next: a stage's name stands between them. */
const leastBand = 128

/** The colours of the page, light or dark. */
const coloursOf = () => {
  const style = getComputedStyle(document.documentElement)
  const probe = document.createElement('span')
  document.body.append(probe)
  const resolve = (/** @type {string} */ name) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colours = { text: resolve('text'), quiet: resolve('quiet'), line: resolve('line'), card: resolve('card'), good: resolve('good'), bad: resolve('bad'), channel: resolve('channel'), stages: Array.from({ length: 6 }, (_, i) => resolve(`stage-${i}`)), font: style.fontFamily }
  probe.remove()
  return colours
}

/** What flows forward: from channels into stages, and from stages to later ones. @param {JourneyMap} map */
export const flowsOf = ({ arrivals, flows, stages }) => {
  const rank = new Map(stages.map(({ stage }, i) => [stage, i]))
  /** @type {Map<string, number>} */
  const through = new Map()
  for (const { channel, shoppers } of arrivals) through.set(channel, (through.get(channel) ?? 0) + shoppers)
  const kept = new Set([...through].sort((a, b) => b[1] - a[1]).slice(0, mostChannels).map(([channel]) => channel))
  /** @type {Map<string, { from: string, to: string, isChannel: boolean, times: number }>} */
  const links = new Map()
  const add = (/** @type {string} */ from, /** @type {string} */ to, /** @type {boolean} */ isChannel, /** @type {number} */ times) => {
    const key = JSON.stringify([from, to, isChannel])
    links.set(key, { from, to, isChannel, times: times + (links.get(key)?.times ?? 0) })
  }
  for (const { channel, stage, shoppers } of arrivals) add(kept.has(channel) ? channel : 'other', stage, true, shoppers)
  for (const { from, to, times } of flows) if ((rank.get(to) ?? 0) > (rank.get(from) ?? 0)) add(from, to, false, times)
  return [...links.values()]
}

/** From -1, all unhappy, to 1; nothing where nobody said anything. @param {JourneyMap['stages'][number]['feelings']} feelings */
export const moodOf = ({ positive, neutral, negative }) => (positive + neutral + negative ? (positive - negative) / (positive + neutral + negative) : undefined)

/** @param {JourneyMap} map @param {Words} words @param {number} width */
const optionOf = (map, words, width) => {
  const colours = coloursOf()
  const isRtl = words.direction === 'rtl'
  const stages = map.model.stages
  const colourOf = (/** @type {number} */ i) => colours.stages[i % colours.stages.length] ?? colours.channel
  const links = flowsOf(map)
  const channels = [...new Set(links.filter(({ isChannel }) => isChannel).map(({ from }) => from))]
  const channelName = (/** @type {string} */ channel) => (channel === 'other' ? words.text('other') : words.name(channel))
  const depth = (/** @type {number} */ place) => (isRtl ? stages.length - place : place)
  const label = { position: isRtl ? 'left' : 'right', color: colours.text, fontSize: 12, lineHeight: 16, overflow: 'break', width: side.end - 24, textBorderWidth: 0 }
  const nodes = [
    ...channels.map((channel) => ({ name: `c ${channel}`, depth: depth(0), itemStyle: { color: colours.channel }, label: { ...label, position: isRtl ? 'right' : 'left', width: side.start - 20, formatter: channelName(channel) }, said: channelName(channel) })),
    ...stages.map((stage, i) => {
      const { shoppers = 0 } = map.stages[i] ?? {}
      return { name: `s ${stage.id}`, depth: depth(i + 1), itemStyle: { color: colourOf(i) }, label: { ...label, formatter: `{a|${words.label(stage)}}\n${words.number(shoppers)}`, rich: { a: { fontWeight: 'bold', color: colours.text, fontSize: 13, lineHeight: 18 } } }, said: words.label(stage) }
    }),
  ].filter(({ name }) => name.startsWith('c ') || links.some(({ from, to }) => name === `s ${from}` || name === `s ${to}`))
  const saidOf = new Map(nodes.map(({ name, said }) => [name, said]))
  // Mirrored for those who read from right to left: the same picture with its ends exchanged.
  const drawn = links.map(({ from, to, isChannel, times }) => {
    const [source, target] = [`${isChannel ? 'c' : 's'} ${from}`, `s ${to}`]
    return isRtl ? { source: target, target: source, value: times } : { source, target, value: times }
  })
  const band = (width - side.start - side.end - side.node) / stages.length
  const [start, end] = [side.start + band / 2 + side.node / 2, side.end - band / 2 + side.node / 2]
  const moods = map.stages.map(({ feelings }) => moodOf(feelings))
  return {
    textStyle: { fontFamily: colours.font, color: colours.text },
    aria: { enabled: false },
    animationDuration: 300,
    tooltip: { renderMode: 'richText', confine: true, backgroundColor: colours.card, borderColor: colours.line, textStyle: { color: colours.text } },
    grid: { top: height.flow + height.gap, height: height.curve, [isRtl ? 'right' : 'left']: start, [isRtl ? 'left' : 'right']: end },
    xAxis: { type: 'category', inverse: isRtl, data: stages.map((stage) => words.label(stage)), axisLine: { onZero: true, lineStyle: { color: colours.line } }, axisTick: { show: false }, axisLabel: { show: false } },
    yAxis: [
      { type: 'value', min: -1, max: 1, interval: 1, position: isRtl ? 'right' : 'left', axisLabel: { color: colours.quiet, formatter: (/** @type {number} */ value) => words.text(value > 0 ? 'happy' : value < 0 ? 'unhappy' : 'neutral') }, splitLine: { lineStyle: { color: colours.line, type: 'dashed' } } },
      { type: 'value', min: 0, max: 1, show: false },
    ],
    series: [
      {
        type: 'sankey', top: 16, height: height.flow - 24, left: isRtl ? side.end : side.start, right: isRtl ? side.start : side.end, nodeWidth: side.node, nodeGap: 12, draggable: false, layoutIterations: 24, data: nodes, links: drawn,
        lineStyle: { color: 'gradient', opacity: 0.32, curveness: 0.5 }, emphasis: { focus: 'adjacency', lineStyle: { opacity: 0.6 } },
        tooltip: {
          formatter: (/** @type {any} */ { dataType, data, name, value }) => {
            if (dataType === 'node') return `${saidOf.get(name)}: ${words.number(value)}`
            const [from, to] = isRtl ? [data.target, data.source] : [data.source, data.target]
            return `${saidOf.get(from)} → ${saidOf.get(to)}: ${words.number(data.value)}`
          },
        },
      },
      {
        name: words.text('hurtShare'), type: 'bar', yAxisIndex: 1, barWidth: 22, itemStyle: { color: colours.bad, opacity: 0.3, borderRadius: 3 }, data: map.stages.map(({ hurt, shoppers }) => (shoppers ? hurt.shoppers / shoppers : 0)),
        label: { show: true, position: 'insideBottom', color: colours.text, opacity: 1, fontSize: 11, formatter: (/** @type {any} */ { dataIndex }) => (map.stages[dataIndex]?.hurt.shoppers ? words.number(map.stages[dataIndex].hurt.shoppers) : '') },
        tooltip: { valueFormatter: (/** @type {any} */ value) => words.share(Number(value), 1) },
      },
      {
        name: words.text('feeling'), type: 'line', smooth: 0.4, connectNulls: true, symbolSize: 12, lineStyle: { width: 3, color: colours.good }, itemStyle: { color: colours.good, borderColor: colours.card, borderWidth: 2 },
        data: moods.map((mood) => (mood === undefined ? null : { value: mood, itemStyle: { color: mood < 0 ? colours.bad : colours.good } })),
        tooltip: { valueFormatter: (/** @type {any} */ value) => words.text(value > 0.2 ? 'happy' : value < -0.2 ? 'unhappy' : 'neutral') },
      },
    ],
  }
}

/** Draws into an element, and again when its size changes. @param {HTMLElement} home */
export const createChart = (home) => {
  /** @type {(() => void) | undefined} */
  let draw
  const chart = echarts.init(home, undefined, { height: height.flow + height.gap + height.curve + 24 })
  let width = 0
  new ResizeObserver(() => {
    if (Math.abs(home.clientWidth - width) > 1) draw?.()
  }).observe(home)
  return {
    /** @param {JourneyMap} map @param {Words} words */
    show: (map, words) => {
      draw = () => {
        home.style.minWidth = `${side.start + side.end + side.node + map.model.stages.length * leastBand}px`
        width = home.clientWidth
        if (!width) return
        // Told, as the chart would hide itself to measure, and the page's scrollbar might go with it.
        chart.resize({ width })
        chart.setOption(optionOf(map, words, width), true)
        home.setAttribute('aria-label', `${words.text('flow')}: ${map.stages.map(({ shoppers }, i) => `${words.label(map.model.stages[i] ?? { id: '' })} ${words.number(shoppers)}`).join(', ')}`)
      }
      draw()
    },
    /** A PNG of twice the size, on the page's ground. @type {() => Promise<Blob>} */
    picture: () =>
      new Promise((resolve, reject) => chart.renderToCanvas({ pixelRatio: 2, backgroundColor: coloursOf().card }).toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png')),
  }
}
