import { describe, expect, test } from 'vitest'
import { storeContract, type StoreFixtures } from '../../src/testing/testing.js'
import type { Store } from '../../src/types.js'
import { countListeners } from '../harness/listeners.js'

const left = countListeners()
const shop = window as Window & { Shop?: { cap?: string } }

/** An adapter that does all that it must, but for what is given. */
const made = (parts: Partial<Store> = {}): Store => ({
  name: 'shop',
  isHere: () => !!document.querySelector('#shop'),
  kind: () => document.body.className || undefined,
  product: () => (shop.Shop?.cap ? { currency: 'EUR', items: [{ item_id: shop.Shop.cap }] } : undefined),
  changesCart: ({ method, url }) => method === 'POST' && url.pathname === '/cart',
  readCart: async () => {
    const answer = await fetch('/cart.json')
    if (!answer.ok) throw new Error(`no cart: ${answer.status}`)
    return { items: ((await answer.json()) as { cart: { id: string }[] }).cart.map(({ id }) => ({ item_id: id, quantity: 1 })) }
  },
  ...parts,
})
const fixtures: StoreFixtures = {
  pages: [{ html: '<body id="shop" class="product"><form><input name="mail"><input type="hidden" name="id" value="7"></form><p>Mina', path: '/p/cap?x=1', globals: { Shop: { cap: 'cap' } }, cookie: 'cart=1', kind: 'product', item: 'cap' }],
  requests: [{ method: 'POST', url: '/cart', changesCart: true }],
  cart: { answer: { cart: [{ id: 'cap' }], buyer: 'Mina' }, items: ['cap'] },
  personal: ['Mina'],
}

/** The checks that an adapter does not pass, and what they say. */
const faultsOf = async (create: () => Store, given: StoreFixtures = fixtures) => {
  const faults: string[] = []
  for (const { name, run } of storeContract(create, given)) await run().catch((cause: Error) => faults.push(`${name}: ${cause.message}`))
  return faults
}

test('an adapter that does what it must passes every check', async () => {
  expect(await faultsOf(made)).toEqual([])
})

test('the page, its address, its globals, its cookies and fetch are as they were', async () => {
  const before = [document.documentElement, location.href, globalThis.fetch, shop.Shop, document.cookie]
  await faultsOf(made)
  await faultsOf(made, { ...fixtures, pages: [{ ...fixtures.pages[0]!, kind: 'list' }] })
  expect([document.documentElement, location.href, globalThis.fetch, shop.Shop, document.cookie, left()]).toEqual([...before, []])
})

describe('a check fails for an adapter that', () => {
  test.each<[string, Partial<Store> | (() => Store), string]>([
    ['listens when it is made', () => (document.addEventListener('click', () => {}, { once: true }), made()), 'got addEventListener'],
    ['asks when it is made', () => (fetch('/').catch(() => {}), made()), 'got fetch'],
    ['waits when it is made', () => (setTimeout(() => {}), made()), 'got setTimeout'],
    ['has a name that is no source', { name: 'My Shop' }, 'name must be'],
    ['is everywhere', { isHere: () => true }, 'isHere must be false'],
    ['sees a product on a blank page', { product: () => ({ items: [] }) }, 'product and order must be undefined'],
    ['throws on a blank page', { product: () => ({ items: [{ item_id: document.querySelector('#shop')!.id }] }) }, 'Cannot read'],
    ['trusts what pages print', { product: () => ({ items: [{ item_id: shop.Shop!.cap!.trim() }] }) }, 'Cannot read'],
    ['mistakes the kind', { kind: () => 'list' }, 'kind must be "product", got "list"'],
    ['has an id that is no text', { product: () => (shop.Shop ? { items: [{ item_id: 7 as unknown as string }] } : undefined) }, 'item_id must be a text'],
    ['has a currency that is none', { product: () => (shop.Shop ? { currency: '€', items: [] } : undefined) }, 'currency must be'],
    ['confirms an order that is none', { order: () => (shop.Shop ? { transaction_id: '1' } : undefined) }, 'transaction_id undefined'],
    ['calls a fault by its message', { checkoutErrors: () => (shop.Shop ? [{ code: 'Please enter a name' }] : []) }, 'short words'],
    ['reads the cart after every request', { changesCart: () => true }, 'GET of /, /assets/cart.png'],
    ['overlooks a request', { changesCart: () => false }, 'changesCart must be true'],
    ['mistakes a request', { beginsCheckout: () => true }, 'beginsCheckout must be false'],
    ['asks somebody else', { readCart: async () => (await fetch('https://other.example/'), { items: [] }) }, 'must only GET from'],
    ['sends when it reads', { readCart: async () => (await fetch('/cart', { method: 'POST' }), { items: [] }) }, 'got POST'],
    ['takes an error for an empty cart', { readCart: async () => (await fetch('/cart.json'), { items: [] }) }, 'reject with an Error at status 403'],
    ['reads no price', { readCart: async () => (await made().readCart(), { items: [{ item_id: 'cap', price: NaN }] }) }, 'price must be an amount'],
    ['reads lines of nothing', { readCart: async () => (await made().readCart(), { items: [{ item_id: 'cap', quantity: 0 }] }) }, 'quantity must be'],
    ['mistakes minor units', { readCart: async () => (await made().readCart(), { items: [{ item_id: 'cap', price: 1.5 }], minorUnits: 2 }) }, 'must be whole numbers'],
    ['tells who the buyer is', { order: () => (shop.Shop ? { note: document.querySelector('p')!.textContent } : undefined) }, 'nothing personal may be told, got Mina'],
    ['reads what is typed', { order: () => (shop.Shop ? { note: document.querySelector('input')?.value } : undefined) }, 'got typed by the shopper'],
    ['copies the whole cart', { readCart: async () => ({ ...(await made().readCart()), ...(await (await fetch('/cart.json')).json()) }) }, 'nothing personal may be told, got Mina'],
  ])('%s', async (_, parts, words) => {
    const faults = await faultsOf(typeof parts === 'function' ? parts : () => made(parts))
    expect(faults.join('\n')).toContain(words)
  })
})

test('a check of personal texts fails where they stand nowhere: it would always pass', async () => {
  expect(await faultsOf(made, { ...fixtures, personal: ['Lucy'] })).toEqual([expect.stringContaining('personal texts must stand in a page')])
})

test('an adapter whose shop does not tell the cart is not asked for it', () => {
  const { cart: _, ...pages } = fixtures
  expect(storeContract(made, pages).filter(({ name }) => name.includes('cart is read'))).toEqual([])
})

test('an answer is read where the environment has no Response', async () => {
  const { Response } = globalThis
  Reflect.deleteProperty(globalThis, 'Response')
  try {
    expect(await faultsOf(made)).toEqual([])
  } finally {
    globalThis.Response = Response
  }
})
