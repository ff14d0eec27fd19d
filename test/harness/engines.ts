import { describe, inject, it } from 'vitest'
import { freePort } from '../../scripts/cluster/servers.js'
import { launchBare, type Bare } from './bare.js'
import { openBidi } from './bidi.js'
import { chromiumArgs, firefoxEnv, nestPrefs, newProfile, webkitEnv, writeFirefoxPrefs } from './profiles.js'
import type { Browser, EngineName, OpenOptions } from './tab.js'
import { openW3c } from './w3c.js'

export type { Bare } from './bare.js'
export type { Browser, EngineName, OpenOptions, Tab } from './tab.js'

/** One engine of this machine. */
export interface Engine {
  readonly name: EngineName
  /** Opens a browser under its driver. */
  readonly open: (options?: OpenOptions) => Promise<Browser>
  /** Starts the browser at a URL without a driver. Give the same `profile` again to come back after a kill. */
  readonly bare: (url: string, options?: OpenOptions) => Bare
  /** A fresh profile folder, gone after the run. */
  readonly newProfile: () => string
}

interface Binaries {
  readonly browser: string
  readonly driver?: string
}

function openChromium({ browser, driver = '' }: Binaries, profile: string, options: OpenOptions): Promise<Browser> {
  const args = [...chromiumArgs, `--user-data-dir=${profile}`, ...(options.private ? ['--incognito'] : []), ...(options.args ?? [])]
  return openW3c({
    driver,
    args: ['--port=0'],
    port: async (launched) => Number((await launched.line(/started successfully on port (\d+)/))[1]),
    capabilities: { browserName: 'chrome', 'goog:chromeOptions': { binary: browser, args, prefs: nestPrefs(options.prefs ?? {}) } },
    profile,
  })
}

function openFirefox({ browser }: Binaries, profile: string, options: OpenOptions): Promise<Browser> {
  writeFirefoxPrefs(profile, options)
  return openBidi({ command: browser, args: ['--headless', '--no-remote', '--profile', profile, ...(options.args ?? [])], env: firefoxEnv, profile })
}

async function openWebkit({ browser, driver = '' }: Binaries, profile: string, options: OpenOptions): Promise<Browser> {
  const port = await freePort()
  const args = ['--automation', '--javascript-can-open-windows-automatically=true', ...(options.args ?? [])]
  return openW3c({
    driver,
    args: [`--port=${port}`, '--host=127.0.0.1'],
    env: webkitEnv(inject('display'), profile),
    port: () => Promise.resolve(port),
    capabilities: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { binary: browser, args } },
    profile,
    windowsOnly: true,
  })
}

const openers = { chromium: openChromium, firefox: openFirefox, webkit: openWebkit }

function createEngine(name: EngineName, binaries: Binaries): Engine {
  const fresh = (): string => newProfile(inject('tempRoot'), name)
  return {
    name,
    open: (options = {}) => openers[name](binaries, options.profile ?? fresh(), options),
    bare: (url, options = {}) => launchBare({ ...options, name, command: binaries.browser, display: inject('display'), url, profile: options.profile ?? fresh() }),
    newProfile: fresh,
  }
}

/** The engines to test with: `describe.each(engines)('$name', ({ open }) => …)`. Missing ones are left out, in CI the run has failed before. */
export const engines: readonly Engine[] = Object.entries(inject('engines')).map(([name, binaries]) => createEngine(name as EngineName, binaries))

// Where no engine is there (never in CI), a file without any test would be an error.
if (engines.length === 0) describe.skip('no browser engine', () => it('is skipped', () => undefined))
