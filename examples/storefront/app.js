// @ts-check
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { assets } from './assets.js'
import { basket } from './routes/basket.js'
import { browsing } from './routes/browsing.js'
import { checkouts } from './routes/checkouts.js'
import { missingPage } from './pages/missing.js'
import { langs, preferred } from './languages.js'
import { createOrders } from './orders.js'
import { show, viewOf } from './respond.js'

/** Scripts and styles from this shop alone, and words to the collector. @param {string} endpoint */
const policy = (endpoint) => ["default-src 'self'", `connect-src 'self' ${new URL(endpoint).origin}`, "script-src 'self'", "style-src 'self'", "img-src 'self'", "base-uri 'none'", "object-src 'none'", "form-action 'self'", "frame-ancestors 'none'"].join('; ')

/**
 * The shop as one function from request to response.
 *
 * @param {{ endpoint: string }} options
 */
export const createShop = ({ endpoint }) => {
  const app = new Hono({ strict: false })
  const csp = policy(endpoint)
  const orders = createOrders()
  app.use(async (c, next) => {
    await next()
    c.header('content-security-policy', csp)
    c.header('x-content-type-options', 'nosniff')
    c.header('referrer-policy', 'strict-origin-when-cross-origin')
  })
  app.use(bodyLimit({ maxSize: 64 * 1024 }))
  app.get('/', (c) => c.redirect(`/${preferred(c.req.header('accept-language'))}${new URL(c.req.url).search}`))
  app.route('/', assets())
  for (const lang of langs) for (const routes of [browsing, basket, checkouts]) app.route(`/${lang}`, routes({ lang, endpoint, orders }))
  app.notFound((c) => {
    const lang = langs.find((known) => c.req.path.split('/')[1] === known) ?? preferred(c.req.header('accept-language'))
    return show(c, viewOf(c, { lang, endpoint, orders }), missingPage)
  })
  app.onError((error, c) => {
    console.error(error)
    return c.text('The shop stumbled over this request. Its log says why.', 500)
  })
  return app
}
