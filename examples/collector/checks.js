// @ts-check
// Small checks that are put together to describe a shape. Each returns a reason that names the field, or undefined when all is well.

/** @typedef {(value: unknown, path: string) => string | undefined} Check */
/** @typedef {{ [key: string]: unknown }} Fields */

/** @type {(path: string, key: string) => string} */
const join = (path, key) => (path ? `${path}.${key.slice(0, 64)}` : key.slice(0, 64))

/**
 * True for `{}`, false for arrays, null and everything else.
 * @type {(value: unknown) => value is Fields}
 */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A string of at most `most` characters (code points, as JSON Schema counts).
 * @type {(most: number) => Check}
 */
export const text = (most) => (value, path) => {
  const fits = typeof value === 'string' && (value.length <= most || (value.length <= 2 * most && [...value].length <= most))
  return fits ? undefined : `${path}: expected a string of at most ${most} characters`
}

/** @type {(pattern: RegExp, what: string) => Check} */
export const matching = (pattern, what) => (value, path) => (typeof value === 'string' && pattern.test(value) ? undefined : `${path}: expected ${what}`)

/**
 * An integer that a double holds exactly. JSON Schema knows no such limit; a database column does.
 * @type {(least: number, what: string) => Check}
 */
export const integer = (least, what) => (value, path) => (Number.isSafeInteger(value) && Number(value) >= least ? undefined : `${path}: expected ${what}`)

/** @type {(least: number, most: number) => Check} */
export const numberWithin = (least, most) => (value, path) =>
  typeof value === 'number' && value >= least && value <= most ? undefined : `${path}: expected a number from ${least} to ${most}`

/** @type {(...options: (string | number)[]) => Check} */
export const oneOf = (...options) => (value, path) =>
  options.some((option) => option === value) ? undefined : `${path}: expected ${options.map((option) => JSON.stringify(option)).join(' or ')}`

/** @type {(check: Check, most?: number) => Check} */
export const listOf = (check, most = Infinity) => (value, path) => {
  if (!Array.isArray(value)) return `${path}: expected an array`
  if (value.length > most) return `${path}: expected at most ${most} entries`
  for (const [index, item] of value.entries()) {
    const reason = check(item, `${path}[${index}]`)
    if (reason) return reason
  }
  return undefined
}

/** @type {(value: Check, options?: { key?: Check, most?: number }) => Check} */
export const mapOf = (check, { key, most = Infinity } = {}) => (value, path) => {
  if (!isObject(value)) return `${path}: expected an object`
  const entries = Object.entries(value)
  if (entries.length > most) return `${path}: expected at most ${most} entries`
  for (const [name, entry] of entries) {
    const reason = key?.(name, join(path, name)) ?? check(entry, join(path, name))
    if (reason) return reason
  }
  return undefined
}

/**
 * An object with these fields and no others.
 * @type {(required: { [key: string]: Check }, optional?: { [key: string]: Check }) => Check}
 */
export const shape = (required, optional = {}) => {
  const checks = new Map([...Object.entries(required), ...Object.entries(optional)])
  const names = Object.keys(required)
  return (value, path) => {
    if (!isObject(value)) return `${path || 'body'}: expected an object`
    for (const key of names) if (!Object.hasOwn(value, key)) return `${join(path, key)}: missing`
    for (const key of Object.keys(value)) {
      const check = checks.get(key)
      const reason = check ? check(value[key], join(path, key)) : `${join(path, key)}: unknown field`
      if (reason) return reason
    }
    return undefined
  }
}

/** @type {Check} */
export const anything = () => undefined

/** @type {(first: Check, second: Check, what: string) => Check} */
export const either = (first, second, what) => (value, path) => (first(value, path) && second(value, path) ? `${path}: expected ${what}` : undefined)
