// @ts-check
import { html, jsonFor } from './html.js'
import { icon, mark } from './art.js'
import { categories } from './catalog.js'
import { countOf } from './cart.js'
import { langs, languages } from './languages.js'

/** @typedef {import('./view.js').View} View */
/** @typedef {import('./view.js').Page} Page */

/** @param {View} view */
const languageSwitch = (view) => html`<nav class="languages" aria-label="${view.t.language}">${langs.map((lang) => html`<a href="/${lang}${view.path}" lang="${lang}" hreflang="${lang}"${lang === view.lang && html` aria-current="true"`}>${languages[lang].name}</a>`)}</nav>`

/** @param {View} view */
const categoryLinks = (view) => [{ id: '', name: view.t.all }, ...categories.map(({ id, name }) => ({ id: `/${id}`, name: name[view.lang] }))].map(({ id, name }) => {
  const path = `/shop${id}`
  return html`<a href="${view.to(path)}"${view.path.split('?')[0] === path && html` aria-current="page"`}>${name}</a>`
})

/** @param {View} view */
const header = (view) => {
  const { t, to } = view
  const count = countOf(view.cart)
  const query = new URLSearchParams(view.path.split('?')[1]).get('q') ?? ''
  return html`<p class="announcement">${t.announcement}</p>
<header class="header"><div class="wrap header-row">
<a class="brand" href="${to('')}">${mark()}<span>${t.brand}</span></a>
<nav class="categories" aria-label="${t.menu}">${categoryLinks(view)}</nav>
<form class="search" role="search" action="${to('/shop')}"><label class="visually-hidden" for="q">${t.search}</label><input id="q" name="q" type="search" value="${query}" placeholder="${t.searchPlaceholder}" maxlength="80"><button id="search-button" aria-label="${t.search}">${icon('search')}</button></form>
${languageSwitch(view)}
<a class="cart-link" id="cart-link" href="${to('/cart')}" aria-label="${t.cartCount(view.number(count))}">${icon('cart')}${count > 0 && html`<span class="count">${view.number(count)}</span>`}</a>
</div></header>`
}

/** The header of the checkout: no way out but the brand, the way shops do it. @param {View} view */
const bareHeader = (view) => html`<header class="header"><div class="wrap header-row"><a class="brand" href="${view.to('')}">${mark()}<span>${view.t.brand}</span></a>${languageSwitch(view)}</div></header>`

/** @param {View} view */
const newsletter = ({ t, to, path, notices }) => {
  const isRefused = notices.includes('newsletter_invalid')
  return html`<section class="newsletter" id="newsletter"><div><h2>${t.newsletterTitle}</h2><p>${t.newsletterText}</p></div>${notices.includes('newsletter_subscribed')
    ? html`<p class="notice" role="status">${icon('check')}${t.subscribed}</p>`
    : html`<form id="newsletter-form" method="post" action="${to('/newsletter')}" novalidate><input type="hidden" name="back" value="${path}"><label for="newsletter-email">${t.fields.email}</label><div class="joined"><input id="newsletter-email" name="email" type="email" autocomplete="email" dir="ltr" maxlength="80" required${isRefused && html` aria-invalid="true" aria-describedby="newsletter-error"`}><button class="button" id="newsletter-subscribe">${t.subscribe}</button></div>${isRefused && html`<p class="error" id="newsletter-error" role="alert">${t.subscribeInvalid}</p>`}</form>`}</section>`
}

/** @param {View} view @returns {import('./view.js').Track[]} */
const subscribed = ({ notices }) => (notices.includes('newsletter_subscribed') ? [{ name: 'newsletter_subscribed', props: { method: 'footer' } }] : [])

/** @param {View} view @param {boolean} bare */
const footer = (view, bare) => {
  const { t } = view
  return html`<footer class="footer"><div class="wrap">${!bare && newsletter(view)}<div class="footer-row"><p class="brand">${mark()}<span>${t.brand}</span></p><nav aria-label="${t.help}"><a href="mailto:hello@finjan.example">${t.contact}</a><a href="tel:+4930555010">${t.call}</a><button class="link" id="privacy-settings" type="button">${t.privacy}</button></nav><p class="quiet">${t.footerNote}</p></div></div></footer>`
}

/** @param {View} view */
const consentBanner = ({ t }) => html`<section class="consent" id="consent" aria-labelledby="consent-title" hidden><div><h2 id="consent-title">${t.consentTitle}</h2><p>${t.consentText}</p></div><div class="consent-buttons"><button class="button quiet-button" id="consent-reject" type="button">${t.reject}</button><button class="button" id="consent-accept" type="button">${t.accept}</button></div></section>`

/**
 * A whole page.
 *
 * @param {View} view
 * @param {Page} page
 */
export const layout = (view, { title, main, data = {}, bare = false }) => html`<!doctype html>
<html lang="${view.lang}" dir="${languages[view.lang].dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${view.t.brand}</title>
<meta name="description" content="${view.t.tagline}">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
${langs.map((lang) => html`<link rel="alternate" hreflang="${lang}" href="/${lang}${view.path}">`)}
<link rel="stylesheet" href="/shop.css">
<script async src="/rihla.js" data-endpoint="${view.endpoint}" data-site="example-shop"${view.consent && html` data-consent="${view.consent}"`}></script>
<script defer src="/shop.js"></script>
</head>
<body>
<a class="skip" href="#main">${view.t.skip}</a>
${bare ? bareHeader(view) : header(view)}
<main id="main" tabindex="-1">${main}</main>
${footer(view, bare)}
${consentBanner(view)}
<script type="application/json" id="page-data">${jsonFor({ lists: {}, lines: {}, ...data, events: [...(data.events ?? []), ...subscribed(view)] })}</script>
</body>
</html>`
