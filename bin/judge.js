// @ts-check
// What is right and wrong with what was seen of a page. Pure.

/** @typedef {import('./look.js').Facts} Facts */
/** @typedef {import('./look.js').Touchpoint} Touchpoint */
/** `wrong` makes the command fail, `missing` is worth looking at, `fine` is said for the record. @typedef {{ kind: 'wrong' | 'missing' | 'fine', text: string }} Finding */
/** @typedef {{ [name: string]: any }} Props */

/** What must never be sent, as a reader of the data would find it. */
const PERSONAL = /** @type {const} */ ([
  ['an e-mail address', /[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/i],
  ['a card number', /\b(?:\d[ -]?){13,19}\b/],
])

/** By Luhn's rule, which card numbers keep and most other numbers do not. @param {string} text */
const isCard = (text) => {
  const digits = [...text.replace(/\D/g, '')].reverse().map(Number)
  const sum = digits.reduce((sum, digit, i) => sum + (i % 2 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit), 0)
  return digits.length >= 13 && sum % 10 === 0
}

/** The texts in a value, with where they are. @type {(value: unknown, path: string) => [path: string, text: string][]} */
const textsOf = (value, path) => (typeof value === 'string' ? [[path, value]] : typeof value === 'object' && value ? Object.entries(value).flatMap(([key, each]) => textsOf(each, `${path}.${key}`)) : [])

/** @type {(text: string) => string[]} */
const personalIn = (text) => PERSONAL.flatMap(([what, pattern]) => {
  const found = pattern.exec(text)?.[0]
  return found && (what !== 'a card number' || isCard(found)) ? [what] : []
})

/** The touchpoints of a page in order, each once, with the kind of its page. @type {(facts: Facts) => (Touchpoint & { kind: string | undefined })[]} */
export const touchpointsOf = ({ batches }) => {
  const known = new Map()
  for (const { touchpoints = [], pages = {} } of batches) for (const each of touchpoints) known.set(/** @type {any} */ (each).id, { ...each, kind: pages[each.page]?.kind })
  return [...known.values()]
}

/** What of a product view a merchant would miss. @param {Props} props @returns {string[]} */
const lacks = ({ currency, items }) => {
  const [item] = Array.isArray(items) ? items : []
  return [...(item?.item_id ? [] : ['item_id']), ...(item?.item_name ? [] : ['item_name']), ...(item?.price === undefined ? ['price'] : []), ...(currency ? [] : ['currency'])]
}

/** @param {Facts} facts @returns {Finding[]} */
export const judge = (facts) => {
  const { status, own, store, layer, hidden, products, batches, words } = facts
  /** @type {(kind: Finding['kind'], text: string) => Finding} */
  const say = (kind, text) => ({ kind, text })
  const all = touchpointsOf(facts)
  const view = all.find(({ name }) => name === 'view_item')
  const isProduct = products.length > 0 || all.some(({ kind }) => kind === 'product')
  const missing = view ? lacks(view.props ?? {}) : []
  const leaks = batches.flatMap((batch) => textsOf({ pages: batch.pages, touchpoints: batch.touchpoints }, 'batch')).flatMap(([path, text]) => personalIn(text).map((what) => `${what} would be sent in ${path.replace(/^batch\./, '')}`))
  const raw = personalIn(decodeURIComponent(facts.url.replace(/%(?![\da-f]{2})/gi, '%25')))
  return [
    ...(status >= 400 ? [say('wrong', `The page answers ${status}.`)] : []),
    say('fine', own ? 'The page has rihla; it was told that consent is granted.' : 'The page has no rihla of its own; the script tag was put into it.'),
    say('fine', store ? `The shop system is ${store}.` : 'No shop system was recognised.'),
    say('fine', layer ? `The dataLayer says ${layer.length ? layer.join(', ') : 'nothing of shopping'}.` : 'There is no dataLayer.'),
    say('fine', products.length ? `A product is marked up in ${products.join(', ')}.` : 'No product is marked up.'),
    ...(all.length ? [] : [say('wrong', 'Nothing would be recorded.')]),
    ...(all.length && !all.some(({ name }) => name === 'page_view') ? [say('wrong', 'No page_view would be recorded.')] : []),
    ...(isProduct && !view ? [say('wrong', 'This is a product page, and no view_item would be recorded: nothing says which product it shows.')] : []),
    ...(missing.length ? [say('missing', `view_item lacks ${missing.join(', ')}.`)] : []),
    ...(all.length && !all.some(({ kind }) => kind) ? [say('missing', 'Nobody says what kind of page this is; stages are guessed from what happens.')] : []),
    ...[...new Set(leaks)].map((leak) => say('wrong', `${leak[0]?.toUpperCase()}${leak.slice(1)}.`)),
    ...raw.map((what) => say('missing', `The page's address holds ${what}: it is cut out here, but others on the page read it, too.`)),
    ...hidden.slice(0, 5).map((place) => say('missing', `${place} holds an e-mail address: it is not read here, but others on the page may.`)),
    ...words.filter((word) => !/^nothing is stored or sent until/.test(word)).map((word) => say('missing', `rihla says: ${word}`)),
  ]
}
