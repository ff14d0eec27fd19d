// @ts-check
// The command: `node examples/collector/server.js --help`, or `npx rihla collect --help`.
import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { stopAtSignal } from '../stop-at-signal.js'
import { helpFor, readOptions } from './options.js'
import { startCollector } from './start.js'

export { startCollector }

/** Runs a collector until it is told to stop. @param {string[]} argv @param {string} command What people have typed to get here. */
export const collect = async (argv, command) => {
  const options = readOptions(argv, process.env)
  if (options.help) return console.log(helpFor(command))
  const { db, clickhouse, nats, ...others } = options
  const collector = await startCollector({ ...others, ...(db !== undefined && { db }), ...(clickhouse && { clickhouse }), ...(nats && { nats }) })
  console.log(`The collector listens at ${collector.url} and keeps touchpoints in ${collector.place}. Its endpoint is ${collector.url}/collect, the journey map is at ${collector.url}/journey/.`)
  stopAtSignal(collector)
}

/** @type {(error: unknown) => void} */
const fail = (error) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) collect(process.argv.slice(2), 'node examples/collector/server.js').catch(fail)
