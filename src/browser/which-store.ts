/** The shop systems that a page can be told by. */
export type StoreName = 'shopify' | 'woocommerce'

/** Which shop system made this page, by what it leaves in the head and on the body; `undefined` for none, or where that has not been parsed yet. */
export function whichStore(): StoreName | undefined {
  if ((window as Window & { Shopify?: { shop?: unknown } }).Shopify?.shop) return 'shopify'
  const isWoo = /\bwoocommerce\b/.test(document.body?.className ?? '') || document.querySelector('[src*="/plugins/woocommerce/"],[href*="/plugins/woocommerce/"],meta[name=generator][content^=WooCommerce]')
  return isWoo ? 'woocommerce' : undefined
}
