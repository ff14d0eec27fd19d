import { byStatus } from '../by-status.js'
import { anonymousOf, isoOf, toldIn, toRecord, write } from '../told.js'
import type { Format } from '../types.js'

/**
 * CloudEvents 1.0 in the JSON batch format, with the flat record of `ndjson` as `data`: Knative, Azure Event Grid, Eventarc and their like. `source` is `rihla/<site>`, `type` is
 * `rihla.<name>`. Its content type needs a preflight, which the receiver must answer.
 */
export const cloudevents: Format = {
  type: 'application/cloudevents-batch+json',
  encode: (batch) =>
    write(
      toldIn(batch).map((told) => ({
        specversion: '1.0',
        id: told.id,
        source: `rihla/${batch.site}`,
        type: `rihla.${told.name}`,
        time: isoOf(told.at),
        datacontenttype: 'application/json',
        // CloudEvents' own extensions: what belongs together, and its order.
        partitionkey: anonymousOf(told),
        sequence: `${told.seq}`,
        data: toRecord(told, batch),
      })),
    ),
  classify: byStatus,
}
