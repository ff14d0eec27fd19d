import { onContent } from '../browser/on-content.js'
import { currentPage } from '../browser/page.js'
import type { Props, Source } from '../types.js'

/** Paths of the shop systems that most shops are made with, below a language or not. */
const LANGUAGE = /^\/[a-z]{2}(?:-[a-z]{2})?(?=\/)/i
const ORDER = /^\/(?:(?:my-?account|account|customer\/account|user|profile)\/(?:view-order|orders?|order-history)\/[^/]+|orders?\/(?!new)[^/]+|(?:order|track)[-_]?(?:status|tracking|order|your-order)|track(?:ing)?)(?:\/|$)/i
const ACCOUNT = /^\/(?:my-?account|account|customer\/account|user|profile)(?:\/(?!log-?in|log-?out|regist|sign|lost|reset|recover|activate)|$)/i
const SEARCH = /search|suche|recherche|buscar|cerca|arama/i
const TERMS = ['q', 's', 'query', 'search', 'search_query', 'keyword', 'keywords', 'term']
const REFERRALS = ['ref', 'referral', 'referral_code', 'refer', 'invite', 'inviter', 'aff']
const REFERRAL = /^\/(?:r|ref|refer|invite)\/[^/]+\/?$/i

/**
 * Records what a page of a shop is about, by its kind (`data-rihla-page` on `<html>`), its path and its parameters: `account_viewed`, `order_status_viewed`, `search` (`search_term`), and `referral_landing` (the
 * name of its `param`) where a shopper comes by the link of a referral program. At load and on single-page routes, once for each address; the next page of the same search is none. Codes and order numbers are not recorded.
 */
export function shopPages(): Source {
  return (record) => {
    let here = ''
    let term: string | undefined
    const referrer = document.referrer
    let isLanding = !referrer || !referrer.startsWith(`${location.origin}/`)

    const look = () => {
      const url = new URL(location.href)
      if (url.href === here) return
      here = url.href
      const tell = (name: string, props?: Props) => record({ name, source: 'shop-pages', props })
      const { kind } = currentPage()
      const path = url.pathname.replace(LANGUAGE, '')
      const isOrder = kind === 'order_status' || ORDER.test(path)
      // A page that asks for a password shows no account yet.
      const isAccount = !isOrder && (kind === 'account' || ACCOUNT.test(path)) && !document.querySelector('input[type=password]')
      if (isOrder) tell('order_status_viewed')
      if (isAccount) tell('account_viewed')
      const before = term
      term = termOf(url, kind)
      if (term && term !== before && !/[2-9]|\d\d/.test(url.searchParams.get('page') ?? url.searchParams.get('paged') ?? '')) tell('search', { search_term: term })
      const param = REFERRALS.find((name) => url.searchParams.get(name)) ?? (REFERRAL.test(url.pathname) ? 'path' : undefined)
      if (isLanding && param) tell('referral_landing', { param })
      isLanding = false
    }
    return onContent(look, (failure) => record({ failure }))
  }
}

/** What was searched for: a parameter that is called like a term, on a page that searches. WordPress searches anywhere with `s`. */
function termOf({ pathname, searchParams }: URL, kind: string | undefined): string | undefined {
  const isSearch = kind === 'search' || SEARCH.test(pathname)
  const name = TERMS.find((each) => searchParams.get(each)?.trim() && (isSearch || each === 's'))
  return name && searchParams.get(name)!.trim()
}
