import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { shopPages } from '../../src/sources/shop-pages.js'
import type { Seen } from '../../src/types.js'

let stop = () => {}
beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  stop()
  vi.useRealTimers()
  vi.restoreAllMocks()
  document.body.innerHTML = ''
  delete document.documentElement.dataset.rihlaPage
  history.replaceState({}, '', '/')
})

/** What a shopper's way through pages of one document tells. */
const walk = async (first: string, ...rest: string[]) => {
  const seen: Seen[] = []
  history.replaceState({}, '', first)
  stop = shopPages()((each) => seen.push(each))
  for (const path of rest) {
    history.pushState({}, '', path)
    await vi.advanceTimersByTimeAsync(2000)
  }
  return seen.map((each) => ('name' in each ? `${each.name}${each.props ? ` ${Object.values(each.props).join()}` : ''}` : each))
}

test.each([
  ['/account', ['account_viewed']],
  ['/my-account/', ['account_viewed']],
  ['/de/my-account/edit-address', ['account_viewed']],
  ['/customer/account', ['account_viewed']],
  ['/my-account/view-order/1001/', ['order_status_viewed']],
  ['/account/orders/f00d', ['order_status_viewed']],
  ['/orders/f00d', ['order_status_viewed']],
  ['/en-us/orders/f00d', ['order_status_viewed']],
  ['/order-status?token=1', ['order_status_viewed']],
  ['/track-order', ['order_status_viewed']],
  ['/tracking', ['order_status_viewed']],
  ['/account/login', []],
  ['/account/register', []],
  ['/my-account/lost-password', []],
  ['/accounting-books', []],
  ['/order', []],
  ['/orders/new', []],
  ['/p/track-shoes', []],
  ['/search?q=cups', ['search cups']],
  ['/en/catalogsearch/result?q=tea%20cups', ['search tea cups']],
  ['/?s=%DA%86%D8%A7%DB%8C', ['search چای']],
  ['/suche?search=tasse', ['search tasse']],
  ['/search?q=', []],
  ['/search?q=cups&page=2', []],
  ['/p/cap?q=1', []],
  ['/?ref=MINA7', ['referral_landing ref']],
  ['/p/cap?referral_code=MINA7', ['referral_landing referral_code']],
  ['/invite/MINA7', ['referral_landing path']],
  ['/?ref=', []],
  ['/', []],
])('%s is %o', async (path, told) => {
  expect(await walk(path)).toEqual(told)
})

test('the kind of a page says more than its path', async () => {
  document.documentElement.dataset.rihlaPage = 'account'
  expect(await walk('/konto')).toEqual(['account_viewed'])
  stop()
  document.documentElement.dataset.rihlaPage = 'search'
  expect(await walk('/finder?term=cups')).toEqual(['search cups'])
})

test('a page that asks for a password shows no account yet', async () => {
  document.body.innerHTML = '<input type="password">'
  expect(await walk('/my-account')).toEqual([])
})

test('each address counts once, and again when the shopper comes back to it; pages of one search count once', async () => {
  expect(await walk('/account', '/account#orders', '/', '/account', '/search?q=a', '/search?q=a&page=2', '/search?q=b')).toEqual(['account_viewed', 'account_viewed', 'account_viewed', 'search a', 'search b'])
})

test('only who comes from outside lands by a referral', async () => {
  vi.spyOn(document, 'referrer', 'get').mockReturnValue('http://localhost:3000/')
  expect(await walk('/?ref=MINA7')).toEqual([])
  stop()
  vi.spyOn(document, 'referrer', 'get').mockReturnValue('https://blog.example/')
  expect(await walk('/?ref=MINA7', '/?ref=SARA8')).toEqual(['referral_landing ref'])
})
