/** The shop systems that a page can be told by. */
export type StoreName = 'shopify' | 'woocommerce'

/** The body classes of its pages, and what its plugin leaves in the head of all others. */
const WOOCOMMERCE =
  'body.woocommerce,body.woocommerce-page,body.woocommerce-js,body.woocommerce-no-js,meta[name=generator][content^=WooCommerce],script[src*="/plugins/woocommerce/"],link[href*="/plugins/woocommerce/"]'
/** Shops without Shopify's pages may use its network for pictures and scripts, too. */
const SHOPIFY = 'script[src*="//cdn.shopify.com/s"]'

/** Which shop system made this page; `undefined` for none, or where its marks have not been parsed yet. */
export function whichStore(): StoreName | undefined {
  const has = (selector: string) => document.querySelector(selector)
  if ((window as Window & { Shopify?: { shop?: unknown } }).Shopify?.shop || has(SHOPIFY)) return 'shopify'
  return has(WOOCOMMERCE) ? 'woocommerce' : undefined
}
