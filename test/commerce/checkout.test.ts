import { expect, test } from 'vitest'
import { checkout } from '../../src/commerce/checkout.js'
import { blank, type Change, type State } from '../../src/commerce/state.js'
import type { Moment } from '../../src/types.js'

const page = { url: 'https://shop.example/checkout' }
const step = (state: State, at: number, name: string, props: Change['props'] = {}) => checkout(state, { id: `${at}`, at, kind: 'moment', moment: { name, props }, props, page }, () => {})

test('steps are entered in turn, with the time spent on each', () => {
  let state = step(blank('c', 0), 1000, 'begin_checkout')
  state = step(state, 3000, 'add_shipping_info')
  state = step(state, 3500, 'checkout_error', { field: 'postcode', code: 'missing' })
  expect([state.step, state.field, state.error]).toEqual(['shipping', 'postcode', 'missing'])
  state = step(state, 8000, 'checkout_step', { step: 3, name: 'review' })
  expect([state.step, state.dwell, state.field]).toEqual(['review', { checkout: 2000, shipping: 5000 }, undefined])
})

test.each([
  ['/checkout/success', undefined, 'paid'],
  ['/checkout?payment=cancelled', undefined, 'cancelled'],
  ['/checkout/declined', undefined, 'failed'],
  ['/checkout', undefined, undefined],
  ['/checkout', 'purchase', 'paid'],
  ['/checkout', 'checkout_error', 'failed'],
  ['/checkout', 'view_cart', 'cancelled'],
])('coming back at %s, with %s, is %s', (path, name, result) => {
  const told: Moment[] = []
  const page = { url: `https://paid.shop.example${path}` }
  const back = checkout({ ...blank('c', 0), payment: 'paypal.com' }, { id: '1', at: 1, kind: 'start', isPayment: true, page }, (moment) => told.push(moment))
  if (name) checkout(back, { id: '2', at: 2, kind: 'moment', moment: { name }, page }, (moment) => told.push(moment))
  expect(told.map(({ name, props }) => [name, props?.result])).toEqual(result ? [['payment_return', result]] : [])
})

test('what another tab does while somebody pays says nothing of the payment', () => {
  const told: Moment[] = []
  const page = { url: 'https://shop.example/cart' }
  const state = checkout({ ...blank('c', 0), payment: 'paypal.com' }, { id: '1', at: 1, kind: 'start', page }, (moment) => told.push(moment))
  checkout(state, { id: '2', at: 2, kind: 'moment', moment: { name: 'view_cart' }, page }, (moment) => told.push(moment))
  expect([told, state.payment]).toEqual([[], 'paypal.com'])
})

