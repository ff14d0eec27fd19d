import { beforeEach, expect, test } from 'vitest'
import { createSpill } from '../../src/browser/spill.js'

beforeEach(() => localStorage.clear())

const spillOf = (name: string, prefix = 'rihla-shop-') => createSpill(prefix, name, () => localStorage)
const entry = (key: string, text = 'visit\npage\n{"id":"1"}') => [key, text] as const

test('what one page spilled the next one reads, in order and to the byte', () => {
  const entries = [entry('e1|1'), entry('e1|2', 'v\np\n{"text":"سلام 😀"}\n{"b":2}')]
  expect(spillOf('one').write(entries)).toBe(2)
  expect(spillOf('two').read()).toEqual([['one', entries]])
})

test('writing again replaces what this document spilled before', () => {
  const spill = spillOf('one')
  spill.write([entry('e1|1'), entry('e1|2')])
  spill.write([entry('e1|3')])
  expect(spill.read()).toEqual([['one', [entry('e1|3')]]])
})

test('keeps the first entries that fit in 16,000 characters and says how many', () => {
  const large = 'x'.repeat(7000)
  const spill = spillOf('one')
  expect(spill.write([entry('a', large), entry('b', large), entry('c', large), entry('d', 'small')])).toBe(2)
  expect(spill.read()[0]![1].map(([key]) => key)).toEqual(['a', 'b'])
  expect(localStorage.getItem('rihla-shop-one')!.length).toBeLessThanOrEqual(16_000)
})

test('writes nothing when there is nothing, or when nothing fits', () => {
  const spill = spillOf('one')
  expect([spill.write([]), spill.write([entry('a', 'x'.repeat(16_000))]), localStorage.length]).toEqual([0, 0, 0])
})

test('removes its own and others\', and leaves the shop\'s alone', () => {
  localStorage.setItem('cart', '1')
  const [one, two, three] = ['one', 'two', 'three'].map((name) => spillOf(name))
  for (const spill of [one, two, three]) spill!.write([entry('e1|1')])
  one!.remove('two')
  one!.remove()
  expect(one!.read().map(([name]) => name)).toEqual(['three'])
  one!.clear()
  expect([Object.keys(localStorage), one!.read()]).toEqual([['cart'], []])
})

test('does not touch storage to remove what it never wrote', () => {
  const words: string[] = []
  createSpill('rihla-', 'one', () => (words.push('storage'), localStorage)).remove()
  expect(words).toEqual([])
})

test('spills of another site or endpoint are not its business', () => {
  spillOf('one', 'rihla-other-').write([entry('e1|1')])
  spillOf('two').clear()
  expect([spillOf('two').read(), localStorage.length]).toEqual([[], 1])
})

test('storage that throws counts as full, and as empty', () => {
  const spill = createSpill('rihla-', 'one', () => { throw new DOMException('no', 'SecurityError') })
  expect([spill.write([entry('a')]), spill.read(), spill.remove('two'), spill.remove(), spill.clear()]).toEqual([0, [], undefined, undefined, undefined])
})

test('a quota that is used up counts as full', () => {
  const full = { setItem: () => { throw new DOMException('full', 'QuotaExceededError') } } as unknown as Storage
  expect(createSpill('rihla-', 'one', () => full).write([entry('a')])).toBe(0)
})
