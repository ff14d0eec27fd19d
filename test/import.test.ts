// @vitest-environment node
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTracker } from '../src/index.js'

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && file !== 'script.ts')

test('there is no document here', () => {
  expect([typeof document, typeof window, typeof localStorage]).toEqual(['undefined', 'undefined', 'undefined'])
})

test.each(files)('%s imports without a DOM', async (file) => {
  const { pathname } = new URL(`../src/${file}`, import.meta.url)
  await expect(import(pathname)).resolves.toBeTypeOf('object')
})

test('on a server a tracker does nothing, whatever the options', async () => {
  const tracker = createTracker({ endpoint: '/t', site: 'my-shop', consent: 'granted', onError: (error) => expect.fail(error.message) })
  tracker.track('page_view')
  tracker.identify('u1')
  tracker.consent('granted')
  tracker.stop()
  expect([await tracker.saved(), await tracker.flush(), await tracker.forget()]).toEqual([false, false, false])
})
