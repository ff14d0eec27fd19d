import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The binaries that drive one engine.
 * @typedef {{ browser: string, driver?: string, display?: string }} Engine
 */

// PHP runs the plugin for WordPress; the servers keep what a collector takes in.
const packages = ['chromium', 'chromium-driver', 'firefox-esr', 'webkit2gtk-driver', 'xvfb', 'php-cli', 'clickhouse-server', 'nats-server', 'haproxy']

/** @typedef {{ clickhouse?: string, nats?: string, haproxy?: string }} Servers The binary of each. */

/** @param {(string | undefined)[]} candidates */
const firstExisting = (...candidates) => candidates.find((path) => path && existsSync(path))

/** Debian keeps MiniBrowser in the library folder of its architecture and of its API version. */
function findMiniBrowser() {
  const roots = ['/usr/lib', '/usr/libexec', '/usr/lib64']
  const libraries = roots.flatMap((root) => [root, ...(existsSync('/usr/lib') && root === '/usr/lib' ? readdirSync(root).filter((name) => name.includes('-linux-')).map((name) => `${root}/${name}`) : [])])
  const versions = ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0']
  return firstExisting(...libraries.flatMap((library) => versions.map((version) => `${library}/${version}/MiniBrowser`)))
}

/**
 * Finds the browsers and servers of this machine: environment first (`CHROMIUM_BIN`, `CHROMEDRIVER_BIN`, `FIREFOX_BIN`, `WEBKIT_DRIVER_BIN`,
 * `MINIBROWSER_BIN`, `XVFB_BIN`, `PHP_BIN`, `CLICKHOUSE_BIN`, `NATS_BIN`, `HAPROXY_BIN`), Debian's paths second. `missing` names, by engine or tool, what is not there.
 * @param {{ [name: string]: string | undefined }} [env]
 * @returns {{ engines: { [name: string]: Engine }, php?: string, servers: Servers, missing: { [name: string]: string } }}
 */
export function findBrowsers(env = process.env) {
  const binary = {
    chromium: firstExisting(env.CHROMIUM_BIN ?? '/usr/bin/chromium'),
    chromedriver: firstExisting(env.CHROMEDRIVER_BIN ?? '/usr/bin/chromedriver'),
    firefox: firstExisting(env.FIREFOX_BIN ?? '/usr/bin/firefox-esr'),
    webkitDriver: firstExisting(env.WEBKIT_DRIVER_BIN ?? '/usr/bin/WebKitWebDriver'),
    miniBrowser: env.MINIBROWSER_BIN ? firstExisting(env.MINIBROWSER_BIN) : findMiniBrowser(),
    xvfb: firstExisting(env.XVFB_BIN ?? '/usr/bin/Xvfb'),
    php: firstExisting(env.PHP_BIN ?? '/usr/bin/php'),
  }
  const found = {
    clickhouse: firstExisting(env.CLICKHOUSE_BIN ?? '/usr/sbin/clickhouse-server', '/usr/bin/clickhouse-server'),
    nats: firstExisting(env.NATS_BIN ?? '/usr/sbin/nats-server'),
    haproxy: firstExisting(env.HAPROXY_BIN ?? '/usr/sbin/haproxy'),
  }
  /** @type {{ [name: string]: Engine }} */
  const engines = {}
  /** @type {{ [name: string]: string }} */
  const missing = {}
  if (binary.chromium && binary.chromedriver) engines.chromium = { browser: binary.chromium, driver: binary.chromedriver }
  else missing.chromium = binary.chromium ? 'chromedriver' : 'chromium'
  if (binary.firefox) engines.firefox = { browser: binary.firefox }
  else missing.firefox = 'firefox-esr'
  if (binary.webkitDriver && binary.miniBrowser && (binary.xvfb || env.DISPLAY)) {
    engines.webkit = { browser: binary.miniBrowser, driver: binary.webkitDriver, ...(binary.xvfb && { display: binary.xvfb }) }
  } else missing.webkit = !binary.webkitDriver ? 'WebKitWebDriver' : binary.miniBrowser ? 'Xvfb' : 'MiniBrowser'
  if (!binary.php) missing.php = 'php-cli'
  for (const [name, path] of Object.entries(found)) if (!path) missing[name] = name === 'haproxy' ? name : `${name}-server`
  const servers = /** @type {Servers} */ (Object.fromEntries(Object.entries(found).filter(([, path]) => path)))
  return { engines, ...(binary.php && { php: binary.php }), servers, missing }
}

/** The prefix that makes us root, `undefined` when nothing does without a password. */
function rootPrefix() {
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined
}

/** @param {string[]} prefix */
function install(prefix) {
  const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0']
  for (const step of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const [command = '', ...args] = [...apt, ...step]
    if (spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) return
  }
}

/** Installs what is missing, where that can be done. Returns what is missing still. */
export function installMissing() {
  const { missing } = findBrowsers()
  if (Object.keys(missing).length === 0) return missing
  const prefix = existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get') ? rootPrefix() : undefined
  if (!prefix) return missing
  console.log(`installing ${packages.join(', ')}`)
  install(prefix)
  return findBrowsers().missing
}

function main() {
  const missing = installMissing()
  const names = Object.keys(missing)
  if (names.length === 0) return 0
  const absent = names.map((name) => `${name} (${missing[name]})`).join(', ')
  const variables = 'CHROMIUM_BIN, CHROMEDRIVER_BIN, FIREFOX_BIN, WEBKIT_DRIVER_BIN, MINIBROWSER_BIN, XVFB_BIN, PHP_BIN, CLICKHOUSE_BIN, NATS_BIN and HAPROXY_BIN'
  console.log(`browsers: no ${absent}; on Debian run "apt-get install ${packages.join(' ')}" as root, elsewhere name the binaries in ${variables}.`)
  return process.env.CI ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main()
