// For Settings, Customer events, Add custom pixel. Put rihla.shopify-pixel.js where rihla.js is.
const script = document.createElement('script')
script.src = 'https://shop.example/rihla.shopify-pixel.js'
script.onload = () => rihlaPixel({ analytics, browser, init, customerPrivacy: api.customerPrivacy }, { endpoint: 'https://collector.example/collect', site: 'my-shop' })
document.head.append(script)
