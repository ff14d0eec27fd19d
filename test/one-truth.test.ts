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
  const stop = truth.source((seen) => words.push('failure' in seen ? (seen.failure as Error).message : !('name' in seen) ? seen : `${seen.name} of ${seen.source}${seen.at === undefined ? '' : ` +${seen.at - start}`}${seen.page ? ` at ${new URL(seen.page.url).pathname}` : ''}`))
  stops.push(stop)
  return { words, stop, told: truth.told, surer: (name: string) => recorders[0]!({ name, source: 'surer' }), weaker: (name: string) => recorders[1]!({ name, source: 'weaker' }), fail: () => recorders[1]!({ failure: new Error('theirs') }) }
}

test('what a weaker source says alone passes at once', () => {
  const { words, weaker, fail } = join()
  weaker('add_to_cart')
  fail()
  expect(words).toEqual(['add_to_cart of weaker', 'theirs'])
})

test('an echo of a surer source is left out, also one that comes first', async () => {
  const { words, surer, weaker } = join()
  surer('view_item')
  weaker('view_item')
  weaker('add_to_cart')
  await vi.advanceTimersByTimeAsync(900)
  surer('add_to_cart')
  await vi.advanceTimersByTimeAsync(2000)
  expect(words).toEqual(['view_item of surer', 'add_to_cart of surer'])
})

test('what the surer source does not say is told after a second, with the time and the page of the moment', async () => {
  const { words, surer, weaker } = join()
  surer('view_item')
  history.replaceState({}, '', '/cap')
  await vi.advanceTimersByTimeAsync(500)
  weaker('view_cart')
  weaker('view_cart')
  history.replaceState({}, '', '/elsewhere')
  await vi.advanceTimersByTimeAsync(999)
  expect(words).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(words.slice(1)).toEqual(['view_cart of weaker +500 at /cap', 'view_cart of weaker +500 at /cap'])
})

test('the same name later than a second is another moment', async () => {
  const { words, surer, weaker } = join()
  surer('add_to_cart')
  await vi.advanceTimersByTimeAsync(1001)
  weaker('add_to_cart')
  await vi.advanceTimersByTimeAsync(1000)
  expect(words).toEqual(['add_to_cart of surer', 'add_to_cart of weaker +1001 at /'])
})

test.each([['hidden', () => setVisibility('hidden')], ['left', () => transition('pagehide', false)], ['stopped', (stop: () => void) => stop()]])('nothing waits any longer when the page is %s', (_, end) => {
  const { words, surer, weaker, stop } = join()
  surer('view_item')
  weaker('share')
  end(stop)
  expect(words.filter((word) => !`${word}`.startsWith('stop'))).toEqual(['view_item of surer', 'share of weaker +0 at /'])
  expect(vi.getTimerCount()).toBe(0)
})

test('what the shop tells by hand silences every source', async () => {
  const { words, told, surer, weaker } = join()
  told('purchase')
  surer('purchase')
  weaker('purchase')
  weaker('share')
  await vi.advanceTimersByTimeAsync(1000)
  expect(words).toEqual(['share of weaker +0 at /'])
})

test('of two that wait, the surer is told', async () => {
  const { words, told, surer, weaker } = join()
  told('share')
  weaker('add_to_cart')
  await vi.advanceTimersByTimeAsync(200)
  surer('add_to_cart')
  await vi.advanceTimersByTimeAsync(1000)
  expect(words).toEqual(['add_to_cart of surer +200 at /'])
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
  expect([words, left()]).toEqual([['start', 'share', 'stopped'], []])
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
  expect(words).toEqual(['note 7', 'note 9', 'cart', 'note 7'])
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
  expect([seen, says.layer !== undefined]).toEqual([['note', ['store', { transaction_id: '12', value: '52,00 €', currency: 'EUR', tax: 4, items: [{ item_id: '7' }] }]], true])
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

test.each([['3 seconds', () => vi.advanceTimersByTimeAsync(3000)], ['the page is hidden', () => setVisibility('hidden')], ['the page is left', () => transition('pagehide', false)]])('nobody waits longer for a store than until %s', async (_, end) => {
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
  await vi.advanceTimersByTimeAsync(3000)
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
