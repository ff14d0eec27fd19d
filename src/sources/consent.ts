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

    const words: Words = {}
    const pushed = (entry: unknown) => {
      const { 0: word, 1: how, 2: given } = Object(entry) as { readonly [place: number]: unknown }
      if (word !== 'consent' || typeof given !== 'object' || !given || !/^(?:default|update)$/.test(`${how}`)) return
      const near = how === 'update' ? SAID : nearness((given as Loose).region, region)
      if (near === undefined) record({ failure: given, advice: 'region must say where the shopper is, such as DE or US-CA, for the consent defaults of regions to count' })
      else if (near >= 0) record({ consent: take(words, given as Loose, near), ...(near < SAID && { isDefault: true }) })
    }
    stops.push(onPush(layer, pushed, fail))

    // --- TCF and Shopify, which may come while the document loads ---

    const asked = { tcf: false, shopify: false }
    const ask = guarded(() => {
      const { __tcfapi: tcf, Shopify } = page
      if (tcf && !asked.tcf) {
        asked.tcf = true
        askTcf(tcf)
      }
      if (asked.shopify || !(Shopify?.customerPrivacy || Shopify?.loadFeatures)) return
      asked.shopify = true
      if (Shopify.customerPrivacy) tellShopify()
      else Shopify.loadFeatures?.([{ name: 'consent-tracking-api', version: '0.1' }], (error) => (error ? fail(error) : tellShopify()))
    }, fail)
    const askTcf = (tcf: Tcf) => {
      let listener: number | undefined
      tcf('addEventListener', 2, (data, isRight) => {
        listener = data?.listenerId
        const { eventStatus, gdprApplies, purpose } = data ?? {}
        if (!isRight || !eventStatus) return
        const has = (...purposes: number[]): Consent => (purposes.every((each) => purpose?.consents?.[each]) ? 'granted' : 'denied')
        // Nobody has chosen: nobody need where the law does not apply, and somebody is being asked where the tool is shown.
        if (gdprApplies === false) record({ consent: 'granted', isDefault: true })
        else if (eventStatus === 'cmpuishown') record({ consent: 'pending', isDefault: true })
        else if (/^(?:tcloaded|useractioncomplete)$/.test(eventStatus)) record({ consent: { analytics: has(1, 8), personalization: has(1, 5, 6), ads: has(1, 3, 4) } })
      })
      stops.push(() => tcf('removeEventListener', 2, () => {}, listener))
    }
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

/** What Consent Mode was told of each type, and how near to the shopper it was said. */
type Words = { [type: string]: { readonly word: string; readonly near: number } }

/** Nearer than any default: an update. */
const SAID = 9
const TYPES: { readonly [purpose in keyof Purposes]-?: readonly string[] } = {
  analytics: ['analytics_storage'],
  personalization: ['personalization_storage'],
  ads: ['ad_storage', 'ad_user_data', 'ad_personalization'],
}

/** Enters what a call says, the nearest first, and gives what is true now for the purposes that it is about: one that only a default denies is pending. */
function take(words: Words, given: Loose, near: number): Purposes {
  const isAbout = (types: readonly string[]) => types.some((type) => /^(?:granted|denied)$/.test(`${given[type]}`))
  for (const type of Object.values(TYPES).flat()) if (isAbout([type]) && near >= (words[type]?.near ?? 0)) words[type] = { word: `${given[type]}`, near }
  const stateOf = (types: readonly string[]): Consent | undefined => {
    const denials = types.flatMap((type) => (words[type]?.word === 'denied' ? [words[type].near] : []))
    return isAbout(types) ? (denials.length ? (denials.includes(SAID) ? 'denied' : 'pending') : 'granted') : undefined
  }
  const analytics = stateOf(TYPES.analytics)
  return { analytics, personalization: stateOf(TYPES.personalization) ?? (words.personalization_storage ? undefined : analytics), ads: stateOf(TYPES.ads) }
}

/** How near a default's regions are to the shopper: 0 for none named, 1 for the country, 2 for the part of it; -1 for somewhere else; `undefined` where nobody has said where the shopper is. */
function nearness(regions: unknown, here: string | undefined): number | undefined {
  if (!Array.isArray(regions) || !regions.length) return 0
  if (!here) return undefined
  return regions.includes(here) ? here.split('-').length : regions.includes(here.split('-')[0]) ? 1 : -1
}
