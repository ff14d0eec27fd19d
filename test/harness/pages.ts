import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { expressionOf, type Script } from './script.js'

/** What a test page is made of. */
export interface PageOptions {
  readonly title?: string
  /** Markup for the head, after the tracker. */
  readonly head?: string
  readonly body?: string
  /** Loads `/rihla.js` with these attributes; names without a prefix become `data-…`, but for `src`, `async`, `defer`, `id`, `nonce`, `integrity`, `crossorigin`, `type`. */
  readonly tag?: { readonly [attribute: string]: string | number | boolean }
  /** An inline script that runs first of all. */
  readonly before?: string
  /** Becomes `<script type="application/json" id="rihla">`. */
  readonly config?: unknown
  /** An inline ES module; it may import `rihla`, `rihla/…` and `idb-keyval`. */
  readonly module?: string
  readonly lang?: string
  /** Lets `pages.remote(name)` run code in it, without a driver. */
  readonly remote?: string
  /** For every inline and tracker script, together with a CSP. */
  readonly nonce?: string
  readonly headers?: { readonly [name: string]: string }
}

/** A page as it is served. */
export interface Page {
  readonly html: string
  readonly headers: { readonly [name: string]: string }
}

/** What is answered to a request: a page, or anything by hand. */
export type Route = PageOptions | Page | ((request: IncomingMessage, response: ServerResponse, body: string) => void | Promise<void>)

/** Runs code in a page that has no driver. */
export interface Remote {
  /** As `Tab.eval`; waits until the page is there. */
  readonly eval: <T, A extends readonly unknown[] = readonly []>(script: Script<T, A>, ...args: A) => Promise<T>
}

/** What a page told with `report(name, data)`. */
export interface Report {
  readonly name: string
  readonly data: unknown
  readonly at: number
}

/** A server of test pages, on an origin of its own. */
export interface Pages {
  readonly port: number
  readonly origin: string
  /** The same server under another site: `localhost` instead of `127.0.0.1`. */
  readonly otherOrigin: string
  /** Serves a page or a route at a path and returns its URL. */
  readonly add: (path: string, route: Route) => string
  readonly url: (path: string) => string
  /** Every path that was asked for, in order. */
  readonly hits: string[]
  /** What pages told with the global `report(name, data)`, which every page has. */
  readonly reports: Report[]
  /** Resolves with the first report of that name, also an earlier one. */
  readonly report: (name: string, ms?: number) => Promise<unknown>
  /** Steers a page that was made with `remote: name`. */
  readonly remote: (name: string) => Remote
  /** Forgets routes, hits and reports. */
  readonly reset: () => void
  readonly close: () => Promise<void>
}

/** The ports of all pages so far: a browser that goes from one test to the next still has what an earlier page of an origin has stored. */
const used = new Set<number>()

const plain = new Set(['src', 'async', 'defer', 'id', 'nonce', 'integrity', 'crossorigin', 'type'])
const types: { [extension: string]: string } = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json', '.map': 'application/json', '.html': 'text/html', '.css': 'text/css' }

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
const inline = (code: string): string => code.replaceAll('</script', '<\\/script')

const attributes = (values: { readonly [name: string]: string | number | boolean }): string =>
  Object.entries(values)
    .filter(([name, value]) => value !== false || !plain.has(name))
    .map(([name, value]) => ` ${plain.has(name) || name.startsWith('data-') ? name : `data-${name}`}${value === true && plain.has(name) ? '' : `="${escape(String(value))}"`}`)
    .join('')

// Holds on to the fetch and JSON of before the test's own scripts, which may break them.
const reporter = `{const f=fetch.bind(window),s=JSON.stringify;window.report=(name,data)=>f('/report',{method:'POST',body:s({name,data})}).then(r=>r.text()).then(()=>{})}`
const remoteLoop = (name: string): string =>
  `{const f=fetch.bind(window),s=JSON.stringify,p=JSON.parse;(async()=>{for(;;){const r=await f('/remote?${encodeURIComponent(name)}').catch(()=>{});if(!r){await new Promise(d=>setTimeout(d,200));continue}if(r.status!==200)return;const {id,code}=p(await r.text());let a;try{a={id,value:await (0,eval)(code)}}catch(e){a={id,error:e&&e.stack?e+'\\n'+e.stack:String(e)}}await f('/remote-answer',{method:'POST',body:s(a)}).then(r=>r.text()).catch(()=>{})}})()}`

const importMap = JSON.stringify({ imports: { rihla: '/modules/index.js', 'rihla/': '/modules/', 'idb-keyval': '/node_modules/idb-keyval/dist/index.js', 'web-vitals': '/node_modules/web-vitals/dist/web-vitals.js' } })

/** Makes a page: `before`, settings, tracker, then what the test adds. */
export function page(options: PageOptions = {}): Page {
  const nonce = options.nonce ? ` nonce="${options.nonce}"` : ''
  const script = (code: string): string => `<script${nonce}>${inline(code)}</script>`
  const html = [
    `<!doctype html><html lang="${options.lang ?? 'en'}"><head><meta charset="utf-8"><title>${escape(options.title ?? 'Test page')}</title>`,
    script(reporter),
    options.remote === undefined ? '' : script(remoteLoop(options.remote)),
    options.before === undefined ? '' : script(options.before),
    options.config === undefined ? '' : `<script type="application/json" id="rihla">${inline(JSON.stringify(options.config))}</script>`,
    options.tag === undefined ? '' : `<script${attributes({ async: true, src: '/rihla.js', ...(options.nonce && { nonce: options.nonce }), ...options.tag })}></script>`,
    options.module === undefined ? '' : `<script type="importmap"${nonce}>${importMap}</script><script type="module"${nonce}>${inline(options.module)}</script>`,
    options.head ?? '',
    `</head><body>${options.body ?? ''}</body></html>`,
  ]
  return { html: html.join('\n'), headers: options.headers ?? {} }
}

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The file behind a path, as a shop's import map or bundler would find it; `undefined` when there is none. */
function fileFor(path: string, dist: string): string | undefined {
  const safe = normalize(path)
  const modules = safe.startsWith('/modules/') ? safe.slice('/modules'.length) : undefined
  const file = /^\/rihla(\.\w+)?\.js$/.test(safe) ? join(dist, safe)
    : safe.startsWith('/dist/') ? join(dist, safe.slice('/dist'.length))
    : modules !== undefined ? join(dist, extname(modules) ? modules : `${modules}.js`)
    : /^\/node_modules\/(idb-keyval|web-vitals)\//.test(safe) ? join(process.cwd(), safe)
    : undefined
  return file !== undefined && existsSync(file) ? file : undefined
}

interface Errand {
  readonly id: number
  readonly code: string
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** What `pages.remote` needs: errands by page name, fetched by long polling. */
function createSwitchboard() {
  let lastId = 0
  const queued = new Map<string, Errand[]>()
  const polling = new Map<string, ServerResponse>()
  const running = new Map<number, Errand>()
  const deliver = (name: string): void => {
    const response = polling.get(name)
    const errand = queued.get(name)?.[0]
    if (!response || !errand) return
    polling.delete(name)
    if (response.destroyed) return
    queued.get(name)?.shift()
    running.set(errand.id, errand)
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify({ id: errand.id, code: errand.code }))
  }
  return {
    poll: (name: string, response: ServerResponse): void => {
      polling.set(name, response)
      deliver(name)
    },
    answer: (text: string): void => {
      const { id, value, error } = JSON.parse(text) as { id: number; value?: unknown; error?: string }
      const errand = running.get(id)
      running.delete(id)
      if (error === undefined) errand?.resolve(value)
      else errand?.reject(new Error(`in the page: ${error}`))
    },
    ask: (name: string, code: string, ms = 30_000): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`the page "${name}" did not answer in ${ms} ms: ${code.slice(0, 200)}`)), ms)
        const settle = <T>(then: (value: T) => void) => (value: T): void => {
          clearTimeout(timer)
          then(value)
        }
        const errand: Errand = { id: ++lastId, code, resolve: settle(resolve), reject: settle(reject) }
        queued.set(name, [...(queued.get(name) ?? []), errand])
        deliver(name)
      }),
    clear: (): void => {
      queued.clear()
      for (const response of polling.values()) response.destroy()
      polling.clear()
    },
  }
}

/** Starts a server of test pages on 127.0.0.1. `dist` is the folder with the built tracker. */
export async function createPages(options: { dist: string; port?: number }): Promise<Pages> {
  const routes = new Map<string, Route>()
  const hits: string[] = []
  const reports: Report[] = []
  const waiting = new Set<() => void>()
  const sockets = new Set<Socket>()
  const switchboard = createSwitchboard()

  const serve = (response: ServerResponse, body: string | Buffer, headers: { readonly [name: string]: string }, status = 200): void => {
    response.writeHead(status, headers).end(body)
  }
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://pages')
    const body = await readText(request)
    if (pathname === '/report') {
      reports.push({ ...(JSON.parse(body) as { name: string; data: unknown }), at: Date.now() })
      serve(response, '', {}, 204)
      for (const look of [...waiting]) look()
      return
    }
    if (pathname === '/remote') return switchboard.poll(decodeURIComponent(search.slice(1)), response)
    if (pathname === '/remote-answer') {
      serve(response, '', {}, 204)
      return switchboard.answer(body)
    }
    hits.push(pathname + search)
    const route = routes.get(pathname)
    if (typeof route === 'function') return void (await route(request, response, body))
    if (route) {
      const { html, headers } = 'html' in route ? (route as Page) : page(route)
      return serve(response, html, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', ...headers })
    }
    const file = fileFor(pathname, options.dist)
    if (file) return serve(response, readFileSync(file), { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-cache', 'access-control-allow-origin': '*' })
    if (pathname === '/favicon.ico') return serve(response, '', {}, 204)
    if (pathname === '/blank') return serve(response, page({ title: 'Blank' }).html, { 'content-type': 'text/html; charset=utf-8' })
    serve(response, 'not found', { 'content-type': 'text/plain' }, 404)
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    listener(request, response).catch(() => request.socket.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const listen = async (): Promise<number> => {
    await new Promise<void>((done, failed) => {
      server.once('error', failed)
      server.listen(options.port ?? 0, '127.0.0.1', done)
    })
    const { port } = server.address() as AddressInfo
    if (options.port || !used.has(port)) return port
    await new Promise((done) => server.close(done))
    return listen()
  }
  const port = await listen()
  used.add(port)
  const origin = `http://127.0.0.1:${port}`

  return {
    port,
    origin,
    otherOrigin: `http://localhost:${port}`,
    url: (path) => origin + path,
    add: (path, route) => {
      routes.set(path, route)
      return origin + path
    },
    hits,
    reports,
    report: (name, ms = 15_000) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = reports.find((each) => each.name === name)
          if (!found) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found.data)
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`no page reported "${name}" in ${ms} ms; reported: ${JSON.stringify(reports)}`))
        }, ms)
        waiting.add(look)
        look()
      }),
    remote: (name) => ({
      eval: async <T, A extends readonly unknown[]>(script: Script<T, A>, ...args: A) => (await switchboard.ask(name, expressionOf(script, args))) as T,
    }),
    reset: () => {
      routes.clear()
      hits.length = 0
      reports.length = 0
      switchboard.clear()
    },
    close: () =>
      new Promise<void>((done) => {
        switchboard.clear()
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
