// @ts-check
// Servers that a collector is told of, and what it needs to talk to them.

/** @type {(flag: string, text: string | undefined, schemes: RegExp) => string[] | undefined} */
export const addressesOf = (flag, text, schemes) => {
  if (!text) return undefined
  const addresses = text.split(',').map((address) => address.trim())
  const wrong = addresses.find((address) => !URL.canParse(address) || !schemes.test(address))
  if (wrong !== undefined) throw new Error(`${flag}: expected addresses such as ${flag === '--nats' ? 'nats://10.0.0.5:4222' : 'http://10.0.0.5:8123'}, got "${wrong}".`)
  return addresses
}

export const isAbsent = (/** @type {unknown} */ error) => error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'

/** Loads what needs a package that is an optional peer dependency. @template T @param {() => Promise<T>} load @param {string} option @param {string} packages @returns {Promise<T>} */
export const loaded = async (load, option, packages) => {
  try {
    return await load()
  } catch (error) {
    throw isAbsent(error) ? new Error(`${option} needs ${packages}: npm install ${packages}`, { cause: error }) : error
  }
}

/** A server as its address says. @type {(address: string) => import('rihla/collector/clickhouse').Server} */
export const serverAt = (address) => {
  const { origin, pathname, username, password } = new URL(address)
  return { url: origin, ...(pathname.length > 1 && { database: pathname.slice(1) }), ...(username && { username: decodeURIComponent(username), password: decodeURIComponent(password) }) }
}

/** NATS servers as their addresses say, with who is to be let in as the first one says. @type {(addresses: readonly string[]) => { servers: string[], user?: string, pass?: string }} */
export const natsAt = (addresses) => {
  const [first = new URL('nats://localhost')] = addresses.map((address) => new URL(address))
  const { username, password } = first
  return { servers: addresses.map((address) => new URL(address).host), ...(username && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }) }
}
