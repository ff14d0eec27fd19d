import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { childrenOf, launch, type Child } from './processes.js'
import { chromiumArgs, firefoxEnv, webkitEnv, writeChromiumPrefs, writeFirefoxPrefs } from './profiles.js'
import type { EngineName, OpenOptions } from './tab.js'

/** A browser without any driver, as a shopper has it: for crashes and for what must survive them. */
export interface Bare {
  readonly pid: number
  readonly profile: string
  readonly processes: () => Child[]
  /** Ends it with all its processes, SIGKILL unless told otherwise, and waits until they are gone. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>
}

/** What a driverless launch needs to know. */
export interface BareOptions extends OpenOptions {
  readonly name: EngineName
  readonly command: string
  readonly display: string
  readonly url: string
  readonly profile: string
}

function launchChromium({ command, url, profile, args = [], prefs, private: incognito }: BareOptions) {
  // A killed browser leaves its lock; the next one would refuse the profile.
  for (const lock of ['SingletonLock', 'SingletonCookie', 'SingletonSocket']) rmSync(join(profile, lock), { force: true })
  if (prefs && !existsSync(join(profile, 'Default', 'Preferences'))) writeChromiumPrefs(profile, prefs)
  return launch(command, [...chromiumArgs, '--hide-crash-restore-bubble', `--user-data-dir=${profile}`, ...(incognito ? ['--incognito'] : []), ...args, url])
}

function launchFirefox(options: BareOptions) {
  const { command, url, profile, args = [] } = options
  for (const lock of ['lock', '.parentlock']) rmSync(join(profile, lock), { force: true })
  writeFirefoxPrefs(profile, options)
  return launch(command, ['--headless', '--no-remote', '--profile', profile, ...args, url], firefoxEnv)
}

function launchWebkit({ command, display, url, profile, args = [], private: secret }: BareOptions) {
  return launch(command, [...(secret ? ['--private'] : []), ...args, url], webkitEnv(display, profile))
}

/** Starts a browser at a URL with nothing attached to it. Pages report by themselves (`pages.report`, `pages.remote`). */
export function launchBare(options: BareOptions): Bare {
  const start = { chromium: launchChromium, firefox: launchFirefox, webkit: launchWebkit }[options.name]
  const launched = start(options)
  return { pid: launched.pid, profile: options.profile, processes: () => childrenOf(launched.pid), kill: launched.kill }
}
