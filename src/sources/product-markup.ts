import { onContent } from '../browser/on-content.js'
import type { Source } from '../types.js'
import type { Item } from '../vocabulary.js'

// Taken when the script loads: pages replace them.
const { parse, stringify } = JSON

/** A thing of schema.org as a page describes it: anything may be in it. */
type Thing = { readonly [property: string]: unknown }

/** An item in GA4's words, and what its price is in. */
interface Facts {
  [field: string]: string | number | undefined
}

/** Product markup has some 1,000 to 50,000 characters; what is longer is no longer read on a shopper's device. */
const LONGEST = 200_000
/** The most characters of a text. */
const TEXT = 256
/** A product is rarely more than four levels down, and a page may nest without end. */
const DEPTH = 9
/** The most things of a list. */
const MANY = 1000
/** What may lead to the product of a page; products elsewhere (`ItemList`, `isRelatedTo`) are others. */
const LEADS = ['@graph', 'mainEntity', 'mainEntityOfPage']
/** The first that a product has is its `item_id`. */
const IDS = 'sku productID gtin gtin13 gtin14 gtin12 gtin8 mpn'.split(' ')
/** Comments and CDATA that old templates put around JSON. */
const WRAPPER = /^(\/[/*]\s?)?<!(--|\[CDATA\[)(\s?\*\/)?|(\/[/*]\s?)?(--|]])>(\s?\*\/)?$/g

/**
 * Records `view_item` on a product page, from the markup that the shop has for search engines: JSON-LD, microdata, OpenGraph. What a former lacks, a later one
 * fills in. Of a `ProductGroup` it is the variant that the URL names. Once per product or variant: at load, and when a single-page route or `replaceState` shows another.
 *
 * Where there are several products, it is the one that is the page's `mainEntity` or has the page's URL, else none. What it knows of the item is told as a note, too.
 *
 * Copies id, name, brand, category, variant, price and currency only, texts up to 256 characters. JSON-LD of more than 200,000 characters is not read.
 */
export function productMarkup(): Source {
  return (record) => {
    let last: Facts = {}

    const look = () => {
      // JSON-LD is often at the end of the document.
      if (document.readyState === 'loading') return
      const { currency, ...item } = shown()
      const before = last
      last = item
      if (!item.item_id && !item.item_name) return
      const items = [item as Item]
      if (stringify(item) !== stringify(before)) record({ items })
      if (identityOf(item) !== identityOf(before)) record({ name: 'view_item', source: 'product-markup', props: { currency, value: item.price, items } })
    }
    return onContent(look, (failure) => record({ failure }))
  }
}

/** What tells one product or variant from another. */
const identityOf = ({ item_id, item_name, item_variant }: Facts) => stringify([item_id, item_name, item_variant])

/** What the page says about the product that it shows. */
function shown(): Facts {
  const facts: Facts = {}
  let isFound = false
  for (const read of [jsonLd, microdata, openGraph]) {
    const products = read()
    const main = best(products)
    isFound ||= !!main[0]
    // Several, and none is the page's own: a listing.
    if (products[0] && !isFound) break
    for (const product of main) fill(facts, factsOf(product))
  }
  return facts
}

/** Fills in what is missing; a price brings its own currency. */
function fill(facts: Facts, more: Facts): Facts {
  if (facts.price === undefined && more.price !== undefined) facts.currency = more.currency ?? facts.currency
  for (const field of Object.keys(more)) if (more[field] !== undefined) facts[field] ??= more[field]
  return facts
}

// --- where it stands ---

function jsonLd(): Thing[] {
  return [...document.querySelectorAll('script[type^="application/ld+json"]')].flatMap(({ textContent }) => {
    try {
      return textContent!.length > LONGEST ? [] : productsIn(parse(textContent!.trim().replace(WRAPPER, '')))
    } catch {
      // Broken JSON is the shop's matter; another script may be right.
      return []
    }
  })
}

function productsIn(value: unknown, isMain = false, depth = 0): Thing[] {
  return listOf(depth < DEPTH ? value : []).flatMap((thing) => [
    ...(isProduct(thing) ? [{ ...thing, isMain }] : []),
    ...LEADS.flatMap((lead) => productsIn(thing[lead], lead === 'mainEntity', depth + 1)),
  ])
}

function microdata(): Thing[] {
  return [...document.querySelectorAll('[itemtype*="schema.org/Product"]')]
    .filter((scope) => /^(mainEntity)?$/.test(scope.getAttribute('itemprop') ?? ''))
    .flatMap((scope) => productsIn(thingOf(scope), scope.hasAttribute('itemprop')))
}

/** An element with `itemscope`, as JSON-LD would say it. */
function thingOf(scope: Element, depth = 0): Thing {
  const thing: { [property: string]: unknown[] } = Object.create(null)
  thing['@type'] = `${scope.getAttribute('itemtype')}`.split(/\s+/)
  for (const element of depth < DEPTH ? scope.querySelectorAll('[itemprop]') : []) {
    if (element.parentElement!.closest('[itemscope]') !== scope) continue
    for (const property of element.getAttribute('itemprop')!.split(/\s+/)) {
      ;(thing[property] ??= []).push(element.hasAttribute('itemscope') ? thingOf(element, depth + 1) : valueOf(element, property))
    }
  }
  return thing
}

/** A link with a text is often a brand's or a category's name. */
function valueOf(element: Element, property: string): unknown {
  const [content, value, href] = ['content', 'value', 'href'].map((name) => element.getAttribute(name))
  const texts = [content, value, element.textContent, href]
  return property === 'url' ? (content ?? href) : texts.find((each) => each?.trim())
}

function openGraph(): Thing[] {
  const meta = (name: string) => document.querySelector(`meta[property="${name}"],meta[name="${name}"]`)?.getAttribute('content')
  const of = (name: string) => [meta(`product:${name}`), meta(`og:${name}`)]
  const offers = { price: of('price:amount'), priceCurrency: of('price:currency') }
  return /product/.test(`${meta('og:type')}`) ? [{ name: of('title'), sku: of('retailer_item_id'), brand: of('brand'), category: of('category'), offers }] : []
}

// --- which it is ---

const isProduct = (thing: Thing) => [thing['@type']].flat().some((type) => /(^|\/)Product(Group)?$/.test(`${type}`))

/**
 * The one that the page is about, as often as it is described (by the theme, by a plugin): the main one, else that of the page's URL, else the only one.
 * With `least` 1, not just because it is the only one.
 */
function best(things: readonly Thing[], least = 0): Thing[] {
  const ranks = things.map((thing) => (thing.isMain ? Infinity : nearness(thing)))
  const most = Math.max(least, ...ranks)
  const top = things.filter((_, i) => ranks[i] === most)
  return top.every((thing) => isSame(thing, top[0]!)) ? top : []
}

const isSame = (one: Thing, other: Thing) => one === other || ['@id', 'sku', 'name'].some((property) => text(one[property]) && text(one[property]) === text(other[property]))

/** 0 for a thing of another URL, else 1 and the number of parameters that its URL shares with the page's. */
function nearness(thing: Thing): number {
  const places = [thing, ...listOf(thing.offers), ...listOf(thing.mainEntityOfPage)].flatMap((each) => [each.url, each['@id']])
  return Math.max(...[...places, thing.mainEntityOfPage].map(nearnessOf))
}

function nearnessOf(place: unknown): number {
  try {
    const { pathname, searchParams } = new URL(text(place) ?? '/', location.href)
    const here = new URLSearchParams(location.search)
    const params = [...searchParams]
    // The same product may be shown below a language or a collection, and every page ends in the home page's path.
    return pathname !== '/' && closed(location.pathname).endsWith(closed(pathname)) && params.every(([name, value]) => here.get(name) === value) ? 1 + params.length : 0
  } catch {
    return 0
  }
}

const closed = (path: string) => path.replace(/\/?$/, '/')

// --- what it is ---

function factsOf(product: Thing): Facts {
  const own = ownFacts(product)
  const [variant] = best(listOf(product.hasVariant), 1)
  if (!variant) return own
  const { item_name, ...facts } = ownFacts(variant)
  const looks = [text(variant.color), text(variant.size)].filter(Boolean).join(' / ')
  return fill({ ...facts, item_variant: (item_name !== own.item_name && item_name) || looks || undefined }, fill(own, { item_name }))
}

function ownFacts(thing: Thing): Facts {
  const offers = listOf(thing.offers)
  const named = best(offers, 1)
  const priced = [...named, ...offers].flatMap((offer) => [offer, ...listOf(offer.priceSpecification)]).filter(({ priceType }) => !/List|Strike|SRP/.test(`${text(priceType)}`))
  return {
    item_id: text([named.map(({ sku }) => sku), IDS.map((id) => thing[id])]),
    item_name: text(thing.name),
    item_brand: text(thing.brand),
    item_category: text(thing.category),
    price: amount(priced.map(({ price, lowPrice }) => [price, lowPrice])),
    currency: text(priced.map(({ priceCurrency }) => priceCurrency)),
  }
}

/** Where a value may be one or many. */
const listOf = (value: unknown): Thing[] => [value ?? []].flat().slice(0, MANY).map((each) => Object(each))

/** The first text in lists, or in something with a name. */
function text(value: unknown): string | undefined {
  for (const each of [value].flat(3)) {
    const { name, '@value': literal = name ?? each } = Object(each)
    const found = /^(string|number)$/.test(typeof literal) && `${literal}`.trim().slice(0, TEXT)
    if (found) return found
  }
  return
}

/** A number where it looks like one, else what stands there. */
function amount(value: unknown): string | number | undefined {
  const found = text(value) ?? ''
  return /^-?\d+(\.\d+)?$/.test(found) ? +found : /\d/.test(found) ? found : undefined
}
