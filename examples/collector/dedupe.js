// @ts-check

/** @typedef {import('./query.js').Query} Query */
/** @typedef {import('./validate.js').Row} Row */

// The range of `born` lets DuckDB skip the row groups of other days; ids alone are spread over all of them.
const knownIds = `SELECT id::VARCHAR AS id FROM touchpoints
  WHERE born BETWEEN ($1->>'from')::BIGINT AND ($1->>'to')::BIGINT AND id IN (SELECT unnest(from_json($1->'ids', '["UUID"]')))`
const knownOrders = `SELECT id::VARCHAR AS id FROM orders WHERE id IN (SELECT unnest(from_json($1, '["UUID"]')))`

/**
 * Tells ids that the business gave (version 8) from ids made once by a device (version 7).
 * @type {(row: Row) => boolean}
 */
export const isOrder = (row) => row.id[14] === '8'

/** @type {(query: Query, rows: Row[]) => Promise<{ id: string }[]>} */
const knownAmong = async (query, rows) => {
  if (rows.length === 0) return []
  const born = rows.map((row) => row.born)
  const least = born.reduce((a, b) => Math.min(a, b))
  const most = born.reduce((a, b) => Math.max(a, b))
  return query(knownIds, { from: least, to: most, ids: rows.map(({ id }) => id) })
}

/**
 * The rows that were never stored, each id once. Orders are compared with all orders ever, also forgotten ones.
 * @type {(query: Query, rows: Row[]) => Promise<Row[]>}
 */
export const neverStored = async (query, rows) => {
  const orders = rows.filter(isOrder).map(({ id }) => id)
  const known = await knownAmong(query, rows.filter((row) => !isOrder(row)))
  /** @type {{ id: string }[]} */
  const ordered = orders.length > 0 ? await query(knownOrders, orders) : []
  const seen = new Set([...known, ...ordered].map(({ id }) => id))
  return rows.filter(({ id }) => !seen.has(id) && seen.add(id))
}
