import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { attributes } from '../../src/sources/attributes.js'
import type { Mishap, Moment } from '../../src/types.js'
import { resetVisibility, setVisibility } from '../harness/visibility.js'

const stops: (() => void)[] = []
beforeEach(() => {
  vi.useFakeTimers()
  history.replaceState({}, '', '/')
  document.body.innerHTML = ''
  document.body.addEventListener('click', (event) => event.preventDefault())
  document.body.addEventListener('submit', (event) => event.preventDefault())
})
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  vi.useRealTimers()
  resetVisibility()
})

const watch = (body: string) => {
  document.body.innerHTML = body
  const seen: (Moment | Mishap)[] = []
  stops.push(attributes()((each) => seen.push(each as Moment | Mishap)))
  return { seen, words: () => seen.map((moment) => ('failure' in moment ? moment : [moment.name, moment.props])) }
}
const click = (selector: string) => document.querySelector<HTMLElement>(selector)!.click()

test('a click on a marked element, or on something in it, is its touchpoint, with its parameters', () => {
  const { words, seen } = watch('<button data-rihla="add_to_cart" data-rihla-item_id="cap" data-rihla-price="16.50" data-rihla-quantity="2" data-rihla-currency="EUR"><b>Buy</b></button>')
  click('b')
  expect(words()).toEqual([['add_to_cart', { currency: 'EUR', items: [{ item_id: 'cap', price: 16.5, quantity: 2 }] }]])
  expect(seen).toMatchObject([{ source: 'attributes', leaving: true }])
})

test('parameters around it count too, the nearest first; other marks do not', () => {
  const { words } = watch('<article data-rihla-item_id="cap" data-rihla-price="16" data-rihla-page="product"><div data-rihla-ignore><a href="/x" data-rihla="select_item" data-rihla-price="12" data-rihla-item_list_name="Sale">x</a></div></article>')
  click('a')
  expect(words()).toEqual([['select_item', { item_list_name: 'Sale', items: [{ item_id: 'cap', price: 12 }] }]])
})

test('what does not look like a number stays as it is written', () => {
  const { words } = watch('<button data-rihla="add_to_cart" data-rihla-item_id="007" data-rihla-price="18,00 €" data-rihla-quantity="" data-rihla-value="1e309">x</button>')
  click('button')
  expect(words()).toEqual([['add_to_cart', { value: '1e309', items: [{ item_id: '007', price: '18,00 €', quantity: '' }] }]])
})

test('a form is a touchpoint when it is submitted, not when it is clicked', () => {
  const { words } = watch('<form data-rihla="newsletter_subscribed" data-rihla-method="footer"><input name="attributes"><input name="email" value="mina@shop.example"><button>Go</button></form>')
  click('input')
  document.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true }))
  expect(words()).toEqual([['newsletter_subscribed', { method: 'footer' }]])
})

test('the innermost mark counts, and what has none says nothing', () => {
  const { words } = watch('<div data-rihla="share"><button data-rihla="login">x</button></div><a href="/y">y</a>')
  click('button')
  click('a')
  expect(words()).toEqual([['login', {}]])
})

test('in an open shadow root', () => {
  const { words } = watch('<shop-card data-rihla-item_id="cap"></shop-card>')
  document.querySelector('shop-card')!.attachShadow({ mode: 'open' }).innerHTML = '<button data-rihla="add_to_wishlist">x</button>'
  document.querySelector('shop-card')!.shadowRoot!.querySelector('button')!.click()
  expect(words()).toEqual([['add_to_wishlist', { items: [{ item_id: 'cap' }] }]])
})

test('a view counts once when the page is seen, and again for what a route brings', async () => {
  setVisibility('hidden')
  const { words } = watch('<main data-rihla="view_item" data-rihla-item_id="cap">Cap</main>')
  expect(words()).toEqual([])
  setVisibility('visible')
  document.dispatchEvent(new Event('DOMContentLoaded'))
  click('main')
  history.pushState({}, '', '/p/fez')
  document.body.insertAdjacentHTML('beforeend', '<section data-rihla="view_item_list" data-rihla-item_list_id="more"></section>')
  await vi.advanceTimersByTimeAsync(600)
  history.pushState({}, '', '/p/tarboosh')
  document.querySelector('main')!.setAttribute('data-rihla-item_id', 'tarboosh')
  await vi.advanceTimersByTimeAsync(600)
  expect(words()).toEqual([
    ['view_item', { items: [{ item_id: 'cap' }] }],
    ['view_item_list', { item_list_id: 'more' }],
    ['view_item', { items: [{ item_id: 'tarboosh' }] }],
  ])
})
