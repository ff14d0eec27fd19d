import { byStatus } from '../by-status.js'
import { quote } from '../to-json.js'
import type { Answer, Batch, Format, Loss, Outcome, Range } from '../types.js'

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

function classify(answer: Answer): Outcome {
  return byStatus(answer, ({ rejected, held, off }) => ({ rejected: listOf(rejected), held: listOf(held), ...(off === true && { off }) }))
}

const listOf = (value: unknown) => (Array.isArray(value) ? value : undefined)

function forget({ site, sdk, sentAt, visitor, user }: Parameters<NonNullable<Format['forget']>>[0]): string {
  const who = Object.entries({ visitor, user }).flatMap(([name, id]) => (id ? [`"${name}":${quote(id)}`] : []))
  return `{"v":1,"site":"${site}","sdk":"${sdk}","sent_at":${sentAt},"forget":{${who.join()}}}`
}
