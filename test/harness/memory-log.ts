import type { Entry, Log } from '../../src/collector/log.js'
import type { Batch, Committed, Touchpoint } from '../../src/collector/types.js'

/** A log of this process, with as many who stand for office as there may be. `depose` ends the term that is under way. */
export function createMemoryLog() {
  let kept: { readonly batch: Batch; readonly resolve: (committed: Committed) => void; isOut: boolean }[] = []
  const candidates: (() => void)[] = []
  const listeners = new Set<{ wants: () => boolean; listener: (touchpoints: readonly Touchpoint[]) => void }>()
  let wake = () => {}
  let term: AbortController | undefined

  const put = (batch: Batch) => {
    let resolve!: (committed: Committed) => void
    const committed = new Promise<Committed>((done) => (resolve = done))
    // As JSON, as it would come back from anywhere else.
    kept.push({ batch: JSON.parse(JSON.stringify(batch)) as Batch, resolve, isOut: false })
    wake()
    return committed
  }
  const next = async (signal: AbortSignal): Promise<Entry[]> => {
    while (!signal.aborted && !kept.some(({ isOut }) => !isOut)) await new Promise<void>((resolve) => (wake = resolve))
    if (signal.aborted) return []
    const group = kept.filter(({ isOut }) => !isOut)
    return group.map((each) => {
      each.isOut = true
      return {
        batch: each.batch,
        done: (committed) => {
          kept = kept.filter((other) => other !== each)
          each.resolve(committed)
        },
        later: () => void setTimeout(() => (each.isOut = false, wake()), 10),
      }
    })
  }
  const elect = () => {
    if (!term) candidates.shift()?.()
  }
  const log: Log = {
    append: async (batch) => void put(batch),
    settle: put,
    serve: (work) => {
      let isStopped = false
      let mine: AbortController | undefined
      let ended: Promise<void> = Promise.resolve()
      const stand = () => {
        if (isStopped) return elect()
        term = mine = new AbortController()
        mine.signal.addEventListener('abort', () => wake())
        const { signal } = mine
        ended = work({ signal, next: () => next(signal) }).finally(() => {
          for (const each of kept) each.isOut = false
          term = mine = undefined
          candidates.push(stand)
          elect()
        })
      }
      candidates.push(stand)
      elect()
      return {
        stop: async () => {
          isStopped = true
          mine?.abort()
          await ended
        },
      }
    },
    publish: (read) => {
      for (const { wants, listener } of listeners) if (wants()) listener(read())
    },
    listen: (wants, listener) => {
      const entry = { wants, listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    close: async () => {},
  }
  return { log, depose: () => term?.abort(), left: () => kept.length }
}
