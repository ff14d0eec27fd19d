import { expect, test } from 'vitest'
import { isFriction } from '../src/friction.js'

test('what hurts a shopper is friction, what they do is not', () => {
  const names = ['rage_click', 'dead_click', 'error_click', 'checkout_loop', 'variant_loop', 'form_abandonment', 'js_error', 'slow_page', 'coupon_refused', 'checkout_error']
  expect(names.filter((name) => !isFriction(name))).toEqual([])
  expect(['click', 'purchase', 'cart_abandonment', 'my_loop', 'payment_return', ''].filter(isFriction)).toEqual([])
})
