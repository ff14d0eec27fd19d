// @ts-check

/** @typedef {import('./pages/thanks.js').Order} Order */

const most = 1000

/** The orders of this run of the shop, the last thousand of them. */
export const createOrders = () => {
  /** @type {Map<string, Order>} */
  const orders = new Map()
  return {
    /** @param {Order} order */
    keep: (order) => {
      orders.set(order.number, order)
      const [oldest] = orders.keys()
      if (orders.size > most) orders.delete(oldest)
    },
    /** @param {string} number */
    find: (number) => orders.get(number),
  }
}
