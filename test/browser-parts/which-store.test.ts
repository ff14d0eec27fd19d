import { afterEach, expect, test } from 'vitest'
import { whichStore } from '../../src/browser/which-store.js'

const page = window as Window & { Shopify?: unknown }
afterEach(() => {
  delete page.Shopify
  document.head.innerHTML = document.body.innerHTML = document.body.className = ''
})

test('a page without marks is no shop system\'s, also one that sells a book about it', () => {
  document.body.innerHTML = '<h1>woocommerce for beginners</h1><a href="/shopify">Shopify</a>'
  document.head.innerHTML = '<meta name="generator" content="WordPress 6">'
  page.Shopify = {}
  expect(whichStore()).toBeUndefined()
})

test.each([
  ['the class of its pages', () => void (document.body.className = 'home woocommerce-js woocommerce woocommerce-page')],
  ['a script of the plugin', () => void (document.head.innerHTML = '<script type="text/plain" src="/wp-content/plugins/woocommerce/assets/js/cart.js"></script>')],
  ['a style sheet of the plugin', () => void (document.head.innerHTML = '<link rel="preload" href="/wp-content/plugins/woocommerce/a.css">')],
  ['the generator', () => void (document.head.innerHTML = '<meta name="generator" content="WooCommerce 9.3">')],
])('WooCommerce shows by %s', (_, mark) => {
  mark()
  expect(whichStore()).toBe('woocommerce')
})

test('Shopify shows by its global', () => {
  page.Shopify = { shop: 'mine.myshopify.com' }
  expect(whichStore()).toBe('shopify')
})
