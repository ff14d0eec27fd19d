// @ts-check
// The collector and the shop together: `npm start`, or `node examples/start.js [--port 4400] [--shop-port 4401] [--db touchpoints.duckdb]`.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startCollector } from './collector/server.js'
import { stopAtSignal } from './stop-at-signal.js'
import { startStorefront } from './storefront/server.js'

/** @param {string} flag @param {string | undefined} text @param {number} usual */
const portOf = (flag, text, usual) => {
  const port = text === undefined ? usual : /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new Error(`${flag}: expected a number from 0 to 65535, got "${text}".`)
}

const readOptions = () => {
  const { values } = parseArgs({ options: { port: { type: 'string' }, 'shop-port': { type: 'string' }, db: { type: 'string' } } })
  return { port: portOf('--port', values.port, 4400), shopPort: portOf('--shop-port', values['shop-port'], 4401), db: values.db }
}

/** @param {unknown} error @param {number} port */
const shopError = (error, port) =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' ? new Error(`Port ${port} is already taken: choose another for the shop with --shop-port.`) : error

const main = async () => {
  const { port, shopPort, db } = readOptions()
  const collector = await startCollector({ port, ...(db !== undefined && { db }) })
  const endpoint = `${collector.url}/collect`
  try {
    const shop = await startStorefront({ port: shopPort, endpoint })
    stopAtSignal(shop, collector)
    console.log(`Shop       ${shop.url}\nMap        ${collector.url}/journey/\nCollector  ${collector.url}\nEndpoint   ${endpoint}`)
  } catch (error) {
    await collector.close()
    throw shopError(error, shopPort)
  }
  if (!existsSync(new URL('../dist/rihla.js', import.meta.url))) console.error('dist/rihla.js is missing, so the shop is not tracked: run `npm run build` first.')
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
