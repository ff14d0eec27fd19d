import { expect, test, describe } from 'vitest'
import { clicks } from '../../src/sources/clicks.js'
import { pageViews } from '../../src/sources/page-views.js'
import { sourceContract, type SourceFixtures } from '../../src/testing/testing.js'
import type { Record as Recorder, Source } from '../../src/types.js'
import { countListeners } from '../harness/listeners.js'

const left = countListeners()

/** A source that does all that it must: it records when the page is scrolled. */
const scrolls = (more: (record: Recorder, event: Event) => void = () => {}): Source => (record) => {
  const heard = (event: Event) => {
    record({ name: 'page_scrolled', source: 'scrolls', props: { y: 1 } })
    more(record, event)
  }
  document.addEventListener('scroll', heard)
  return () => document.removeEventListener('scroll', heard)
}
const fixtures: SourceFixtures = { page: { html: '<form><input name="mail"></form><p>Mina' }, act: () => document.dispatchEvent(new Event('scroll')), names: ['page_scrolled'], personal: ['Mina'] }

/** The checks that a source does not pass, and what they say. */
const faultsOf = async (create: () => Source, given: Partial<SourceFixtures> = {}) => {
  const faults: string[] = []
  for (const { name, run } of sourceContract(create, { ...fixtures, ...given })) await run().catch((cause: Error) => faults.push(`${name}: ${cause.message}`))
  return faults
}

describe('passes', () => {
  test('a source that does what it must', async () => {
    expect(await faultsOf(scrolls)).toEqual([])
    expect(left()).toEqual([])
  })

  test.each([
    ['clicks', () => clicks(), () => document.querySelector('a')!.click(), ['click']],
    ['pageViews', () => pageViews(), () => history.pushState({}, '', `/p/${Math.random()}`), undefined],
  ] as const)("one of rihla's own: %s", async (_, create, act, names) => {
    const page = { html: '<a href="#top">Top</a>' }
    const pause = () => new Promise((done) => setTimeout(done, 400))
    const faults = await faultsOf(create, { page, act: async () => (act(), pause()), names, personal: [] })
    expect(faults).toEqual([])
  })
})

describe('fails for a source that', () => {
  test.each<[string, () => Source, string]>([
    ['listens when it is made', () => (document.addEventListener('x', () => {}, { once: true }), scrolls()), 'got addEventListener'],
    ['sees nothing', () => () => () => {}, 'something must be recorded'],
    ['sees something else', () => scrolls((record) => record({ name: 'more', source: 'scrolls' })), 'it must record page_scrolled, got page_scrolled, more'],
    ['fails', () => scrolls((record) => record({ failure: new Error('oh') })), 'nothing may fail, got Error: oh'],
    ['has names that the wire does not allow', () => scrolls((record) => record({ name: 'Page Scrolled', source: 'scrolls' })), 'name must be a word'],
    ['has props that are none', () => scrolls((record) => record({ name: 'a', source: 'scrolls', props: [] as object as { a: 1 } })), 'props of a must be an object'],
    ['does not say who has seen it', () => scrolls((record) => record({ name: 'a' })), 'source of a must be'],
    ['has times that are none', () => scrolls((record) => record({ name: 'a', source: 'scrolls', at: 1.5 })), 'at of a must be whole ms'],
    ['goes on after its undo', () => (record) => (scrolls()(record), () => {}), 'nothing may be recorded after its undo'],
    ['leaves a listener', () => (record) => (window.addEventListener('unused', () => {}), scrolls()(record)), 'left a listener to unused'],
    ['leaves an interval', () => (record) => (clearInterval(setInterval(() => {}, 1000)), setInterval(() => {}, 1e9), scrolls()(record)), 'left an interval'],
    ['leaves a change of the history', () => (record) => {
      const { pushState } = history
      history.pushState = (...args) => pushState.apply(history, args)
      return scrolls()(record)
    }, 'left a change of the history'],
    ['tells what was typed', () => scrolls((record) => record({ name: 'a', source: 'scrolls', props: { text: document.querySelector('input')!.value } })), 'nothing personal may be told, got typed by the shopper'],
    ['tells what is personal', () => scrolls((record) => record({ name: 'a', source: 'scrolls', props: { text: document.body.textContent } })), 'nothing personal may be told, got Mina'],
  ])('%s', async (_, create, fault) => {
    const before = history.pushState
    expect((await faultsOf(create)).join('\n')).toContain(fault)
    history.pushState = before
  })

  test('is one for all', async () => {
    let record: Recorder = () => {}
    const heard = () => record({ name: 'page_scrolled', source: 'scrolls' })
    const only: Source = (to) => {
      record = to
      document.addEventListener('scroll', heard)
      return () => document.removeEventListener('scroll', heard)
    }
    expect((await faultsOf(() => only)).join()).toContain('two must see the same, got 0 and 1')
  })

  test('is tried on a page without what is personal', async () => {
    expect((await faultsOf(scrolls, { personal: ['Lucy'] })).join()).toContain('personal texts must stand in the page, or nothing is checked: Lucy')
  })
})
