import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { consent, type ConsentOptions } from '../../src/sources/consent.js'
import type { ConsentSignal, Seen } from '../../src/types.js'
import { countListeners } from '../harness/listeners.js'

const left = countListeners()
interface Page {
  dataLayer?: unknown[]
  own?: unknown[]
  __tcfapi?: unknown
  Shopify?: unknown
}
const page = window as unknown as Page
beforeEach(() => {
  for (const name of ['dataLayer', 'own', '__tcfapi', 'Shopify']) Reflect.deleteProperty(page, name)
})
const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

/** As gtag pushes its arguments. */
function gtag(..._: unknown[]) {
  ;(page.dataLayer ??= []).push(arguments)
}
const listen = (options?: ConsentOptions) => {
  const seen: Seen[] = []
  const stop = consent(options)((each) => seen.push(each))
  stops.push(stop)
  const signals = () => seen.filter((each): each is ConsentSignal => 'consent' in each)
  return { seen, stop, signals, said: () => signals().map((each) => each.consent) }
}
const all = (state: string) => ({ analytics: state, personalization: state, ads: state })

describe('Consent Mode', () => {
  test('is heard as it was said before, and as it is said later', () => {
    gtag('consent', 'default', { analytics_storage: 'denied', ad_storage: 'denied', wait_for_update: 500 })
    const { signals, stop } = listen()
    gtag('consent', 'update', { analytics_storage: 'granted', ad_storage: 'denied' })
    gtag('event', 'view_item', {})
    page.dataLayer!.push({ event: 'gtm.js' }, { length: 1e9 }, ['consent', 'update', { analytics_storage: 'denied' }], null, 7)
    expect(signals()).toEqual([
      { consent: all('pending'), isDefault: true },
      { consent: { analytics: 'granted', personalization: 'granted', ads: 'denied' } },
      { consent: { analytics: 'denied', personalization: 'denied', ads: undefined } },
    ])
    stop()
    gtag('consent', 'update', { analytics_storage: 'granted' })
    expect([signals().length, left()]).toEqual([3, []])
  })

  test('grants ads only where storage, user data and personalisation are all granted', () => {
    const { said } = listen()
    gtag('consent', 'update', { ad_storage: 'granted', ad_user_data: 'granted', ad_personalization: 'denied' })
    gtag('consent', 'update', { ad_storage: 'granted', ad_user_data: 'granted', ad_personalization: 'granted' })
    gtag('consent', 'update', { personalization_storage: 'denied', analytics_storage: 'granted' })
    expect(said()).toMatchObject([{ ads: 'denied' }, { ads: 'granted' }, { analytics: 'granted', personalization: 'denied' }])
  })

  test('remembers what an earlier call said of the other types', () => {
    const { said } = listen()
    gtag('consent', 'default', { ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied' })
    gtag('consent', 'update', { ad_storage: 'granted' })
    gtag('consent', 'update', { ad_user_data: 'granted', ad_personalization: 'granted' })
    expect(said().map((each) => (each as { ads?: string }).ads)).toEqual(['pending', 'pending', 'granted'])
  })

  test('takes the nearest default of each type by itself', () => {
    gtag('consent', 'default', { analytics_storage: 'denied', region: ['DE'] })
    gtag('consent', 'default', { analytics_storage: 'granted', ad_storage: 'granted' })
    expect(listen({ region: 'DE' }).said().at(-1)).toMatchObject({ analytics: 'pending', ads: 'granted' })
  })

  test('by default grants what it grants', () => {
    gtag('consent', 'default', { analytics_storage: 'granted', ad_storage: 'denied' })
    expect(listen().signals()).toEqual([{ consent: { analytics: 'granted', personalization: 'granted', ads: 'pending' }, isDefault: true }])
  })

  const defaults = () => {
    gtag('consent', 'default', { analytics_storage: 'granted' })
    gtag('consent', 'default', { analytics_storage: 'denied', region: ['US-CA', 'DE'] })
    gtag('consent', 'default', { analytics_storage: 'granted', region: ['US'] })
  }
  test.each([
    ['DE', 'pending'],
    ['DE-BY', 'pending'],
    ['US-CA', 'pending'],
    ['US-NY', 'granted'],
    ['FR', 'granted'],
  ])('of regions counts where the shopper is, the nearest first: %s is %s', (region, state) => {
    defaults()
    expect(listen({ region }).said().at(-1)).toMatchObject({ analytics: state })
  })

  test('of regions does not count where nobody has said where the shopper is, and the developer is told', () => {
    defaults()
    const { said, seen } = listen()
    expect(said()).toMatchObject([{ analytics: 'granted' }])
    expect(seen.flatMap((each) => ('failure' in each ? [each.advice] : []))).toEqual(Array(2).fill('region must say where the shopper is, such as DE or US-CA, for the consent defaults of regions to count'))
  })

  test('is heard on a layer of another name', () => {
    page.own = [['consent', 'update', { analytics_storage: 'granted' }]]
    expect(listen({ layer: 'own' }).said()).toMatchObject([{ analytics: 'granted' }])
  })

  test('that is nonsense says nothing, and harms nobody', () => {
    const { seen } = listen()
    for (const given of [undefined, null, 'granted', {}, { analytics_storage: true }, { region: 7 }]) gtag('consent', 'update', given)
    gtag('consent')
    gtag('consent', 'other', { analytics_storage: 'granted' })
    expect(seen.filter((each) => !('consent' in each) || Object.values(each.consent).some(Boolean))).toEqual([])
  })
})

describe('TCF', () => {
  const stub = () => {
    const calls: unknown[][] = []
    const tcf = (...args: unknown[]) => void calls.push(args)
    const tell = (data: object, isRight = true) => (calls[0]![2] as (data: object, isRight: boolean) => void)({ listenerId: 9, ...data }, isRight)
    return { tcf, calls, tell }
  }
  const agreed = (...purposes: number[]) => ({ purpose: { consents: Object.fromEntries(purposes.map((each) => [each, true])) } })

  test('is pending by default while the shopper is asked, and says nothing where it fails', () => {
    const { tcf, tell } = stub()
    page.__tcfapi = tcf
    const { signals } = listen()
    tell({ eventStatus: 'cmpuishown', gdprApplies: true, ...agreed() })
    tell({ eventStatus: 'tcloaded', gdprApplies: true }, false)
    expect(signals()).toEqual([{ consent: 'pending', isDefault: true }])
  })

  test.each<[purposes: number[], analytics: string, personalization: string, ads: string]>([
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'granted', 'granted', 'granted'],
    [[1, 8], 'granted', 'denied', 'denied'],
    [[1, 5, 6], 'denied', 'granted', 'denied'],
    [[8], 'denied', 'denied', 'denied'],
    [[], 'denied', 'denied', 'denied'],
  ])('with purposes %o is analytics %s, personalization %s, ads %s', (purposes, analytics, personalization, ads) => {
    const { tcf, tell } = stub()
    page.__tcfapi = tcf
    const { said } = listen()
    tell({ eventStatus: 'useractioncomplete', gdprApplies: true, ...agreed(...purposes) })
    tell({ eventStatus: 'tcloaded', gdprApplies: true, ...agreed(...purposes) })
    expect(said()).toEqual([{ analytics, personalization, ads }, { analytics, personalization, ads }])
  })

  test('grants by default where the law does not apply: nobody has chosen', () => {
    const { tcf, tell } = stub()
    page.__tcfapi = tcf
    const { signals } = listen()
    tell({ eventStatus: 'tcloaded', gdprApplies: false })
    expect(signals()).toEqual([{ consent: 'granted', isDefault: true }])
  })

  test('is heard on a page of Shopify, too, and Shopify beside it', () => {
    page.Shopify = { customerPrivacy: { currentVisitorConsent: () => ({ analytics: 'yes' }), analyticsProcessingAllowed: () => true } }
    const { said } = listen()
    const { tcf, tell } = stub()
    page.__tcfapi = tcf
    document.dispatchEvent(new Event('readystatechange'))
    tell({ eventStatus: 'useractioncomplete', gdprApplies: true, ...agreed() })
    expect(said()).toMatchObject([{ analytics: 'granted' }, { analytics: 'denied' }])
  })

  test('is found while the document loads, asked once, and left alone afterwards', () => {
    const { stop } = listen()
    const { tcf, calls, tell } = stub()
    page.__tcfapi = tcf
    document.dispatchEvent(new Event('readystatechange'))
    document.dispatchEvent(new Event('readystatechange'))
    tell({ eventStatus: 'cmpuishown' })
    stop()
    expect([calls.map(([command, version]) => [command, version]), calls[1]![3], left()]).toEqual([[['addEventListener', 2], ['removeEventListener', 2]], 9, []])
  })
})

describe('Shopify\'s customer privacy', () => {
  const shopify = (said: object, isAllowed = false) => ({ customerPrivacy: { currentVisitorConsent: () => said, analyticsProcessingAllowed: () => isAllowed } })

  test('is heard at once, and when the shopper has chosen', () => {
    page.Shopify = shopify({ analytics: 'yes', preferences: 'no', marketing: '' })
    const { signals, stop } = listen()
    page.Shopify = shopify({ analytics: 'no', preferences: 'no', marketing: 'no' })
    document.dispatchEvent(new Event('visitorConsentCollected'))
    expect(signals()).toEqual([{ consent: { analytics: 'granted', personalization: 'denied', ads: undefined } }, { consent: all('denied') }])
    stop()
    document.dispatchEvent(new Event('visitorConsentCollected'))
    expect([signals().length, left()]).toEqual([2, []])
  })

  test('grants by default where nobody has to be asked, and says nothing where somebody has', () => {
    page.Shopify = shopify({ analytics: '' }, true)
    expect(listen().signals()).toEqual([{ consent: 'granted', isDefault: true }])
    page.Shopify = shopify({ analytics: '' })
    expect(listen().signals()).toEqual([])
  })

  test('is loaded where the shop has not', () => {
    const asked: unknown[] = []
    page.Shopify = {
      loadFeatures: (features: object[], callback: () => void) => {
        asked.push(...features)
        page.Shopify = shopify({ analytics: 'yes' })
        callback()
      },
    }
    expect([listen().said(), asked]).toMatchObject([[{ analytics: 'granted' }], [{ name: 'consent-tracking-api', version: '0.1' }]])
  })

  test('that cannot be loaded, or throws, is a mishap', () => {
    page.Shopify = { loadFeatures: (_: object[], callback: (error: Error) => void) => callback(new Error('no')) }
    expect(listen().seen).toEqual([{ failure: new Error('no') }])
    page.Shopify = { customerPrivacy: { currentVisitorConsent: () => { throw new Error('no') } } }
    const { seen } = listen()
    document.dispatchEvent(new Event('visitorConsentCollected'))
    expect(seen).toEqual([{ failure: new Error('no') }, { failure: new Error('no') }])
  })
})
