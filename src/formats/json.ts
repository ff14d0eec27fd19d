import type { Answer, Batch, Format, Loss, Outcome, Range } from '../types.js'

// Taken when the script loads, and used on strings only: a `toJSON` on a prototype does not reach them.
const { parse, stringify } = JSON

/** rihla's own wire format, version 1 (docs/protocol.md): one JSON object, made by joining strings that were serialised when each touchpoint was born. */
export const json: Format = { encode, classify, forget, accounts: true, compress: true }

function encode({ site, sdk, sentAt, visits, pages, touchpoints, documents, loss, ask }: Batch): string {
  const seqs = Object.keys(documents).map((tab) => `"${tab}":${documents[tab]}`)
  return (
    `{"v":1,"site":"${site}","sdk":"${sdk}","sent_at":${sentAt},"visits":{${visits.join()}},"pages":{${pages.join()}},` +
    `"touchpoints":[${touchpoints.join()}],"documents":{${seqs.join()}}${toList('loss', loss)}${toList('ask', ask)}}`
  )
}

const toList = (name: string, ranges: readonly (Range | Loss)[]) => (ranges.length ? `,"${name}":[${ranges.map(toRange).join()}]` : '')

const toRange = (range: Range | Loss) =>
  `{"tab":"${range.tab}","from":${range.from},"to":${range.to}${'reason' in range ? `,"reason":"${range.reason}"` : ''}}`

function classify({ status, body, header }: Answer): Outcome {
  if (status >= 200 && status < 300) return { kind: 'ok', ...read(body) }
  if (status === 400 || status === 422) return { kind: 'split' }
  if (status === 413) return { kind: 'smaller' }
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    return { kind: 'retry', after: status === 429 || status === 503 ? toDelay(header('retry-after')) : undefined }
  }
  return { kind: 'misconfigured' }
}

/** A 2xx acknowledges whatever its body says; a body that is not ours says nothing more. */
function read(body: string): Omit<Extract<Outcome, { kind: 'ok' }>, 'kind'> {
  try {
    const { rejected, held } = parse(body)
    return { rejected: listOf(rejected), held: listOf(held) }
  } catch {
    return {}
  }
}

const listOf = (value: unknown) => (Array.isArray(value) ? value : undefined)

/** `Retry-After` (RFC 9110 §10.2.3), seconds or a date, in ms. */
function toDelay(value: string | null): number | undefined {
  const ms = /^\d+$/.test(value!) ? +value! * 1000 : Date.parse(value!) - Date.now()
  return isNaN(ms) ? undefined : ms
}

function forget({ site, sdk, sentAt, visitor, user }: Parameters<NonNullable<Format['forget']>>[0]): string {
  const who = Object.entries({ visitor, user }).filter(([, id]) => id).map(([name, id]) => `"${name}":${stringify(id)}`)
  return `{"v":1,"site":"${site}","sdk":"${sdk}","sent_at":${sentAt},"forget":{${who.join()}}}`
}
