import { expect, test } from 'vitest'
import { reduce } from '../../src/commerce/reduce.js'
import { blank, type Change, type State } from '../../src/commerce/state.js'
import type { Moment, Props } from '../../src/types.js'

const page = { url: 'https://shop.example/checkout' }

/** Nothing happens for half an hour. */
const pause = 'pause'

/** What is told of a way through a shop: names of moments, with props. */
const walk = (...way: (string | readonly [name: string, props: Props] | Pick<Change, 'kind' | 'host' | 'isPayment'>)[]) => {
  const told: Moment[] = []
  let state: State = { ...blank('c', 0), lines: [{ item_id: 'cap', quantity: 1 }] }
  let at = 0
  way.forEach((each) => {
    at += each === pause ? 1_800_000 : 1
    if (each === pause) return
    const [name, props = {}] = typeof each === 'string' ? [each] : 'kind' in each ? [] : each
    const change: Change = name ? { id: `${at}`, at, kind: 'moment', moment: { name, props }, props, page } : { id: `${at}`, at, page, ...(each as Pick<Change, 'kind'>) }
    state = reduce(state, change, (moment) => told.push(moment), {})
  })
  return told
}
const loopsOf = (...way: Parameters<typeof walk>) => walk(...way).filter(({ name }) => name === 'checkout_loop').map(({ props }) => props)

test('going back and forth between steps is a loop from the second time back on', () => {
  const there = ['begin_checkout', 'add_shipping_info', 'add_payment_info'] as const
  expect(loopsOf(...there, 'add_shipping_info', 'add_payment_info')).toEqual([])
  expect(loopsOf(...there, 'add_shipping_info', 'add_payment_info', 'begin_checkout', 'add_shipping_info', 'add_payment_info', 'add_shipping_info')).toEqual([
    { kind: 'steps', times: 2, step: 'checkout', from: 'payment' },
    { kind: 'steps', times: 3, step: 'shipping', from: 'payment' },
  ])
})

test('the same step told twice is no step back', () => {
  expect(loopsOf('begin_checkout', 'begin_checkout', 'begin_checkout', 'add_shipping_info', 'add_shipping_info')).toEqual([])
})

test('a payment that fails again is a loop, whether the page says so or the provider', () => {
  const failed = ['checkout_error', { code: 'card_declined' }] as const
  expect(loopsOf('begin_checkout', failed)).toEqual([])
  expect(loopsOf('begin_checkout', failed, failed)).toEqual([{ kind: 'payment', times: 2, step: 'checkout', code: 'card_declined' }])
  const away = { kind: 'leave', host: 'paypal.com', isPayment: true } as const
  const back = [{ kind: 'start', host: 'paypal.com', isPayment: true } as const, 'view_cart'] as const
  expect(loopsOf('add_payment_info', away, ...back, away, ...back)).toEqual([{ kind: 'payment', times: 2, step: 'payment', code: 'cancelled' }])
})

test('an error in a field of the address is no payment that fails', () => {
  const missing = ['checkout_error', { code: 'invalid', field: 'postcode' }] as const
  expect(loopsOf('begin_checkout', missing, missing, missing)).toEqual([])
})

test('with the order, all begins anew', () => {
  const failed = ['checkout_error', { code: 'card_declined' }] as const
  expect(loopsOf('begin_checkout', failed, ['purchase', { transaction_id: '1' }], 'begin_checkout', failed)).toEqual([])
})

test('after half an hour without activity, all begins anew', () => {
  const there = ['begin_checkout', 'add_shipping_info', 'begin_checkout'] as const
  expect(loopsOf(...there, 'add_shipping_info', 'begin_checkout').length).toBe(1)
  expect(loopsOf(...there, pause, 'add_shipping_info', 'begin_checkout')).toEqual([])
})

test('a coupon that is refused says how often by now, and at which step', () => {
  const refused = walk(['coupon_refused', { coupon: 'SAVE' }], 'begin_checkout', 'coupon_refused').filter(({ name }) => name === 'coupon_refused')
  expect(refused.map(({ props }) => props)).toMatchObject([{ coupon: 'SAVE', times: 1 }, { times: 2, step: 'checkout' }])
})

test('an error carries the step where it struck, unless it names one itself', () => {
  const errors = walk('add_payment_info', ['checkout_error', { code: 'x' }], ['checkout_error', { code: 'x', step: 'review' }]).filter(({ name }) => name === 'checkout_error')
  expect(errors.map(({ props }) => props?.step)).toEqual(['payment', 'review'])
})
