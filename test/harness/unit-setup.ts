import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import fc from 'fast-check'
import { beforeEach } from 'vitest'

// The same examples in every run: a run that fails must fail again. `FC_SEED` tries others.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_127) })

const refuse = (): Promise<Response> => Promise.reject(new TypeError('unit tests have no network: pass a sender, or replace fetch'))

// happy-dom's fetch and sendBeacon would really leave. Tests in `@vitest-environment node` keep Node's own fetch for their local servers.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory()
  if (typeof document === 'undefined') return
  globalThis.fetch = refuse
  Object.defineProperty(navigator, 'sendBeacon', { value: () => false, configurable: true, writable: true })
})
