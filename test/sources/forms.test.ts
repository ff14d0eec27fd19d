import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
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

describe('what is filled in', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.spyOn(performance, 'now').mockImplementation(() => Date.now())
    history.replaceState({}, '', '/')
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  const address = '<form id="address" action="/checkout/address?key=1"><label>City <input name="city" required></label><input name="street"><input name="code"><button>Go on</button></form>'
  const fire = (selector: string, event: Event) => document.querySelector(selector)!.dispatchEvent(event)
  const focus = (selector: string) => fire(selector, new Event('focusin', { bubbles: true, composed: true }))
  const blur = (selector: string) => fire(selector, new Event('focusout', { bubbles: true, composed: true }))
  const input = (selector: string, inputType = 'insertText') => fire(selector, Object.assign(new Event('input', { bubbles: true, composed: true }), { inputType }))
  /** Somebody is in a field for so long, and writes in it. */
  const fill = (selector: string, ms: number, ...types: string[]) => {
    focus(selector)
    for (const type of ['insertText', ...types]) input(selector, type)
    vi.advanceTimersByTime(ms)
    blur(selector)
  }
  const told = () => seen.splice(0).flatMap((each) => ('name' in each ? [[each.name, each.props] as const] : []))
  const form = { form_id: 'address', form_name: undefined, form_destination: '/checkout/address' }

  test('starts once, and is sent with its fields in the order in which they were entered', () => {
    document.body.innerHTML = address
    fill('[name=street]', 3000)
    fill('[name=city]', 1000)
    fill('[name=street]', 500)
    vi.advanceTimersByTime(500)
    fire('button', new Event('click', { bubbles: true, composed: true }))
    fire('form', new Event('submit', { bubbles: true }))
    window.dispatchEvent(new Event('pagehide'))
    expect(told()).toEqual([
      ['form_start', form],
      ['form_submit', { ...form, duration: 5000, last_field: 'street', fields: [{ field: 'street', ms: 3500 }, { field: 'city', ms: 1000 }] }],
    ])
  })

  test('is noted field by field, as somebody goes from one to the next', () => {
    document.body.innerHTML = address
    fill('[name=street]', 100, 'insertText', 'insertText')
    fill('[name=city]', 100)
    focus('[name=code]')
    fill('[name=street]', 100)
    expect(seen.flatMap((each) => ('field' in each ? [each.field] : []))).toEqual(['street', 'city', 'street'])
  })

  test('and left before it is sent is abandoned, at its last field', () => {
    document.body.innerHTML = address
    fill('[name=city]', 1000)
    focus('[name=code]')
    input('[name=code]')
    vi.advanceTimersByTime(2000)
    window.dispatchEvent(new Event('pagehide'))
    window.dispatchEvent(new Event('pagehide'))
    expect(told()).toEqual([
      ['form_start', form],
      ['form_abandonment', { ...form, duration: 3000, last_field: 'code', fields: [{ field: 'city', ms: 1000 }, { field: 'code', ms: 2000 }] }],
    ])
  })

  test('what was deleted again counts as corrections: a run of them is one', () => {
    document.body.innerHTML = address
    fill('[name=city]', 100, 'deleteContentBackward', 'deleteContentBackward', 'insertText', 'deleteByCut')
    window.dispatchEvent(new Event('pagehide'))
    expect(told()[1]).toMatchObject(['form_abandonment', { fields: [{ field: 'city', corrections: 2 }] }])
  })

  test('what is found invalid is an error of its field, whether the browser says so or the page', () => {
    document.body.innerHTML = address
    fill('[name=street]', 100)
    fill('[name=code]', 100)
    fire('button', new Event('click', { bubbles: true, composed: true }))
    fire('[name=city]', new Event('invalid'))
    document.querySelector('[name=code]')!.setAttribute('aria-invalid', 'true')
    window.dispatchEvent(new Event('pagehide'))
    expect(told()[1]).toMatchObject(['form_abandonment', { last_field: 'code', fields: [{ field: 'street' }, { field: 'code', errors: 1 }, { field: 'city', ms: 0, errors: 1 }] }])
  })

  test('a form whose button was pressed last was sent, by script perhaps; one that is filled in again was not', () => {
    document.body.innerHTML = address
    fill('[name=city]', 100)
    fire('button', new Event('click', { bubbles: true, composed: true }))
    window.dispatchEvent(new Event('pagehide'))
    expect(told().map(([name]) => name)).toEqual(['form_start'])
    fill('[name=city]', 100)
    fire('button', new Event('click', { bubbles: true, composed: true }))
    input('[name=city]')
    window.dispatchEvent(new Event('pagehide'))
    expect(told().map(([name]) => name)).toEqual(['form_start', 'form_abandonment'])
  })

  test('a form that a route takes away is abandoned, on the page where it was', () => {
    document.body.innerHTML = address
    fill('[name=city]', 100)
    history.pushState({}, '', '/next')
    vi.advanceTimersByTime(999)
    expect(told().length).toBe(1)
    document.body.innerHTML = ''
    vi.advanceTimersByTime(1)
    expect(seen.filter((each) => 'name' in each)).toMatchObject([{ name: 'form_abandonment', page: { url: 'http://localhost:3000/' } }])
  })

  test('a field is called by its name, else by its id, what browsers call it, its label, its type', () => {
    const fields = ['<input name="billing[city]">', '<input name="f8312" id="zip">', '<input autocomplete="street-address">', '<label>Your  town <input id="x-12345"></label>', '<input aria-label="Note">', '<input placeholder="Street">', '<input type="tel">']
    document.body.innerHTML = `<form>${fields.join('')}</form>`
    for (const field of document.querySelectorAll('input')) field.dispatchEvent(new Event('input', { bubbles: true, composed: true }))
    window.dispatchEvent(new Event('pagehide'))
    expect((told()[1]![1] as unknown as { fields: { field: string }[] }).fields.map(({ field }) => field)).toEqual(['billing[city]', 'zip', 'street-address', 'Your town', 'Note', 'Street', 'tel'])
  })

  test.each([
    ['a search', '<form role="search"><input name="q"></form>'],
    ['a search by its field', '<form><input type="search" name="q"></form>'],
    ['a choice of variants', '<form><select name="size"></select><input type="number" name="quantity"></form>'],
    ['a filter', '<form><input type="checkbox" name="red"></form>'],
    ['what is left alone', '<form data-rihla-ignore><input name="city"></form>'],
    ['a field without a form', '<input name="city">'],
  ])('%s is no form that one fills in', (_, html) => {
    document.body.innerHTML = html
    document.querySelector('input,select')!.dispatchEvent(new Event('input', { bubbles: true, composed: true }))
    window.dispatchEvent(new Event('pagehide'))
    expect(seen).toEqual([])
  })

  test('no value is told, nor how long one is', () => {
    document.body.innerHTML = '<form><input name="card" autocomplete="cc-number" value="4111111111111111"><input type="password" name="secret" value="geheim"></form>'
    fill('[name=card]', 100)
    fill('[name=secret]', 100)
    window.dispatchEvent(new Event('pagehide'))
    const text = JSON.stringify(seen)
    expect([text.includes('4111'), text.includes('geheim'), /"(length|value)"/.test(text), told().length]).toEqual([false, false, false, 2])
  })
})
