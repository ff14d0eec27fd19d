#!/usr/bin/env node
// @ts-check
// The package's command: `npx rihla --help`.
import { collect } from '../examples/collector/server.js'
import { check } from './check.js'
import { migrate } from './migrate.js'

const HELP = `Usage: npx rihla <command> [options]

  check     looks at a page of a shop: what would be recorded, what is missing, what would leak
  collect   a collector with the journey map, on this machine
  migrate   moves what a collector has kept from a DuckDB file to ClickHouse

npx rihla <command> --help lists a command's options.`

/** @type {{ [command: string]: (argv: string[], command: string) => Promise<void> }} */
const commands = { check, collect, migrate }

const [name = '--help', ...argv] = process.argv.slice(2)
const command = Object.entries(commands).find(([each]) => each === name)?.[1]
try {
  if (command) await command(argv, `npx rihla ${name}`)
  else if (name === '--help') console.log(HELP)
  else throw new Error(`"${name}" is no command; npx rihla --help lists them.`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode ||= 1
}
