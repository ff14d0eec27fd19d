/** Programs that say so in their user agent: search engines, previews of links, monitors. Headless browsers, too; a maker of phones is called Cubot. */
const BOT = /bot\b|crawl|spider|slurp|preview|headless|lighthouse|facebookexternalhit|monitor/i

/** What makes touchpoints others than a shopper's: `staff`, `webdriver` (the browser is driven by a program), `bot`. They are recorded all the same; whoever counts may leave them out. */
export function marksOf({ staff }: { readonly staff: boolean }): readonly string[] {
  const { webdriver, userAgent } = navigator
  return [...(staff ? ['staff'] : []), ...(webdriver ? ['webdriver'] : []), ...(BOT.test(userAgent.replace(/cubot/i, '')) ? ['bot'] : [])]
}
