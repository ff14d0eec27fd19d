import type { Fields } from './types.js'

/** Gives a reason that names the field, or `undefined` when all is well. Small ones are put together to describe a shape. */
export type Check = (value: unknown, path: string) => string | undefined

const join = (path: string, key: string) => (path ? `${path}.${key.slice(0, 64)}` : key.slice(0, 64))

/** True for `{}`, false for arrays, null and everything else. */
export const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether an object has this member itself. */
export const has = (object: object, key: string): boolean => Object.prototype.hasOwnProperty.call(object, key)

/** A string of at most `most` characters (code points, as JSON Schema counts). */
export const text = (most: number): Check => (value, path) => {
  const fits = typeof value === 'string' && (value.length <= most || (value.length <= 2 * most && [...value].length <= most))
  return fits ? undefined : `${path}: expected a string of at most ${most} characters`
}

/** A string that a pattern fits; `what` says it in words. */
export const matching = (pattern: RegExp, what: string): Check => (value, path) => (typeof value === 'string' && pattern.test(value) ? undefined : `${path}: expected ${what}`)

/** An integer that a double holds exactly. JSON Schema knows no such limit; a database column does. */
export const integer = (least: number, what: string): Check => (value, path) => (Number.isSafeInteger(value) && Number(value) >= least ? undefined : `${path}: expected ${what}`)

/** A number, both ends included. */
export const numberWithin = (least: number, most: number): Check => (value, path) =>
  typeof value === 'number' && value >= least && value <= most ? undefined : `${path}: expected a number from ${least} to ${most}`

/** One of these. */
export const oneOf = (...options: readonly (string | number)[]): Check => (value, path) =>
  options.some((option) => option === value) ? undefined : `${path}: expected ${options.map((option) => JSON.stringify(option)).join(' or ')}`

/** An array, each of whose entries fits. */
export const listOf = (check: Check, most = Infinity): Check => (value, path) => {
  if (!Array.isArray(value)) return `${path}: expected an array`
  if (value.length > most) return `${path}: expected at most ${most} entries`
  for (const [index, item] of value.entries()) {
    const reason = check(item, `${path}[${index}]`)
    if (reason) return reason
  }
  return undefined
}

/** An object, each of whose values fits, and each of whose keys. */
export const mapOf = (check: Check, { key, most = Infinity }: { readonly key?: Check; readonly most?: number } = {}): Check => (value, path) => {
  if (!isObject(value)) return `${path}: expected an object`
  const entries = Object.entries(value)
  if (entries.length > most) return `${path}: expected at most ${most} entries`
  for (const [name, entry] of entries) {
    const reason = key?.(name, join(path, name)) ?? check(entry, join(path, name))
    if (reason) return reason
  }
  return undefined
}

/** An object with these fields and no others. */
export const shape = (required: { readonly [key: string]: Check }, optional: { readonly [key: string]: Check } = {}): Check => {
  const checks = new Map([...Object.entries(required), ...Object.entries(optional)])
  const names = Object.keys(required)
  return (value, path) => {
    if (!isObject(value)) return `${path || 'body'}: expected an object`
    for (const key of names) if (!has(value, key)) return `${join(path, key)}: missing`
    for (const key of Object.keys(value)) {
      const check = checks.get(key)
      const reason = check ? check(value[key], join(path, key)) : `${join(path, key)}: unknown field`
      if (reason) return reason
    }
    return undefined
  }
}

/** Whatever it is. */
export const anything: Check = () => undefined

/** What one of two fits. */
export const either = (first: Check, second: Check, what: string): Check => (value, path) => (first(value, path) && second(value, path) ? `${path}: expected ${what}` : undefined)

/** Whether a value is nested deeper than so many levels. */
export const isDeeperThan = (value: unknown, levels: number): boolean => typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((entry) => isDeeperThan(entry, levels - 1)))
