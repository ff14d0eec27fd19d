import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../src/redact.js'
import { five } from '../src/stages/five.js'
import { createBirths, idOf, seqOf, type BirthOptions } from '../src/touchpoint.js'
import type { Draft, Moment, PageView, Purpose } from '../src/types.js'
import type { Visit } from '../src/visit.js'

const { definitions } = JSON.parse(readFileSync('docs/protocol.schema.json', 'utf8'))
const ajv = new Ajv({ allErrors: true })
const checks = { touchpoint: ajv.compile({ definitions, $ref: '#/definitions/touchpoint' }), page: ajv.compile({ definitions, $ref: '#/definitions/page' }) }
const errorsOf = (what: keyof typeof checks, value: unknown) => (checks[what](value) ? [] : checks[what].errors!.map(({ instancePath, message }) => `${instancePath} ${message}`))

const at = 1_763_769_600_000
const page: PageView = { url: 'https://shop.example/p/cap?q=1&session=2', title: 'Cap', referrer: 'https://shop.example/' }
const visit: Visit = { id: 'v1', visitor: 'w1', since: at, last: at, user: undefined, campaign: '{}', entry: '"v1":{"started":1}' }

const setUp = (options: Partial<BirthOptions> = {}) => {
  const words: string[] = []
  const births = createBirths({ site: 'my-shop', model: five, marks: [], denied: () => [], redactor: createRedactor(['q']), report: (code, message) => words.push(`${code}: ${message}`), ...options })
  const bear = (moment: Moment & { user?: string }, on = page, of = visit) => births.bear(births.stamp(moment, on, moment.at ?? at), of)
  const read = (moment: Moment, on = page, of = visit) => JSON.parse(bear(moment, on, of).line)
  const pageOf = (on: PageView, of = visit) => (Object.values(JSON.parse(`{${bear({ name: 'a' }, on, of).page}}`)) as unknown[])[0]
  return { ...births, bear, read, pageOf, words }
}

test('a touchpoint says what happened, when, where and in which order', () => {
  const { read, tab } = setUp()
  const props = { currency: 'EUR', items: [{ item_id: 'sku-1' }] }
  expect(read({ name: 'view_item', props })).toEqual({
    id: expect.stringMatching(/^019aa[0-9a-f]{3}-[0-9a-f]{4}-7/),
    name: 'view_item',
    at,
    seq: 1,
    page: `${tab}-1`,
    props,
  })
})

test('what is absent costs nothing', () => {
  const { read } = setUp({ model: undefined })
  expect(Object.keys(read({ name: 'a', props: {}, source: 'clicks' }))).toEqual(['id', 'name', 'at', 'seq', 'page', 'source'])
})

test('seq counts without gaps in the order of birth, but for those that are skipped', () => {
  const { bear, skip, last } = setUp()
  const first = [bear({ name: 'a' }), bear({ name: 'b' })]
  skip(3)
  const all = [...first, bear({ name: 'c' })]
  expect([all.map(({ seq }) => seq), all.map(({ line }) => seqOf(line)), last()]).toEqual([[1, 2, 6], [1, 2, 6], 6])
})

test('a moment that is never born takes no seq', () => {
  const { stamp, last } = setUp()
  stamp({ name: 'a' }, page, at)
  expect(last()).toBe(0)
})

test('a touchpoint is written down when it happens: later changes of its props change nothing', () => {
  const { stamp, bear } = createBirths({ site: 'my-shop', marks: [], denied: () => [], redactor: createRedactor([]), report: () => {} })
  const props = { value: 1, items: [{ item_id: 'a' }] }
  const stamped = stamp({ name: 'view_item', props }, page, at)
  props.value = 2
  props.items.length = 0
  expect(JSON.parse(bear(stamped, visit).line).props).toEqual({ value: 1, items: [{ item_id: 'a' }] })
})

describe('whatever is given, the line is a valid touchpoint', () => {
  const hostile: [what: string, moment: Moment][] = [
    ['props that throw at everything', { name: 'a', props: new Proxy({}, { ownKeys: () => { throw new Error('no') } }) }],
    ['props with nothing that JSON holds', { name: 'a', props: { a: null, b: NaN } }],
    ['a text with quotes and line breaks', { name: 'a', props: { 'a"\n': '"\n\\\u2028\ud800' } }],
    ['a stage with quotes', { name: 'a', stage: 'my "stage"' }],
    ['props with a seq of their own', { name: 'a', props: { seq: 99 } }],
  ]
  test.each(hostile)('%s', (_, moment) => {
    const { bear } = setUp()
    const { line } = bear(moment)
    expect(line).not.toContain('\n')
    expect([errorsOf('touchpoint', JSON.parse(line)), idOf(line), seqOf(line)]).toEqual([[], JSON.parse(line).id, 1])
  })
})

test('props are cleaned, and it is told when they are cut', () => {
  const { read, words } = setUp()
  expect(read({ name: 'search', props: { search_term: 'sara@example.com', link_url: 'https://shop.example/?session=1&q=a' } }).props).toEqual({ search_term: '[email]', link_url: 'https://shop.example/?q=a' })
  expect(words).toEqual([])
  read({ name: 'view_cart', props: { items: Array.from({ length: 1000 }, (_, i) => ({ item_id: `sku-${i}`, price: 1 })) } })
  expect(new Set(words)).toEqual(new Set(['input: props of view_cart must be at most 16,000 characters; the rest was cut']))
})

test('what a control says is cleaned, then cut at 64 characters; what others call text is not', () => {
  const { read } = setUp()
  const text = `Signed in as the one and only, our most faithful customer mina.rad@shop.example ${'x'.repeat(300)}`
  const props = { text, link_text: text }
  expect(read({ name: 'click', source: 'clicks', props }).props).toEqual({ text: 'Signed in as the one and only, our most faithful customer ', link_text: text.replace('mina.rad@shop.example', '[email]') })
  expect(read({ name: 'click', source: 'clicks', props: { text: 'x'.repeat(99) } }).props).toEqual({ text: 'x'.repeat(64) })
  expect(read({ name: 'click', props: { text: 'x'.repeat(99) } }).props).toEqual({ text: 'x'.repeat(99) })
})

test('keys and numbers are cleaned, too', () => {
  expect(setUp().read({ name: 'a', props: { 'mina@shop.example': 1, card: 4242424242424242, transaction_id: 4242424242424242 } }).props).toEqual({ '[email]': 1, card: '[card]', transaction_id: 4242424242424242 })
})

describe('the stage', () => {
  test('that the page names wins over every rule', () => {
    expect(setUp().read({ name: 'view_item', stage: 'loyalty' }).stage).toEqual({ id: 'loyalty', confidence: 1, rule: 'explicit' })
  })

  test('that the journey hints at is said with its rule, where that is not the name', () => {
    const hinted = (rule: string) => {
      const made = createBirths({ site: 'my-shop', marks: [], denied: () => [], redactor: createRedactor([]), report: () => {} })
      const stamped = made.stamp({ name: 'view_item' }, page, at)
      stamped.hint = { id: 'loyalty', confidence: 0.6, rule }
      return JSON.parse(made.bear(stamped, visit).line).stage
    }
    expect([hinted('view_item'), hinted('customer')]).toEqual([{ id: 'loyalty', confidence: 0.6 }, { id: 'loyalty', confidence: 0.6, rule: 'customer' }])
  })
})

describe('the developer\'s own redaction', () => {
  const props = { note: 'for Maryam', link: 'https://shop.example/?session=1' }

  test('comes last, on a copy, and may change props, url, title and referrer', () => {
    const seen: Draft[] = []
    const { bear, pageOf } = setUp({
      redact: (draft) => {
        seen.push({ ...draft })
        draft.props = { note: 'for [name]' }
        draft.url = 'https://shop.example/p/[name]'
        draft.title = '[title]'
        draft.referrer = ''
      },
    })
    const given = { ...props }
    const { line } = bear({ name: 'a', props: given, source: 'clicks' })
    expect(seen).toEqual([{ name: 'a', at, source: 'clicks', url: 'https://shop.example/p/cap?q=1', title: 'Cap', referrer: 'https://shop.example/', props: { note: 'for Maryam', link: 'https://shop.example/' } }])
    expect([JSON.parse(line).props, given]).toEqual([{ note: 'for [name]' }, props])
    expect(pageOf(page)).toMatchObject({ url: 'https://shop.example/p/[name]', title: '[title]' })
  })

  test('may return another draft, and what it returns is cleaned again', () => {
    const { read } = setUp({ redact: (draft) => ({ ...draft, props: { to: 'sara@example.com' } }) })
    expect(read({ name: 'a' }).props).toEqual({ to: '[email]' })
  })

  test.each<[what: string, redact: NonNullable<BirthOptions['redact']>]>([
    ['that throws', () => { throw new Error('no') }],
    ['that is async', (async (draft: Draft) => draft) as unknown as NonNullable<BirthOptions['redact']>],
  ])('%s loses nothing, and it is told', (_, redact) => {
    const { read, words } = setUp({ redact })
    expect([read({ name: 'a', props }).props, words]).toEqual([{ note: 'for Maryam', link: 'https://shop.example/' }, ['input: redact failed for a; it was kept as it was']])
  })

  test('that makes nonsense of a draft leaves a valid touchpoint', () => {
    const redact = (draft: Draft) => Object.assign(draft, { props: [1], url: 7, title: null, referrer: {} })
    const { bear, words } = setUp({ redact })
    const made = bear({ name: 'a', props })
    expect([errorsOf('touchpoint', JSON.parse(made.line)), errorsOf('page', Object.values(JSON.parse(`{${made.page}}`))[0]), words]).toEqual([[], [], []])
  })

  test('is not asked twice for what the order of a purchase is', () => {
    const idOfOrder = (redact?: BirthOptions['redact']) => setUp(redact ? { redact } : {}).read({ name: 'purchase', props: { transaction_id: '1001' } }).id
    expect(idOfOrder((draft) => void (draft.props = {}))).toBe(idOfOrder())
  })
})

describe('an order', () => {
  const order = (name: string, props: object, site = 'my-shop') => setUp({ site }).read({ name, props: props as Moment['props'] }).id

  test('gives the same id on every page that reports it, whatever else it says', () => {
    expect(order('purchase', { transaction_id: '1001', value: 18 })).toBe(order('purchase', { transaction_id: '1001', value: 19, items: [{}] }))
    expect(order('purchase', { transaction_id: 1001 })).toBe(order('purchase', { transaction_id: '1001' }))
    expect(order('purchase', { transaction_id: '1001' })).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/)
  })

  test('gives another id for another order, site or name', () => {
    const ids = [order('purchase', { transaction_id: '1001' }), order('purchase', { transaction_id: '1002' }), order('purchase', { transaction_id: '1001' }, 'other'), order('refund', { transaction_id: '1001' })]
    expect(new Set(ids).size).toBe(4)
  })

  test('a second, partial refund is another one, the same refund is not', () => {
    const refund = (value: number) => order('refund', { transaction_id: '1001', value, items: [{ item_id: 'a' }] })
    expect([refund(5) === refund(5), refund(5) === refund(6)]).toEqual([true, false])
  })

  test('without an id that tells orders apart gets a random one', () => {
    const nothing = [{}, { transaction_id: '' }, { transaction_id: null }, { transaction_id: {} }, { transaction_id: true }, { transaction_id: NaN }]
    expect(nothing.filter((props) => order('purchase', props) === order('purchase', props))).toEqual([])
  })

  test('that a custom touchpoint names gives no derived id: it may happen often', () => {
    expect(order('order_cancelled', { transaction_id: '1001' })).not.toBe(order('order_cancelled', { transaction_id: '1001' }))
  })
})

test('whoever is no shopper is marked on every page', () => {
  expect([setUp({ marks: ['staff', 'bot'] }).pageOf(page), setUp().pageOf(page)]).toMatchObject([{ marks: ['staff', 'bot'] }, {}])
  expect(setUp().pageOf(page)).not.toHaveProperty('marks')
})

test('what was not agreed to is said of the pages that were seen so', () => {
  let denied: readonly Purpose[] = ['ads']
  const { bear } = setUp({ denied: () => denied })
  const deniedOf = () => (Object.values(JSON.parse(`{${bear({ name: 'a' }).page}}`)) as { denied?: unknown }[])[0]!.denied
  expect(deniedOf()).toEqual(['ads'])
  denied = []
  expect(deniedOf()).toBeUndefined()
})

describe('priority', () => {
  test('is highest for orders, then for the cart, the checkout and people', () => {
    const { bear } = setUp()
    const of = (...names: string[]) => names.map((name) => bear({ name }).priority)
    expect(of('purchase', 'refund', 'subscription_renewed')).toEqual([0, 0, 0])
    expect(of('add_to_cart', 'remove_from_cart', 'view_cart', 'cart_abandonment', 'begin_checkout', 'checkout_step', 'checkout_error', 'add_shipping_info', 'add_payment_info', 'payment_return', 'order_cancelled', 'identify', 'sign_up', 'generate_lead')).toEqual(Array(14).fill(1))
    expect(of('page_view', 'click', 'view_item', 'search', 'purchases_viewed', 'reorder_x')).toEqual(Array(6).fill(2))
  })

  test('of commerce, and of what may leave the page, is storing in the same task', () => {
    const { stamp } = setUp()
    const isNow = (moment: Moment) => stamp(moment, page, at).now
    expect([isNow({ name: 'purchase' }), isNow({ name: 'add_to_cart' }), isNow({ name: 'click', leaving: true }), isNow({ name: 'click', leaving: false }), isNow({ name: 'page_view' })]).toEqual([true, true, true, false, false])
  })
})

describe('a page', () => {
  test('has an entry with its visit, its model and what was seen of it, redacted', () => {
    const { pageOf, tab } = setUp()
    expect(pageOf({ ...page, kind: 'product', locale: 'ar' }, { ...visit, user: 'u1' })).toEqual({ tab, visit: 'v1', user: 'u1', model: 'five@2', url: 'https://shop.example/p/cap?q=1', title: 'Cap', referrer: 'https://shop.example/', kind: 'product', locale: 'ar' })
  })

  test('is one entry as long as nothing of it changes', () => {
    const { bear, tab } = setUp()
    const views = [page, { ...page }, { ...page, title: 'Cap (2)' }, { ...page, url: 'https://shop.example/' }]
    expect(views.map((on) => JSON.parse(bear({ name: 'a' }, on).line).page)).toEqual([`${tab}-1`, `${tab}-1`, `${tab}-2`, `${tab}-3`])
  })

  test('is another entry in another visit and for another user', () => {
    const { bear } = setUp()
    const entries = [visit, { ...visit, id: 'v2' }, { ...visit, id: 'v2', user: 'u1' }].map((of) => bear({ name: 'a' }, page, of).page)
    expect(new Set(entries).size).toBe(3)
  })

  test('has a title and a kind that are cleaned, then cut', () => {
    const before = 'x '.repeat(122)
    expect(setUp().pageOf({ ...page, title: `${before}mina.rad@shop.example`, kind: `${'x '.repeat(26)}mina.rad@shop.example` })).toMatchObject({ title: before, kind: 'x '.repeat(26) })
  })

  test('is valid whatever the document says of itself', () => {
    const { pageOf } = setUp({ model: { ...five, id: 'a"b' } })
    const long = 'x'.repeat(5000)
    const views: PageView[] = [{ url: `https://shop.example/${'a/'.repeat(3000)}`, title: long, referrer: `https://a.example/${long}`, kind: long, locale: long }, { url: 'about:blank' }, { url: 'nonsense', title: '', referrer: '', kind: '', locale: '' }, { ...page, title: '"\n\\ sara@example.com' }]
    expect(views.map((on) => errorsOf('page', pageOf(on)))).toEqual(views.map(() => []))
  })
})

test('two documents have names of their own', () => {
  expect(setUp().tab).not.toBe(setUp().tab)
})
