// @ts-check
import { privately, refuse } from './answers.js'

/** @typedef {import('./read.js').Touchpoint} Touchpoint */

// A reader that does not keep up is let go at this many waiting bytes; it connects again by itself.
const mostWaiting = 1_000_000
const heartbeat = 15_000

/**
 * Streams new touchpoints to any number of readers as server-sent events. What is committed while a reader is away is not repeated: it is at `/touchpoints`.
 * @param {{ most?: number }} [options] `most`: how many may read at once. @default 100
 */
export const createLive = ({ most = 100 } = {}) => {
  /** @type {Set<ReadableStreamDefaultController<Uint8Array>>} */
  const readers = new Set()
  const encoder = new TextEncoder()

  /** @type {(controller: ReadableStreamDefaultController<Uint8Array>) => void} */
  const drop = (controller) => {
    if (!readers.delete(controller)) return
    try {
      controller.close()
    } catch {
      // It was cancelled at the same moment.
    }
  }
  /** @type {(text: string) => void} */
  const send = (text) => {
    if (readers.size === 0) return
    const bytes = encoder.encode(text)
    for (const controller of readers) {
      if ((controller.desiredSize ?? 0) <= 0) drop(controller)
      else controller.enqueue(bytes)
    }
  }
  // Keeps proxies from closing a quiet stream, and finds readers that have left.
  const timer = setInterval(() => send(':\n\n'), heartbeat)
  timer.unref()

  const open = () => {
    /** @type {ReadableStreamDefaultController<Uint8Array>} */
    let mine
    return new ReadableStream(
      {
        start: (controller) => {
          mine = controller
          readers.add(controller)
          controller.enqueue(encoder.encode('retry: 2000\n\n'))
        },
        cancel: () => void readers.delete(mine),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: mostWaiting }),
    )
  }
  return {
    /** @type {(read: () => Touchpoint[]) => void} */
    publish: (read) => {
      if (readers.size > 0) send(read().map((touchpoint) => `id: ${touchpoint.n}\nevent: touchpoint\ndata: ${JSON.stringify(touchpoint)}\n\n`).join(''))
    },
    /** @type {() => Response} */
    answer: () => {
      if (readers.size >= most) return refuse(503, 'too many live readers', { ...privately, 'retry-after': '30' })
      return new Response(open(), { headers: { ...privately, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' } })
    },
    close: () => {
      clearInterval(timer)
      for (const controller of [...readers]) drop(controller)
    },
  }
}
