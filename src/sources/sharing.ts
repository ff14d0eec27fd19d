import { listen } from '../browser/listen.js'
import { onShare } from '../browser/on-share.js'
import type { Props, Source } from '../types.js'

/** Where the names of networks are short. */
const NAMES: readonly (readonly [host: RegExp, name: string])[] = [
  [/(^|\.)(facebook\.com|fb\.com)$/, 'facebook'],
  [/(^|\.)(twitter|x)\.com$/, 'twitter'],
  [/(^|\.)(t|telegram)\.me$/, 'telegram'],
  [/(^|\.)(wa\.me|whatsapp\.com)$/, 'whatsapp'],
  [/(^|\.)m\.me$/, 'messenger'],
  [/(^|\.)vk\.(com|ru)$/, 'vk'],
]
/** Paths of pages that exist to share something. */
const SHARES = /share|intent\/|pin\/create|\/submit|\/offer|\/R\/msg|\/send$|^\/$/i
/** What the link of a referral program has in its address. */
const REFERS = /[?&/](?:ref|refer|referral|referral_code|invite|inviter|aff)[=/]/i

/**
 * Records `share` (`method`) where a shopper follows a link to a network's share dialog or to an empty letter or message, and where they have used the browser's own dialog; `referral_sent` where what is
 * shared is a link of a referral program; and `support_contacted` (`via`) where they follow a link to an e-mail address, a telephone, WhatsApp, Messenger or Viber of the shop.
 * Addresses and numbers are never recorded.
 */
export function sharing(): Source {
  return (record) => {
    const fail = (failure: unknown) => record({ failure })
    const followed = (event: Event) => {
      const link = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement && !!node.href)
      const seen = link && meaningOf(link.href, location.host)
      if (seen) record({ name: seen[0], source: 'sharing', props: seen[1], leaving: true })
    }
    const stops = [listen(document, 'click', followed, fail), onShare(() => record({ name: 'share', source: 'sharing', props: { method: 'native' } }), fail)]
    return () => stops.forEach((stop) => stop())
  }
}

/** What following a link means: a name and its props, or nothing. */
function meaningOf(href: string, own: string): readonly [name: string, props: Props] | undefined {
  let url: URL
  try {
    url = new URL(href)
  } catch {
    return
  }
  const { protocol, hostname, host, pathname, searchParams } = url
  const values = [...searchParams.values()]
  const shared = (method: string) => [values.some((value) => REFERS.test(value)) ? 'referral_sent' : 'share', { method }] as const
  const contacted = (via: string) => ['support_contacted', { via }] as const
  if (protocol === 'mailto:') return pathname ? contacted('email') : shared('email')
  if (protocol === 'tel:') return contacted('phone')
  if (protocol === 'sms:') return pathname ? contacted('sms') : shared('sms')
  if (protocol === 'viber:') return host === 'forward' ? shared('viber') : contacted('viber')
  if (protocol === 'whatsapp:') return searchParams.has('phone') ? contacted('whatsapp') : shared('whatsapp')
  if (!protocol.startsWith('http') || host === own) return
  const name = NAMES.find(([of]) => of.test(hostname))?.[1]
  if (name === 'messenger') return contacted(name)
  if (name === 'whatsapp' && (/^\/\+?\d/.test(pathname) || searchParams.has('phone'))) return contacted(name)
  // A link to the shop's own page at a network is none of these.
  return SHARES.test(pathname) && values.some((value) => value.includes(own)) ? shared(name ?? hostname.split('.').slice(-2)[0]!) : undefined
}
