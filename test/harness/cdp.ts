import WebSocket from 'ws'
import type { CdpValue, Tab } from './tab.js'

/** A connection to Chromium's DevTools, beside the driver's own. */
export interface Cdp {
  /** `session` names a tab as returned by `attach`; without it the browser itself is meant. */
  readonly send: (method: string, params?: CdpValue, session?: string) => Promise<CdpValue>
  readonly on: (event: string, listener: (params: CdpValue, session: string | undefined) => void) => () => void
  readonly attach: (targetId: string) => Promise<string>
  readonly close: () => void
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: CdpValue
  readonly result?: CdpValue
  readonly error?: { readonly message: string }
  readonly sessionId?: string
}

/** Connects to the browser that listens at `address` (`host:port`). */
export async function connectCdp(address: string): Promise<Cdp> {
  const version = (await (await fetch(`http://${address}/json/version`)).json()) as { webSocketDebuggerUrl: string }
  const socket = new WebSocket(version.webSocketDebuggerUrl, { perMessageDeflate: false })
  await new Promise<void>((done, failed) => {
    socket.once('open', done)
    socket.once('error', failed)
  })
  let lastId = 0
  const pending = new Map<number, { resolve: (value: CdpValue) => void; reject: (error: Error) => void }>()
  const listeners = new Map<string, Set<(params: CdpValue, session: string | undefined) => void>>()
  const sessions = new Map<string, Promise<string>>()
  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const each of pending.values()) each.reject(new Error('the browser has gone'))
    pending.clear()
  })
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id === undefined) return [...(listeners.get(message.method ?? '') ?? [])].forEach((listener) => listener(message.params ?? {}, message.sessionId))
    const waiting = pending.get(message.id)
    pending.delete(message.id)
    if (message.error) waiting?.reject(new Error(message.error.message))
    else waiting?.resolve(message.result ?? {})
  })
  const send: Cdp['send'] = (method, params = {}, session) =>
    new Promise((resolve, reject) => {
      if (socket.readyState !== WebSocket.OPEN) return reject(new Error(`${method}: the browser has gone`))
      pending.set(++lastId, { resolve, reject: (error) => reject(new Error(`${method}: ${error.message}`)) })
      socket.send(JSON.stringify({ id: lastId, method, params, ...(session && { sessionId: session }) }))
    })
  return {
    send,
    on: (event, listener) => {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener))
      return () => void set.delete(listener)
    },
    attach: (targetId) => {
      const known = sessions.get(targetId) ?? send('Target.attachToTarget', { targetId, flatten: true }).then((result) => String(result.sessionId))
      sessions.set(targetId, known)
      return known
    },
    close: () => socket.terminate(),
  }
}

/** Takes the tab's network away, or gives it back. Beacons are covered, too. */
export async function setOffline(tab: Tab, offline: boolean): Promise<void> {
  await tab.cdp('Network.enable')
  await tab.cdp('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 })
}

/** Makes the tab's processor `rate` times slower; 1 is normal. */
export async function throttleCpu(tab: Tab, rate: number): Promise<void> {
  await tab.cdp('Emulation.setCPUThrottlingRate', { rate })
}

/** Crashes the tab's renderer and waits until it is dead. The tab can only be closed afterwards, or sent to a URL through `cdp`. */
export async function crashTab(tab: Tab): Promise<void> {
  await tab.cdp('Inspector.enable')
  let stop = (): void => undefined
  const crashed = new Promise<void>((done) => {
    void tab.onCdp('Inspector.targetCrashed', () => done()).then((undo) => {
      stop = undo
      tab.cdp('Page.crash').catch(() => undefined)
    })
  })
  await crashed
  stop()
}

/** Limits the storage of an origin, `null` lifts the limit. Best before the origin's first use of IndexedDB. */
export async function overrideQuota(tab: Tab, origin: string, bytes: number | null): Promise<void> {
  await tab.cdp('Storage.overrideQuotaForOrigin', bytes === null ? { origin } : { origin, quotaSize: bytes })
}

/** What "clear site data" does, while the page is open. */
export async function clearSiteData(tab: Tab, origin: string, storageTypes = 'all'): Promise<void> {
  await tab.cdp('Storage.clearDataForOrigin', { origin, storageTypes })
}

/** Freezes the page as a browser that saves power does, or thaws it. */
export async function setLifecycle(tab: Tab, state: 'frozen' | 'active'): Promise<void> {
  await tab.cdp('Page.enable')
  await tab.cdp('Page.setWebLifecycleState', { state })
}

/** Runs something with the profiler's tracing on and returns the trace events. */
export async function trace(tab: Tab, run: () => Promise<void>, categories = 'devtools.timeline,v8,blink.user_timing,disabled-by-default-v8.gc'): Promise<CdpValue[]> {
  const events: CdpValue[] = []
  const stopData = await tab.onCdp('Tracing.dataCollected', (params) => void events.push(...(params.value as CdpValue[])))
  await tab.cdp('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: categories.split(',') } })
  await run()
  let stopEnd = (): void => undefined
  await new Promise<void>((done, failed) => {
    tab.onCdp('Tracing.tracingComplete', () => done()).then((undo) => {
      stopEnd = undo
      return tab.cdp('Tracing.end')
    }).catch(failed)
  })
  stopData()
  stopEnd()
  return events
}
