import { expect, test } from 'vitest'
import { touchOf } from '../../src/channels.js'
import { arrive, blank, factsOf, learn, move } from '../../src/journey/past.js'
import type { Past } from '../../src/part.js'
import { hint } from '../../src/stage.js'
import { five } from '../../src/stages/five.js'

const DAY = 86_400_000
const start = 1_763_769_600_000

/** A visit: after so many days, by an address or a referrer, with what happens in it. */
type Visit = readonly [day: number, from: string, ...steps: string[]]

/**
 * A shopper's way. A step is `name stage`: what happens, and what it is expected to hint at (`-` for nothing). A name may have a kind of page (`page_view@account`), an order (`purchase#o1`), an NPS score
 * (`feedback*9`), a stage that the page names (`sign_up!loyalty`). `> stage` is expected to be the shopper's stage then; `log-out` makes it somebody else.
 */
const walk = (visits: readonly Visit[]): string[] => {
  let past: Past = blank
  return visits.flatMap(([day, from, ...steps], nth) => {
    const at = start + day * DAY
    const landing = `https://shop.example/${from.startsWith('?') ? from : ''}`
    past = arrive(past, { at, ...touchOf(landing, from.startsWith('?') ? '' : from) })
    let isLanding = true
    return steps.map((step) => {
      if (step === 'log-out') {
        past = arrive(blank, { at, channel: 'direct' })
        return step
      }
      if (step.startsWith('>')) return `> ${past.stage}`
      const [, name = '', kind, order, score, stage] = /^(\w+)(?:@(\w+))?(?:#(\w+))?(?:\*(\d+))?(?:!(\w+))?/.exec(step)!
      const props = score ? { kind: 'nps', score: +score } : undefined
      const found = hint(five, { name, kind, props, stage }, { ...factsOf(past, at), landing: name === 'page_view' && isLanding })
      if (name === 'page_view') isLanding = false
      past = move(learn(past, { name, order: order ?? '', value: 10, currency: 'EUR' }, at), five, found, `v${nth}`, at)
      return `${step.split(' ')[0]} ${found?.id ?? '-'}`
    })
  })
}

const AD = '?utm_source=instagram&utm_medium=cpc'
const LETTER = '?utm_source=letter&utm_medium=email'
const GOOGLE = 'https://www.google.com/'
const TOROB = 'https://torob.com/'
const FRIEND = '?ref=MINA7'

const bought: Visit = [0, AD, 'page_view awareness', 'view_item consideration', 'begin_checkout conversion', 'purchase#o1 conversion', '> conversion']
const again: Visit = [20, '', 'page_view loyalty', 'begin_checkout conversion', 'purchase#o2 loyalty', '> loyalty']

/** Each shopper is thought through against what the stages mean: awareness, does not know yet; consideration, researches and compares; conversion, decides and buys; loyalty, buys again and is served; advocacy, recommends. */
test.each<[who: string, ...visits: Visit[]]>([
  ['sees an advertisement and leaves', [0, AD, 'page_view awareness', '> awareness']],
  ['looks around on the first visit', [0, AD, 'page_view awareness', 'view_item_list consideration', 'view_item consideration', 'page_view consideration', '> consideration']],
  [
    'researches over three visits, then buys',
    [0, GOOGLE, 'page_view awareness', 'view_item consideration'],
    [2, '', 'page_view consideration', 'search consideration', 'view_item consideration', 'add_to_wishlist consideration'],
    [5, GOOGLE, 'page_view consideration', 'add_to_cart consideration', '> consideration', 'begin_checkout conversion', 'purchase#o1 conversion', '> conversion'],
  ],
  [
    'buys at once, with trouble at the checkout',
    [0, AD, 'page_view awareness', 'add_to_cart consideration', 'page_view@cart conversion', 'view_cart conversion', 'begin_checkout conversion', 'checkout_error conversion', 'add_payment_info conversion', 'payment_return conversion', 'purchase#o1 conversion', 'page_view@thank_you conversion', '> conversion'],
  ],
  ['compares prices', [0, TOROB, 'page_view consideration', 'view_item consideration', '> consideration']],
  ['asks an assistant', [0, 'https://chatgpt.com/', 'page_view awareness', 'view_item consideration']],
  ['has a question before buying', [0, AD, 'page_view awareness', 'view_item consideration', 'support_contacted consideration', '> consideration']],
  [
    'leaves a full cart, and comes back by our letter',
    [0, AD, 'page_view awareness', 'add_to_cart consideration', 'begin_checkout conversion', 'cart_abandonment conversion', '> conversion'],
    [1, LETTER, 'page_view consideration', '> consideration', 'view_cart conversion', 'begin_checkout conversion', 'purchase#o1 conversion', '> conversion'],
  ],
  ['removes what was in the cart', [0, AD, 'page_view awareness', 'add_to_cart consideration', 'remove_from_cart consideration', '> consideration']],
  ['buys a second time within weeks', bought, [20, '', 'page_view loyalty', 'view_item consideration', '> loyalty', 'add_to_cart consideration', 'begin_checkout conversion', 'purchase#o2 loyalty', '> loyalty']],
  ['buys twice in one visit', [0, AD, 'page_view awareness', 'purchase#o1 conversion', '> conversion', 'purchase#o2 loyalty', '> loyalty']],
  ['opens the page of an order again: it counts once', [0, AD, 'page_view awareness', 'purchase#o1 conversion'], [1, '', 'page_view loyalty', 'view_item consideration', '> loyalty'], [2, '', 'page_view loyalty', 'search consideration']],
  ['is a regular', bought, again, [40, GOOGLE, 'page_view loyalty', 'search loyalty', 'view_item loyalty', 'add_to_cart loyalty', 'begin_checkout conversion', 'purchase#o3 loyalty', '> loyalty']],
  ['comes back after half a year for something else: the journey begins anew', bought, again, [220, GOOGLE, 'page_view consideration', '> consideration', 'view_item consideration', 'begin_checkout conversion', 'purchase#o3 loyalty', '> loyalty']],
  ['is called back by a letter after half a year', bought, [200, LETTER, 'page_view loyalty', 'view_item consideration', '> loyalty']],
  ['reads our letters without having bought', [0, AD, 'page_view awareness', 'newsletter_subscribed consideration'], [9, LETTER, 'page_view consideration', 'view_item consideration', '> consideration']],
  ['follows the order and asks for help', bought, [3, '', 'page_view@order_status loyalty', 'order_status_viewed loyalty', 'support_contacted loyalty', 'login loyalty', '> loyalty']],
  ['sends it back', bought, [9, '', 'page_view@account loyalty', 'account_viewed loyalty', 'refund#o1 loyalty', '> loyalty'], [120, AD, 'page_view consideration', '> consideration']],
  ['cancels the order at once', [0, AD, 'page_view awareness', 'purchase#o1 conversion', 'order_cancelled loyalty', '> conversion']],
  ['renews a subscription', bought, [30, '', 'page_view loyalty', 'subscription_renewed loyalty', '> loyalty']],
  ['writes a review', bought, [14, LETTER, 'page_view loyalty', 'review_submitted advocacy', '> advocacy']],
  ['brings a friend, and buys again', bought, [7, '', 'page_view loyalty', 'referral_sent advocacy', '> advocacy', 'view_item consideration', '> advocacy'], [30, '', 'page_view loyalty', 'purchase#o2 loyalty', '> loyalty']],
  ['comes by a friend\'s link', [0, FRIEND, 'page_view awareness', 'referral_landing awareness', 'sign_up consideration', '> awareness', 'view_item consideration', 'purchase#o1 conversion', '> conversion']],
  ['shares without having bought', [0, AD, 'page_view awareness', 'view_item consideration', 'share advocacy', '> advocacy']],
  ['is asked how likely a recommendation is', bought, [5, LETTER, 'page_view loyalty', 'feedback*10 advocacy', '> advocacy'], [6, '', 'page_view loyalty', 'feedback*3 -']],
  ['has two tabs: in one an order is placed, in the other somebody still looks', [0, AD, 'page_view awareness', 'view_item consideration', 'begin_checkout conversion', 'view_item consideration', 'purchase#o1 conversion', 'view_item consideration', '> conversion']],
  ['logs out, and somebody else goes on at the same device', bought, [1, '', 'page_view loyalty', 'log-out', '> undefined', 'view_item consideration', 'support_contacted consideration', '> consideration', 'purchase#o9 conversion']],
  ['is where the page says', [0, AD, 'page_view awareness', 'sign_up!loyalty loyalty', '> loyalty', 'view_item!awareness awareness', '> awareness']],
])('one who %s', (_, ...visits) => {
  expect(walk(visits)).toEqual(visits.flatMap(([, , ...steps]) => steps))
})
