import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { oneTruth } from '../src/one-truth.js'
import type { Record as Recorder, Seen, StoreSource } from '../src/types.js'
import { countListeners } from './harness/listeners.js'
import { resetVisibility, setVisibility, transition } from './harness/visibility.js'

const left = countListeners()
const start = 1_763_769_600_000
const stops: (() => void)[] = []
beforeEach(() => {
  vi.useFakeTimers({ now: start, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  history.replaceState({}, '', '/')
})
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  vi.useRealTimers()
  resetVisibility()
})

/** Two sources, the surer first: `surer('view_item')` and `weaker('view_item')` say a name. */
const join = () => {
  const words: unknown[] = []
  const recorders: Recorder[] = []
  const source = (rank: number) => (record: Recorder) => {
    recorders[rank] = record
    return () => words.push(`stop ${rank}`)
  }
  const truth = oneTruth([source(0), source(1)])
  const stop = truth.source((seen) => {
    if ('failure' in seen) words.push((seen.failure as Error).message)
    else if ('items' in seen) words.push(`note ${seen.items.map(({ item_id }) => item_id).join()}`)
    else if ('name' in seen) words.push(`${seen.name} of ${seen.source}${seen.at === undefined ? '' : ` +${seen.at - start}`}${seen.page ? ` at ${new URL(seen.page.url).pathname}` : ''}`)
  })
  stops.push(stop)
  const of = (item_id?: string) => (item_id ? { props: { items: [{ item_id }] } } : {})
  return {
    words,
    stop,
    told: (name: string, item?: string) => truth.told({ name, ...of(item) }),
    surer: (name: string, item?: string) => recorders[0]!({ name, source: 'surer', ...of(item) }),
    weaker: (name: string, item?: string) => recorders[1]!({ name, source: 'weaker', ...of(item) }),
    fail: () => recorders[1]!({ failure: new Error('theirs') }),
  }
}

test('what one source says alone is told: of the surest in the next task, of a weaker one after a second, with the time and the page of the moment', async () => {
  const { words, surer, weaker, fail } = join()
  surer('search')
  weaker('add_to_cart')
  fail()
  expect(words).toEqual(['theirs'])
  await vi.advanceTimersByTimeAsync(0)
  expect(words.splice(0)).toEqual(['theirs', 'search of surer +0'])
  history.replaceState({}, '', '/elsewhere')
  await vi.advanceTimersByTimeAsync(999)
  expect(words).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(words).toEqual(['add_to_cart of weaker +0 at /'])
})

test.each([
  ['what a page shows, whoever comes first and however late', 'view_item', 60_000],
  ['what a shopper does, within 5 seconds', 'add_to_cart', 4500],
])('%s, counts once', async (_, name, gap) => {
  const { words, surer, weaker } = join()
  surer(name, 'cap')
  await vi.advanceTimersByTimeAsync(gap)
  weaker(name, 'cap')
  await vi.advanceTimersByTimeAsync(60_000)
  weaker(name, 'pot')
  await vi.advanceTimersByTimeAsync(gap)
  surer(name, 'pot')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(words.map((word) => `${word}`.split(' +')[0])).toEqual([`${name} of surer`, `note cap`, `${name} of weaker`, 'note pot'])
})

test('a weaker source waits for a surer one, whose word it is then', async () => {
  const { words, surer, weaker } = join()
  weaker('add_to_cart', 'cap')
  await vi.advanceTimersByTimeAsync(900)
  surer('add_to_cart', 'cap')
  await vi.advanceTimersByTimeAsync(2000)
  expect(words).toEqual(['note cap', 'add_to_cart of surer +900'])
})

test('what is done twice counts twice: each word has one echo', async () => {
  const { words, surer, weaker } = join()
  for (let i = 0; i < 2; i++) {
    weaker('add_to_cart', 'cap')
    await vi.advanceTimersByTimeAsync(300)
    surer('add_to_cart', 'cap')
    await vi.advanceTimersByTimeAsync(300)
  }
  await vi.advanceTimersByTimeAsync(5000)
  expect(words.filter((word) => `${word}`.startsWith('add'))).toEqual(['add_to_cart of surer +300', 'add_to_cart of surer +900'])
})

test('other products, other pages, and acts more than 5 seconds apart are no echo', async () => {
  const { words, surer, weaker } = join()
  surer('view_item', 'cap')
  weaker('view_item', 'pot')
  surer('add_to_cart', 'cap')
  await vi.advanceTimersByTimeAsync(5001)
  weaker('add_to_cart', 'cap')
  history.replaceState({}, '', '/cap')
  weaker('view_item', 'cap')
  await vi.advanceTimersByTimeAsync(5000)
  expect(words.map((word) => `${word}`.split(' +')[0])).toEqual(['view_item of surer', 'add_to_cart of surer', 'view_item of weaker', 'add_to_cart of weaker', 'view_item of weaker'])
})

test.each([['hidden', () => setVisibility('hidden')], ['left', () => transition('pagehide', false)], ['stopped', (stop: () => void) => stop()]])('nothing waits any longer when the page is %s, and the surer one counts', (_, end) => {
  const { words, surer, weaker, stop } = join()
  weaker('view_item', 'cap')
  weaker('share')
  surer('view_item', 'cap')
  end(stop)
  expect(words.filter((word) => !`${word}`.startsWith('stop'))).toEqual(['note cap', 'view_item of surer +0', 'share of weaker +0'])
  expect(vi.getTimerCount()).toBe(0)
})

test('a tab that is looked at again does not hurry what waits', () => {
  setVisibility('hidden')
  const { words, weaker } = join()
  weaker('view_item', 'cap')
  setVisibility('visible')
  expect(words).toEqual([])
})

test('what the shop tells by hand counts, and silences every source, also one that spoke in the same task', async () => {
  const { words, told, surer, weaker } = join()
  surer('add_to_cart', 'cap')
  expect(told('add_to_cart', 'cap')).toBe(true)
  told('purchase')
  surer('purchase')
  weaker('purchase')
  weaker('share')
  await vi.advanceTimersByTimeAsync(1000)
  expect(words).toEqual(['note cap', 'share of weaker +0'])
})

test('a source that cannot start does not stop the others, and stop ends all', () => {
  const words: unknown[] = []
  const broken = () => {
    throw new Error('start')
  }
  const stop = oneTruth([broken, (record) => {
    record({ name: 'share' })
    return () => words.push('stopped')
  }]).source((seen) => words.push('failure' in seen ? (seen.failure as Error).message : 'name' in seen && seen.name))
  stop()
  expect([words, left()]).toEqual([['start', 'stopped', 'share'], []])
})

/** A store's source that may come later, and the two others; what they say, as words. */
const joinStore = () => {
  const words: unknown[] = []
  const says: { [name: string]: Recorder } = {}
  const named = (name: string) => (record: Recorder) => {
    says[name] = (seen) => record('name' in seen ? { source: name, ...seen } : seen)
    return () => words.push(`stop ${name}`)
  }
  let arrive!: (source?: StoreSource) => void
  let failTo!: (cause: unknown) => void
  const promise = new Promise<StoreSource | undefined>((resolve, reject) => {
    arrive = resolve
    failTo = reject
  })
  const truth = oneTruth([named('layer'), named('markup')], promise)
  const tell = (seen: Seen): unknown => {
    if ('failure' in seen) return (seen.failure as Error).message
    if ('items' in seen) return `note ${seen.items.map(({ item_id }) => item_id).join()}`
    if (!('name' in seen)) return 'cart'
    const { items, ...props } = (seen.props ?? {}) as { items?: { item_id: string }[] }
    return [seen.name, 'of', seen.source, ...(items?.map(({ item_id }) => item_id) ?? []), ...(Object.keys(props).length ? [JSON.stringify(props)] : [])].join(' ')
  }
  const stop = truth.source((seen) => words.push(tell(seen)))
  stops.push(stop)
  const ids: { [id: string]: string } = { 'CAP-1': '7', '#9': '9' }
  let first: Seen | undefined
  const store = Object.assign((record: Recorder) => {
    const end = named('store')(record)
    if (first) says.store!(first)
    return end
  }, { itemId: ({ item_id = '' }: { item_id?: string }) => ids[item_id] })
  return { words, says, stop, told: truth.told, fail: failTo, arrive: async (is = true, says?: Seen) => ((first = says), arrive(is ? store : undefined), await vi.advanceTimersByTimeAsync(0)) }
}
const of = (...ids: string[]) => ({ props: { items: ids.map((item_id) => ({ item_id })) } })

test('a store that is on its way is waited for, and says what its page is before all others', async () => {
  const { words, says, arrive } = joinStore()
  says.markup!({ name: 'view_item', ...of('CAP-1') })
  says.layer!({ name: 'view_item', ...of('7') })
  says.layer!({ name: 'view_item_list', ...of('#9') })
  await vi.advanceTimersByTimeAsync(500)
  expect(words).toEqual([])
  await arrive(true, { name: 'view_item', ...of('7') })
  await vi.advanceTimersByTimeAsync(5000)
  says.layer!({ name: 'view_item', ...of('7') })
  await vi.advanceTimersByTimeAsync(5000)
  expect(words).toEqual(['note 7', 'note 9', 'note 7', 'view_item of store 7', 'view_item_list of layer 9', 'note 7'])
})

test('a store that has to wait for the rest of the page is waited for', async () => {
  const { words, says, arrive } = joinStore()
  vi.spyOn(document, 'readyState', 'get').mockReturnValue('loading')
  says.layer!({ name: 'view_item', ...of('CAP-1') })
  await arrive()
  expect(words).toEqual([])
  says.store!({ name: 'view_item', ...of('7') })
  document.dispatchEvent(new Event('DOMContentLoaded'))
  vi.restoreAllMocks()
  expect(words).toEqual(['note 7', 'view_item of store 7'])
})

test('with a store, others only tell more of what is put into the cart, by the store\'s ids', async () => {
  const { words, says, arrive } = joinStore()
  says.layer!({ name: 'add_to_cart', ...of('CAP-1') })
  await arrive()
  says.layer!({ name: 'remove_from_cart', ...of('#9') })
  says.layer!({ name: 'add_to_cart' })
  says.store!({ cart: async () => undefined, source: 'store' })
  says.markup!({ items: [{ item_id: 'CAP-1' }] })
  await vi.advanceTimersByTimeAsync(2000)
  // Read again, in case the store has not noticed.
  expect(words).toEqual(['note 7', 'note 9', 'cart', 'note 7', 'cart'])
})

test('an order of the store\'s page is completed by what others say of it', async () => {
  const { words, says, stop } = joinStore()
  stop()
  words.length = 0
  const next = oneTruth([(record) => {
    record({ name: 'purchase', source: 'layer', props: { transaction_id: '12', value: 50, currency: 'EUR', tax: 4, items: [{ item_id: 'CAP-1' }] } })
    return () => {}
  }], Promise.resolve(Object.assign((record: Recorder) => {
    record({ name: 'purchase', source: 'store', props: { transaction_id: '12', value: '52,00 €', currency: undefined } })
    return () => {}
  }, { itemId: () => '7' })))
  const seen: unknown[] = []
  stops.push(next.source((each) => seen.push('name' in each ? [each.source, each.props] : 'note')))
  await vi.advanceTimersByTimeAsync(2000)
  expect([seen, says.layer !== undefined]).toEqual([['note', ['store', { transaction_id: '12', value: 50, currency: 'EUR', tax: 4, items: [{ item_id: '7' }] }]], true])
})

test.each([
  ['there is none', ({ arrive }: ReturnType<typeof joinStore>) => arrive(false)],
  ['it cannot be had', async ({ fail }: ReturnType<typeof joinStore>) => (fail(new Error('gone')), await vi.advanceTimersByTimeAsync(0))],
])('where a store was expected and %s, the others count as ever', async (_, end) => {
  const joined = joinStore()
  joined.says.layer!({ name: 'add_to_cart', ...of('CAP-1') })
  await end(joined)
  expect(joined.words.filter((word) => word !== 'gone')).toEqual(['add_to_cart of layer CAP-1'])
})

test.each([['3 seconds', () => vi.advanceTimersByTimeAsync(3001)], ['the page is hidden', () => setVisibility('hidden')], ['the page is left', () => transition('pagehide', false)]])('nobody waits longer for a store than until %s', async (_, end) => {
  const { words, says, arrive } = joinStore()
  says.layer!({ name: 'share' })
  await end()
  expect(words).toEqual(['share of layer'])
  await arrive()
  says.store!({ name: 'view_cart' })
  expect(words).toEqual(['share of layer', 'view_cart of store'])
})

test('while a store is late the others count, and no longer when it has come', async () => {
  const { words, says, arrive } = joinStore()
  says.layer!({ name: 'add_to_cart', ...of('CAP-1') })
  await vi.advanceTimersByTimeAsync(3001)
  says.layer!({ name: 'add_to_cart', ...of('7') })
  await arrive()
  says.layer!({ name: 'add_to_cart', ...of('CAP-1') })
  expect(words).toEqual(['add_to_cart of layer CAP-1', 'add_to_cart of layer 7', 'note 7'])
})

test('a store that comes after the stop is not started', async () => {
  const { words, says, stop, arrive } = joinStore()
  stop()
  await arrive()
  expect([words, says.store, vi.getTimerCount()]).toEqual([['stop markup', 'stop layer'], undefined, 0])
})

test('where the store cannot read its cart, what others say of it counts', async () => {
  const { words, says, arrive } = joinStore()
  await arrive(true, { cart: () => Promise.reject(new Error('403')), source: 'store' })
  let sighting!: { cart: () => Promise<unknown> }
  const seen: Seen[] = []
  const next = oneTruth([(record) => ((says.other = record), () => {})], Promise.resolve(Object.assign((record: Recorder) => (record({ cart: () => Promise.reject(new Error('403')), source: 'store' }), () => {}), { itemId: () => undefined })))
  stops.push(next.source((each) => void seen.push(each)))
  await vi.advanceTimersByTimeAsync(0)
  sighting = seen[0] as typeof sighting
  await expect(sighting.cart()).rejects.toThrow('403')
  says.other!({ name: 'add_to_cart', ...of('7') })
  await vi.advanceTimersByTimeAsync(1)
  expect([seen.slice(1).map((each) => 'name' in each && each.name), words]).toEqual([['add_to_cart'], ['cart']])
})

test('with a store, a cart word by hand is its business, too: it is read, not counted twice', async () => {
  const { words, told, arrive } = joinStore()
  await arrive(true, { cart: async () => undefined, source: 'store' })
  expect([told({ name: 'add_to_cart', ...of('CAP-1') }), told({ name: 'begin_checkout' })]).toEqual([false, true])
  await vi.advanceTimersByTimeAsync(2000)
  expect(words).toEqual(['cart', 'note 7', 'cart'])
})

test('what the store says of the cart waits for what the page has said of an order', async () => {
  const { words, says, arrive } = joinStore()
  says.layer!({ name: 'purchase', ...of('7') })
  await arrive(true, { cart: async () => undefined, source: 'store' })
  await vi.advanceTimersByTimeAsync(1)
  expect(words).toEqual(['note 7', 'purchase of layer 7', 'cart'])
})

test('what waits is told before those hear of the hidden page who send what there is', () => {
  const { words, weaker } = join()
  const tracker = () => words.push('sent')
  document.addEventListener('visibilitychange', tracker, true)
  weaker('share')
  setVisibility('hidden')
  document.removeEventListener('visibilitychange', tracker, true)
  expect(words).toEqual(['share of weaker +0', 'sent'])
})

test('what cannot be understood by hand is the tracker\'s to judge, and nothing is thrown', async () => {
  const { told, arrive } = joinStore()
  await arrive(true, { cart: async () => undefined, source: 'store' })
  const trap = { get item_id(): string { throw new Error('no') } }
  for (const moment of [{ name: Symbol('no') }, { name: undefined }, { name: 'view_item', props: new Proxy({}, { get: () => { throw new Error('no') } }) }, { name: 'view_item', props: { items: [trap] } }]) {
    expect(told(moment as never)).toBe(true)
  }
})
