// @ts-check
// Chromium, driven over a pipe: no library, no port.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** @typedef {{ [name: string]: any }} Values */
/**
 * One page. `send` calls a method of the DevTools protocol, `on` hears its events, `evaluate` runs an expression and awaits it.
 * @typedef {{ send: (method: string, params?: Values) => Promise<Values>, on: (event: string, hear: (params: Values) => void) => void, evaluate: (expression: string) => Promise<any> }} Page
 */

/** Where people have it, besides `PATH`. */
const PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe', 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe']
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']

/** The browser that is there. @type {(env: NodeJS.ProcessEnv) => string | undefined} */
const find = ({ CHROMIUM_BIN, PATH = '' }) => {
  if (CHROMIUM_BIN) return CHROMIUM_BIN
  const inPath = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [...inPath, ...PLACES].find((place) => existsSync(place))
}

/**
 * Opens a browser that nobody sees, with a profile of its own, and one empty page in it. `close` ends it and removes the profile. Throws one sentence for people where there is none.
 * @returns {Promise<{ page: Page, close: () => Promise<void> }>}
 */
export const openChromium = async () => {
  const binary = find(process.env)
  if (!binary) throw new Error('No Chromium or Chrome was found: install one, or name it in CHROMIUM_BIN.')
  const profile = mkdtempSync(join(tmpdir(), 'rihla-check-'))
  // Root may not use the sandbox.
  const flags = ['--headless=new', '--remote-debugging-pipe', `--user-data-dir=${profile}`, '--no-first-run', '--no-default-browser-check', '--disable-gpu', '--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
  const child = spawn(binary, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const [input, output] = /** @type {[import('node:stream').Writable, import('node:stream').Readable]} */ (/** @type {unknown} */ (child.stdio.slice(3)))

  let count = 0
  /** @type {Map<number, { resolve: (result: Values) => void, reject: (error: Error) => void }>} */
  const waiting = new Map()
  /** @type {Map<string, (params: Values) => void>} */
  const hearers = new Map()
  /** @param {Values} message */
  const receive = ({ id, result, error, method, params }) => {
    if (method) return hearers.get(method)?.(params)
    const { resolve, reject } = waiting.get(id) ?? {}
    waiting.delete(id)
    if (error) reject?.(new Error(error.message))
    else resolve?.(result)
  }
  let rest = Buffer.alloc(0)
  output.on('data', (/** @type {Buffer} */ chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      receive(JSON.parse(rest.subarray(0, end).toString()))
      rest = rest.subarray(end + 1)
    }
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const fail = (/** @type {Error} */ error) => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  child.once('error', (error) => fail(new Error(`${binary} cannot be started: ${error.message}`)))
  child.once('close', () => fail(new Error(`${binary} ended by itself.`)))
  input.on('error', () => {})

  /** @type {(method: string, params?: Values, sessionId?: string) => Promise<Values>} */
  const call = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      const id = ++count
      waiting.set(id, { resolve, reject })
      input.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`)
    })

  const close = async () => {
    // By itself it ends all its processes; one that does not is killed.
    call('Browser.close').catch(() => {})
    const late = setTimeout(() => child.kill('SIGKILL'), 3000)
    await ended
    clearTimeout(late)
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }

  try {
    const { targetId } = await call('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true })
    /** @type {Page['send']} */
    const send = (method, params) => call(method, params, sessionId)
    return {
      close,
      page: {
        send,
        on: (event, hear) => void hearers.set(event, hear),
        evaluate: async (expression) => {
          const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
          if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
          return result?.value
        },
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
