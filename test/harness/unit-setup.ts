import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach } from 'vitest'

const refuse = (): Promise<Response> => Promise.reject(new TypeError('unit tests have no network: pass a sender, or replace fetch'))

// happy-dom's fetch and sendBeacon would really leave. Tests in `@vitest-environment node` keep Node's own fetch for their local servers.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
  if (typeof document === 'undefined') return
  globalThis.fetch = refuse
  Object.defineProperty(navigator, 'sendBeacon', { value: () => false, configurable: true, writable: true })
})
