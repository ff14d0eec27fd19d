typeof rihla=='function'||(window.rihla=function(){(rihla.q=rihla.q||[]).push([Date.now(),location.href,document.title,arguments])})

// What the server wrote for this page: what to track at once, and the items behind its links and forms.
const page = JSON.parse(document.getElementById('page-data').textContent)
const byId = (id) => document.getElementById(id)

// As shops do it for Google: rihla reads it there. What GA4 has no word for is told to rihla itself.
window.dataLayer = window.dataLayer || []
const OWN = ['checkout_error', 'coupon_refused', 'newsletter_subscribed']
const track = (name, props) => {
  if (OWN.includes(name)) window.rihla('track', name, props)
  else window.dataLayer.push({ ecommerce: null }, { event: name, ecommerce: props })
}

for (const { name, props } of page.events) track(name, props)

const trackItems = (name, item, quantity) =>
  track(name, { currency: 'EUR', value: Math.round(item.price * quantity * 100) / 100, items: [{ ...item, quantity }] })

/* Lists */

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-item]')
  const list = link && page.lists[link.dataset.list]
  if (!list) return
  const item = list.items.find(({ item_id }) => item_id === link.dataset.item)
  track('select_item', { ...list, currency: 'EUR', items: [item] })
})

/* Product */

const toLatinDigits = (text) => text.replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
const toOwnDigits = new Intl.NumberFormat({ ar: 'ar-u-nu-arab', fa: 'fa-u-nu-arabext' }[document.documentElement.lang] ?? 'en')

const startProduct = (form) => {
  const quantity = () => Math.min(Math.max(Number.parseInt(toLatinDigits(form.elements.quantity.value), 10) || 1, 1), 20)
  const chosen = () => page.product.variants[form.elements.variant.value]
  const step = (by) => {
    form.elements.quantity.value = toOwnDigits.format(Math.min(Math.max(quantity() + by, 1), 20))
  }
  byId('less').addEventListener('click', () => step(-1))
  byId('more').addEventListener('click', () => step(1))
  form.addEventListener('change', () => {
    byId('price').firstElementChild.textContent = chosen().price
  })
  form.addEventListener('submit', () => trackItems('add_to_cart', chosen().item, quantity()))
}

if (byId('add-to-cart-form')) startProduct(byId('add-to-cart-form'))

/* Cart */

for (const form of document.querySelectorAll('form[data-line]')) {
  form.addEventListener('submit', (event) => {
    const change = Number(event.submitter.value) - Number(form.dataset.was)
    trackItems(change > 0 ? 'add_to_cart' : 'remove_from_cart', page.lines[form.dataset.line], Math.abs(change))
  })
}

/* Checkout: a refused form is announced and points at its fields. */

byId('errors')?.focus()

/* Consent */

const banner = byId('consent')
const hasAnswered = () => /(^|; )consent=(granted|denied)(;|$)/.test(document.cookie)
const show = () => {
  banner.hidden = hasAnswered()
}

const answer = (consent) => {
  document.cookie = `consent=${consent}; path=/; max-age=31536000; samesite=lax`
  window.rihla('consent', consent)
  banner.hidden = true
}

byId('consent-accept').addEventListener('click', () => answer('granted'))
byId('consent-reject').addEventListener('click', () => answer('denied'))
byId('privacy-settings').addEventListener('click', () => {
  banner.hidden = false
  byId('consent-accept').focus()
})
// A page that comes back from the back/forward cache may have been answered meanwhile.
window.addEventListener('pageshow', show)
show()
