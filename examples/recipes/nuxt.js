// Nuxt 4, which brings the three functions along: save as `server/rihla/nuxt.js`, with `collector.js` beside it,
// and `serverHandlers: [{ route: '/api/rihla/**', handler: '~~/server/rihla/nuxt.js' }]` in `nuxt.config.js`.
import { collector } from './collector.js'

export default defineEventHandler((event) => collector(toWebRequest(event), { ip: getRequestIP(event) }))
