// @ts-check
import { html } from '../html.js'

/** @param {import('../view.js').View} view @returns {import('../view.js').Page} */
export const missingPage = ({ t, to }) => ({
  title: t.missingTitle,
  status: 404,
  main: html`<section class="wrap middle"><h1>${t.missingTitle}</h1><p class="lead">${t.missingText}</p><p><a class="button" href="${to('/shop')}">${t.browse}</a></p></section>`,
})
