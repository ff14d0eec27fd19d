import { PRIVATELY, refuse } from './answers.js'
import type { Touchpoint } from './types.js'

/** A reader that does not keep up is let go at this many waiting bytes; it connects again by itself. */
const MOST_WAITING = 1_000_000
const HEARTBEAT = 15_000

/** Streams of new touchpoints. */
export interface Live {
  readonly publish: (read: () => readonly Touchpoint[]) => void
  /** Whether anybody reads. */
  readonly isWatched: () => boolean
  readonly answer: () => Response
  readonly close: () => void
}

/** Streams new touchpoints to at most so many readers as server-sent events. What is committed while a reader is away is not repeated: it is at `/touchpoints`. */
export function createLive(most = 100): Live {
  const readers = new Set<ReadableStreamDefaultController<Uint8Array>>()
  const encoder = new TextEncoder()
  let timer: ReturnType<typeof setInterval> | undefined

  const drop = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (!readers.delete(controller)) return
    try {
      controller.close()
    } catch {
      // It was cancelled at the same moment.
    }
  }
  const send = (text: string) => {
    if (readers.size === 0) return
    const bytes = encoder.encode(text)
    for (const controller of readers) {
      if ((controller.desiredSize ?? 0) <= 0) drop(controller)
      else controller.enqueue(bytes)
    }
  }
  /** Keeps proxies from closing a quiet stream, and finds readers that have left. */
  const beat = () => {
    if (readers.size) return send(':\n\n')
    clearInterval(timer)
    timer = undefined
  }

  const open = () => {
    let mine: ReadableStreamDefaultController<Uint8Array>
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          mine = controller
          readers.add(controller)
          timer ??= setInterval(beat, HEARTBEAT)
          controller.enqueue(encoder.encode('retry: 2000\n\n'))
        },
        cancel: () => void readers.delete(mine),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
    )
  }
  return {
    publish: (read) => {
      if (readers.size > 0) send(read().map((touchpoint) => `id: ${touchpoint.n}\nevent: touchpoint\ndata: ${JSON.stringify(touchpoint)}\n\n`).join(''))
    },
    isWatched: () => readers.size > 0,
    answer: () => {
      if (readers.size >= most) return refuse(503, 'too many live readers', { ...PRIVATELY, 'retry-after': '30' })
      return new Response(open(), { headers: { ...PRIVATELY, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' } })
    },
    close: () => {
      clearInterval(timer)
      for (const controller of [...readers]) drop(controller)
    },
  }
}
