// @ts-check
// The command: `node examples/collector/server.js --help`.
import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { help, readOptions } from './options.js'
import { startCollector } from './start.js'

export { startCollector }

const main = async () => {
  const options = readOptions(process.argv.slice(2), process.env)
  if (options.help) return console.log(help)
  const { url, close } = await startCollector(options)
  console.log(`The collector listens at ${url} and keeps touchpoints in ${options.db}.`)
  let stoppedAt = 0
  const stop = async () => {
    // Whoever asks again does not want to wait. npm passes on the Ctrl+C that the terminal has already sent: that is not asking again.
    if (stoppedAt > 0 && Date.now() - stoppedAt > 500) process.exit(1)
    if (stoppedAt > 0) return
    stoppedAt = Date.now()
    await close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** @type {(error: unknown) => void} */
const fail = (error) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) main().catch(fail)
