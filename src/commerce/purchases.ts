/** How many orders are remembered on a device. */
const MOST = 50

/** A ledger of orders: `undefined` when the order is in it already. An order without id is never known. */
export function enter(ledger: readonly string[], order: string): readonly string[] | undefined {
  if (order && ledger.includes(order)) return
  return order ? [...ledger, order].slice(-MOST) : ledger
}
