import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
process.env.BROWSERS = 'chromium'
export default defineConfig({ root: fileURLToPath(new URL('../..', import.meta.url)), test: { include: ['bench/zz/*.ts'], exclude: ['**/v.config.ts'], globalSetup: ['test/harness/global-setup.ts'], disableConsoleIntercept: true, testTimeout: 600000 } })
