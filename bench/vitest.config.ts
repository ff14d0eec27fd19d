import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// A trace of the main thread is Chromium's.
process.env.BROWSERS = 'chromium'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    name: 'bench',
    include: ['bench/run.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    disableConsoleIntercept: true,
    // A round of the contest takes a quarter of an hour.
    testTimeout: 10_800_000,
    hookTimeout: 90_000,
  },
})
