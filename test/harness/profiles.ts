import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineName, OpenOptions } from './tab.js'

// No first-run pages, no background traffic, popups allowed, and no session restore after a kill.
const firefoxPrefs = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.cache.disk.smart_size.enabled': false,
  'browser.newtabpage.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'browser.tabs.warnOnClose': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.disable_open_during_load': false,
  'dom.max_script_run_time': 0,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.startup.max_resumed_crashes': -1,
  'toolkit.telemetry.enabled': false,
  'trailhead.firstrun.didSeeAboutWelcome': true,
}

/** Makes an empty profile folder. */
export function newProfile(root: string, name: EngineName): string {
  return mkdtempSync(join(root, `${name}-`))
}

/** Writes the settings into a Firefox profile; what the browser stored there stays. */
export function writeFirefoxPrefs(profile: string, options: OpenOptions): void {
  const prefs = { ...firefoxPrefs, ...(options.private && { 'browser.privatebrowsing.autostart': true }), ...options.prefs }
  writeFileSync(join(profile, 'user.js'), Object.entries(prefs).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''))
}

/** Dotted names become the nested objects of Chromium's preferences file. */
export function nestPrefs(prefs: NonNullable<OpenOptions['prefs']>): { [name: string]: unknown } {
  const root: { [name: string]: unknown } = {}
  for (const [name, value] of Object.entries(prefs)) {
    const path = name.split('.')
    const last = path.pop() ?? name
    let node = root
    for (const step of path) node = (node[step] ??= {}) as { [name: string]: unknown }
    node[last] = value
  }
  return root
}

/** Writes the preferences of a Chromium profile that was never used. */
export function writeChromiumPrefs(profile: string, prefs: NonNullable<OpenOptions['prefs']>): void {
  mkdirSync(join(profile, 'Default'), { recursive: true })
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(nestPrefs(prefs)))
}

/** Chromium without first-run pages and background traffic; bfcache and timer throttling stay on as in a shopper's browser. */
export const chromiumArgs = [
  '--headless=new',
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-popup-blocking',
  '--password-store=basic',
  '--window-size=1280,1024',
]

/** The surroundings of Firefox. */
export const firefoxEnv = { MOZ_CRASHREPORTER_DISABLE: '1', MOZ_DISABLE_AUTO_SAFE_MODE: '1' }

/** The surroundings of WebKit: a display, and all its folders inside the profile. */
export const webkitEnv = (display: string, profile: string): { [name: string]: string } => ({
  DISPLAY: display,
  GTK_A11Y: 'none',
  NO_AT_BRIDGE: '1',
  XDG_DATA_HOME: join(profile, 'data'),
  XDG_CACHE_HOME: join(profile, 'cache'),
  XDG_CONFIG_HOME: join(profile, 'config'),
})

/** The files of a profile that hold a text, in their names or in their bytes, however storage engines write it. */
export function filesWith(profile: string, text: string): string[] {
  const wide = Buffer.from(text, 'utf16le')
  const forms = [Buffer.from(text), wide, Buffer.from(wide).swap16()]
  return readdirSync(profile, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => file.includes(text) || forms.some((form) => readFileSync(file).includes(form)))
}
