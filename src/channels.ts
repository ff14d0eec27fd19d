import { isAmong, isPaymentHost } from './hosts.js'

/** GA4's default channel groups, with `ai_assistant` as of May 2026. */
export type Channel =
  | 'cross_network' | 'paid_shopping' | 'paid_search' | 'paid_social' | 'paid_video' | 'display' | 'paid_other' | 'organic_shopping' | 'organic_social' | 'organic_video'
  | 'ai_assistant' | 'organic_search' | 'email' | 'affiliate' | 'audio' | 'sms' | 'push' | 'referral' | 'direct'

/** Where somebody came from. */
export interface Touch {
  readonly channel: Channel
  /** What the address says in `utm_source`, in lower case; else what a click id stands for, or the host that led here. */
  readonly source?: string | undefined
  /** `utm_medium`, in lower case, or what a click id stands for. */
  readonly medium?: string | undefined
  /** `utm_campaign`, else `utm_id`, as it came. */
  readonly campaign?: string | undefined
}

/** What the shop knows of its own hosts. */
export interface ChannelOptions {
  /** Hosts that are never where somebody comes from, with what is below them, besides the shop's own site and payment providers. @default [] */
  readonly own?: readonly string[]
}

/**
 * Hosts by kind, in the order in which they are looked at. One that ends in a dot stands for all its top-level domains, one without a dot for a `utm_source`. Chosen from
 * matomo-org/searchengine-and-social-list (CC0), with Arabic, Persian and Asian ones.
 */
const HOSTS = {
  email: 'mail.google.com gm.android.google.com mail.yahoo. outlook.live.com outlook.office.com e.mail.ru',
  ai: 'chatgpt.com openai.com perplexity. gemini.google.com copilot. copilot.microsoft.com claude.ai deepseek. grok.com x.ai meta.ai mistral.ai you.com gemini',
  video: 'youtube. youtu.be vimeo. dailymotion. twitch. aparat.com namasha.com filimo.com rutube.ru bilibili. youku.',
  shopping:
    'shopping.google.com shop.app amazon. ebay. etsy. aliexpress. alibaba. temu. shein. idealo. trendyol. hepsiburada. n11.com shopee. digikala. torob. emalls.ir basalam. divar.ir sheypoor. noon. souq. jumia. haraj.com.sa opensooq. salla.sa zid.store dubizzle.',
  social:
    'facebook. fb.com fb.me fb m.me messenger. instagram. ig twitter. t.co x.com threads. linkedin. lnkd.in pinterest. pin.it reddit. tiktok. zhiliaoapp.com snapchat. t.me telegram. wa.me whatsapp. l.wl.co vk. ok.ru weibo. weixin.qq.com line.me bsky.app bluesky mastodon.social quora. discord. rubika.ir eitaa. bale.ai ble.ir splus.ir soroush-app.ir virasty.',
  search:
    'google. bing. yahoo. duckduckgo. ecosia. yandex. ya.ru baidu. naver. seznam.cz qwant. startpage. search.brave.com kagi. ask. aol. sogou. parsijoo. gerdoo. zarebin.ir',
}
type Kind = keyof typeof HOSTS

/** Click ids, each with the source and the medium that it says: only what the id alone means. Facebook's and Instagram's are on every link. */
const CLICKS =
  'gclid,google,cpc gbraid,google,cpc wbraid,google,cpc gad_source,google,cpc dclid,google,display msclkid,bing,cpc yclid,yandex,cpc ttclid,tiktok,cpc twclid,twitter,cpc li_fat_id,linkedin,cpc epik,pinterest,cpc sccid,snapchat,cpc rdt_cid,reddit,cpc irclickid,,affiliate awc,,affiliate cjevent,,affiliate mc_cid,,email mc_eid,,email _kx,,email fbclid,facebook, igshid,instagram,'
    .split(' ')
    .map((click) => click.split(','))

const isPayment = isPaymentHost()
const PAID = /cp|^ppc$|^retargeting$|^paid/
const SHOP = /(?:^|[^a-df-z])shop|shopping/
const EMAIL = /^e[-_ ]?mail$/
/** GA4's rules that ask for a source or a medium alone, in its order around those that ask for a kind of host. */
const MEDIA: readonly (readonly [medium: RegExp, channel: Channel, source?: RegExp])[] = [
  [EMAIL, 'email', EMAIL],
  [/^affiliates?$/, 'affiliate'],
  [/^audio$/, 'audio'],
  [/^sms$/, 'sms', /^sms$/],
  [/push$|mobile|notification/, 'push', /^firebase$/],
]

/** Where somebody came from who landed at this URL with this referrer. Pure, and never throws; no value of a click id is in it. Campaign parameters are as somebody wrote them: redact what you keep. */
export function touchOf(landing: string, referrer: string, { own = [] }: ChannelOptions = {}): Touch {
  const [here, params] = read(landing)
  const [from] = read(referrer)
  const said = (name: string) => params.get(`utm_${name}`)?.trim() || undefined
  const click = CLICKS.find(([name]) => [...params.keys()].some((key) => key.toLowerCase() === name))
  const host = from && !isInside(from, here, own) ? from : undefined
  const source = (said('source')?.toLowerCase() ?? click?.[1]) || host
  const medium = (said('medium')?.toLowerCase() ?? (said('source') ? undefined : click?.[2])) || undefined
  const campaign = said('campaign') ?? said('id')
  const channel = channelOf(source ?? '', medium ?? '', `${campaign ?? ''} ${said('source_platform') ?? ''}`.toLowerCase())
  return { channel, source, medium, campaign }
}

/** The channel alone. */
export const channel = (landing: string, referrer: string, options?: ChannelOptions): Channel => touchOf(landing, referrer, options).channel

/** Whether a host is the shop's: that of the page with its site, one of its own, or a payment provider that leads back. */
export function isInside(host: string, here: string, own: readonly string[] = []): boolean {
  return siteOf(host) === siteOf(here) || isAmong([here, ...own])(host) || isPayment(host)
}

/** GA4's rules in their order. The first that fits counts. */
function channelOf(source: string, medium: string, campaign: string): Channel {
  const kind = kindOf(source)
  const isPaid = PAID.test(medium)
  const isShop = kind === 'shopping' || SHOP.test(campaign)
  if (campaign.includes('cross-network')) return 'cross_network'
  if (isPaid && isShop) return 'paid_shopping'
  if (isPaid && (kind === 'search' || kind === 'social' || kind === 'video')) return `paid_${kind}`
  if (/^(?:display|banner|expandable|interstitial|cpm)$/.test(medium)) return 'display'
  if (isPaid) return 'paid_other'
  if (isShop) return 'organic_shopping'
  if (kind === 'social' || /^(?:social(?:[- ](?:network|media))?|sm)$/.test(medium)) return 'organic_social'
  if (kind === 'video' || medium.includes('video')) return 'organic_video'
  if (kind === 'ai' || medium === 'ai-assistant') return 'ai_assistant'
  // A letter may name any source.
  const said = MEDIA.find(([of, , by]) => of.test(medium) || by?.test(source))
  if (said && medium !== 'organic') return said[1]
  if (kind === 'search' || medium === 'organic') return 'organic_search'
  if (kind === 'email') return 'email'
  return source || medium ? 'referral' : 'direct'
}

function kindOf(source: string): Kind | undefined {
  // The patterns are large: who comes from nowhere does not wait for them.
  if (!source) return undefined
  // A name without a dot is one of the first labels.
  const names = source.includes('.') ? [source] : [source, `${source}.com`]
  return (Object.keys(HOSTS) as Kind[]).find((kind) => names.some((name) => patternOf(HOSTS[kind]).test(name)))
}

const patternOf = (hosts: string) => new RegExp(`^(?:.*\\.)?(?:${hosts.replace(/\./g, '\\.').replace(/\\\.( |$)/g, '\\.(?:com?\\.|net\\.)?[a-z]{2,4}$1').replace(/ /g, '|')})$`)

/** The host and the parameters of a URL. An app of Android says its name from the other end. */
function read(raw: string): [host: string, params: URLSearchParams] {
  try {
    const { protocol, hostname, searchParams } = new URL(raw)
    return [protocol === 'android-app:' ? hostname.split('.').reverse().join('.') : hostname.toLowerCase(), searchParams]
  } catch {
    return ['', new URLSearchParams()]
  }
}

/** The part of a host that somebody has registered, without a list of all suffixes: two labels, or three below one like `co.uk`; of hosts that many shops share, all of it. */
function siteOf(host: string): string {
  if (/^[\d.]+$|:|\.(?:myshopify\.com|github\.io|pages\.dev)$/.test(host)) return host
  return /[^.]+\.(?:(?:com?|net|org|gov|edu|ac)\.[a-z]{2}|[^.]+)$/.exec(host)?.[0] ?? host
}
