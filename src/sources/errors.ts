import { listen } from '../browser/listen.js'
import type { Source } from '../types.js'

/** The most that is told of a page. */
const MOST = 10
const FRAMES = 5
/** What browsers say of a page that does nothing wrong, and what is an extension's. */
const NOISE = /^ResizeObserver loop|extension:\/\//
/** The query of an address, up to its line and column. */
const QUERY = /[?#][^\s)]*?(?=(?::\d+)*(?:[\s)]|$))/g

/** Where an error event was, if the browser says so. */
interface Place {
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly col?: number | undefined
}

/**
 * Records `js_error` for errors and rejections of the page that nobody caught: `cause` (`error` or `rejection`), `type` (`TypeError`), `message` (its first 200 characters), `file`, `line`, `col` and `stack` (its first
 * five frames), without queries of addresses. Each once for a page, 10 at most; of a script of another origin, whose errors browsers keep to themselves, only that there was one. Never what rihla itself
 * does wrong, which `onError` hears, nor an extension of the browser.
 */
export function errors(): Source {
  return (record) => {
    const told = new Set<string>()
    const tell = (cause: string, thrown: unknown, message: string, place: Place = {}) => {
      const { name, stack } = Object(thrown) as { readonly name?: unknown; readonly stack?: unknown }
      const frames = `${stack ?? ''}`.split('\n').filter((line) => /:\d+:\d+/.test(line)).slice(0, FRAMES)
      const key = [message, place.file, place.line, frames[0]].join('\n')
      if (told.size >= MOST || told.has(key) || NOISE.test(key)) return
      told.add(key)
      const cut = (text: unknown, most: number) => (text ? `${text}`.slice(0, most) : undefined)
      const trace = frames.map((line) => cut(line.trim(), 200)).join('\n').replace(QUERY, '')
      record({ name: 'js_error', source: 'errors', props: { cause, type: cut(name, 64), message: cut(message, 200), ...place, stack: trace || undefined } })
    }
    const fail = (failure: unknown) => record({ failure })
    const failed = (event: Event) => {
      // What cannot be loaded fires here, too.
      if (!(event instanceof ErrorEvent)) return
      const { error, message, filename, lineno, colno } = event
      tell('error', error, message, { file: filename.replace(QUERY, '') || undefined, line: lineno || undefined, col: colno || undefined })
    }
    const rejected = ({ reason }: PromiseRejectionEvent) => tell('rejection', reason, String(Object(reason).message ?? reason))
    const stops = [listen(window, 'error', failed, fail), listen(window, 'unhandledrejection', rejected, fail)]
    return () => stops.forEach((stop) => stop())
  }
}
