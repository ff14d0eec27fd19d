import { SnowplowEcommercePlugin, trackAddToCart, trackProductView } from '@snowplow/browser-plugin-snowplow-ecommerce'
import { newTracker, trackSelfDescribingEvent } from '@snowplow/browser-tracker'

newTracker('bench', window.ENDPOINT, { appId: 'bench', plugins: [SnowplowEcommercePlugin()] })
const productOf = ({ item_id, item_name, item_category, price, quantity }, currency) => ({ id: item_id, name: item_name, category: item_category, price, quantity, currency })
const marked = (nth) => [{ schema: 'iglu:shop.example/nth/jsonschema/1-0-0', data: { nth } }]
window.act = (name, { nth, ...props }) => {
  const { currency, value, items } = props
  if (name === 'view_item') trackProductView({ ...productOf(items[0], currency), context: marked(nth) })
  else if (name === 'add_to_cart') trackAddToCart({ products: items.map((item) => productOf(item, currency)), total_value: value, currency, context: marked(nth) })
  else trackSelfDescribingEvent({ event: { schema: `iglu:shop.example/${name}/jsonschema/1-0-0`, data: { ...props, nth } } })
}
