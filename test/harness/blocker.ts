import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from './engines.js'
import { poll } from './processes.js'
import type { Browser, Tab } from './tab.js'

/** A page below this path gets no request through at all. */
export const BLOCKED = '/blocked'

/** A browser with a content blocker, and a tab in it. */
export interface Blocked {
  readonly browser: Browser
  readonly tab: Tab
}

/** Opens a browser that ends all beacons to an origin, and every request to it from pages below `/blocked`: by DevTools in Chromium, an extension in Firefox, a content filter in WebKit. */
export const openWithBlocker = (engine: Engine, origin: string): Promise<Blocked> => ({ chromium: byDevTools, firefox: byExtension, webkit: byFilter })[engine.name](engine, origin)

async function byDevTools(engine: Engine, origin: string): Promise<Blocked> {
  const browser = await engine.open()
  const tab = await browser.newTab({ window: true })
  let path = ''
  await tab.onCdp('Page.frameNavigated', ({ frame }) => {
    const { parentId, url } = frame as { parentId?: string; url: string }
    if (!parentId) path = new URL(url).pathname
  })
  await tab.onCdp('Page.navigatedWithinDocument', ({ url }) => void (path = new URL(String(url)).pathname))
  await tab.onCdp('Fetch.requestPaused', ({ requestId, resourceType }) => {
    const isEnded = resourceType === 'Ping' || path.startsWith(BLOCKED)
    void tab.cdp(isEnded ? 'Fetch.failRequest' : 'Fetch.continueRequest', { requestId, ...(isEnded && { errorReason: 'BlockedByClient' }) }).catch(() => undefined)
  })
  await tab.cdp('Page.enable')
  await tab.cdp('Fetch.enable', { patterns: [{ urlPattern: `${origin}/*` }] })
  return { browser, tab }
}

async function byExtension(engine: Engine, origin: string): Promise<Blocked> {
  const browser = await engine.open()
  const folder = join(browser.profile, 'blocker')
  // The address of the tab, which a route changes; that of the document stays. None is shown yet while a page is asked for.
  const isEnded = `async ({ url, type, tabId, documentUrl }) => {
  if (!url.startsWith('${origin}/')) return {}
  const { url: shown } = type === 'main_frame' ? { url } : await browser.tabs.get(tabId).catch(() => ({ url: documentUrl }))
  return { cancel: type === 'beacon' || new URL(shown).pathname.startsWith('${BLOCKED}') }
}`
  mkdirSync(folder)
  writeFileSync(join(folder, 'background.js'), `browser.webRequest.onBeforeRequest.addListener(${isEnded}, { urls: ['<all_urls>'] }, ['blocking'])`)
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ manifest_version: 2, name: 'blocker', version: '1', permissions: ['webRequest', 'webRequestBlocking', '<all_urls>'], background: { scripts: ['background.js'] } }),
  )
  await browser.extend(folder)
  const tab = await browser.newTab({ window: true })
  // Its script may start later.
  await poll(() => tab.goto(origin + BLOCKED).then(() => false, () => true), 'the blocker')
  return { browser, tab }
}

async function byFilter(engine: Engine, origin: string): Promise<Blocked> {
  const profile = engine.newProfile()
  const file = join(profile, 'filter.json')
  const url = `^${origin.replaceAll('.', '\\.')}/`
  const rule = (trigger: object) => ({ trigger: { 'url-filter': url, ...trigger }, action: { type: 'block' } })
  writeFileSync(file, JSON.stringify([rule({ 'resource-type': ['ping', 'other'] }), rule({ 'if-top-url': [BLOCKED] })]))
  const browser = await engine.open({ profile, args: [`--content-filter=${file}`] })
  return { browser, tab: await browser.newTab({ window: true }) }
}
