import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { forms } from '../../src/sources/forms.js'
import type { Moment, Seen } from '../../src/types.js'

let seen: Seen[] = []
let stop = () => {}
beforeEach(() => {
  seen = []
  stop = forms()((each) => seen.push(each))
})
afterEach(() => stop())

/** What submitting a form tells: a name, and its props. */
const submit = (html: string) => {
  document.body.innerHTML = html
  document.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))
  return seen.splice(0).map((each) => ('name' in each ? (each.props ? [each.name, each.props] : [each.name]) : each))
}
const email = '<input type="email" name="email" value="mina@shop.example">'
const password = '<input type="password" name="password" value="secret">'

test.each<[what: string, html: string, told: unknown]>([
  ['a log-in', `<form action="/login">${email}${password}</form>`, ['login']],
  ['WooCommerce\'s log-in', `<form class="woocommerce-form woocommerce-form-login login"><input name="username">${password}<input type="checkbox" name="rememberme"></form>`, ['login']],
  ['Shopify\'s log-in', `<form id="customer_login" action="/account/login"><input type="hidden" name="form_type" value="customer_login">${email}${password}</form>`, ['login']],
  ['a log-in in Persian', `<form>ورود ${email}<input type="password" autocomplete="current-password"></form>`, ['login']],
  ['a sign-up with two passwords', `<form>${email}${password}${password}</form>`, ['sign_up']],
  ['a sign-up that browsers know', `<form>${email}<input type="password" autocomplete="new-password"></form>`, ['sign_up']],
  ['WooCommerce\'s sign-up', `<form class="woocommerce-form-register register">${email}${password}</form>`, ['sign_up']],
  ['Shopify\'s sign-up', `<form id="create_customer" action="/account"><input type="hidden" name="form_type" value="create_customer"><input name="customer[first_name]">${email}${password}</form>`, ['sign_up']],
  ['a newsletter', `<form>${email}<button>Go</button></form>`, ['newsletter_subscribed']],
  ['a newsletter with a name', `<form class="newsletter"><input name="first">${email}<input type="checkbox"></form>`, ['newsletter_subscribed']],
  ['Mailchimp\'s', `<form action="https://x.list-manage.com/subscribe/post">${email}<input type="text" name="b_1"><input type="text" name="FNAME"></form>`, ['newsletter_subscribed']],
  ['Shopify\'s newsletter', `<form action="/contact#ContactFooter"><input type="hidden" name="form_type" value="customer"><input type="hidden" name="contact[tags]" value="newsletter"><input type="email" name="contact[email]"></form>`, ['newsletter_subscribed']],
  ['a contact form', `<form action="/contact">${email}<textarea></textarea></form>`, ['support_contacted', { via: 'form' }]],
  ['Shopify\'s contact form', `<form action="/x"><input type="hidden" name="form_type" value="contact"><input type="email" name="contact[email]"><textarea name="contact[body]"></textarea></form>`, ['support_contacted', { via: 'form' }]],
  ['WooCommerce\'s review', `<form id="commentform" action="/wp-comments-post.php"><select name="rating"><option value="">…</option><option value="4" selected>Good</option></select><textarea name="comment"></textarea>${email}</form>`, ['review_submitted', { rating: 4 }]],
  ['a review with stars', `<form class="jdgm-form"><input type="radio" name="rating" value="3"><input type="radio" name="rating" value="5" checked><textarea></textarea></form>`, ['review_submitted', { rating: 5 }]],
  ['a review without a rating chosen', `<form class="review"><input type="radio" name="stars" value="3"><textarea></textarea></form>`, ['review_submitted']],
])('%s', (_, html, told) => {
  expect(submit(html)).toEqual([told])
})

test.each([
  ['a forgotten password', `<form action="/account/recover">${email}</form>`],
  ['a new password', `<form action="/reset-password">${password}${password}</form>`],
  ['an order to be tracked', `<form class="track-order"><input name="orderid">${email}</form>`],
  ['an order', `<form class="checkout">${email}<input name="address"></form>`],
  ['an order that browsers know', `<form>${email}<input autocomplete="shipping street-address"></form>`],
  ['a card', `<form>${email}<input autocomplete="cc-number"></form>`],
  ['a search', '<form role="search"><input type="search" name="q"></form>'],
  ['a comment on a post', `<form id="respond">${email}<textarea></textarea></form>`],
  ['a coupon', '<form class="coupon"><input name="code"></form>'],
  ['a cart', '<form action="/cart/add"><input name="quantity"></form>'],
  ['an unknown form with an e-mail field', `<form>${email}<input name="a"><input name="b"></form>`],
  ['leaving a newsletter', `<form action="/unsubscribe">${email}</form>`],
])('%s is left alone', (_, html) => {
  expect(submit(html)).toEqual([])
})

describe('a form', () => {
  test('whose fields hide its members is read all the same', () => {
    expect(submit(`<form class="newsletter">${email}<input type="hidden" name="action" value="x"><input type="hidden" name="id"><input type="hidden" name="getAttribute2"></form>`)).toEqual([['newsletter_subscribed']])
  })

  test('tells no value but a rating, and is told of before the page may be gone', () => {
    document.body.innerHTML = `<form class="review">${email}<textarea>Mina loves it</textarea><input type="radio" name="rating" value="Mina" checked></form>`
    document.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true }))
    expect([JSON.stringify(seen).toLowerCase().includes('mina'), (seen[0] as Moment).leaving]).toEqual([false, true])
  })
})
