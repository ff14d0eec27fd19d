// @ts-check
import { makeJourneys } from './journeys.js'

/** @typedef {import('./visit.js').Visit} Visit */
/** @typedef {import('./visit.js').Shopper['device']} Device */
/** @typedef {{ sent: number, total: number }} Progress In touchpoints. */
/** @typedef {(body: string, headers: { [name: string]: string }) => Promise<{ status: number, text: () => Promise<string> }>} Post */

/** What says which device it was. @type {{ [device in Device]: string }} */
export const agents = {
  mobile: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  tablet: 'Mozilla/5.0 (Linux; Android 15; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  desktop: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
}

/** Visits as request bodies of at most about `most` touchpoints, those of one kind of device together. @type {(visits: readonly Visit[], site: string, now: number, most?: number) => { device: Device, body: string, size: number }[]} */
export const toBatches = (visits, site, now, most = 200) => {
  /** @type {{ device: Device, visits: Visit[], size: number }[]} */
  const groups = []
  /** @type {Map<Device, (typeof groups)[number]>} */
  const current = new Map()
  for (const visit of visits) {
    const found = current.get(visit.device)
    const group = found && found.size + visit.touchpoints.length <= most ? found : { device: visit.device, visits: [], size: 0 }
    if (group !== found) groups.push(group)
    current.set(visit.device, group)
    group.visits.push(visit)
    group.size += visit.touchpoints.length
  }
  return groups.map(({ device, visits: own, size }) => ({ device, size, body: JSON.stringify(bodyOf(own, site, now)) }))
}

/** @type {(visits: readonly Visit[], site: string, now: number) => object} */
const bodyOf = (visits, site, now) => {
  const touchpoints = visits.flatMap((visit) => visit.touchpoints)
  const pages = Object.assign({}, ...visits.map((visit) => visit.pages))
  /** @type {{ [tab: string]: number }} */
  const documents = {}
  for (const { page, seq } of touchpoints) documents[pages[page].tab] = Math.max(seq, documents[pages[page].tab] ?? 0)
  return {
    v: 1,
    site,
    sdk: 'rihla-shoppers/0.1.0',
    sent_at: now,
    visits: Object.fromEntries(visits.map(({ id, started, visitor, channel, number, landing }) => [id, { started: Math.round(started), visitor, channel, number, landing }])),
    pages,
    touchpoints,
    documents,
  }
}

/**
 * Sends made-up journeys to a collector, oldest first, a few requests at a time. Rejects with one sentence where the collector refuses one.
 * @type {(post: Post, settings: { count: number, days: number, site: string, seed?: number, now?: number, onProgress?: (progress: Progress) => void }) => Promise<Progress>}
 */
export const sendShoppers = async (post, { count, days, site, seed = Date.now() % 1e9, now = Date.now(), onProgress = () => {} }) => {
  const batches = toBatches(makeJourneys({ count, days, now, seed }), site, now)
  const progress = { sent: 0, total: batches.reduce((sum, { size }) => sum + size, 0) }
  const next = batches.values()
  const sendOn = async () => {
    for (const { body, device, size } of next) {
      // The collector corrects clocks by when a request says that it was sent.
      const answer = await post(body.replace(`"sent_at":${now}`, `"sent_at":${Date.now()}`), { 'content-type': 'application/json', 'user-agent': agents[device] })
      if (answer.status !== 200) throw new Error(`The collector answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`)
      progress.sent += size
      onProgress({ ...progress })
    }
  }
  await Promise.all(Array.from({ length: 4 }, sendOn))
  return progress
}
