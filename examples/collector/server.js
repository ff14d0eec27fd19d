// @ts-check
// The command: `node examples/collector/server.js --help`.
import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { stopAtSignal } from '../stop-at-signal.js'
import { help, readOptions } from './options.js'
import { startCollector } from './start.js'

export { startCollector }

const main = async () => {
  const options = readOptions(process.argv.slice(2), process.env)
  if (options.help) return console.log(help)
  const collector = await startCollector(options)
  console.log(`The collector listens at ${collector.url} and keeps touchpoints in ${options.db}.`)
  stopAtSignal(collector)
}

/** @type {(error: unknown) => void} */
const fail = (error) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) main().catch(fail)
