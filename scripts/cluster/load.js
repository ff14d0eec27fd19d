// @ts-check
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeJourneys } from '../../examples/shoppers/journeys.js'
import { agents, toBatches } from '../../examples/shoppers/send.js'

/**
 * What senders have seen: ids by when they were acknowledged, refusals by status (0: no answer), the longest time in which nothing was acknowledged (ms), and each body as it was taken.
 * @typedef {{ ids: Set<string>, refused: Map<number, number>, longestGap: number, bodies: { body: string, agent: string }[] }} Seen
 */

// So long ago, ms, that no collector confirms an abandoned cart of theirs meanwhile, which would be one touchpoint more (it looks back 7 days).
const ago = 8 * 86_400_000

/** Shoppers who never stop until they are told to: made-up journeys, sent as trackers send, each request again until it is acknowledged. */
export class Load {
  /** @type {Seen} */
  seen = { ids: new Set(), refused: new Map(), longestGap: 0, bodies: [] }
  #isOver = false
  #round = 0
  #last = Date.now()
  /** @type {{ device: 'mobile' | 'tablet' | 'desktop', body: string }[]} */
  #queue = []
  #agent = new Agent({ keepAlive: true })
  /** @type {Promise<unknown>} */
  #sending

  /** @param {{ endpoint: string, senders: number, shoppers: number }} given */
  constructor({ endpoint, senders, shoppers }) {
    this.#sending = Promise.all(Array.from({ length: senders }, () => this.#send(endpoint, shoppers)))
  }

  /** Sends what has begun, and resolves when all of it is acknowledged. */
  async stop() {
    this.#isOver = true
    await this.#sending
    this.#agent.destroy()
  }

  #next(/** @type {number} */ shoppers) {
    if (!this.#queue.length) this.#queue = toBatches(makeJourneys({ count: shoppers, days: 90, now: Date.now() - ago, seed: ++this.#round }), 'sample-shop', 0, 20)
    return this.#queue.shift()
  }

  async #send(/** @type {string} */ endpoint, /** @type {number} */ shoppers) {
    while (!this.#isOver) {
      const next = this.#next(shoppers)
      if (!next) continue
      const agent = agents[next.device]
      for (;;) {
        const body = next.body.replace('"sent_at":0', `"sent_at":${Date.now()}`)
        const { status, retryAfter } = await this.#post(endpoint, body, agent)
        if (status === 200) {
          const { touchpoints } = JSON.parse(body)
          for (const { id } of touchpoints) this.seen.ids.add(id)
          this.seen.bodies.push({ body, agent })
          this.seen.longestGap = Math.max(this.seen.longestGap, Date.now() - this.#last)
          this.#last = Date.now()
          break
        }
        this.seen.refused.set(status, (this.seen.refused.get(status) ?? 0) + 1)
        if (status === 400) throw new Error(`the collector refused made-up shoppers: ${body.slice(0, 200)}`)
        // Sooner than they are asked to, so that what comes back is found out soon.
        await sleep(Math.min(retryAfter * 1000, 500))
      }
    }
  }

  /** @returns {Promise<{ status: number, retryAfter: number }>} */
  #post(/** @type {string} */ endpoint, /** @type {string} */ body, /** @type {string} */ agent) {
    return new Promise((resolve) => {
      const none = () => resolve({ status: 0, retryAfter: 0.2 })
      const sending = request(endpoint, { agent: this.#agent, method: 'POST', timeout: 15_000, headers: { 'content-type': 'text/plain', 'user-agent': agent, 'content-length': Buffer.byteLength(body) } }, (response) => {
        text(response).then(() => resolve({ status: response.statusCode ?? 0, retryAfter: Number(response.headers['retry-after'] ?? 0.2) }), none)
      })
      sending.on('timeout', () => sending.destroy())
      sending.on('error', none).end(body)
    })
  }
}
