import { type ConsumerMessages, jetstream, type JsMsg } from '@nats-io/jetstream'
import { type KV, Kvm } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Entry, Log, Office } from '../log.js'

/** Who does not renew the office for so long has lost it, ms. */
const TERM = 6000
/** How often it is renewed, or stood for, ms. */
const RENEW = 1500
/** Who could not renew it for so long gives it up, well before another can have it, ms. */
const GIVE_UP = 4000
/** So many batches are fetched ahead, and so many go into one commit at most. */
const AHEAD = 500
const MOST = 500
/** And of so many touchpoints, about. */
const MOST_ROWS = 10_000

const KEY = 'writer'

/** Fetches batches until the signal is aborted, and hands them out in groups: while one is being committed, the next one gathers. */
async function fetching(nats: NatsConnection, name: string, toEntry: (message: JsMsg) => Entry, signal: AbortSignal): Promise<Office['next']> {
  let gathered: Entry[] = []
  let wake = () => {}
  let taken = () => {}
  let messages: ConsumerMessages | undefined
  signal.addEventListener('abort', () => {
    messages?.stop()
    wake()
    taken()
  })
  const consumer = await jetstream(nats).consumers.get(name, KEY)
  const follow = async () => {
    while (!signal.aborted) {
      try {
        messages = await consumer.consume({ max_messages: AHEAD, expires: 5000 })
        if (signal.aborted) messages.stop()
        for await (const message of messages) {
          gathered.push(toEntry(message))
          wake()
          while (gathered.length >= AHEAD && !signal.aborted) await new Promise<void>((resolve) => (taken = resolve))
        }
      } catch {
        // Servers are away, or the stream has no leader now.
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
  void follow()
  return async () => {
    while (!gathered.length && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve))
    if (signal.aborted) return []
    let rows = 0
    const end = gathered.findIndex(({ batch }, i) => i === MOST || ((rows += batch.rows.length) > MOST_ROWS && i > 0))
    const group = end < 0 ? gathered : gathered.slice(0, end)
    gathered = gathered.slice(group.length)
    taken()
    return group
  }
}

/** The office is a key that vanishes when it is not renewed: who makes it has the office. What was fetched and not committed when it is lost, the servers give to the next one. */
export function standForOffice(nats: NatsConnection, name: string, replicas: number, toEntry: (message: JsMsg) => Entry, work: Parameters<Log['serve']>[0]): ReturnType<Log['serve']> {
  const stopping = new AbortController()
  const me = crypto.randomUUID()
  let bucket: KV | undefined
  const nap = (ms: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        stopping.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      stopping.signal.addEventListener('abort', done)
    })
  const open = async () => (bucket ??= await new Kvm(jetstream(nats, { timeout: 4000 })).create(`${name}-office`, { ttl: TERM, replicas, history: 1 }))

  const hold = async (kv: KV, revision: number) => {
    const term = new AbortController()
    const over = () => term.abort()
    stopping.signal.addEventListener('abort', over)
    const office: Office = { signal: term.signal, next: await fetching(nats, name, toEntry, term.signal) }
    // Whatever ends the work ends the term.
    const working = work(office).catch(() => {}).finally(over)
    let renewedAt = Date.now()
    let last = revision
    while (!term.signal.aborted) {
      await Promise.race([nap(RENEW), working])
      if (term.signal.aborted) break
      try {
        last = await kv.update(KEY, me, last)
        renewedAt = Date.now()
      } catch {
        // It may have come through, and only its answer not: then it is still ours, by another revision.
        const known = await kv.get(KEY).catch(() => undefined)
        if (known?.string() === me) last = known.revision
        else if (known) over()
      }
      if (Date.now() - renewedAt > GIVE_UP) over()
    }
    await working
    stopping.signal.removeEventListener('abort', over)
    await kv.delete(KEY, { previousSeq: last }).catch(() => {})
  }

  const standing = (async () => {
    while (!stopping.signal.aborted) {
      try {
        const kv = await open()
        await hold(kv, await kv.create(KEY, me))
      } catch {
        // Another has it, or no server answers.
      }
      await nap(RENEW)
    }
  })()

  return {
    stop: () => {
      stopping.abort()
      return standing
    },
  }
}
