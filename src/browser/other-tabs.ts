import type { Stop } from '../types.js'
import { type Fail, guarded } from './listen.js'

/** The other tabs of this origin. */
export interface OtherTabs {
  /** Calls back when another tab has told, until its undo. A page in the back/forward cache does not hear: Chromium and Firefox throw it away instead. */
  readonly hear: (callback: () => void) => Stop
  /** Tells all that hear now. */
  readonly tell: () => void
}

/** Nothing is stored, and there is nothing to tell but that something has happened. Where there is no BroadcastChannel, or storage is blocked (Firefox), nobody hears. */
export function otherTabs(name: string, fail: Fail): OtherTabs {
  const open = () => {
    try {
      return new BroadcastChannel(name)
    } catch {
      return undefined
    }
  }
  let heard: BroadcastChannel | undefined
  return {
    hear: (callback) => {
      const channel = (heard = open())
      if (channel) channel.onmessage = guarded(callback, fail)
      return () => {
        channel?.close()
        if (heard === channel) heard = undefined
      }
    },
    tell: guarded(() => {
      // Through the one that hears, which does not hear itself.
      const channel = heard ?? open()
      channel?.postMessage(1)
      if (channel !== heard) channel?.close()
    }, fail),
  }
}
