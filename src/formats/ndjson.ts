import { byStatus } from '../by-status.js'
import { toldIn, toRecord, write } from '../told.js'
import type { Format } from '../types.js'

/** One touchpoint per line, each a flat record with its page and its visit: for stores of rows behind a proxy (ClickHouse, Vector, Tinybird), and whatever reads JSON lines. No preflight. */
export const ndjson: Format = {
  encode: (batch) => toldIn(batch).map((told) => write(toRecord(told, batch))).join('\n'),
  classify: byStatus,
}
