import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { channel, type Channel, touchOf } from '../src/channels.js'
import { landings } from './fixtures/landings.js'

const at = (landing: string) => (/^https?:|^not /.test(landing) ? landing : `https://www.shop.example/p/cap${landing.startsWith('#') ? '' : '?'}${landing}`)
const all = Object.entries(landings).flatMap(([expected, rows]) => rows.map(([landing, referrer = '']) => ({ expected: expected as Channel, landing: at(landing), referrer })))

test('150 landings and more are compared with the published rules', () => {
  expect(all.length).toBeGreaterThanOrEqual(150)
})

describe.each(Object.entries(landings))('%s', (expected, rows) => {
  test.each(rows.map(([landing, referrer = '']) => [landing, referrer]))('"%s" from "%s"', (landing, referrer) => {
    expect(channel(at(landing), referrer)).toBe(expected)
  })
})

describe('a touch', () => {
  test('says source, medium and campaign as the address says them', () => {
    expect(touchOf(at('utm_source=Letter&utm_medium=Email&utm_campaign=Spring%20Sale&utm_id=7'), 'https://news.example/')).toEqual({ channel: 'email', source: 'letter', medium: 'email', campaign: 'Spring Sale' })
    expect(touchOf(at('utm_source=letter&utm_id=7'), '')).toEqual({ channel: 'referral', source: 'letter', medium: undefined, campaign: '7' })
  })

  test('says the host that led here, where the address says nothing', () => {
    expect(touchOf(at(''), 'https://News.Example/a?b')).toEqual({ channel: 'referral', source: 'news.example', medium: undefined, campaign: undefined })
  })

  test('says what a click id stands for, where the address says nothing', () => {
    expect(touchOf(at('gclid=secret'), 'https://www.google.com/')).toMatchObject({ source: 'google', medium: 'cpc' })
    expect(touchOf(at('gclid=secret&utm_source=google&utm_medium=organic'), '')).toMatchObject({ channel: 'organic_search', medium: 'organic' })
  })

  test('has no source where an own host led here', () => {
    expect(touchOf(at(''), 'https://magazine.example/', { own: ['magazine.example'] })).toEqual({ channel: 'direct', source: undefined, medium: undefined, campaign: undefined })
    expect([channel(at(''), 'https://a.magazine.example/', { own: ['magazine.example'] }), channel(at('utm_medium=email'), 'https://magazine.example/', { own: ['magazine.example'] })]).toEqual(['direct', 'email'])
  })
})

test('shops that share a host are not one site', () => {
  expect([channel('https://a.myshopify.com/', 'https://b.myshopify.com/'), channel('https://a.myshopify.com/', 'https://a.myshopify.com/')]).toEqual(['referral', 'direct'])
  expect([channel('https://a.co.uk/', 'https://b.co.uk/'), channel('http://10.0.0.1/', 'http://10.1.0.1/')]).toEqual(['referral', 'referral'])
})

describe('whatever somebody comes with', () => {
  const channels = Object.keys(landings)
  const known = fc.constantFrom(...all)
  const word = fc.stringMatching(/^[a-z]{3,12}$/)

  test('it is one of the channels, and nothing throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })), fc.oneof(fc.string(), fc.webUrl()), (landing, referrer) => channels.includes(channel(landing, referrer))))
  })

  test('other parameters, a fragment, and the order of parameters change nothing', () => {
    fc.assert(
      fc.property(known, fc.array(fc.tuple(word, fc.string())), fc.boolean(), ({ landing, referrer, expected }, others, isFirst) => {
        fc.pre(URL.canParse(landing))
        const url = new URL(landing)
        const own = [...url.searchParams]
        const more = others.filter(([name]) => !/^(gclid|dclid|yclid|epik|awc|sccid|fbclid|igshid|[gw]braid)$/.test(name)).map(([name, value]): [string, string] => [name, value])
        const names = own.map(([name]) => name)
        // Of two of the same name the first counts.
        const mixed = new Set(names).size === names.length ? [...own].reverse() : own
        url.search = new URLSearchParams(isFirst ? [...more, ...mixed] : [...mixed, ...more]).toString()
        if (!landing.includes('#')) url.hash = 'utm_source=facebook'
        expect(channel(url.href, referrer)).toBe(expected)
      }),
    )
  })

  test('no value of a click id is in a touch', () => {
    const id = fc.constantFrom('gclid', 'gbraid', 'dclid', 'msclkid', 'fbclid', 'ttclid', 'li_fat_id', 'ScCid', 'irclickid', 'mc_eid', '_kx')
    fc.assert(fc.property(id, fc.stringMatching(/^[A-Z0-9]{12,20}$/), (name, value) => !JSON.stringify(touchOf(at(`${name}=${value}`), '')).includes(value)))
  })

  test('the shop itself is never a referral', () => {
    const host = fc.constantFrom('shop.example', 'www.shop.example', 'pay.shop.example', 'other.example')
    fc.assert(fc.property(host, fc.webPath(), (name, path) => channel(at(''), `https://${name}${path}`, { own: ['other.example'] }) === 'direct'))
  })
})
