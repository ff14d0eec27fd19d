import { describe, expectTypeOf, test } from 'vitest'
import type { Consent, EventName, EventProps, Format, Item, Journey, Purposes, Source, StageModel, Tracker, TrackerOptions } from '../src/index.js'
import { commerce } from '../src/commerce/commerce.js'
import { createTracker } from '../src/index.js'
import { journey } from '../src/journey/journey.js'
import type { ClickOptions } from '../src/sources/clicks.js'
import type { StorefrontOptions } from '../src/storefront.js'

declare module '../src/vocabulary.js' {
  interface Vocabulary {
    size_guide_opened: { item_id: string }
  }
}

declare const tracker: Tracker
/** Checked by the compiler, never run. */
const compile = (_: () => void) => {}

describe('track', () => {
  test('knows the props of known names', () => {
    expectTypeOf<EventProps<'view_item'>['items']>().toEqualTypeOf<Item[] | undefined>()
    expectTypeOf<EventProps<'search'>['search_term']>().toEqualTypeOf<string>()
    expectTypeOf<EventProps<'checkout_step'>['step']>().toEqualTypeOf<string | number>()
    compile(() => {
      tracker.track('page_view')
      tracker.track('view_item', { currency: 'EUR', value: 18, items: [{ item_id: 'sku-1', price: 18, color: 'red' }], own: true })
      // @ts-expect-error A price is a number.
      tracker.track('view_item', { items: [{ item_id: 'sku-1', price: '18' }] })
      // @ts-expect-error A value is a number.
      tracker.track('add_to_cart', { value: '18' })
      // @ts-expect-error A search has a term.
      tracker.track('search', {})
    })
  })

  test('asks for the order of a purchase and of a refund', () => {
    expectTypeOf<EventProps<'purchase'>['transaction_id']>().toEqualTypeOf<string>()
    compile(() => {
      tracker.track('purchase', { transaction_id: '1001', value: 18, currency: 'EUR' })
      // @ts-expect-error A purchase has a transaction_id.
      tracker.track('purchase', { value: 18, currency: 'EUR' })
      // @ts-expect-error So has a refund.
      tracker.track('refund', { value: 18 })
      // @ts-expect-error An order id is a text.
      tracker.track('purchase', { transaction_id: 1001 })
    })
  })

  test('takes any other name with any props', () => {
    expectTypeOf<EventProps<'lookbook_opened'>>().toEqualTypeOf<{ [param: string]: unknown }>()
    expectTypeOf<'page_view' | 'lookbook_opened'>().toExtend<EventName>()
    compile(() => {
      tracker.track('lookbook_opened')
      tracker.track('lookbook_opened', { anything: [1, 'two', null] }, { stage: 'consideration' })
      // @ts-expect-error A name is a text.
      tracker.track(5)
      // @ts-expect-error The options of one call are an object.
      tracker.track('lookbook_opened', {}, 'consideration')
    })
  })

  test('knows the props of a name that the shop added by module augmentation', () => {
    expectTypeOf<EventProps<'size_guide_opened'>>().toEqualTypeOf<{ item_id: string }>()
    compile(() => {
      tracker.track('size_guide_opened', { item_id: 'sku-1' })
      // @ts-expect-error The shop said that there is an item.
      tracker.track('size_guide_opened', {})
      // @ts-expect-error And that it is a text.
      tracker.track('size_guide_opened', { item_id: 5 })
    })
  })
})

describe('options', () => {
  test('need an endpoint and a site, nothing else', () => {
    expectTypeOf<{ endpoint: string; site: string }>().toExtend<TrackerOptions>()
    expectTypeOf<{ endpoint: string }>().not.toExtend<TrackerOptions>()
    expectTypeOf<{ site: string }>().not.toExtend<TrackerOptions>()
    expectTypeOf<TrackerOptions['consent']>().toEqualTypeOf<Consent | Purposes | undefined>()
  })

  test('of a storefront are those of a tracker and of its sources', () => {
    expectTypeOf<StorefrontOptions>().toExtend<TrackerOptions>()
    expectTypeOf<StorefrontOptions['clickSelector']>().toEqualTypeOf<ClickOptions['selector']>()
  })
})

describe('what others write', () => {
  test('a source is a function that takes record and returns its undo', () => {
    const source: Source = (record) => {
      record({ name: 'a', props: { any: 1 }, leaving: true })
      record({ failure: new Error() })
      return () => {}
    }
    expectTypeOf(source).returns.toEqualTypeOf<() => void>()
    // @ts-expect-error A source returns its undo.
    const endless: Source = () => {}
    compile(() => endless)
  })

  test('a format is two functions', () => {
    expectTypeOf<{ encode: () => string; classify: () => { kind: 'ok' } }>().toExtend<Format>()
    expectTypeOf<{ encode: () => string }>().not.toExtend<Format>()
  })

  test('a stage model is data, and needs labels in English alone', () => {
    expectTypeOf<{ id: string; version: number; stages: { id: string; label: { en: string } }[]; rules: { on: string; stage: string; confidence: number }[] }>().toExtend<StageModel>()
  })
})

test('a tracker has the methods of the parts that it was given, and no others', () => {
  const base = { endpoint: '/collect', site: 'my-shop' }
  compile(() => {
    const plain = createTracker(base)
    // @ts-expect-error There is no cart without commerce.
    plain.cart([])
    const shop = createTracker({ ...base, commerce: commerce() })
    shop.cart([{ item_id: 'a' }])
    // @ts-expect-error There is no journey without its part.
    void shop.journey()
    const both = createTracker({ ...base, commerce: commerce(), journey: journey() })
    both.cart([])
    expectTypeOf(both.journey()).toEqualTypeOf<Promise<Journey>>()
    expectTypeOf(both.oncePer('a', { days: 1 })).toEqualTypeOf<Promise<boolean>>()
    // @ts-expect-error A score is a number.
    both.feedback({ kind: 'nps', score: '9' })
  })
})

test('no method of a tracker gives away more than it says', () => {
  expectTypeOf<keyof Tracker>().toEqualTypeOf<'track' | 'identify' | 'reset' | 'saved' | 'flush' | 'consent' | 'forget' | 'inspect' | 'status' | 'stop'>()
  expectTypeOf<ReturnType<Tracker['track']>>().toEqualTypeOf<void>()
  expectTypeOf<ReturnType<Tracker['saved']>>().toEqualTypeOf<Promise<boolean>>()
})
