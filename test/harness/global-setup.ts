import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { findBrowsers } from '../../scripts/browsers.js'
import { launch, sweep, type Launched } from './processes.js'

/** The binaries of one engine, as found on this machine. */
export interface EngineBinaries {
  readonly browser: string
  readonly driver?: string
  readonly display?: string
}

declare module 'vitest' {
  interface ProvidedContext {
    engines: { [name: string]: EngineBinaries }
    /** The X display for WebKit, '' when there is none. */
    display: string
    /** A folder that vanishes after the run. */
    tempRoot: string
    /** Where the built tracker is. */
    dist: string
  }
}

const known = ['chromium', 'firefox', 'webkit']

function wantedEngines(): string[] {
  const named = process.env.BROWSERS?.split(',').map((name) => name.trim()).filter(Boolean) ?? known
  const unknown = named.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`BROWSERS names ${unknown.join(', ')}; it may name ${known.join(', ')}`)
  return named
}

function chooseEngines(): { [name: string]: EngineBinaries } {
  const { engines, missing } = findBrowsers()
  const wanted = wantedEngines()
  const absent = wanted.filter((name) => !engines[name]).map((name) => `${name} (no ${missing[name]})`)
  if (absent.length > 0) {
    const line = `browser tests SKIPPED for ${absent.join(', ')}; "npm run browsers" installs them`
    if (process.env.CI) throw new Error(line)
    console.warn(line)
  }
  return Object.fromEntries(Object.entries(engines).filter(([name]) => wanted.includes(name)))
}

async function startDisplay(xvfb: string | undefined): Promise<{ display: string; server?: Launched }> {
  if (!xvfb) return { display: process.env.DISPLAY ?? '' }
  const server = launch(xvfb, ['-displayfd', '1', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'])
  const [, number] = await server.line(/^(\d+)\s*$/m)
  return { display: `:${number}`, server }
}

/** Finds the engines, starts a virtual display, and ends and removes everything after the run. `RIHLA_DIST` names another build to test. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dist = process.env.RIHLA_DIST ?? join(project.config.root, 'dist')
  if (!existsSync(join(dist, 'rihla.js'))) throw new Error(`${join(dist, 'rihla.js')} is missing: run "npm run build" first`)
  const engines = chooseEngines()
  const tempRoot = mkdtempSync(join(tmpdir(), 'rihla-test-'))
  process.env.RIHLA_TEST_ROOT = tempRoot
  const { display, server } = engines.webkit ? await startDisplay(engines.webkit.display) : { display: '' }
  project.provide('engines', engines)
  project.provide('display', display)
  project.provide('tempRoot', tempRoot)
  project.provide('dist', dist)
  const tidy = (): void => {
    sweep(tempRoot)
    rmSync(tempRoot, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  // Ctrl-C skips the teardown.
  process.once('exit', tidy)
  return async () => {
    process.off('exit', tidy)
    await server?.kill()
    tidy()
  }
}
