import { expect, test } from 'vitest'
import { enter } from '../../src/commerce/purchases.js'

test('an order is entered once, one without id always, and the last 50 are remembered', () => {
  const all = Array.from({ length: 60 }, (_, i) => `${i}`).reduce<readonly string[]>((ledger, id) => enter(ledger, id)!, [])
  expect([enter(['1'], '1'), enter(['1'], '2'), enter(['1'], ''), all.length, all[0]]).toEqual([undefined, ['1', '2'], ['1'], 50, '10'])
})
