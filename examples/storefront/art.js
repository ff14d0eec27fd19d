// @ts-check
import { html } from './html.js'
import { bag, bowl, cup, cups, dallah, dripper, kettle, mug, tin } from './shapes.js'

/** @typedef {import('./html.js').Html} Html */
/** @typedef {{ back: string, niche: string, table: string, main: string, shade: string, light: string, accent: string }} Palette */

// Flat shapes and presentation attributes only: no ids to collide on a page, and nothing that a strict style-src blocks.
const shapes = { bag, tin, cups, bowl, mug, dallah, dripper, kettle }

/** An eight-pointed star, the pattern of the house. @param {number} x @param {number} y @param {number} r @param {string} colour */
const star = (x, y, r, colour) => html`<g fill="none" stroke="${colour}" stroke-width="2" opacity=".55"><rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}"/><rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}" transform="rotate(45 ${x} ${y})"/></g>`

/** @param {Palette} palette */
const stage = (palette) => html`<rect width="400" height="400" fill="${palette.back}"/>${[48, 352].map((x) => [40, 128, 216].map((y) => star(x, y, 19, palette.niche)))}<path d="M76 400V196c0-74 66-98 124-152 58 54 124 78 124 152v204z" fill="${palette.niche}"/><path d="M92 400V200c0-64 56-88 108-134 52 46 108 70 108 134v200z" fill="none" stroke="${palette.back}" stroke-width="2" opacity=".7"/><path d="M0 322h400v78H0z" fill="${palette.table}"/><path d="M0 322h400v5H0z" fill="#fff" opacity=".18"/><ellipse cx="206" cy="346" rx="112" ry="11" fill="#000" opacity=".16"/>`

/** The still life of a product. Decorative: its name stands beside it. @param {import('./catalog.js').Product} product */
export const productArt = (product) => html`<svg class="art" viewBox="0 0 400 400" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">${stage(product.palette)}${shapes[product.shape](product.palette)}</svg>`

const coffee = '#5a3520'
const brass = { back: '#e9d3b4', niche: '#d9b384', table: '#8a4a2f', main: '#d3a03a', shade: '#a87821', light: '#f6e2ac', accent: '#6e4a14' }
const clay = { ...brass, main: '#f6ead6', shade: '#dcc6a2', light: '#fffaf0', accent: '#1f7a7a' }

export const heroArt = () => html`<svg class="art" viewBox="0 0 640 620" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">
<rect width="640" height="620" fill="#e9d3b4"/>
${[40, 140, 240, 340, 440].map((y) => [50, 150, 490, 590].map((x) => star(x, y, 24, '#cfa673')))}
<path d="M110 620V300c0-120 110-158 210-248 100 90 210 128 210 248v320z" fill="#2f5d50"/>
<path d="M132 620V306c0-104 96-144 188-222 92 78 188 118 188 222v314z" fill="none" stroke="#d3a03a" stroke-width="3" opacity=".8"/>
<circle cx="320" cy="236" r="66" fill="#f2c46d"/><circle cx="320" cy="236" r="66" fill="none" stroke="#f7dda0" stroke-width="10" opacity=".35"/>
<path d="M110 420c70-46 128-40 196-4s146 22 224-26v230H110z" fill="#24493f"/>
<path d="M0 516h640v104H0z" fill="#8a4a2f"/><path d="M0 516h640v7H0z" fill="#fff" opacity=".16"/>
<ellipse cx="270" cy="552" rx="150" ry="13" fill="#000" opacity=".22"/><ellipse cx="500" cy="562" rx="80" ry="9" fill="#000" opacity=".22"/>
<g transform="translate(40 140) scale(1.18)">${dallah(brass)}</g>
<g transform="translate(402 418)">${cup(50, 142, 1.35, clay, coffee)}</g><g transform="translate(474 430)">${cup(50, 142, 1.35, clay, coffee)}</g>
<g fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" opacity=".5"><path d="M446 452c-14-22 12-32 0-56"/><path d="M462 452c-12-20 12-30 2-50"/></g>
</svg>`

/** The mark of the shop: a cup with its steam. */
export const mark = () => html`<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><path d="M6 14h20c0 7-3 13-10 13S6 21 6 14z" fill="currentColor"/><path d="M11 29h10" stroke="currentColor" stroke-width="2" stroke-linecap="round"/><path d="M13 10c-2-3 2-4 0-7M19 10c-2-3 2-4 0-7" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg>`

const icons = {
  cart: html`<path d="M4 8h16l-1.6 11.2a2 2 0 0 1-2 1.8H7.6a2 2 0 0 1-2-1.8z"/><path d="M8.5 10.500V7a3.5 3.5 0 0 1 7 0v3.5"/>`,
  search: html`<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>`,
  check: html`<path d="m5 12.5 4.5 4.500L19 7.5"/>`,
  fire: html`<path d="M12 21c-4 0-7-2.6-7-6.600C5 10 9 8.5 9.5 3.5 13 5 14 8 13.7 10.200c1.1-.4 1.8-1.3 2-2.300C18 10 19 12 19 14.4 19 18.4 16 21 12 21z"/>`,
  hand: html`<path d="M7 4h10c0 4-1 5-1 8 0 4 2 5 2 8H6c0-3 2-4 2-8 0-3-1-4-1-8z"/><path d="M8 12h8"/>`,
  back: html`<path d="M4 9h11a5 5 0 0 1 0 10H9"/><path d="m8 5-4 4 4 4"/>`,
}

/** @param {keyof typeof icons} name */
export const icon = (name) => html`<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${icons[name]}</svg>`
