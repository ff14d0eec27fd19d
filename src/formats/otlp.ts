import { byStatus } from '../by-status.js'
import { toldIn, toRecord, write } from '../told.js'
import type { Format } from '../types.js'

/**
 * OpenTelemetry's OTLP over HTTP in JSON, `https://<collector>/v1/logs`: each touchpoint is an event, a log record with the name `rihla.<name>`, its props in the body and the flat record of `ndjson` as
 * attributes. Its content type needs a preflight, which the receiver must answer (`cors.allowed_origins`).
 */
export const otlp: Format = {
  type: 'application/json',
  encode: (batch) => {
    const [name, version] = batch.sdk.split('/')
    const logRecords = toldIn(batch).map((told) => {
      const { id, at, name, url, user, visit, locale, props, sdk: _, sent_at: __, site: ___, ...more } = toRecord(told, batch)
      const own = Object.fromEntries(Object.entries(more).map(([key, value]) => [`rihla.${key}`, value]))
      return {
        timeUnixNano: `${at}000000`,
        observedTimeUnixNano: `${batch.sentAt}000000`,
        severityNumber: 9,
        severityText: 'INFO',
        eventName: `rihla.${name}`,
        body: toValue(props),
        attributes: toMembers({ 'log.record.uid': id, 'session.id': visit, 'user.id': user, 'url.full': url, 'browser.language': locale, ...own }),
      }
    })
    return write({ resourceLogs: [{ resource: { attributes: toMembers({ 'service.name': batch.site }) }, scopeLogs: [{ scope: { name, version }, logRecords }] }] })
  },
  // What the receiver has refused of what it took must not come again (OTLP, "Partial success").
  classify: (answer) =>
    byStatus(answer, ({ partialSuccess }) => {
      const { rejectedLogRecords: count, errorMessage } = (partialSuccess ?? {}) as { rejectedLogRecords?: number | string; errorMessage?: string }
      return { ...(+(count ?? 0) && { complaint: `the collector refused ${count} touchpoints: ${errorMessage}` }) }
    }),
}

/** OTLP's `AnyValue`. */
function toValue(value: unknown): object {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toValue) } }
  if (typeof value === 'object') return { kvlistValue: { values: toMembers(value) } }
  if (typeof value === 'string') return { stringValue: value }
  return typeof value === 'boolean' ? { boolValue: value } : Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value }
}

const toMembers = (of: object | null) => Object.entries(of ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: toValue(value) }]))
