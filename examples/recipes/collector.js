// @ts-check
// One collector for a whole server, on DuckDB: what the recipes beside this file answer with.
import { createCollector, perIp } from 'rihla/collector'
import { openDuckdbStore } from 'rihla/collector/duckdb'

/** @typedef {import('rihla/collector').Collector} Collector */

const open = async () =>
  createCollector({
    store: await openDuckdbStore(process.env.RIHLA_DB ?? 'touchpoints.duckdb'),
    // Where it is mounted.
    base: '/api/rihla',
    adminToken: process.env.RIHLA_ADMIN_TOKEN,
    rateLimit: perIp({ perMinute: 600 }),
  })

// A development server loads this file anew with each change, but one process opens the database once.
const kept = /** @type {{ rihla?: Promise<Collector> | undefined }} */ (globalThis)

/** In use by a server that is about to end, perhaps: the next request tries again. @param {unknown} error @returns {never} */
const giveUp = (error) => {
  kept.rihla = undefined
  throw error
}

/** Opens the database with the first request: a build that only loads this file leaves it alone. @param {Request} request @param {import('rihla/collector').RequestInfo} [info] */
export const collector = async (request, info) => (await (kept.rihla ??= open().catch(giveUp)))(request, info)
