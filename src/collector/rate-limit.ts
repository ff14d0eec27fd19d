/** What a server knows of a request besides itself. */
export interface RequestInfo {
  /** The address that it came from. */
  readonly ip?: string | undefined
}

/** Says in how many seconds a sender may come again; 0 where it may now. */
export type RateLimit = (request: Request, info: RequestInfo) => number | Promise<number>

/** Settings of `perIp`. */
export interface PerIpOptions {
  /** How many requests a minute. @default 600 */
  readonly perMinute?: number
  /** How many at once. @default the same */
  readonly burst?: number
  /** The address that is meant: behind a proxy, from a header that it sets. @default the one that the server tells */
  readonly ipOf?: (request: Request, info: RequestInfo) => string | undefined
  /** Ms since epoch. @default Date.now */
  readonly now?: () => number
}

/** How many addresses are remembered. */
const MOST = 10_000

/** Lets each address send so many requests a minute. A shop's visitors may share one (offices, phone networks): leave room. Where the address is not known, everybody may. Throws a `TypeError` for a wrong option. */
export function perIp({ perMinute = 600, burst = perMinute, ipOf = (_, { ip }) => ip, now = Date.now }: PerIpOptions = {}): RateLimit {
  if (!(perMinute > 0)) throw new TypeError('rihla: perMinute must be a number above 0')
  if (!(burst >= 1)) throw new TypeError('rihla: burst must be a number from 1 on')
  // How many are left, and since when.
  const buckets = new Map<string, readonly [left: number, at: number]>()
  return (request, info) => {
    const ip = ipOf(request, info)
    if (ip === undefined) return 0
    const at = now()
    const [before, since] = buckets.get(ip) ?? [burst, at]
    const left = Math.min(burst, before + ((at - since) * perMinute) / 60_000)
    buckets.delete(ip)
    buckets.set(ip, [left < 1 ? left : left - 1, at])
    if (buckets.size > MOST) buckets.delete(buckets.keys().next().value!)
    return left < 1 ? Math.ceil(((1 - left) * 60) / perMinute) : 0
  }
}
