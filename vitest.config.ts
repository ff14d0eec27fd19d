import { defineConfig } from 'vitest/config'

const nodeMajor = Number(process.versions.node.split('.')[0])

// Where the CI wants the results as JSON, besides.
const { TEST_REPORT } = process.env

/** What WebKit's driver says when the browser itself crashed or hung; no test's own failure reads like this. */
export const BROWSER_DIED = /page crash or hang|invalid session id|unknown error: (Could not parse script result)?$/

export default defineConfig({
  test: {
    ...(TEST_REPORT && { reporters: ['default', 'json'], outputFile: { json: TEST_REPORT } }),
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'happy-dom',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/servers/**'],
          setupFiles: ['test/harness/unit-setup.ts'],
          // From Node 25 on, Node's own (empty) localStorage hides the one of happy-dom.
          execArgv: nodeMajor >= 25 ? ['--no-experimental-webstorage'] : [],
          // fake-indexeddb lives on setImmediate, so that one stays real.
          fakeTimers: { toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'browser',
          environment: 'node',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/harness/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 90_000,
          retry: { count: 1, condition: BROWSER_DIED },
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'servers',
          environment: 'node',
          include: ['test/servers/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
