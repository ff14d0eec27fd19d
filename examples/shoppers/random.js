// @ts-check
import { createHash } from 'node:crypto'

/** @typedef {{ readonly [choice: string]: number }} Weights */
/**
 * Chance that comes out the same for the same seed.
 * @typedef {{
 *   next: () => number, chance: (share: number) => boolean, between: (from: number, to: number) => number, whole: (from: number, to: number) => number,
 *   of: <T>(list: readonly T[]) => T, weighed: (weights: Weights) => string, id: (at: number) => string, word: (length: number) => string
 * }} Random
 */

/** @type {(seed: number) => Random} */
export const createRandom = (seed) => {
  let state = seed >>> 0
  // Mulberry32.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (/** @type {number} */ from, /** @type {number} */ to) => from + next() * (to - from)
  const whole = (/** @type {number} */ from, /** @type {number} */ to) => Math.floor(between(from, to + 1))
  const hex = (/** @type {number} */ digits) => Array.from({ length: digits }, () => whole(0, 15).toString(16)).join('')
  return {
    next,
    chance: (share) => next() < share,
    between,
    whole,
    of: (list) => /** @type {any} */ (list[whole(0, list.length - 1)]),
    weighed: (weights) => {
      const entries = Object.entries(weights)
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      return entries.find(([, weight]) => (left -= weight) < 0)?.[0] ?? ''
    },
    /** A UUID of version 7. */
    id: (at) => {
      const time = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0')
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`
    },
    word: (length) => Array.from({ length }, () => whole(0, 35).toString(36)).join(''),
  }
}

/** The id of an order, a UUID of version 8: the same for the same order. @type {(order: string) => string} */
export const orderId = (order) => {
  const hash = createHash('sha256').update(order).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
