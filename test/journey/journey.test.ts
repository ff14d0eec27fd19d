import { describe, expect, test, vi } from 'vitest'
import { createTracker } from '../../src/index.js'
import { journey, type JourneyMethods, type JourneyOptions } from '../../src/journey/journey.js'
import { toParam } from '../../src/journey/hand-over.js'
import { five } from '../../src/stages/five.js'
import type { Tracker, TrackerOptions } from '../../src/index.js'
import { countListeners } from '../harness/listeners.js'
import { createShop } from '../harness/shop.js'
import { setVisibility } from '../harness/visibility.js'

const left = countListeners()
const shop = createShop()
const { sent, errors, pass, names } = shop

const DAY = 86_400_000
const start = (options: Partial<TrackerOptions> & JourneyOptions = {}) => {
  const { stages = five, crossDomains, ownHosts, ...others } = options
  return shop.start({ journey: journey({ stages, ...(crossDomains && { crossDomains }), ...(ownHosts && { ownHosts }) }), ...others }) as Tracker & JourneyMethods
}
const touchpoints = () => sent.flatMap(({ batch }) => batch.touchpoints ?? [])
const stages = () => touchpoints().flatMap(({ name, stage }) => (stage ? [`${name} ${stage.id}`] : []))
const visits = () => Object.values(Object.assign({}, ...sent.map(({ batch }) => batch.visits))) as { [field: string]: unknown }[]
const flush = async (tracker: Tracker) => {
  const done = tracker.flush()
  await pass(2000)
  return done
}
const visible = (value: 'visible' | 'hidden') => setVisibility(value)

describe('a touchpoint', () => {
  test('has the hint of the model, by what the shopper has done before', async () => {
    const tracker = start()
    tracker.track('view_item')
    tracker.track('purchase', { transaction_id: '1' })
    tracker.track('purchase', { transaction_id: '2' })
    await flush(tracker)
    expect(stages()).toEqual(['view_item consideration', 'purchase conversion', 'purchase loyalty'])
  })

  test('that the page names the stage of has that one', async () => {
    const tracker = start()
    tracker.track('view_item', {}, { stage: 'advocacy' })
    await flush(tracker)
    expect(touchpoints()[0]!.stage).toEqual({ id: 'advocacy', confidence: 1, rule: 'explicit' })
  })

  test('of a getter that throws is recorded all the same', async () => {
    const tracker = start()
    const props = Object.defineProperty({ a: 1 }, 'value', { enumerable: true, get: () => { throw new Error('no') } })
    tracker.track('purchase', props as never)
    await flush(tracker)
    expect([names()[0], touchpoints()[0]!.props]).toEqual(['purchase 1', { a: 1 }])
  })

  test('that hurts says at which stage, too unsure to move anybody; one that has a rule goes by that', async () => {
    const tracker = start()
    tracker.track('dead_click')
    tracker.track('view_item')
    tracker.track('dead_click')
    tracker.track('coupon_refused')
    tracker.track('click')
    await flush(tracker)
    expect(touchpoints().filter(({ name }) => name !== 'view_item' && name !== 'stage_change').map(({ name, stage }) => [name, stage])).toEqual([
      ['dead_click', undefined],
      ['dead_click', { id: 'consideration', confidence: 0.5, rule: 'current' }],
      ['coupon_refused', { id: 'conversion', confidence: 0.6 }],
      ['click', undefined],
    ])
  })

  test('has no hint without a model, and the journey is known all the same', async () => {
    const tracker = shop.start({ journey: journey() }) as Tracker & JourneyMethods
    tracker.track('purchase', { transaction_id: '1', value: 5, currency: 'EUR' })
    await flush(tracker)
    expect([stages(), await tracker.journey()]).toMatchObject([[], { purchases: 1, total: { EUR: 5 } }])
  })
})

describe('the journey', () => {
  test('is what the page can act on', async () => {
    history.replaceState({}, '', '/?utm_source=letter&utm_medium=email&utm_campaign=spring')
    const tracker = start()
    tracker.identify('u1', { persona: 'gift giver', segment: 'vip' })
    tracker.track('purchase', { transaction_id: '1', value: 5, currency: 'EUR' })
    const asked = tracker.journey()
    await pass(500)
    const at = expect.any(Number)
    const touch = { at, channel: 'email', source: 'letter', medium: 'email', campaign: 'spring' }
    expect(await asked).toEqual({
      visits: 1, channel: 'email', first: touch, last: touch, purchases: 1, bought: [at], total: { EUR: 5 }, persona: 'gift giver', segment: 'vip',
      stage: 'conversion', since: at, history: [{ stage: 'conversion', since: at }],
    })
  })

  test('is empty while consent is pending, and on a server', async () => {
    const tracker = start({ consent: 'pending' })
    tracker.track('purchase', { transaction_id: '1' })
    const empty = { visits: 0, purchases: 0, bought: [], total: {}, history: [] }
    expect(await tracker.journey()).toEqual(empty)
    expect(await tracker.oncePer('sale')).toBe(false)
    vi.stubGlobal('document', undefined)
    const inert = createTracker({ endpoint: '/t', site: 'my-shop', journey: journey() })
    expect([await inert.journey(), await inert.oncePer('a'), inert.onStageChange(() => {})()]).toEqual([empty, false, undefined])
    inert.feedback({ kind: 'nps', score: 1 })
    vi.unstubAllGlobals()
  })

  test('goes on with the next visit, which says its channel, its number and the first touch', async () => {
    history.replaceState({}, '', '/?utm_source=letter&utm_medium=email')
    const first = start()
    first.track('purchase', { transaction_id: '1' })
    await flush(first)
    first.stop()
    vi.setSystemTime(Date.now() + 2 * DAY)
    history.replaceState({}, '', '/')
    const second = start()
    second.track('view_item')
    await flush(second)
    expect(visits()).toMatchObject([{ channel: 'email', number: 1 }, { channel: 'direct', number: 2, first: { channel: 'email', source: 'letter' } }])
    expect(visits()[0]).not.toHaveProperty('first')
    expect(await second.journey()).toMatchObject({ visits: 2, purchases: 1, channel: 'direct', last: { channel: 'email' } })
  })

  test('of two tabs is one, once this one is looked at again', async () => {
    const one = start()
    await flush(one)
    const other = start()
    other.track('purchase', { transaction_id: '1' })
    await flush(other)
    visible('hidden')
    visible('visible')
    await pass(100)
    expect(await one.journey()).toMatchObject({ purchases: 1, stage: 'conversion' })
  })

  test('keeps no personal data of a campaign', async () => {
    history.replaceState({}, '', '/?utm_source=sara@example.com&utm_medium=email')
    const tracker = start()
    await flush(tracker)
    expect(await tracker.journey()).toMatchObject({ first: { source: '[email]' } })
  })

  test('is forgotten with the visitor', async () => {
    const tracker = start()
    tracker.track('purchase', { transaction_id: '1' })
    await flush(tracker)
    void tracker.forget()
    await pass(500)
    tracker.consent('granted')
    await pass(500)
    expect(await tracker.journey()).toMatchObject({ visits: 1, purchases: 0 })
  })
})

describe('stage_change', () => {
  test('follows what moves the journey, at its time, on its page, and has no hint', async () => {
    const tracker = start()
    tracker.track('view_item')
    await pass(50)
    tracker.track('begin_checkout')
    tracker.track('view_item')
    await flush(tracker)
    expect(names().slice(0, 5)).toEqual(['view_item 1', 'stage_change 2', 'begin_checkout 3', 'stage_change 4', 'view_item 5'])
    const [viewed, first, begun, second] = touchpoints()
    expect([first!.props, second!.props, first!.stage]).toEqual([{ to: 'consideration' }, { from: 'consideration', to: 'conversion', after: begun!.at - viewed!.at }, undefined])
    expect([first!.at, first!.page, second!.at]).toEqual([viewed!.at, viewed!.page, begun!.at])
  })

  test('tells the page, until it is undone; a callback that throws harms nobody', async () => {
    const tracker = start()
    const told: unknown[] = []
    tracker.onStageChange(() => { throw new Error('no') })
    const stop = tracker.onStageChange((change) => told.push(change))
    tracker.track('view_item')
    await pass(100)
    stop()
    tracker.track('purchase', { transaction_id: '1' })
    await flush(tracker)
    expect([told, errors.map(({ code }) => code)]).toEqual([[{ to: 'consideration', at: expect.any(Number) }], ['source']])
    expect(names()).toContain('purchase 3')
  })

  test('of what happened while consent was pending comes in order', async () => {
    const tracker = start({ consent: 'pending' })
    tracker.track('view_item')
    tracker.track('purchase', { transaction_id: '1' })
    tracker.consent('granted')
    await flush(tracker)
    expect(names()).toEqual(['view_item 1', 'stage_change 2', 'purchase 3', 'stage_change 4'])
  })
})

describe('oncePer', () => {
  test('says yes once in a visit, for all tabs, and again in the next', async () => {
    const one = start()
    await flush(one)
    const other = start()
    await flush(other)
    const ask = async (tracker: JourneyMethods) => {
      const asked = tracker.oncePer('sale')
      await pass(50)
      return asked
    }
    expect([await ask(one), await ask(one), await ask(other)]).toEqual([true, false, false])
    one.stop()
    other.stop()
    vi.setSystemTime(Date.now() + DAY)
    const next = start()
    await flush(next)
    expect([await ask(next), await ask(next)]).toEqual([true, false])
  })

  test.each([['', {}], [7, {}], ['x'.repeat(65), {}], ['sale', { days: '7' }], ['sale', { visits: -1 }], ['sale', { days: NaN }]])('%o %o is told, and says no', async (key, frequency) => {
    const tracker = start()
    expect(await tracker.oncePer(key as string, frequency as object)).toBe(false)
    expect(errors.map(({ message }) => message)).toEqual(['rihla: oncePer must be given a key of at most 64 characters, and { visits } or { days } as a number'])
  })
})

test('feedback is a touchpoint, whose text is redacted', async () => {
  const tracker = start()
  tracker.feedback({ kind: 'nps', score: 9, text: 'Ask sara@example.com' })
  tracker.feedback(undefined as never)
  await flush(tracker)
  expect(touchpoints()[0]).toMatchObject({ name: 'feedback', props: { kind: 'nps', score: 9, text: 'Ask [email]' } })
  expect(errors.map(({ code }) => code)).toEqual(['input'])
})

describe('between the domains of a shop', () => {
  const other = { id: '01a20056-8580-7c3e-8d41-5b2f0c8e7a16', visitor: '01a1f0c2-77e4-7b31-a6f0-2d58c9be1047' }
  const from = (referrer: string) => vi.spyOn(document, 'referrer', 'get').mockReturnValue(referrer)
  const link = (href: string) => {
    document.body.innerHTML = `<a href="${href}">go</a>`
    const anchor = document.querySelector('a')!
    let followed = ''
    anchor.addEventListener('click', (event) => {
      event.preventDefault()
      followed = anchor.getAttribute('href')!
    })
    anchor.click()
    return { followed, anchor }
  }

  test('a link takes the shopper along for the moment in which it is followed', async () => {
    const tracker = start({ crossDomains: ['shop.example'] })
    tracker.track('view_item')
    await flush(tracker)
    const { followed, anchor } = link('https://eu.shop.example/p?a=%20b#c')
    const param = new URL(followed).searchParams.get('_rihla')!
    expect(param.split('.').slice(1)).toEqual([visits()[0]!.visitor, Object.keys(sent[0]!.batch.visits)[0]])
    await pass(10)
    expect([anchor.getAttribute('href'), followed.replace(param, '…')]).toEqual(['https://eu.shop.example/p?a=%20b#c', 'https://eu.shop.example/p?a=%20b&_rihla=…#c'])
  })

  test.each([
    ['to a domain that is not named', {}, 'https://evil.example/'],
    ['to a domain that ends like one', {}, 'https://notshop.example/'],
    ['while consent is pending', { consent: 'pending' }, 'https://shop.example/'],
    ['in cookieless mode', { cookieless: true }, 'https://shop.example/'],
  ] as const)('a link %s stays as it is', async (_, options, href) => {
    const tracker = start({ crossDomains: ['shop.example'], ...options })
    tracker.track('view_item')
    await pass(2000)
    expect(link(href).followed).toBe(href)
    tracker.stop()
  })

  test('who comes from there goes on with the visit, and the address does not say so any longer', async () => {
    from('https://shop.example/')
    history.replaceState({ own: 1 }, '', `/p?a=%20b&_rihla=${toParam(other, Date.now())}&c#/d`)
    const tracker = start({ crossDomains: ['shop.example'] })
    expect([location.search + location.hash, history.state]).toEqual(['?a=%20b&c#/d', { own: 1 }])
    tracker.track('view_item')
    await flush(tracker)
    expect([Object.keys(sent[0]!.batch.visits), visits()[0]]).toMatchObject([[other.id], { visitor: other.visitor, channel: 'direct' }])
    expect(sent[0]!.body).not.toContain('_rihla')
  })

  test.each([
    ['from a site that is not named', 'https://evil.example/', 0],
    ['from nowhere', '', 0],
    ['too late', 'https://shop.example/', 121_000],
  ])('who comes %s is somebody new', async (_, referrer, late) => {
    from(referrer)
    history.replaceState({}, '', `/?_rihla=${toParam(other, Date.now() - late)}`)
    const tracker = start({ crossDomains: ['shop.example'] })
    tracker.track('view_item')
    await flush(tracker)
    expect([location.search, visits()[0]!.visitor === other.visitor]).toEqual(['', false])
  })

  test('a shop that names none leaves addresses alone', async () => {
    history.replaceState({}, '', `/?_rihla=1`)
    start()
    expect([location.search, link('https://shop.example/').followed]).toEqual(['?_rihla=1', 'https://shop.example/'])
  })
})

test.each([
  [{ crossDomains: 'shop.example' }, /crossDomains must be an array of hosts/],
  [{ ownHosts: ['https://shop.example'] }, /ownHosts must be an array of hosts/],
  [{ stages: { id: 'x' } }, /stages/],
])('%o throws at set-up', (options, message) => {
  expect(() => journey(options as never)).toThrow(message)
})

test('stop leaves no listener', async () => {
  const tracker = start({ crossDomains: ['shop.example'] })
  await pass(100)
  tracker.stop()
  expect(left()).toEqual([])
})
