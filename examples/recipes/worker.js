// @ts-check
// Cloudflare Workers, and whatever else runs a module that exports `fetch` and has nothing but Web APIs.
import { createCollector } from 'rihla/collector'
import { createMemoryStore } from 'rihla/collector/memory'

/** @type {import('rihla/collector').Collector | undefined} */
let collector

/** @param {{ RIHLA_ADMIN_TOKEN?: string }} env */
const open = (env) =>
  createCollector({
    // To try it out: memory ends with the instance. Give it a `Store` over your database.
    store: createMemoryStore(),
    base: '/api/rihla',
    adminToken: env.RIHLA_ADMIN_TOKEN,
    // Between requests no timer runs: `scheduled` does it.
    maintainEvery: 0,
  })

export default {
  /** @param {Request} request @param {{ RIHLA_ADMIN_TOKEN?: string }} env */
  fetch: (request, env) => (collector ??= open(env))(request, { ip: request.headers.get('cf-connecting-ip') ?? undefined }),
  /** By a cron trigger, once a minute. @param {unknown} _ @param {{ RIHLA_ADMIN_TOKEN?: string }} env */
  scheduled: (_, env) => (collector ??= open(env)).maintain(),
}
