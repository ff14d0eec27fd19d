import type { Answer, Outcome } from './types.js'

// Taken when the script loads, and used on strings only: a `toJSON` on a prototype does not reach them.
const { parse } = JSON

/** What a receiver may say in the body of its answer. */
export type Said = { readonly [field: string]: unknown }
type More = Omit<Extract<Outcome, { kind: 'ok' }>, 'kind'>

/** What HTTP statuses mean, where a receiver says nothing else; `read` adds what the body of a 2xx says. */
export function byStatus({ status, body, header }: Answer, read?: (answer: Said) => More): Outcome {
  // A page is a service worker's for those who are offline, or a server's for any address: no collector has seen the request.
  if (status >= 200 && status < 300) return isPage(body) ? { kind: 'retry' } : { kind: 'ok', ...(read && said(body, read)) }
  if (status === 400 || status === 422) return { kind: 'split' }
  if (status === 413) return { kind: 'smaller' }
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    return { kind: 'retry', after: status === 429 || status === 503 ? toDelay(header('retry-after')) : undefined }
  }
  return { kind: 'misconfigured' }
}

const isPage = (body: string) => /^\s*<(?:!doctype html|html)\b/i.test(body)

/** A 2xx acknowledges whatever its body says; a body that is not what is expected says nothing more. */
function said(body: string, read: (answer: Said) => More): More | undefined {
  try {
    return read(parse(body))
  } catch {
    return
  }
}

/** `Retry-After` (RFC 9110 §10.2.3), seconds or a date, in ms. */
function toDelay(value: string | null): number | undefined {
  const ms = /^\d+$/.test(value!) ? +value! * 1000 : Date.parse(value!) - Date.now()
  return isNaN(ms) ? undefined : ms
}
