import { expect, test } from 'vitest'
import { isAmong, isPaymentHost } from '../src/hosts.js'

test('hosts are known with what is below them, and nothing that only ends alike', () => {
  expect(['shop.example', 'a.shop.example', 'myshop.example', 'shop.example.evil', ''].map(isAmong(['shop.example']))).toEqual([true, true, false, false, false])
})

test('payment providers are known by host, with what is below them', () => {
  expect(['paypal.com', 'www.paypal.com', 'notpaypal.com', 'pay.bank.example', ''].map(isPaymentHost(['bank.example']))).toEqual([true, true, false, true, false])
})
