import type { Sender } from './validate.js'

/** What calls itself a program: crawlers, monitors, previews and libraries. Chosen from the names that crawlers publish of themselves. */
const BOT = /bot\b|bot[/;)]|crawl|spider|slurp|headless|lighthouse|pagespeed|pingdom|uptime|monitor|preview|facebookexternalhit|embedly|whatsapp\/|phantomjs|puppeteer|playwright|selenium|python-|curl\/|wget\/|go-http-client|java\/|okhttp|axios\/|node-fetch/i
const TABLET = /ipad|tablet|kindle|silk\/|playbook|android(?!.*mobile)/i
const MOBILE = /mobi|iphone|ipod|android|opera mini|iemobile/i

/** What a `User-Agent` says of who sends: the kind of device, and whether it is a bot. The text itself is not kept. Without one nothing is known. */
export function senderOf(userAgent: string | null): Sender {
  if (!userAgent) return {}
  if (BOT.test(userAgent)) return { device: 'desktop', marks: ['bot'] }
  return { device: TABLET.test(userAgent) ? 'tablet' : MOBILE.test(userAgent) ? 'mobile' : 'desktop' }
}
