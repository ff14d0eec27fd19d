import type { Batch } from '../types.js'

const bytesIn = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length

/** A batch in parts that fit into so many bytes as JSON. What is no touchpoint goes with the last one, so that a report is never there before what it reports. */
export function split(batch: Batch, most: number): readonly Batch[] {
  const { rows, visits } = batch
  if (bytesIn(batch) <= most) return [batch]
  if (rows.length < 2) throw new RangeError(`a batch of ${bytesIn(batch)} bytes is larger than what fits into the log, ${most}`)
  const part = (own: Batch['rows']): Partial<Batch> => ({ rows: own, visits: visits.filter(({ visit }) => own.some((row) => row.visit === visit)) })
  const half = Math.ceil(rows.length / 2)
  const first = { site: batch.site, received: batch.received, refused: [], documents: [], loss: [], ...part(rows.slice(0, half)) } as unknown as Batch
  return [...split(first, most), ...split({ ...batch, ...part(rows.slice(half)) }, most)]
}
