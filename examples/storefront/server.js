// @ts-check
import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createAdaptorServer } from '@hono/node-server'
import { stopAtSignal } from '../stop-at-signal.js'
import { createShop } from './app.js'

/** @param {import('@hono/node-server').ServerType} server @param {number} port @param {string} host @returns {Promise<number>} */
const listen = (server, port, host) => new Promise((resolve, reject) => {
  server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
    const isTaken = error.code === 'EADDRINUSE'
    const why = isTaken ? `Port ${port} of ${host} is already taken: choose another with --port.` : `Cannot listen on ${host}, port ${port}: ${error.message}.`
    reject(Object.assign(new Error(why, { cause: error }), { code: error.code }))
  })
  server.listen(port, host, () => {
    const address = server.address()
    resolve(typeof address === 'object' && address ? address.port : port)
  })
})

/**
 * Starts the example shop; its pages send to the endpoint. Throws one sentence for people when the port is taken.
 *
 * @param {{ port?: number, host?: string, endpoint?: string }} [options] Port 4401 on 127.0.0.1 by default (0 takes a free one), and a collector on port 4400.
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export const startStorefront = async ({ port = 4401, host = '127.0.0.1', endpoint = 'http://127.0.0.1:4400/collect' } = {}) => {
  if (!/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : '')) throw new Error(`The endpoint "${endpoint}" is no address: give one like http://127.0.0.1:4400/collect.`)
  const server = createAdaptorServer({ fetch: createShop({ endpoint }).fetch, overrideGlobalObjects: false })
  const bound = await listen(server, port, host)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server) server.closeAllConnections()
    }),
  }
}

/** @param {string | undefined} text */
const portOf = (text) => {
  if (text === undefined || (/^\d{1,5}$/.test(text) && Number(text) <= 65_535)) return text === undefined ? undefined : Number(text)
  throw new Error(`--port: expected a number from 0 to 65535, got "${text}".`)
}

const main = async () => {
  const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' }, endpoint: { type: 'string' } } })
  const shop = await startStorefront({ port: portOf(values.port), host: values.host, endpoint: values.endpoint })
  console.log(`The shop is open at ${shop.url}.`)
  stopAtSignal(shop)
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  main().catch((error) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  })
}
