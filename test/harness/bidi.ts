import WebSocket from 'ws'
import { keyboard, pointer } from './actions.js'
import { childrenOf, launch, poll } from './processes.js'
import { expressionOf, untilBy } from './script.js'
import type { Browser, Tab } from './tab.js'

/** What is needed to open Firefox with WebDriver BiDi. */
export interface BidiOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env: { readonly [name: string]: string }
  readonly profile: string
}

/** Says which command hangs, before the test's own deadline ends it without a word, ms. */
const DEADLINE = 60_000

type Value = { readonly [key: string]: unknown }

interface Connection {
  readonly send: (method: string, params?: Value) => Promise<Value>
  readonly close: () => void
}

async function connect(url: string): Promise<Connection> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await new Promise<void>((done, failed) => {
    socket.once('open', done)
    socket.once('error', failed)
  })
  let lastId = 0
  const pending = new Map<number, { resolve: (value: Value) => void; reject: (error: Error) => void }>()
  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const each of pending.values()) each.reject(new Error('the browser has gone'))
    pending.clear()
  })
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as { id?: number; type: string; result?: Value; error?: string; message?: string }
    const waiting = message.id === undefined ? undefined : pending.get(message.id)
    if (message.id !== undefined) pending.delete(message.id)
    if (message.type === 'error') waiting?.reject(new Error(`${message.error}: ${message.message}`))
    else waiting?.resolve(message.result ?? {})
  })
  return {
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        if (socket.readyState !== WebSocket.OPEN) return reject(new Error(`${method}: the browser has gone`))
        pending.set(++lastId, { resolve, reject: (error) => reject(new Error(`${method}: ${error.message}`)) })
        setTimeout(() => reject(new Error(`${method}: no answer within ${DEADLINE} ms`)), DEADLINE).unref()
        socket.send(JSON.stringify({ id: lastId, method, params }))
      }),
    close: () => socket.terminate(),
  }
}

function tabFor(connection: Connection, context: string): Tab {
  const run = async (expression: string): Promise<Value> => {
    const answer = await connection.send('script.evaluate', { expression, target: { context }, awaitPromise: true, userActivation: false })
    if (answer.type === 'exception') throw new Error(`in the page: ${(answer.exceptionDetails as { text: string }).text}`)
    return answer.result as Value
  }
  const evaluate: Tab['eval'] = async (script, ...args) => {
    const result = await run(`(async () => JSON.stringify(await ${expressionOf(script, args)}))()`)
    return (result.value === undefined ? undefined : JSON.parse(String(result.value))) as never
  }
  const click: Tab['click'] = async (selector, times) => {
    const node = await run(`(() => { const e = document.querySelector(${JSON.stringify(selector)}); e?.scrollIntoView({ block: 'center', behavior: 'instant' }); return e })()`)
    if (node.sharedId === undefined) throw new Error(`no element ${selector}`)
    await connection.send('input.performActions', { context, actions: [pointer({ type: 'element', element: { sharedId: node.sharedId } }, times)] })
  }
  const keys = async (text: string): Promise<void> => void (await connection.send('input.performActions', { context, actions: [keyboard(text)] }))
  const history = async (delta: number): Promise<void> => {
    // traverseHistory returns before the page is there. Two entries of one document may look the same: then this waits its time out.
    const before = await evaluate<string>('location.href + performance.timeOrigin')
    await connection.send('browsingContext.traverseHistory', { context, delta })
    await poll(() => evaluate<boolean>(`location.href + performance.timeOrigin !== ${JSON.stringify(before)} && document.readyState === 'complete'`).catch(() => false), 'history traversal', 3000).catch(() => undefined)
  }
  return {
    id: context,
    goto: async (url) => void (await connection.send('browsingContext.navigate', { context, url, wait: 'complete' })),
    eval: evaluate,
    until: untilBy(evaluate),
    click,
    type: async (selector, text) => {
      await click(selector)
      await keys(text)
    },
    keys,
    back: () => history(-1),
    forward: () => history(1),
    reload: async () => void (await connection.send('browsingContext.reload', { context, wait: 'complete' })),
    close: async () => void (await connection.send('browsingContext.close', { context })),
    cdp: () => Promise.reject(new Error('only Chromium speaks CDP')),
    onCdp: () => Promise.reject(new Error('only Chromium speaks CDP')),
  }
}

/** Opens Firefox and steers it through WebDriver BiDi. */
export async function openBidi(options: BidiOptions): Promise<Browser> {
  const firefox = launch(options.command, [...options.args, '--remote-debugging-port=0'], options.env)
  try {
    const [, address] = await firefox.line(/WebDriver BiDi listening on (ws:\/\/\S+)/, 60_000)
    const connection = await connect(`${address}/session`)
    await connection.send('session.new', { capabilities: {} })
    const end = async (): Promise<void> => {
      connection.close()
      await firefox.kill()
    }
    return {
      pid: firefox.pid,
      profile: options.profile,
      newTab: async ({ window = false } = {}) => {
        const { context } = await connection.send('browsingContext.create', { type: window ? 'window' : 'tab' })
        return tabFor(connection, String(context))
      },
      extend: async (folder) => void (await connection.send('webExtension.install', { extensionData: { type: 'path', path: folder } })),
      processes: () => childrenOf(firefox.pid),
      close: async () => {
        connection.send('browser.close').catch(() => undefined)
        await Promise.race([firefox.exited, new Promise((done) => setTimeout(done, 8000).unref())])
        await end()
      },
      kill: end,
    }
  } catch (error) {
    await firefox.kill()
    throw error
  }
}
