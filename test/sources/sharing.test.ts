import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { sharing } from '../../src/sources/sharing.js'
import type { Moment, Seen } from '../../src/types.js'
import { countListeners } from '../harness/listeners.js'

const left = countListeners()
const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

const start = () => {
  const seen: Seen[] = []
  const stop = sharing()((each) => seen.push(each))
  stops.push(stop)
  return { seen, stop, said: () => seen.map((each) => ('name' in each ? [each.name, each.props] : each)) }
}
/** What a click on a link tells. */
const follow = (href: string) => {
  const { said } = start()
  document.body.innerHTML = '<a><b>go</b></a>'
  const link = document.querySelector('a')!
  link.href = href
  link.addEventListener('click', (event) => event.preventDefault())
  document.querySelector('b')!.click()
  stops.pop()!()
  return said()
}
const page = encodeURIComponent('http://localhost:3000/p/cap')

describe('a share', () => {
  test.each([
    [`https://www.facebook.com/sharer/sharer.php?u=${page}`, 'facebook'],
    [`https://www.facebook.com/dialog/share?app_id=1&href=${page}`, 'facebook'],
    [`https://twitter.com/intent/tweet?url=${page}`, 'twitter'],
    [`https://x.com/intent/post?text=Look%20${page}`, 'twitter'],
    [`https://t.me/share/url?url=${page}`, 'telegram'],
    [`https://wa.me/?text=${page}`, 'whatsapp'],
    [`https://api.whatsapp.com/send?text=${page}`, 'whatsapp'],
    [`whatsapp://send?text=${page}`, 'whatsapp'],
    [`https://www.pinterest.com/pin/create/button/?url=${page}`, 'pinterest'],
    [`https://www.linkedin.com/sharing/share-offsite/?url=${page}`, 'linkedin'],
    [`https://www.reddit.com/submit?url=${page}`, 'reddit'],
    [`https://vk.com/share.php?url=${page}`, 'vk'],
    [`https://eitaa.com/share/url?url=${page}`, 'eitaa'],
    [`https://connect.ok.ru/offer?url=${page}`, 'ok'],
    [`mailto:?subject=Look&body=${page}`, 'email'],
    [`sms:?body=${page}`, 'sms'],
    [`viber://forward?text=${page}`, 'viber'],
  ])('%s by %s', (href, method) => {
    expect(follow(href)).toEqual([['share', { method }]])
  })

  test('of a referral program\'s link is a referral', () => {
    expect(follow(`https://wa.me/?text=${encodeURIComponent('http://localhost:3000/?ref=MINA7')}`)).toEqual([['referral_sent', { method: 'whatsapp' }]])
    expect(follow(`mailto:?body=${encodeURIComponent('Come: http://localhost:3000/invite/MINA7')}`)).toEqual([['referral_sent', { method: 'email' }]])
  })
})

describe('a contact', () => {
  test.each([
    ['mailto:help@shop.example?subject=Hi', 'email'],
    ['tel:+491701234567', 'phone'],
    ['sms:+491701234567', 'sms'],
    ['https://wa.me/491701234567?text=Hi', 'whatsapp'],
    ['https://api.whatsapp.com/send?phone=491701234567', 'whatsapp'],
    ['whatsapp://send?phone=491701234567', 'whatsapp'],
    ['https://m.me/shop', 'messenger'],
    ['viber://chat?number=%2B49', 'viber'],
  ])('%s by %s', (href, via) => {
    expect(follow(href)).toEqual([['support_contacted', { via }]])
  })
})

test.each(['https://www.facebook.com/myshop', 'https://t.me/myshop', 'https://twitter.com/myshop', 'https://blog.example/share?x=1', 'http://localhost:3000/share?url=http://localhost:3000/', 'javascript:void 0', '#top', 'https://reddit.com/r/cups/submit'])('%s is neither', (href) => {
  expect(follow(href)).toEqual([])
})

test('the browser\'s own dialog is a share once the shopper has shared', async () => {
  const shares: { readonly resolve: () => void; readonly reject: (cause: unknown) => void }[] = []
  const own = () => new Promise<void>((resolve, reject) => void shares.push({ resolve, reject }))
  Object.assign(Navigator.prototype, { share: own })
  const { said, stop } = start()
  const [first, second] = [navigator.share({ url: '/' }), navigator.share({ url: '/' })]
  expect(said()).toEqual([])
  shares[0]!.resolve()
  shares[1]!.reject(new DOMException('closed', 'AbortError'))
  await first
  await expect(second).rejects.toThrow('closed')
  expect(said()).toEqual([['share', { method: 'native' }]])
  stop()
  expect([Navigator.prototype.share === own, left()]).toEqual([true, []])
  Reflect.deleteProperty(Navigator.prototype, 'share')
})

test('a link is told of before the page may be gone', () => {
  const { seen } = start()
  document.body.innerHTML = '<a href="tel:1">call</a>'
  document.querySelector('a')!.addEventListener('click', (event) => event.preventDefault())
  document.querySelector('a')!.click()
  expect((seen[0] as Moment).leaving).toBe(true)
})

test('whatever a link says, nothing throws, and no address and no number is told', () => {
  const scheme = fc.constantFrom('mailto:', 'tel:', 'sms:', 'whatsapp://send?phone=', 'https://wa.me/', 'https://api.whatsapp.com/send?phone=', 'https://t.me/share/url?url=', 'viber://chat?number=', 'https://', '')
  const secret = fc.stringMatching(/^[0-9]{9,14}$/)
  fc.assert(
    fc.property(scheme, secret, fc.string(), (start, hidden, rest) => {
      const told = follow(start + hidden + rest)
      expect(JSON.stringify(told)).not.toContain(hidden)
      expect(told.filter((each) => 'failure' in each)).toEqual([])
    }),
  )
})
