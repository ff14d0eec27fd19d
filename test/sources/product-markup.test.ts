import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { productMarkup } from '../../src/sources/product-markup.js'
import type { Moment, Record } from '../../src/types.js'
import { dawn, jsonLd, magento, openGraph, wooCommerce, wooVariable } from '../fixtures/product-pages.js'
import { resetVisibility, setVisibility } from '../harness/visibility.js'

const stops: (() => void)[] = []
let readyState: DocumentReadyState
beforeEach(() => {
  vi.useFakeTimers()
  readyState = 'complete'
  Object.defineProperty(document, 'readyState', { configurable: true, get: () => readyState })
  show('', '/')
  document.head.innerHTML = ''
})
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  vi.useRealTimers()
  resetVisibility()
  Reflect.deleteProperty(document, 'readyState')
  document.head.innerHTML = ''
})

type Seen = Parameters<Record>[0]

/** A page at an address. */
const show = (body: string, path: string) => {
  history.replaceState({}, '', path)
  document.body.innerHTML = body
}
const watch = () => {
  const seen: Seen[] = []
  stops.push(productMarkup()((each) => seen.push(each)))
  return {
    views: () => seen.filter((each): each is Moment => 'name' in each).map(({ props }) => props),
    notes: () => seen.flatMap((each) => ('items' in each ? each.items : [])),
    failures: () => seen.filter((each) => 'failure' in each),
    seen,
  }
}
/** What a page with this body is seen as. */
const viewsOf = (body: string, path = '/p/cap') => {
  show(body, path)
  return watch().views()
}
const routed = () => vi.advanceTimersByTimeAsync(600)
const cap = { '@type': 'Product', name: 'Cap', sku: 'cap', offers: { '@type': 'Offer', price: 16, priceCurrency: 'EUR' } }
const capSeen = { currency: 'EUR', value: 16, items: [{ item_id: 'cap', item_name: 'Cap', price: 16 }] }

describe('shops as they are', () => {
  test('WooCommerce: the price that counts, and nothing of who wrote a review', () => {
    show(wooCommerce, '/product/cap/')
    const { seen } = watch()
    const item = { item_id: 'woo-cap', item_name: 'Cap', price: 16 }
    expect(seen).toEqual([{ items: [item] }, { name: 'view_item', source: 'product-markup', props: { currency: 'EUR', value: 16, items: [item] } }])
  })

  test('WooCommerce with variations: from the lowest price', () => {
    expect(viewsOf(wooVariable, '/product/hoodie/')).toEqual([{ currency: 'EUR', value: 42, items: [{ item_id: 'woo-hoodie', item_name: 'Hoodie', price: 42 }] }])
  })

  test('Dawn: the group where the URL names no variant, with the price of OpenGraph', () => {
    document.head.innerHTML = dawn.head
    expect(viewsOf(dawn.body, '/products/fez')).toEqual([{ currency: 'GBP', value: 25, items: [{ item_name: 'Fez', item_brand: 'Nile', item_category: 'Hats', price: 25 }] }])
  })

  test('Dawn: the variant that the URL names, also below a collection, and the next one after a choice', async () => {
    document.head.innerHTML = dawn.head
    show(dawn.body, '/collections/hats/products/fez?utm_source=letter&variant=12')
    const { views, notes } = watch()
    history.replaceState({}, '', '/products/fez?variant=11')
    await routed()
    history.replaceState({}, '', '/products/fez?variant=11#reviews')
    await routed()
    const fez = { item_name: 'Fez', item_brand: 'Nile', item_category: 'Hats' }
    const items = [
      { ...fez, item_id: 'FEZ-R-M', item_variant: 'Fez - Red / M', price: 27 },
      { ...fez, item_id: 'FEZ-R-S', item_variant: 'Fez - Red / S', price: 25 },
    ]
    expect(views()).toEqual(items.map((item) => ({ currency: 'GBP', value: item.price, items: [item] })))
    expect(notes()).toEqual(items)
  })

  test('Magento: microdata, without what is in other things', () => {
    expect(viewsOf(magento, '/joust-duffle-bag.html')).toEqual([{ currency: 'USD', value: 34, items: [{ item_id: '24-MB01', item_name: 'Joust Duffle Bag', item_brand: 'Luma bags', price: 34 }] }])
  })

  test('OpenGraph alone: a price that is no plain number stays as it is written', () => {
    document.head.innerHTML = openGraph
    expect(viewsOf('')).toEqual([{ currency: 'TRY', value: '1.299,00', items: [{ item_id: 'KI-7', item_name: 'Kilim, red', item_brand: 'Anatolia', item_category: 'Rugs', price: '1.299,00' }] }])
  })

  test('a page that is none of a product says nothing', () => {
    document.head.innerHTML = '<meta property="og:type" content="website"><meta property="og:title" content="Shop">'
    expect(viewsOf(jsonLd({ '@type': 'WebSite', name: 'Shop' }, { '@type': 'ProductCollection', name: 'Hats' }, { '@type': 'Product', description: 'no name, no id' }))).toEqual([])
  })
})

describe('what is filled in', () => {
  test('microdata tells what JSON-LD lacks, and OpenGraph what both lack', () => {
    document.head.innerHTML = openGraph
    const microdata = '<div itemscope itemtype="https://schema.org/Product"><b itemprop="name">Other</b><data itemprop="mpn" value="M-1">x</data></div>'
    expect(viewsOf(jsonLd({ '@type': 'Product', name: 'Cap', brand: 'Nile' }) + microdata)).toEqual([
      { currency: 'TRY', value: '1.299,00', items: [{ item_id: 'M-1', item_name: 'Cap', item_brand: 'Nile', item_category: 'Rugs', price: '1.299,00' }] },
    ])
  })

  test('a price comes with its own currency', () => {
    document.head.innerHTML = openGraph
    expect(viewsOf(jsonLd({ '@type': 'Product', name: 'Cap', offers: { priceCurrency: 'EUR' } }))).toMatchObject([{ currency: 'TRY' }])
    expect(viewsOf(jsonLd({ '@type': 'Product', name: 'Fez', offers: { price: 3 } }))).toMatchObject([{ currency: 'TRY', value: 3 }])
  })

  test('a theme and a plugin that describe the same product make one', () => {
    expect(viewsOf(jsonLd({ ...cap, sku: undefined }, { '@type': 'Product', name: 'Cap', mpn: 'C1', aggregateRating: { ratingValue: 5 } }))).toMatchObject([{ value: 16, items: [{ item_id: 'C1', price: 16 }] }])
  })
})

describe('JSON-LD in its many forms', () => {
  test.each<[string, unknown]>([
    ['an array', [{ '@type': 'WebSite' }, cap]],
    ['a graph in a graph', { '@graph': [{ '@graph': [cap] }] }],
    ['the main entity of a page', { '@type': 'ItemPage', mainEntity: cap }],
    ['the main entity of something else on it', { '@type': 'WebSite', mainEntityOfPage: { '@type': 'WebPage', mainEntity: [cap] } }],
    ['a type with its address', { ...cap, '@type': 'https://schema.org/Product' }],
    ['several types', { ...cap, '@type': ['Book', 'http://schema.org/Product'] }],
    ['lists where one is expected', { ...cap, name: ['Cap', 'Hat'], sku: ['', 'cap'], offers: [[1], { price: ['16.00'], priceCurrency: ['EUR'] }] }],
    ['values with a language', { ...cap, name: { '@value': 'Cap', '@language': 'en' } }],
    ['prices that only were', { ...cap, offers: { priceCurrency: 'EUR', priceSpecification: [{ price: 20, priceType: 'https://schema.org/StrikethroughPrice' }, { price: '16.0' }] } }],
    ['one price specification', { ...cap, offers: [{ '@type': 'Offer' }, { priceSpecification: { '@type': 'UnitPriceSpecification', price: 16, priceCurrency: 'EUR' } }] }],
    ['in a comment', `<!-- ${JSON.stringify(cap)} -->`],
    ['in CDATA', `\n//<![CDATA[\n${JSON.stringify([cap])}\n//]]>\n`],
    ['in commented CDATA', `/* <![CDATA[ */${JSON.stringify(cap)}/* ]]> */`],
  ])('%s', (_, thing) => {
    expect(viewsOf(jsonLd(thing))).toEqual([capSeen])
  })

  test('a broken script does not stop another', () => {
    expect(viewsOf(jsonLd('{ "@type": "Product", name: }', '', cap, 'null'))).toEqual([capSeen])
  })

  test.each<[string, object]>([
    ['sku', { sku: 7, productID: 'p', gtin: 'g', mpn: 'm' }],
    ['productID', { productID: 7, gtin13: 'g', mpn: 'm' }],
    ['gtin13', { gtin13: 7, mpn: 'm' }],
    ['mpn', { mpn: '7' }],
  ])('the id is the %s where nothing better is there', (_, ids) => {
    expect(viewsOf(jsonLd({ '@type': 'Product', ...ids }))).toEqual([{ items: [{ item_id: '7' }] }])
  })

  test('an offer per variant, as older themes write them', () => {
    const offers = [1, 2].map((variant) => ({ '@type': 'Offer', sku: `cap-${variant}`, price: variant, priceCurrency: 'EUR', url: `/p/cap?variant=${variant}` }))
    expect(viewsOf(jsonLd({ ...cap, sku: 'cap-1', offers }), '/p/cap?variant=2')).toMatchObject([{ value: 2, items: [{ item_id: 'cap-2' }] }])
    expect(viewsOf(jsonLd({ ...cap, sku: 'cap-1', offers }))).toMatchObject([{ value: 1, items: [{ item_id: 'cap-1' }] }])
  })

  test('a variant without a name of its own is told by colour and size; what it lacks, the group has', () => {
    const group = { ...cap, '@type': 'ProductGroup', hasVariant: [{ '@type': 'Product', name: 'Cap', color: 'red', size: 'M', url: '/p/cap/red' }, { '@type': 'Product', color: 'blue', url: '/p/cap/blue' }] }
    expect(viewsOf(jsonLd(group), '/en/p/cap/red/')).toMatchObject([{ currency: 'EUR', value: 16, items: [{ item_id: 'cap', item_name: 'Cap', item_variant: 'red / M' }] }])
    expect(viewsOf(jsonLd(group), '/p/cap/blue')).toMatchObject([{ items: [{ item_variant: 'blue' }] }])
    expect(viewsOf(jsonLd(group), '/p/cap')).toEqual([capSeen])
  })
})

describe('several products', () => {
  const fez = { '@type': 'Product', name: 'Fez', sku: 'fez', url: '/p/fez' }

  test('are a listing', () => {
    document.head.innerHTML = openGraph
    expect(viewsOf(jsonLd(cap, fez))).toEqual([])
    expect(viewsOf(jsonLd({ '@type': 'ItemList', itemListElement: [{ '@type': 'ListItem', item: cap }] }, { '@type': 'CollectionPage', mainEntity: { '@type': 'ItemList', itemListElement: [fez] } }))).toMatchObject([{ items: [{ item_id: 'KI-7' }] }])
  })

  test('with the page\'s main entity among them are its product page', () => {
    expect(viewsOf(jsonLd(fez, { '@type': 'WebPage', mainEntity: cap }))).toEqual([capSeen])
    expect(viewsOf('<div itemprop="mainEntity" itemscope itemtype="https://schema.org/Product"><b itemprop="name">Cap</b></div><div itemscope itemtype="https://schema.org/Product"><b itemprop="name">Fez</b></div>')).toMatchObject([{ items: [{ item_name: 'Cap' }] }])
  })

  test.each(['url', '@id', 'mainEntityOfPage'])('with one of the page\'s address in %s are its product page', (property) => {
    expect(viewsOf(jsonLd(fez, { ...cap, [property]: 'https://www.shop.example/p/cap/#product' }, { ...cap, name: 'Scarf', sku: 'scarf' }), '/p/cap?utm_source=letter')).toEqual([capSeen])
    expect(viewsOf(jsonLd(fez, { ...cap, [property]: 'https://shop.example/' }, { ...cap, name: 'Scarf', sku: 'scarf' }))).toEqual([])
  })

  test('that the main one is related to do not count', () => {
    expect(viewsOf(jsonLd({ ...cap, isRelatedTo: [fez], isSimilarTo: fez }))).toEqual([capSeen])
  })
})

describe('when', () => {
  test('once the document is parsed, since JSON-LD may stand at its end', () => {
    readyState = 'loading'
    show('', '/p/cap')
    const { views } = watch()
    document.body.innerHTML = jsonLd(cap)
    expect(views()).toEqual([])
    readyState = 'interactive'
    document.dispatchEvent(new Event('DOMContentLoaded'))
    window.dispatchEvent(new Event('load'))
    expect(views()).toEqual([capSeen])
  })

  test('once the page is looked at', () => {
    setVisibility('hidden')
    show(jsonLd(cap), '/p/cap')
    const { views } = watch()
    document.dispatchEvent(new Event('DOMContentLoaded'))
    expect(views()).toEqual([])
    setVisibility('visible')
    expect(views()).toEqual([capSeen])
  })

  test('again for each product that a route brings, and for one that is come back to', async () => {
    show(jsonLd(cap), '/p/cap')
    const { views } = watch()
    for (const [path, body] of [['/p/cap#more', jsonLd(cap)], ['/p/fez', jsonLd({ '@type': 'Product', name: 'Fez' })], ['/p', ''], ['/p/fez', jsonLd({ '@type': 'Product', name: 'Fez' })]] as const) {
      history.pushState({}, '', path)
      document.body.innerHTML = body
      await routed()
    }
    expect(views()).toEqual([capSeen, { items: [{ item_name: 'Fez' }] }, { items: [{ item_name: 'Fez' }] }])
  })

  test('a price that changes is noted, and no view of another product', async () => {
    show(jsonLd(cap), '/p/cap')
    const { views, notes } = watch()
    document.body.innerHTML = jsonLd({ ...cap, offers: { price: 12, priceCurrency: 'EUR' } })
    history.replaceState({}, '', '/p/cap?page=2')
    await routed()
    expect([views(), notes().map(({ price }) => price)]).toEqual([[capSeen], [16, 12]])
  })
})

describe('hostile markup', () => {
  const deep = (open: string, close: string, count: number) => open.repeat(count) + close.repeat(count)

  test.each<[string, string, unknown[]]>([
    ['five megabytes', JSON.stringify({ ...cap, description: 'x'.repeat(5_000_000) }), []],
    ['arrays without end', deep('[', ']', 90_000), []],
    ['objects without end', `${'{"mainEntity":'.repeat(14_000)}1${'}'.repeat(14_000)}`, []],
    ['names without end', `{"@type":"Product","sku":"cap","name":${deep('[', ']', 90_000)}}`, [{ items: [{ item_id: 'cap' }] }]],
    ['prototypes', '{"@type":"Product","__proto__":{"name":"x","polluted":1},"constructor":1,"name":"Cap","offers":{"__proto__":null,"price":1}}', [{ value: 1, items: [{ item_name: 'Cap', price: 1 }] }]],
    ['10,000 offers', JSON.stringify({ ...cap, offers: Array<object>(10_000).fill({ price: 5 }) }), [{ value: 5, items: [{ item_id: 'cap', item_name: 'Cap', price: 5 }] }]],
    ['addresses that are none', JSON.stringify({ ...cap, url: 'http://[', '@id': 'http://%', mainEntityOfPage: {} }), [capSeen]],
    ['types that are none', JSON.stringify([{ ...cap, '@type': { name: 'Product' } }, { ...cap, '@type': null }, { ...cap, '@type': 1 }, null, 1, 'x', true]), []],
    ['spaces without end', `{"@type":"Product","name":"Cap"}${' '.repeat(150_000)}x`, []],
    ['comments without end', `${'<!--'.repeat(20_000)}${'-->'.repeat(20_000)}x`, []],
    ['objects where texts are expected', JSON.stringify({ ...cap, name: { name: { name: 1 } }, brand: { name: ['x'] }, category: true, color: {} }), [{ ...capSeen, items: [{ item_id: 'cap', price: 16 }] }]],
    ['texts without end', JSON.stringify({ '@type': 'Product', name: ` ${'x'.repeat(1000)}` }), [{ items: [{ item_name: 'x'.repeat(256) }] }]],
  ])('%s', (_, body, expected) => {
    show(jsonLd(body), '/p/cap')
    const started = performance.now()
    const { views, failures } = watch()
    expect([views(), failures()]).toEqual([expected, []])
    expect(performance.now() - started).toBeLessThan(1000)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test.each<[unknown, unknown]>([
    ['1e308', '1e308'],
    ['16.50', 16.5],
    ['18,00 €', '18,00 €'],
    [0, 0],
    ['-3', -3],
    ['NaN', undefined],
    ['on request', undefined],
    ['', undefined],
    [null, undefined],
    [{}, undefined],
    [[], undefined],
    [true, undefined],
  ])('a price of %j is %j', (price, value) => {
    expect(viewsOf(jsonLd({ '@type': 'Product', name: 'Cap', offers: { price } }))).toEqual([{ value, items: [{ item_name: 'Cap', ...(value !== undefined && { price: value }) }] }])
  })

  test('microdata whose properties are called like parts of JavaScript, or that nests without end', () => {
    const scope = '<div itemprop="offers" itemscope>'
    const { views, failures } = (show(`<div itemscope itemtype="https://schema.org/Product"><b itemprop="__proto__ constructor toString name">Cap</b>${deep(scope, '</div>', 60)}</div>`, '/p/cap'), watch())
    expect([views(), failures()]).toEqual([[{ items: [{ item_name: 'Cap' }] }], []])
  })

  test('no mixture of values, wherever they stand, makes it fail or say what is no text or number', () => {
    const values = [undefined, null, 0, -1, '', 'x', [], {}, [[]], [null], { name: null }, { '@value': [1] }, { price: {} }, [{ price: 'x'.repeat(999) }], true]
    const properties = ['@type', '@graph', '@id', 'url', 'name', 'sku', 'brand', 'category', 'offers', 'hasVariant', 'mainEntity', 'mainEntityOfPage']
    const wrong = properties.flatMap((property) => values.flatMap((value) => {
      show(jsonLd({ ...cap, [property]: value }, { '@graph': [{ ...cap, offers: { ...cap.offers, priceSpecification: value, priceCurrency: value } }] }), '/p/cap')
      const { seen } = watch()
      stops.pop()!()
      return seen.filter((each) => 'failure' in each || ('items' in each && each.items.some((item) => Object.values(item).some((field) => !['string', 'number'].includes(typeof field) || `${field}`.length > 256))))
    }))
    expect(wrong).toEqual([])
  })
})
