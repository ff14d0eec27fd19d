import { describe, expect, it } from 'vitest'
import { engines } from '../harness/engines.js'
import { call, namesAt, track, holds, useShop } from '../harness/shop-page.js'

declare const rihla: (method: string, ...args: unknown[]) => void

describe.each(engines)('forms in $name', (engine) => {
  const shop = useShop(engine)
  const body = `<form id="address" action="/next"><input name="city" required><input name="code"><input type="password" name="secret"><button id="go">Go on</button></form><a id="away" href="/next">Away</a>`
  const told = (name: string) => shop.collector.stored().find((each) => each.name === name)?.props
  /** Nothing that was written has left the page, in whatever way. */
  const isSecret = () => shop.collector.requests.every(({ text }) => !/Shiraz|geheim/i.test(text))

  it('that are sent by the page\'s own navigation are told with their fields, corrections and errors, without a value', async () => {
    shop.add('/next')
    const tab = await shop.visit('/', { body })
    await tab.type('[name=secret]', 'geheim')
    // Nothing is in the field that must be filled in.
    await tab.click('#go')
    // Backspace, as WebDriver writes it.
    await tab.type('[name=city]', 'Shirazz\uE003')
    await tab.click('#go')
    await tab.until("location.pathname === '/next' && window.rihla?.version")
    await shop.collector.until(() => namesAt(shop.collector).includes('form_submit'))
    expect(told('form_start')).toEqual({ form_id: 'address', form_destination: '/next' })
    expect(told('form_submit')).toMatchObject({
      form_id: 'address',
      last_field: 'city',
      duration: expect.any(Number),
      fields: [{ field: 'secret', ms: expect.any(Number) }, { field: 'city', ms: expect.any(Number), corrections: 1, errors: 1 }],
    })
    expect([namesAt(shop.collector).includes('form_abandonment'), isSecret()]).toEqual([false, true])
  })

  it('that are left before they are sent arrive as abandoned, with the last field', async () => {
    shop.add('/next')
    const tab = await shop.visit('/', { body })
    await track(tab, 'begin_checkout')
    await tab.type('[name=city]', 'Shiraz')
    await tab.type('[name=code]', '7')
    await tab.click('#away')
    await tab.until("location.pathname === '/next' && window.rihla?.version")
    await holds(shop.collector, ['form_abandonment'])
    expect(told('form_abandonment')).toMatchObject({ form_id: 'address', last_field: 'code', step: 'checkout', fields: [{ field: 'city' }, { field: 'code' }] })
    expect([namesAt(shop.collector).includes('form_submit'), isSecret()]).toEqual([false, true])
  })

  it('in which a checkout is left say at which field, with the cart', async () => {
    shop.pages.add('/elsewhere', { title: 'Elsewhere' })
    const tab = await shop.visit('/', { body: body.replace('/next">Away', `${shop.pages.otherOrigin}/elsewhere">Away`) })
    await tab.eval(() => rihla('cart', [{ item_id: 'cap', price: 18, quantity: 1 }], { currency: 'EUR' }))
    await track(tab, 'begin_checkout')
    await call(tab, 'saved')
    await tab.type('[name=city]', 'Shiraz')
    await tab.type('[name=code]', '7')
    await tab.click('#away')
    await tab.until("location.pathname === '/elsewhere'")
    await holds(shop.collector, ['cart_abandonment', 'form_abandonment'])
    expect([told('cart_abandonment'), told('form_abandonment')]).toMatchObject([{ status: 'suspected', step: 'checkout', field: 'code' }, { last_field: 'code', cart_id: told('begin_checkout')!.cart_id }])
    expect(isSecret()).toBe(true)
  })
})
