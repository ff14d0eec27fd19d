import { afterEach, expect, test } from 'vitest'
import { loadScript } from '../../src/browser/load-script.js'

afterEach(() => void (document.head.innerHTML = ''))

/** Loads beside a script that has these attributes; happy-dom does not fetch, so that the test says what comes of it. */
const load = (attributes: Partial<HTMLScriptElement>, integrity?: string) => {
  const beside = Object.assign(document.createElement('script'), { type: 'text/plain', src: 'https://cdn.example/v1/rihla.js' }, attributes)
  const append = document.head.append
  let made!: HTMLScriptElement
  document.head.append = (script) => void (made = script as HTMLScriptElement)
  try {
    return { loaded: loadScript('rihla.shopify.js', beside, integrity, () => {}), made }
  } finally {
    document.head.append = append
  }
}

test('a script lies beside the other one, and has its rights', async () => {
  const { loaded, made } = load({ nonce: 'n1', crossOrigin: 'anonymous', integrity: 'sha384-a' }, 'sha384-b')
  expect([made.src, made.nonce, made.crossOrigin, made.integrity]).toEqual(['https://cdn.example/v1/rihla.shopify.js', 'n1', 'anonymous', 'sha384-b'])
  made.dispatchEvent(new Event('load'))
  await expect(loaded).resolves.toBeUndefined()
})

test('what is not pinned does not pin the other', () => {
  expect(load({}, 'sha384-b').made.integrity).toBeFalsy()
})

test('one that cannot be had rejects, and names it', async () => {
  const { loaded, made } = load({})
  made.dispatchEvent(new Event('error'))
  await expect(loaded).rejects.toThrow('https://cdn.example/v1/rihla.shopify.js could not be loaded')
})
