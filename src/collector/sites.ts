import { isSameSecret } from './access.js'
import { has } from './checks.js'

/** What a collector asks of the requests of one site. */
export interface SiteRules {
  /** The origins of its pages, such as `https://shop.example`. @default any */
  readonly origins?: readonly string[]
  /** What the endpoint that its trackers are given must end in: `?key=…`. A page cannot keep it secret: it tells apart, it does not protect. @default none */
  readonly key?: string
  /** Stores nothing of it any more, and says so. What its trackers send is acknowledged all the same, so that nothing piles up on the devices. @default false */
  readonly off?: boolean
}

/** The sites of a collector by name, or who knows them. */
export type Sites = { readonly [site: string]: SiteRules } | ((site: string) => SiteRules | undefined | Promise<SiteRules | undefined>)

/** What becomes of a request of a site: taken, taken by nobody because the site is off, or refused with a reason. */
export async function judgeSite(sites: Sites | undefined, site: string, request: Request): Promise<{ readonly isOff: boolean } | { readonly reason: string }> {
  const rules = typeof sites === 'function' ? await sites(site) : !sites ? {} : has(sites, site) ? sites[site] : undefined
  if (!rules) return { reason: `site: this collector has none called ${site}` }
  const origin = request.headers.get('origin')
  if (rules.origins && !rules.origins.includes(origin ?? '')) return { reason: `origin: expected one of the site's, got ${(origin ?? 'none').slice(0, 200)}` }
  if (rules.key && !(await isSameSecret(new URL(request.url).searchParams.get('key') ?? '', rules.key))) return { reason: 'key: expected the key of the site at the end of the endpoint, ?key=…' }
  return { isOff: !!rules.off }
}
