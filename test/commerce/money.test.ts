import { expect, test } from 'vitest'
import { toCurrency, toMoney } from '../../src/commerce/money.js'

const nbsp = '\u00a0'

test.each([
  [0, 0], [-0, 0], [18, 18], [18.5, 18.5], [-3, -3], [1e12, 1e12], [0.1 + 0.2, 0.1 + 0.2],
  ['18', 18], ['18.00', 18], ['18,00', 18], ['18.5', 18.5], ['18,5', 18.5], ['0.125', 0.125], ['0,125', 0.125], ['1234.567', 1234.567],
  ['18,00 €', 18], [`18,00${nbsp}€`, 18], ['€18.00', 18], ['€ 18', 18], ['$1,234.50', 1234.5], ['US$ 20.00', 20], ['EUR 20,00', 20], ['20 EUR', 20], ['£9.99', 9.99], ['CHF 12.–', undefined],
  ['1.234,50', 1234.5], ['1,234.50', 1234.5], ['1.234.567', 1234567], ['1,234,567', 1234567], ['1.234.567,89', 1234567.89], ['1,234,567.89', 1234567.89],
  ['1 234,50', 1234.5], [`1${nbsp}234,50 zł`, 1234.5], ['1\u202f234\u202f567', 1234567], ["1'234.50", 1234.5], ['1’234.50', 1234.5], ['12 345', 12345],
  ['١٨٫٥٠', 18.5], ['١٨٫٥٠ ر.س', 18.5], ['١٬٢٣٤٫٥٠', 1234.5], ['۱۸', 18], ['۱٬۲۳۴٬۵۶۷', 1234567], ['۱۸٫۵ تومان', 18.5], ['\u200f١٨\u200f', 18],
  ['-5', -5], ['−5,50', -5.5], ['-€5.00', -5], ['€-5.00', -5], ['+5', 5], [' 7 ', 7], ['7.', 7],
  ['1.234', undefined], ['1,234', undefined], ['12.345 €', undefined], ['123,456', undefined],
  ['1.23.45', undefined], ['1,23,456', undefined], ['1.234,567.89', undefined], ['1,2345.67', undefined], ['1..2', undefined], ['12,34,', undefined],
  ['', undefined], ['free', undefined], ['€', undefined], ['18 - 20', undefined], ['2 for 10', undefined], ['12%', undefined], ['1e5', undefined], ['0x10', undefined], ['NaN', undefined], ['Infinity', undefined], ['--5', undefined],
  [NaN, undefined], [Infinity, undefined], [-Infinity, undefined], [1e308, undefined], [1.1e12, undefined], ['9'.repeat(13), undefined], ['9'.repeat(60), undefined],
  [null, undefined], [undefined, undefined], [true, undefined], [[18], undefined], [{}, undefined], [Symbol('18'), undefined], [10n, undefined], [() => 18, undefined],
])('%o is %o', (given, money) => {
  expect(toMoney(given)).toBe(money)
})

test.each([[1800, 2, 18], ['1800', 2, 18], [1999, 2, 19.99], [5, 0, 5], [12_500, 3, 12.5], [18.5, 2, undefined], ['18,00', 2, 18 / 100]])('%o with %o minor units is %o', (given, minorUnits, money) => {
  expect(toMoney(given, { minorUnits })).toBe(money)
})

test('a currency is a code, or a symbol that only one has', () => {
  expect(['EUR', 'eur', ' usd ', '€', '$', '£', 'EURO', '', 5, null].map(toCurrency)).toEqual(['EUR', 'EUR', 'USD', 'EUR', undefined, undefined, undefined, undefined, undefined, undefined])
})

test.each([
  ['¥12,000', 'JPY', 12_000],
  ['12.000', 'KRW', 12_000],
  ['12.500 د.ك', 'KWD', 12.5],
  ['1,234', 'EUR', undefined],
  ['1.234', 'no currency', undefined],
])('%s in %s is %s: its decimals tell which separator it is', (text, currency, amount) => {
  expect(toMoney(text, { currency })).toBe(amount)
})
