// @ts-check
import { Hono } from 'hono'
import { products } from '../catalog.js'
import { looksLikeEmail } from '../checkout.js'
import { homePage } from '../pages/home.js'
import { listPage } from '../pages/list.js'
import { missingPage } from '../pages/missing.js'
import { productPage } from '../pages/product.js'
import { formOf, show, viewOf } from '../respond.js'
import { leaveNotices } from '../session.js'

/** Only ways within the shop: a form field must not send a shopper elsewhere. @param {string} path */
const isOwnPath = (path) => /^(\/[\w-]+)*(\?[^#\s]*)?$/.test(path)

/** @param {import('../respond.js').Place} place */
export const browsing = (place) => {
  const app = new Hono({ strict: false })
  app.get('/', (c) => show(c, viewOf(c, place), homePage))
  app.get('/shop/:category?', (c) => show(c, viewOf(c, place), (view) => listPage(view, { category: c.req.param('category'), sort: c.req.query('sort'), q: c.req.query('q') }) ?? missingPage(view)))
  app.get('/product/:slug', (c) => {
    const product = products.find(({ slug }) => slug === c.req.param('slug'))
    return show(c, viewOf(c, place), (view) => (product ? productPage(view, product) : missingPage(view)))
  })
  app.post('/newsletter', async (c) => {
    const { email = '', back = '' } = await formOf(c)
    leaveNotices(c, [looksLikeEmail(email) ? 'newsletter_subscribed' : 'newsletter_invalid'])
    return c.redirect(`/${place.lang}${isOwnPath(back) ? back : ''}#newsletter`, 303)
  })
  return app
}
