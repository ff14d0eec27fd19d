import { afterEach, expect, test, vi } from 'vitest'
import { sha256 } from '../src/sha256.js'

afterEach(() => vi.unstubAllGlobals())

test('is the hash that everybody else computes, of the text in UTF-8', async () => {
  // FIPS 180-4, and `printf 'مينا' | sha256sum`.
  expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(await sha256('مينا')).toBe('beff59931173d5087a0d2a2644c0eee002d5d434ecd960acce01800a8ecf5a50')
})

test('rejects where the browser has no crypto.subtle', async () => {
  vi.stubGlobal('crypto', {})
  await expect(sha256('abc')).rejects.toThrow()
})
