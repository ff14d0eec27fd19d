import { afterEach, expect, test, vi } from 'vitest'
import { marksOf } from '../src/marks.js'

afterEach(() => vi.unstubAllGlobals())
const marks = (userAgent: string, webdriver = false, staff = false) => {
  vi.stubGlobal('navigator', { userAgent, webdriver })
  return marksOf({ staff })
}
const person = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

test('a shopper has none', () => {
  expect(marks(person)).toEqual([])
})

test.each([
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0)',
  'Mozilla/5.0 (compatible; YandexBot/3.0)',
  'Mozilla/5.0 (compatible; Yahoo! Slurp)',
  'facebookexternalhit/1.1',
  'Mozilla/5.0 HeadlessChrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 Chrome-Lighthouse',
  'Mozilla/5.0 (compatible; Baiduspider/2.0)',
])('%s is a bot', (userAgent) => {
  expect(marks(userAgent)).toEqual(['bot'])
})

test.each([`${person} Cubot/X30`, 'Mozilla/5.0 (Linux; Android 9; CUBOT_X19) Mobile Safari/537.36', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1'])('%s is a person\'s', (userAgent) => {
  expect(marks(userAgent)).toEqual([])
})

test('a driven browser and the staff say so', () => {
  expect([marks(person, true), marks(person, false, true), marks('Googlebot', true, true)]).toEqual([['webdriver'], ['staff'], ['staff', 'webdriver', 'bot']])
})
