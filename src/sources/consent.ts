import { guarded, listen } from '../browser/listen.js'
import { onPush } from '../browser/on-push.js'
import type { Consent, Purposes, Source, Stop } from '../types.js'

/** Settings of `consent`. */
export interface ConsentOptions {
  /** The global array that Consent Mode's signals are pushed to. @default 'dataLayer' */
  readonly layer?: string
  /** Where the shopper is, as ISO 3166-2, such as `DE` or `US-CA`: without it, Consent Mode's defaults for regions do not count. @default none */
  readonly region?: string
}

type Loose = { readonly [key: string]: unknown }

/** The part of IAB's Transparency and Consent Framework 2.2 that is asked here. */
interface Tcf {
  (command: 'addEventListener', version: 2, callback: (data: { readonly eventStatus?: string; readonly gdprApplies?: boolean; readonly listenerId?: number; readonly purpose?: { readonly consents?: { readonly [purpose: number]: boolean } } }, isRight: boolean) => void): void
  (command: 'removeEventListener', version: 2, callback: () => void, listener: number | undefined): void
}

/** The part of Shopify's customer privacy API that is asked here. */
interface CustomerPrivacy {
  readonly currentVisitorConsent: () => { readonly analytics?: string; readonly preferences?: string; readonly marketing?: string }
  readonly analyticsProcessingAllowed: () => boolean
}

interface Page extends Window {
  readonly __tcfapi?: Tcf
  readonly Shopify?: { readonly customerPrivacy?: CustomerPrivacy; readonly loadFeatures?: (features: readonly object[], callback: (error?: unknown) => void) => void }
}

/**
 * Hears what the shop's consent tool says: Google's Consent Mode v2 (`gtag('consent', …)`), IAB's TCF 2.2 (`__tcfapi`), and Shopify's customer privacy API. What was said before is heard at once.
 *
 * A default that denies means `pending`: the shopper has not been asked yet. Consent Mode's `analytics_storage` stands for `analytics`, and for `personalization` where `personalization_storage` says
 * nothing; `ad_storage`, `ad_user_data` and `ad_personalization` all together for `ads`. TCF's purposes 1 and 8 stand for `analytics`, 1, 5 and 6 for `personalization`, 1, 3 and 4 for `ads`.
 */
export function consent({ layer = 'dataLayer', region }: ConsentOptions = {}): Source {
  return (record) => {
    const fail = (failure: unknown) => record({ failure })
    const page = window as Page
    const stops: Stop[] = []

    // --- Consent Mode ---

    let nearest = 0
    stops.push(
      onPush(
        layer,
        (entry) => {
          const { 0: word, 1: how, 2: given } = Object(entry) as { readonly [place: number]: unknown }
          if (word !== 'consent' || typeof given !== 'object' || !given) return
          if (how === 'update') return record({ consent: purposesOf(given as Loose, 'denied') })
          if (how !== 'default') return
          const near = nearness((given as Loose).region, region)
          if (near === undefined) record({ failure: given, advice: 'region must say where the shopper is, such as DE or US-CA, for the consent defaults of regions to count' })
          else if (near >= nearest) {
            nearest = near
            record({ consent: purposesOf(given as Loose, 'pending'), isDefault: true })
          }
        },
        fail,
      ),
    )

    // --- TCF and Shopify, which may come while the document loads ---

    let isAsked = false
    const ask = guarded(() => {
      const { __tcfapi: tcf, Shopify } = page
      if (isAsked || !(tcf || Shopify?.customerPrivacy || Shopify?.loadFeatures)) return
      isAsked = true
      if (tcf) {
        let listener: number | undefined
        tcf('addEventListener', 2, (data, isRight) => {
          listener = data?.listenerId
          const { eventStatus, gdprApplies, purpose } = data ?? {}
          if (!isRight || !eventStatus) return
          const has = (...purposes: number[]): Consent => (gdprApplies === false || purposes.every((each) => purpose?.consents?.[each]) ? 'granted' : 'denied')
          if (/^(?:tcloaded|useractioncomplete)$/.test(eventStatus)) record({ consent: { analytics: has(1, 8), personalization: has(1, 5, 6), ads: has(1, 3, 4) } })
        })
        stops.push(() => tcf('removeEventListener', 2, () => {}, listener))
      } else if (Shopify?.customerPrivacy) tellShopify()
      else Shopify?.loadFeatures?.([{ name: 'consent-tracking-api', version: '0.1' }], (error) => (error ? fail(error) : tellShopify()))
    }, fail)
    const tellShopify = () => {
      const api = page.Shopify?.customerPrivacy
      if (!api) return
      const { analytics, preferences, marketing } = api.currentVisitorConsent()
      const said = (word?: string): Consent | undefined => (word === 'yes' ? 'granted' : word === 'no' ? 'denied' : undefined)
      if (analytics) record({ consent: { analytics: said(analytics), personalization: said(preferences), ads: said(marketing) } })
      // Nobody has been asked, and nobody need be where the shopper is.
      else if (api.analyticsProcessingAllowed()) record({ consent: 'granted', isDefault: true })
    }
    ask()
    stops.push(listen(document, 'readystatechange', ask, fail), listen(document, 'visitorConsentCollected', tellShopify, fail))
    return () => stops.splice(0).forEach((stop) => stop())
  }
}

/** Consent Mode's words for purposes. What is not granted is `otherwise`. */
function purposesOf(given: Loose, otherwise: Consent): Purposes {
  const of = (...types: string[]): Consent | undefined => {
    const said = types.map((type) => given[type]).filter((word) => word === 'granted' || word === 'denied')
    return said.length ? (said.includes('denied') ? otherwise : 'granted') : undefined
  }
  return { analytics: of('analytics_storage'), personalization: of('personalization_storage') ?? of('analytics_storage'), ads: of('ad_storage', 'ad_user_data', 'ad_personalization') }
}

/** How near a default's regions are to the shopper: 0 for none named, 1 for the country, 2 for the part of it; -1 for somewhere else; `undefined` where nobody has said where the shopper is. */
function nearness(regions: unknown, here: string | undefined): number | undefined {
  if (!Array.isArray(regions) || !regions.length) return 0
  if (!here) return undefined
  return regions.includes(here) ? here.split('-').length : regions.includes(here.split('-')[0]) ? 1 : -1
}
