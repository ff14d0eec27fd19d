import { type Redactor, shorten } from './redact.js'
import { quote } from './to-json.js'

/** Click ids: gclid, fbclid, msclkid, irclickid and what is called like them, and others. Only their names are kept, never their values. */
const CLICK_IDS = /^(?:\w{1,4}cl(?:ic)?k?id|[gw]braid|li_fat_id|epik|sccid|rdt_cid)$/i

/** A campaign, or what holds one, without the names of click ids. */
export const withoutClicks = (json: string): string => json.replace(/,?"click_ids":\[[^\]]*\]/, '')

/** The campaign that a URL names, as JSON: utm parameters as they came, click ids by name only, where that is allowed. `{}` for none. */
export function campaignOf(url: string, { text }: Redactor, mayNameClicks: boolean): string {
  const params = [...new URL(url).searchParams]
  const utm = params.filter(([name]) => /^utm_\w{1,32}$/.test(name)).map(([name, value]) => `"${name}":${quote(shorten(value, 256, text))}`)
  const ids = params.filter(([name]) => mayNameClicks && CLICK_IDS.test(name)).map(([name]) => quote(name.toLowerCase()))
  return `{${[...utm, ...(ids.length ? [`"click_ids":[${ids.join()}]`] : [])].join()}}`
}
