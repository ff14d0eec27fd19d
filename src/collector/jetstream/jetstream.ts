import { AckPolicy, DiscardPolicy, jetstream, JetStreamApiError, jetstreamManager, type JsMsg, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import { connect, headers, type NatsConnection } from '@nats-io/transport-node'
import { sha256 } from '../../sha256.js'
import type { Log } from '../log.js'
import type { Batch, Committed, Touchpoint } from '../types.js'
import { standForOffice } from './office.js'
import { split } from './split.js'

/** Settings of `openJetStream`. Only `servers` is required. */
export interface JetStreamOptions {
  /** Where NATS servers answer, such as `['nats://10.0.0.5:4222']`: one of them is enough to find the others. */
  readonly servers: readonly string[]
  /** The name of the stream, and what all subjects begin with. Collectors of one name share a store. @default 'rihla' */
  readonly name?: string
  /** On how many servers each batch is kept: 3 stand the loss of one. @default 3 */
  readonly replicas?: number
  /** The most bytes that may wait for the writer; what does not fit is refused, and trackers keep it. @default no limit but the servers' */
  readonly maxBytes?: number
  /** Who the servers are to take this for. @default nobody */
  readonly user?: string
  readonly pass?: string
  readonly token?: string
}

/** A message that is not acknowledged after so long is sent again, ms. */
const APPEND_DEADLINE = 2500
/** It has failed after so long, ms. Servers may take 9 s to agree on another leader, but who waits for an answer would rather send again. */
const APPEND_FOR = 5000
/** Until they agree, they say at once that there is none; they are asked again after so long, ms. */
const APPEND_AGAIN = 100
/** Who settles waits so long, ms. */
const SETTLE_DEADLINE = 60_000
/** What its writer has not dealt with after so long is given to the next one, ms. */
const ACK_WAIT = 10_000
/** What the writer could not commit comes again after so long, ms. */
const LATER = 5000
/** So much of a message is left for its headers and subject, bytes. */
const ROOM = 4096
/** Readers of the live stream say so every so often, and are believed for a while, ms. */
const WANT = 4000
const WANTED = 12_000
const REPLY = 'Rihla-Reply'

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const nanos = (ms: number) => ms * 1e6

/** The same for the same touchpoints and reports, whenever they came: what a sender repeats within two minutes is appended once. Who asks to be forgotten again means what has come since, too. */
const idOf = async ({ received, rows, ...rest }: Batch): Promise<string> => sha256(JSON.stringify([rest, rows.map(({ id }) => id), rest.forget && received]))

/**
 * A log on NATS JetStream (server 2.9 or newer), made when it is absent: a work queue on disk, on `replicas` servers, from which a batch goes when it is committed. Needs `@nats-io/transport-node`, `@nats-io/jetstream` and
 * `@nats-io/kv` beside rihla. Rejects with one sentence for people where no server answers or the stream cannot be made; what is lost later comes back by itself.
 */
export async function openJetStream({ servers, name = 'rihla', replicas = 3, maxBytes = -1, ...who }: JetStreamOptions): Promise<Log> {
  if (!Array.isArray(servers) || !servers.length || !servers.every((server) => typeof server === 'string')) throw new TypeError("rihla: servers must be a list of addresses such as ['nats://127.0.0.1:4222']")
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new TypeError('rihla: name must be 1 to 64 of A-Z a-z 0-9 _ -')
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > 5) throw new TypeError('rihla: replicas must be a whole number from 1 to 5')
  let connection: NatsConnection | undefined
  try {
    connection = await connect({ servers: [...servers], maxReconnectAttempts: -1, reconnectTimeWait: 500, pingInterval: 5000, maxPingOut: 2, ...who })
    return await logOn(connection, name, replicas, maxBytes)
  } catch (error) {
    await connection?.close()
    throw new Error(`JetStream cannot be used: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function logOn(nats: NatsConnection, name: string, replicas: number, maxBytes: number): Promise<Log> {
  const manager = await jetstreamManager(nats, { timeout: 10_000 })
  await manager.streams.add({ name, subjects: [`${name}.batches`], retention: RetentionPolicy.Workqueue, storage: StorageType.File, discard: DiscardPolicy.New, num_replicas: replicas, max_bytes: maxBytes, duplicate_window: nanos(120_000) })
  await manager.consumers.add(name, { durable_name: 'writer', ack_policy: AckPolicy.Explicit, ack_wait: nanos(ACK_WAIT), max_ack_pending: 20_000 })
  const stream = jetstream(nats, { timeout: APPEND_DEADLINE })
  // Read now: while the connection is away nobody says it.
  const room = nats.info!.max_payload - ROOM
  const inbox = `${name}.done.${crypto.randomUUID()}`
  const waiting = new Map<string, (committed: Committed) => void>()
  nats.subscribe(`${inbox}.*`, { callback: (error, message) => (error ? undefined : waiting.get(message.subject)?.(message.json<Committed>())) })

  const put = async (batch: Batch, reply?: string) => {
    const body = JSON.stringify(batch)
    const told = headers()
    if (reply) told.set(REPLY, reply)
    const options = { msgID: reply ?? (await idOf(batch)), headers: told, timeout: APPEND_DEADLINE }
    // By its id it is appended once, whether or not the first one has come.
    for (const until = Date.now() + APPEND_FOR; ; await pause(APPEND_AGAIN))
      try {
        return void (await stream.publish(`${name}.batches`, body, options))
      } catch (error) {
        // What the stream itself says, such as that it is full, is no matter of time.
        if (error instanceof JetStreamApiError || Date.now() >= until) throw error
      }
  }

  const append: Log['append'] = async (batch) => {
    for (const part of split(batch, room)) await put(part)
  }

  const settle: Log['settle'] = async (batch) => {
    const parts = split(batch, room)
    const outcomes = parts.map(async (part) => {
      const reply = `${inbox}.${crypto.randomUUID()}`
      let timer: ReturnType<typeof setTimeout> | undefined
      const committed = new Promise<Committed>((resolve, reject) => {
        waiting.set(reply, resolve)
        timer = setTimeout(() => reject(new Error(`not committed within ${SETTLE_DEADLINE} ms`)), SETTLE_DEADLINE)
      })
      committed.catch(() => {})
      try {
        await put(part, reply)
        return await committed
      } finally {
        clearTimeout(timer)
        waiting.delete(reply)
      }
    })
    const all = await Promise.all(outcomes)
    const sum = (of: (committed: Committed) => number) => all.reduce((total, each) => total + of(each), 0)
    return { held: all[all.length - 1]!.held, stored: sum(({ stored }) => stored), erased: { touchpoints: sum(({ erased }) => erased.touchpoints), visits: sum(({ erased }) => erased.visits) } }
  }

  const toEntry = (message: JsMsg) => ({
    batch: message.json<Batch>(),
    done: (committed: Committed) => {
      message.ack()
      const reply = message.headers?.get(REPLY)
      if (reply) nats.publish(reply, JSON.stringify(committed))
    },
    later: () => message.nak(LATER),
  })

  let wantedAt = -Infinity
  nats.subscribe(`${name}.want`, { callback: () => void (wantedAt = Date.now()) })

  return {
    append,
    settle,
    serve: (work) => standForOffice(nats, name, replicas, toEntry, work),
    publish: (read) => {
      if (Date.now() - wantedAt > WANTED) return
      for (const touchpoint of read()) nats.publish(`${name}.live`, JSON.stringify(touchpoint))
    },
    listen: (wants, listener) => {
      const heard = nats.subscribe(`${name}.live`, { callback: (error, message) => (error || !wants() ? undefined : listener([message.json<Touchpoint>()])) })
      const say = () => wants() && nats.publish(`${name}.want`)
      const timer = setInterval(say, WANT)
      ;(timer as { unref?: () => void }).unref?.()
      return () => {
        clearInterval(timer)
        heard.unsubscribe()
      }
    },
    close: () => nats.close(),
  }
}
