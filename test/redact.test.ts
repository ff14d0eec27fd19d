import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor, shorten } from '../src/redact.js'

const { url, text, link } = createRedactor(['q', 'page'])
const each = (clean: (raw: string) => string, pairs: { readonly [raw: string]: string }) =>
  expect(Object.fromEntries(Object.keys(pairs).map((raw) => [raw, clean(raw)]))).toEqual(pairs)

describe('url', () => {
  test('keeps utm parameters and those of the allow-list, in their order', () => {
    each(url, {
      'https://shop.example/p?utm_source=x&session=1&q=cap&gclid=123&page=2': 'https://shop.example/p?utm_source=x&q=cap&page=2',
      'https://shop.example/?Q=cap&utm_source[]=x': 'https://shop.example/',
      'https://shop.example/?q=a%26b%3Dc%23d': 'https://shop.example/?q=a%26b%3Dc%23d',
    })
  })

  test('keeps no user info, and a fragment only where it is a route', () => {
    each(url, {
      'https://sara:secret@shop.example:8443/a#top': 'https://shop.example:8443/a',
      'https://shop.example/#/cart': 'https://shop.example/#/cart',
      'https://shop.example/#!/cart?token=1': 'https://shop.example/#!/cart',
      'https://shop.example/#access_token=abc': 'https://shop.example/',
      'http://localhost:3000/a': 'http://localhost:3000/a',
      'https://[::1]/a': 'https://[::1]/a',
    })
  })

  test('takes e-mails, cards and tokens out of paths, routes and allowed parameters', () => {
    each(url, {
      'https://shop.example/u/sara@example.com/orders': 'https://shop.example/u/[email]/orders',
      'https://shop.example/u/sara%40example.com': 'https://shop.example/u/[email]',
      'https://shop.example/u/mina@موقع.شبكة': 'https://shop.example/u/[email]',
      'https://shop.example/?q=sara@example.com': 'https://shop.example/?q=%5Bemail%5D',
      'https://shop.example/?utm_term=4242424242424242': 'https://shop.example/?utm_term=%5Bcard%5D',
      'https://shop.example/reset/a81f0c9d2b7e4f6a81f0c9d2b7e4f6aa': 'https://shop.example/reset/[token]',
      'https://shop.example/#/reset/a81f0c9d2b7e4f6a81f0c9d2b7e4f6aa': 'https://shop.example/#/reset/[token]',
    })
  })

  test('keeps the words and numbers of a slug', () => {
    each(url, {
      'https://shop.example/p/a-very-long-slug-with-many-words-2024': 'https://shop.example/p/a-very-long-slug-with-many-words-2024',
      'https://shop.example/p/internationalizationofeverything': 'https://shop.example/p/internationalizationofeverything',
      'https://shop.example/order/12345678': 'https://shop.example/order/12345678',
    })
  })

  test('says only the protocol of what has no origin, and nothing of what is no URL', () => {
    each(url, { 'data:text/html,secret': 'data:', 'blob:null/abc': 'blob:', 'mailto:sara@example.com': 'mailto:', '/relative': '', '': '' })
  })

  test('that a parameter holds keeps no query', () => {
    each(url, {
      'https://shop.example/?q=https%3A%2F%2Fshop.example%2Freset%3Ftoken%3Dabc': 'https://shop.example/?q=https%3A%2F%2Fshop.example%2Freset',
      'https://shop.example/?utm_content=%2Freset%3Fq%3Dabc': 'https://shop.example/?utm_content=%2Freset',
    })
  })

  test('is at most 2,048 characters, a parameter at most 256', () => {
    expect(url(`https://shop.example/${'a/'.repeat(3000)}`)).toHaveLength(2048)
    expect(url(`https://shop.example/${'a/'.repeat(1000)}?q=${'b'.repeat(200)}`)).toBe(`https://shop.example/${'a/'.repeat(1000)}`)
    expect(url(`https://shop.example/?q=${'a'.repeat(999)}`)).toBe(`https://shop.example/?q=${'a'.repeat(256)}`)
  })

  test('survives a parameter cut within a surrogate pair', () => {
    expect(url(`https://shop.example/?q=${'a'.repeat(255)}😀`)).toMatch(/^https:\/\/shop\.example\/\?q=a{255}/)
  })
})

describe('text', () => {
  test('has no e-mail address', () => {
    each(text, {
      'mail sara.ahmadi+shop@mail.example.co.uk now': 'mail [email] now',
      'sara%40example.com': '[email]',
      'SARA@EXAMPLE.COM': '[email]',
      'Sara <sara@example.com>': 'Sara <[email]>',
      'at the @ sign': 'at the @ sign',
      'user@localhost': 'user@localhost',
    })
  })

  test('has no e-mail address of another script, as it is written or as it is sent', () => {
    each(text, {
      'mina@موقع.شبكة': '[email]',
      'مینا@example.com': '[email]',
      'x@xn--mgb.xn--p1ai': '[email]',
      '用户@例子.公司 好': '[email] 好',
    })
  })

  test('has no card number, however it is written', () => {
    each(text, {
      '4242424242424242': '[card]',
      'card 4242 4242 4242 4242 please': 'card [card] please',
      '3782-822463-10005': '[card]',
      '5555 5555 5555 4444': '[card]',
      '6011111111111117': '[card]',
      '30569309025904': '[card]',
      '4242\u00a04242\u00a04242\u00a04242': '[card]',
      '4242  4242 – 4242 \u200f4242': '[card]',
      'n° 4242424242424242.': 'n° [card].',
    })
  })

  test('has no card number in the digits of another script', () => {
    each(text, { '٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢': '[card]', 'کارت ۴۲۴۲۴۲۴۲۴۲۴۲۴۲۴۲': 'کارت [card]', '४२४२-४२४२-४२४२-४२४२': '[card]', '٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤١': '٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤١' })
  })

  test('has no card number that other numbers stand beside', () => {
    each(text, { 'order 12 4242 4242 4242 4242': 'order 12 [card]', '4242 4242 4242 4242 12/30 123': '[card] 12/30 123' })
  })

  test('keeps numbers that are no cards: a wrong sum, a GTIN, a time', () => {
    const numbers = ['4242424242424241', '4006381333931', '1763769600123', '9999999999999995', '12345']
    expect(numbers.map((number) => text(number))).toEqual(numbers)
  })

  test('keeps what looks like a card under a key that ends in _id', () => {
    expect([text('4242424242424242', 'transaction_id'), text('4242424242424242', 'note')]).toEqual(['4242424242424242', '[card]'])
  })

  test('has no signed token', () => {
    each(text, { 'token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_123 end': 'token [token] end', eyJust: 'eyJust' })
  })

  test('has every URL in it treated as one', () => {
    each(text, {
      'https://shop.example/a?session=1&q=2': 'https://shop.example/a?q=2',
      'see https://shop.example/a?session=1': 'see https://shop.example/a',
      '<a href="https://shop.example/reset?token=abc">HTTPS://sara:x@shop.example/</a>': '<a href="https://shop.example/reset">https://shop.example/</a>',
      'see https://[ or not': 'see [url] or not',
    })
  })

  test('has no parameters that are not allowed on a path or alone', () => {
    each(text, {
      '/reset?token=abc': '/reset',
      'go to /reset?token=abc&q=cap#top now': 'go to /reset?q=cap now',
      'shop.example/cb#access_token=abc': 'shop.example/cb',
      '/reset/a81f0c9d2b7e4f6a81f0c9d2b7e4f6aa?a=1': '/reset/[token]',
      '?token=abc': '?',
      '/a?utm_source=x': '/a?utm_source=x',
    })
  })

  test('keeps questions and selectors', () => {
    const texts = ['Really?', 'S/M?', 'What? No', 'nav#top a', 'button#add', 'a[href="/cart"]', 'and/or', 'C# or F#']
    expect(texts.map((each) => text(each))).toEqual(texts)
  })

  test('takes no more than a moment, whatever the text', () => {
    const texts = ['a@', '1 ', 'a', 'a.', 'eyJ', '4-', '٤', '/a', '?a=', '/a?', '4242 ', 'https://'].map((part) => part.repeat(1280 / part.length))
    const start = performance.now()
    for (const each of texts) text(each)
    expect(performance.now() - start).toBeLessThan(500)
  })
})

test('the allow-list is what was given and nothing else', () => {
  expect(createRedactor([]).url('https://shop.example/?q=1&page=2&utm_id=3')).toBe('https://shop.example/?utm_id=3')
})

describe('shorten', () => {
  const cut = (raw: string, most = 64) => shorten(raw, most, text)

  test('cuts what is clean already', () => {
    expect([cut('a'.repeat(99)), cut('a'), cut('')]).toEqual(['a'.repeat(64), 'a', ''])
  })

  test.each([64, 256, 1024])('leaves no half of what would have been cleaned at %i characters', (most) => {
    for (const secret of ['mina.rad@shop.example', '4242 4242 4242 4242', '٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢', 'https://shop.example/reset?token=abc', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc']) {
      for (let before = most - 60; before < most + 320; before++) {
        const kept = cut(`${'ab '.repeat(before).slice(0, before - 1)} ${secret} and more ${'x'.repeat(400)}`, most)
        expect([kept.length <= most, /mina|4242|٤٢٤٢|token=|eyJ/.exec(kept)], kept).toEqual([true, null])
      }
    }
  })

  test('reads only a little more than it keeps', () => {
    let read = 0
    shorten('a'.repeat(1_000_000), 64, (part) => ((read += part.length), part))
    expect(read).toBeLessThan(500)
  })

  test('keeps the place of a long address whose parameters go', () => {
    expect(cut(`https://shop.example/a?token=${'x'.repeat(3000)}`)).toBe('https://shop.example/a')
  })

  test('never ends within a surrogate pair', () => {
    for (const most of [63, 64, 65]) expect(() => encodeURIComponent(cut('a😀'.repeat(50), most))).not.toThrow()
  })
})

describe('whatever is put together', () => {
  const parts = ['mina@shop.example', 'mina@', '@موقع.شبكة', '4242 4242 ', '4242424242424242', '٤٢٤٢-', 'eyJhbGciOiJI.eyJz', 'https://', 'http://shop.example', '/reset', '?token=abc', '&q=', '#/', '%40', '%2', '%D9', ' ', '"', "'", '[', ']', '\ud83d', '\u00a0', 'a81f0c9d2b7e4f6a81f0c9d2b7e4f6aa', '.', ':', '?', 'Cap']
  /** Pseudo-random, the same in each run. */
  const texts = Array.from({ length: 3000 }, (_, seed) => {
    let state = seed
    const next = () => (state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 7
    return Array.from({ length: 1 + (next() % 8) }, () => parts[next() % parts.length]).join('')
  })

  test.each(Object.entries(createRedactor(['q'])))('%s never throws, and changes nothing the second time', (_, clean: (raw: string) => string) => {
    const once = texts.map((each) => [each, clean(each)] as const)
    expect(once.filter(([, each]) => clean(each) !== each).map(([raw, each]) => [raw, each, clean(each)])).toEqual([])
  })

  test('no e-mail address and no card comes through', () => {
    const texts = parts.flatMap((one) => parts.map((other) => `${one} mina@shop.example 4242424242424242 ${other}`))
    expect(texts.map((each) => text(each)).filter((each) => /mina@shop|4242424242424242/.test(each))).toEqual([])
  })
})

describe('phone numbers', () => {
  test('go out of texts, in every script and with what people put between their digits', () => {
    each(text, {
      'Call +49 (170) 123-4567 now': 'Call [phone] now',
      '+989121234567': '[phone]',
      'تماس: ۰۹۱۲۱۲۳۴۵۶۷': 'تماس: [phone]',
      'جوال ٠٥٠١٢٣٤٥٦٧': 'جوال [phone]',
      'هاتف: 011 234 5678': 'هاتف: [phone]',
      'tel 030/1234567': 'tel 030/1234567',
      'Phone: 030 1234567': 'Phone: [phone]',
      '0049 170 1234567': '[phone]',
      'my 01012345678': 'my [phone]',
      'my 0501234567.': 'my [phone].',
      '+1-202-555-0143, +44 20 7946 0958': '[phone], [phone]',
    })
    expect([url('https://shop.example/u/+491701234567'), url('https://shop.example/u/%2B491701234567'), url('https://shop.example/?q=%2B49%20170%201234567')]).toEqual(['https://shop.example/u/[phone]', 'https://shop.example/u/[phone]', 'https://shop.example/?q=%5Bphone%5D'])
  })

  test('are not what only looks like one: prices, dates, times, ids, articles, versions, coordinates', () => {
    const others = [
      '1,234,567.00 EUR', '+5 %', '+100', '20 + 30 = 50', '2026-11-27 12:30:45', '2026-11-27T12:30:45.123Z', '1795339800123', 'order 1234567890', '4006381333931', '00012345678905', '0012345678905', '012345678905',
      'SKU-0512345678', 'v1.2.3', '35.6892, 51.3890', 'A4 210 x 297 mm', 'EUR 12.50', '01a20297-4e3b-7c3e-9d41-5b2f0c8e7a16', 'Room 0501234', '10 x 20 x 30', 'iPhone 15 Pro 256', 'Telephone 3 EUR 1,299.00', 'C++ 2023', '12345678+90',
    ]
    expect(others.filter((each) => text(each) !== each)).toEqual([])
    expect([text('+989121234567', 'item_id'), text('00491701234567', 'sku'), text('0501234567', 'transaction_id')]).toEqual(['+989121234567', '00491701234567', '0501234567'])
  })
})

test('long hexadecimal numbers go out of texts, too, but for ids', () => {
  const hex = 'a81f0c9d2b7e4f6a81f0c9d2b7e4f6aa'
  expect([text(`key ${hex}!`), text(hex, 'cart_id'), text(hex.slice(1))]).toEqual(['key [token]!', hex, hex.slice(1)])
})

describe('whatever is written', () => {
  const any = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.stringMatching(/^[ -~]{0,60}$/), fc.stringMatching(/^[a-z0-9 .@+%?&=/:_-]{0,80}$/))
  const filler = fc.oneof(fc.stringMatching(/^[a-z ,.]{0,20}$/), fc.constantFrom('مرحبا ', 'سلام ', '— ', '<b>'))
  const word = fc.stringMatching(/^[a-z]{2,10}$/)
  const email = fc.tuple(word, word, fc.constantFrom('com', 'example', 'co.uk', 'شبكة')).map(([name, host, top]) => `${name}@${host}.${top}`)
  /** A number that passes the Luhn sum, in groups and digits of several scripts. */
  const card = fc.tuple(fc.stringMatching(/^4[0-9]{14}$/), fc.constantFrom('', ' ', '-'), fc.constantFrom(0x30, 0x660, 0x6f0)).map(([body, gap, zero]) => {
    const sum = [...body].reverse().reduce((total, digit, i) => total + (i % 2 ? +digit : +'0246813579'[+digit]!), 0)
    const digits = [...`${body}${(10 - (sum % 10)) % 10}`].map((digit) => String.fromCodePoint(zero + +digit)).join('')
    return digits.replace(/(.{4})(?=.)/gu, `$1${gap}`)
  })
  const phone = fc.tuple(fc.stringMatching(/^[1-9][0-9]{9,12}$/), fc.constantFrom('', ' ', '-')).map(([digits, gap]) => `+${digits.replace(/(\d{3})(?=\d)/g, `$1${gap}`)}`)
  const secret = fc.oneof(email, card, phone)
  const inText = fc.tuple(filler, secret, filler).map(([before, hidden, after]) => ({ hidden, raw: `${before} ${hidden} ${after}` }))

  test('cleaning does not throw, and what is clean stays as it is', () => {
    fc.assert(
      fc.property(any, fc.constantFrom('', 'item_id', 'text'), (raw, key) => {
        for (const clean of [(each: string) => text(each, key), url, link]) {
          const once = clean(raw)
          expect(clean(once)).toBe(once)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('a text and a path that are passed over are cleaned as they would be within others', () => {
    const token = fc.constantFrom('eyJ', '@', '.', '%40', '00', '\u0660', '\u06f1', '1', '23', '+', '%2b', 'tel', 'هاتف', '/', '?', '#', 'a=', 'http://', ' ', '-', 'x', 'گ', '(', ')', '\u200f', 'abcdefghijkl')
    const tokens = fc.array(token, { maxLength: 14 }).map((all) => all.join(''))
    // A dot is never passed over, and no pattern goes on after a quote or a slash.
    const rest = ' "z.'
    fc.assert(
      fc.property(fc.oneof(any, tokens, inText.map(({ raw }) => raw)), fc.constantFrom('', 'item_id'), (raw, key) => {
        expect(text(raw + rest, key)).toBe(text(raw, key) + rest)
        const path = raw.replace(/[?#]/g, '')
        const alone = url(`https://shop.example/x${path}y`)
        fc.pre(alone.length > 0 && alone.length < 1000)
        expect(url(`https://shop.example/x${path}y/z.z`)).toBe(`${alone}/z.z`)
      }),
      { numRuns: 3000 },
    )
  })

  test('no e-mail address, card or phone number survives in a text, a path or a parameter', () => {
    fc.assert(
      fc.property(inText, ({ hidden, raw }) => {
        expect(text(raw)).not.toContain(hidden)
        for (const part of [raw.replace(/[/?#]/g, ''), encodeURIComponent(raw)]) expect(decodeURIComponent(url(`https://shop.example/a/${part}/b`))).not.toContain(hidden)
        expect(decodeURIComponent(url(`https://shop.example/?q=${encodeURIComponent(raw)}&secret=${encodeURIComponent(hidden)}`))).not.toContain(hidden)
        expect(decodeURIComponent(url(`https://shop.example/a/${encodeURIComponent(hidden)}`))).not.toContain(hidden)
      }),
      { numRuns: 500 },
    )
  })

  test('nor in what is cut, wherever', () => {
    fc.assert(
      fc.property(inText, fc.nat(60), ({ hidden, raw }, most) => {
        const short = shorten(raw, most, text)
        expect(short).not.toContain(hidden)
        expect(short.length).toBeLessThanOrEqual(most)
      }),
    )
  })
})
