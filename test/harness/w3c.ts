import { connectCdp, type Cdp } from './cdp.js'
import { keyboard, pointer } from './actions.js'
import { childrenOf, launch, poll, type Launched } from './processes.js'
import { expressionOf, untilBy } from './script.js'
import type { Browser, Tab } from './tab.js'

/** What is needed to open a browser through a W3C WebDriver. */
export interface W3cOptions {
  readonly driver: string
  readonly args: readonly string[]
  readonly env?: { readonly [name: string]: string }
  /** Says on which port the driver listens. */
  readonly port: (driver: Launched) => Promise<number>
  readonly capabilities: { readonly [name: string]: unknown }
  readonly profile: string
  /** `/window/new` in this engine makes tabs that never become visible: use windows. */
  readonly windowsOnly?: boolean
}

const elementKey = 'element-6066-11e4-a52e-4f735466cecf'
const runInPage = (expression: string): string =>
  `const done=arguments[arguments.length-1];(async()=>${expression})().then(value=>done({value:value===undefined?null:value}),error=>done({error:String(error&&error.stack?error+'\\n'+error.stack:error)}))`

/** Opens a browser through a driver that speaks WebDriver over HTTP: chromedriver or WebKitWebDriver. */
export async function openW3c(options: W3cOptions): Promise<Browser> {
  const driver = launch(options.driver, options.args, options.env)
  try {
    const base = `http://127.0.0.1:${await options.port(driver)}`
    await poll(() => fetch(`${base}/status`).then((answer) => answer.ok, () => false), `${options.driver} to be ready`)
    return await startSession(base, driver, options)
  } catch (error) {
    await driver.kill()
    throw error
  }
}

async function command(url: string, method: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) })
  const { value } = (await answer.json()) as { value: unknown }
  if (answer.ok) return value
  const { error, message } = value as { error: string; message: string }
  throw new Error(`${method} ${new URL(url).pathname.replace(/^\/session\/[^/]*/, '')}: ${error}: ${message}`)
}

/** WebKit's driver ends its session with a page that crashed. */
const isOver = (error: unknown): boolean => String(error).includes('invalid session id')

async function startSession(base: string, driver: Launched, options: W3cOptions): Promise<Browser> {
  let root = ''
  let address: string | undefined
  /** Of the window that the driver begins with, until it is somebody's. */
  let first: string | undefined
  let cdp: Promise<Cdp> | undefined
  const devtools = (): Promise<Cdp> => {
    if (!address) throw new Error('only Chromium speaks CDP')
    return (cdp ??= connectCdp(address))
  }

  // A W3C session has one current window: what tabs do happens one after another.
  let turn: Promise<unknown> = Promise.resolve()
  let current = ''
  const open: string[] = []
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = turn.then(run)
    turn = result.catch(() => undefined)
    return result
  }
  const switchTo = async (id: string): Promise<void> => {
    if (current !== id) await command(`${root}/window`, 'POST', { handle: id })
    current = id
  }
  const inTab = (id: string, method: string, path: string, body?: unknown): Promise<unknown> =>
    inTurn(async () => {
      await switchTo(id)
      return command(`${root}${path}`, method, body)
    })

  const begin = async (): Promise<void> => {
    const session = (await command(`${base}/session`, 'POST', { capabilities: { alwaysMatch: options.capabilities } })) as { sessionId: string; capabilities: { [name: string]: { [name: string]: string } } }
    root = `${base}/session/${session.sessionId}`
    address = session.capabilities['goog:chromeOptions']?.debuggerAddress
    current = ''
    open.length = 0
    await command(`${root}/timeouts`, 'POST', { script: 60_000, pageLoad: 60_000, implicit: 0 })
    first = (await command(`${root}/window`, 'GET')) as string
    // The second window stays, so that closing the last tab does not quit the browser.
    open.push(await create('window'))
  }

  const tabFor = (id: string): Tab => {
    const find = async (selector: string): Promise<string> => {
      const found = (await inTab(id, 'POST', '/element', { using: 'css selector', value: selector })) as { [key: string]: string }
      return `/element/${found[elementKey]}`
    }
    const post = async (path: string, body: object = {}): Promise<void> => void (await inTab(id, 'POST', path, body))
    const evaluateByDriver = async (expression: string): Promise<unknown> => {
      const answer = (await inTab(id, 'POST', '/execute/async', { script: runInPage(expression), args: [] })) as { value?: unknown; error?: string }
      if (answer.error !== undefined) throw new Error(`in the page: ${answer.error}`)
      return answer.value
    }
    // chromedriver brings a tab to the front before it runs code there; DevTools leaves a hidden tab hidden.
    const evaluateByCdp = async (expression: string): Promise<unknown> => {
      const connection = await devtools()
      const answer = await connection.send('Runtime.evaluate', { expression: `(async()=>${expression})()`, awaitPromise: true, returnByValue: true }, await connection.attach(id))
      const thrown = answer.exceptionDetails as { text: string; exception?: { description?: string; value?: unknown } } | undefined
      if (thrown) throw new Error(`in the page: ${thrown.exception?.description ?? thrown.exception?.value ?? thrown.text}`)
      return (answer.result as { value?: unknown }).value
    }
    const evaluate: Tab['eval'] = async (script, ...args) => (await (address ? evaluateByCdp : evaluateByDriver)(expressionOf(script, args))) as never
    return {
      id,
      goto: (url) => post('/url', { url }),
      eval: evaluate,
      until: untilBy(evaluate),
      click: async (selector, times = 1) => {
        const found = await find(selector)
        await (times > 1 ? post('/actions', { actions: [pointer({ [elementKey]: found.replace('/element/', '') }, times)] }) : post(`${found}/click`))
      },
      type: async (selector, text) => post(`${await find(selector)}/value`, { text }),
      keys: (text) => post('/actions', { actions: [keyboard(text)] }),
      back: () => post('/back'),
      forward: () => post('/forward'),
      reload: () => post('/refresh'),
      close: async () => {
        await inTab(id, 'DELETE', '/window').catch(async (error) => {
          if (isOver(error)) return
          // The driver cannot close a crashed tab.
          if (!address) throw error
          await (await devtools()).send('Target.closeTarget', { targetId: id })
        })
        current = ''
        open.splice(open.indexOf(id), 1)
      },
      cdp: async (method, params) => {
        const connection = await devtools()
        return connection.send(method, params, await connection.attach(id))
      },
      onCdp: async (event, listener) => {
        const connection = await devtools()
        const own = await connection.attach(id)
        return connection.on(event, (params, from) => from === own && listener(params))
      },
    }
  }

  const create = (type: string): Promise<string> =>
    inTurn(async () => {
      // The driver wants a living current window, and opens a tab beside it.
      await switchTo(open.at(-1) ?? first!)
      const { handle } = (await command(`${root}/window/new`, 'POST', { type })) as { handle: string }
      return handle
    })
  await begin()
  const newTab: Browser['newTab'] = async ({ window = false } = {}) => {
    const id = first ?? (await create(window || options.windowsOnly ? 'window' : 'tab'))
    first = undefined
    open.push(id)
    await inTab(id, 'GET', '/window')
    return tabFor(id)
  }
  const end = async (): Promise<void> => {
    if (cdp) (await cdp).close()
    await driver.kill()
  }
  return {
    pid: driver.pid,
    profile: options.profile,
    newTab: (options) => newTab(options).catch(async (error) => (isOver(error) ? begin().then(() => newTab(options)) : Promise.reject(error))),
    extend: () => Promise.reject(new Error('only Firefox takes extensions from its driver')),
    processes: () => childrenOf(driver.pid),
    close: async () => {
      await Promise.race([command(root, 'DELETE').catch(() => undefined), new Promise((done) => setTimeout(done, 5000).unref())])
      await end()
    },
    kill: end,
  }
}
