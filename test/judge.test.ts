// @vitest-environment node
import { expect, test } from 'vitest'
import { judge } from '../bin/judge.js'
import type { Facts } from '../bin/look.js'

const item = { item_id: 'cap', item_name: 'Cap', price: 16 }
const touchpoint = (name: string, props: object = {}) => ({ id: name, name, page: 'p', props })
const seen = { url: 'https://shop.example/p/cap', status: 200, title: 'Cap', own: false, store: undefined, layer: undefined, hidden: [], products: ['JSON-LD'], words: [], batches: [] } satisfies Facts
const batch = (touchpoints: object[], page: object = { url: 'https://shop.example/p/cap', kind: 'product' }) => ({ touchpoints, pages: { p: page } })
const good = batch([touchpoint('page_view'), touchpoint('view_item', { currency: 'EUR', items: [item] })])
const judged = (changes: object = {}) => judge({ ...seen, batches: [good], ...changes } as Facts).filter(({ kind }) => kind !== 'fine').map(({ kind, text }) => `${kind}: ${text}`)

test('a page that tells all there is to tell is fine', () => {
  expect(judged()).toEqual([])
  expect(judge({ ...seen, batches: [good], store: 'shopify', layer: ['view_item'] } as Facts).map(({ text }) => text)).toEqual(['The page has no rihla of its own; the script tag was put into it.', 'The shop system is shopify.', 'The dataLayer says view_item.', 'A product is marked up in JSON-LD.'])
})

test.each<[string, object, string[]]>([
  ['an answer that is an error', { status: 404 }, ['wrong: The page answers 404.']],
  ['nothing at all', { batches: [], products: [] }, ['wrong: Nothing would be recorded.']],
  ['no page view', { batches: [batch([touchpoint('view_item', { currency: 'EUR', items: [item] })])] }, ['wrong: No page_view would be recorded.']],
  ['a product page of which nobody says what it shows', { batches: [batch([touchpoint('page_view')])] }, ['wrong: This is a product page, and no view_item would be recorded: nothing says which product it shows.']],
  ['a product without its price', { batches: [batch([touchpoint('page_view'), touchpoint('view_item', { items: [{ item_id: 'cap' }] })])] }, ['missing: view_item lacks item_name, price, currency.']],
  ['a page of no kind', { products: [], batches: [batch([touchpoint('page_view')], { url: 'https://shop.example/' })] }, ['missing: Nobody says what kind of page this is; stages are guessed from what happens.']],
  ['an e-mail address that would be sent', { batches: [good, batch([touchpoint('own', { to: ['mina@shop.example'] })])] }, ['wrong: An e-mail address would be sent in touchpoints.0.props.to.0.']],
  ['an e-mail address in an address that would be sent', { batches: [batch(good.touchpoints, { url: 'https://shop.example/?m=mina%40shop.example', kind: 'product' })] }, ['wrong: An e-mail address would be sent in pages.p.url.']],
  ['a card number that would be sent', { batches: [good, batch([touchpoint('own', { note: 'card 4242 4242 4242 4242' })])] }, ['wrong: A card number would be sent in touchpoints.0.props.note.']],
  ['long numbers that are no cards', { batches: [good, batch([touchpoint('own', { note: '1763769600001 and 1234567890123456' })])] }, []],
  ['an e-mail address in the page’s own address', { url: 'https://shop.example/?m=mina%40shop.example%' }, ["missing: The page's address holds an e-mail address: it is cut out here, but others on the page read it, too."]],
  ['an e-mail address in the dataLayer', { layer: [], hidden: ['dataLayer[2].user.email'] }, ['missing: dataLayer[2].user.email holds an e-mail address: it is not read here, but others on the page may.']],
  ['what rihla says', { words: ["nothing is stored or sent until consent('granted')", 'site must be 1 to 64 of A-Z'] }, ['missing: rihla says: site must be 1 to 64 of A-Z']],
])('%s', (_what, changes, expected) => {
  expect(judged(changes)).toEqual(expected)
})
