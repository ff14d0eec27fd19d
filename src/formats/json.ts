import type { Answer, Batch, Format, Loss, Outcome, Range } from '../types.js'

// Taken when the script loads, and used on strings only: a `toJSON` on a prototype does not reach them.
const { parse, stringify } = JSON

/** rihla's own wire format, version 1 (docs/protocol.md): one JSON object, made by joining strings that were serialised when each touchpoint was born. */
export const json: Format = { encode, classify, forget, accounts: true, compress: true }

function encode({ site, sdk, sentAt, visits, pages, touchpoints, documents, loss, ask }: Batch): string {
  const seqs = Object.keys(documents).map((tab) => `"${tab}":${documents[tab]}`)
  const lost = loss.map((range) => `${toRange(range).slice(0, -1)},"reason":"${range.reason}"}`)
  return (
    `{"v":1,"site":"${site}","sdk":"${sdk}","sent_at":${sentAt},"visits":{${visits.join()}},"pages":{${pages.join()}},` +
    `"touchpoints":[${touchpoints.join()}],"documents":{${seqs.join()}}` +
    `${lost.length ? `,"loss":[${lost.join()}]` : ''}${ask.length ? `,"ask":[${ask.map(toRange).join()}]` : ''}}`
  )
}

const toRange = ({ tab, from, to }: Range | Loss) => `{"tab":"${tab}","from":${from},"to":${to}}`

function classify({ status, body, header }: Answer): Outcome {
  if (status >= 200 && status < 300) return { kind: 'ok', ...read(body) }
  if (status === 400 || status === 422) return { kind: 'split' }
  if (status === 413) return { kind: 'smaller' }
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    const after = toDelay(status === 429 || status === 503 ? header('retry-after') : null)
    return after === undefined ? { kind: 'retry' } : { kind: 'retry', after }
  }
  return { kind: 'misconfigured' }
}

/** A 2xx acknowledges whatever its body says; a body that is not ours says nothing more. */
function read(body: string): Pick<Extract<Outcome, { kind: 'ok' }>, 'rejected' | 'held'> {
  try {
    const { rejected, held } = parse(body)
    return { ...(Array.isArray(rejected) && { rejected }), ...(Array.isArray(held) && { held }) }
  } catch {
    return {}
  }
}

/** `Retry-After` (RFC 9110 §10.2.3), seconds or a date, in ms. */
function toDelay(value: string | null): number | undefined {
  if (!value) return
  const ms = /^\d+$/.test(value) ? +value * 1000 : Date.parse(value) - Date.now()
  return isNaN(ms) ? undefined : ms
}

function forget({ site, sdk, sentAt, visitor, user }: Parameters<NonNullable<Format['forget']>>[0]): string {
  const who = Object.entries({ visitor, user }).filter(([, id]) => id).map(([name, id]) => `"${name}":${stringify(id)}`)
  return `{"v":1,"site":"${site}","sdk":"${sdk}","sent_at":${sentAt},"forget":{${who.join()}}}`
}
