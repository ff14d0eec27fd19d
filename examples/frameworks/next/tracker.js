// One tracker for the app. On a server it does nothing.
import { createStorefront } from 'rihla/storefront'

export const tracker = createStorefront({ endpoint: '/api/rihla/collect', site: 'my-shop', consent: 'granted', batchAfter: 200, grace: 0 })
