import { afterEach, expect, test } from 'vitest'
import { currentPage } from '../../src/browser/page.js'

afterEach(() => {
  document.title = ''
  document.documentElement.lang = ''
  delete document.documentElement.dataset.rihlaPage
})

test('says where the page is, its title, its language and what kind it says it is', () => {
  history.replaceState({}, '', '/p/cap?q=1#a')
  document.title = 'Cap'
  document.documentElement.lang = 'ar'
  document.documentElement.dataset.rihlaPage = 'product'
  expect(currentPage()).toEqual({ url: 'http://localhost:3000/p/cap?q=1#a', title: 'Cap', referrer: '', locale: 'ar', kind: 'product' })
})

test('leaves out what the document does not say', () => {
  history.replaceState({}, '', '/')
  expect(currentPage()).toEqual({ url: 'http://localhost:3000/', title: '', referrer: '', locale: undefined, kind: undefined })
})
