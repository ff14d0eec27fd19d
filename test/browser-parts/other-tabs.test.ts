import { afterEach, expect, test, vi } from 'vitest'
import { otherTabs } from '../../src/browser/other-tabs.js'

afterEach(() => vi.unstubAllGlobals())
const fail = (cause: unknown) => expect.unreachable(String(cause))
const soon = () => new Promise((resolve) => setTimeout(resolve, 20))

test('the others hear, those of the same name, until their undo; who tells does not', async () => {
  const heard: string[] = []
  const tabs = ['one', 'two', 'stopped'].map((tab) => ({ tab, of: otherTabs('shop', fail) }))
  const stops = tabs.map(({ tab, of }) => of.hear(() => heard.push(tab)))
  const stop = otherTabs('other', fail).hear(() => heard.push('other'))
  stops[2]!()
  tabs[0]!.of.tell()
  await soon()
  expect(heard).toEqual(['two'])
  otherTabs('shop', fail).tell()
  await soon()
  expect(heard.sort()).toEqual(['one', 'two', 'two'])
  for (const each of [...stops, stop]) each()
})

test.each([
  ['there is no BroadcastChannel', undefined],
  ['the browser blocks it', function () { throw new DOMException('no', 'SecurityError') }],
])('where %s nobody hears, and nothing fails', (_, value) => {
  vi.stubGlobal('BroadcastChannel', value)
  const tabs = otherTabs('shop', fail)
  const stop = tabs.hear(() => fail('heard'))
  tabs.tell()
  stop()
})

test('what fails while hearing is told', async () => {
  const failures: unknown[] = []
  const stop = otherTabs('shop', (cause) => failures.push(cause)).hear(() => { throw new Error('no') })
  otherTabs('shop', fail).tell()
  await soon()
  expect(failures).toEqual([new Error('no')])
  stop()
})
