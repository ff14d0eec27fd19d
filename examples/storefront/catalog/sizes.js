// @ts-check

/** @typedef {import('../languages.js').Localized} Localized */

/** @type {Record<string, Localized>} */
const labels = {
  '250g': { en: '250 g', ar: '٢٥٠ غ', fa: '۲۵۰ گرم' },
  '500g': { en: '500 g', ar: '٥٠٠ غ', fa: '۵۰۰ گرم' },
  '1kg': { en: '1 kg', ar: '١ كغ', fa: '۱ کیلو' },
  '100g': { en: '100 g', ar: '١٠٠ غ', fa: '۱۰۰ گرم' },
  '2cups': { en: '2 cups', ar: 'فنجانان', fa: '۲ فنجان' },
  '4cups': { en: '4 cups', ar: '٤ فناجين', fa: '۴ فنجان' },
  '6cups': { en: '6 cups', ar: '٦ فناجين', fa: '۶ فنجان' },
  '600ml': { en: '0.6 l', ar: '٠٫٦ ل', fa: '۰٫۶ لیتر' },
  '1l': { en: '1 l', ar: '١ ل', fa: '۱ لیتر' },
  sand: { en: 'Sand', ar: 'رملي', fa: 'شنی' },
  turquoise: { en: 'Turquoise', ar: 'فيروزي', fa: 'فیروزه‌ای' },
  olive: { en: 'Olive', ar: 'زيتوني', fa: 'زیتونی' },
  indigo: { en: 'Indigo', ar: 'نيلي', fa: 'نیلی' },
  brass: { en: 'Brass', ar: 'نحاس أصفر', fa: 'برنجی' },
  copper: { en: 'Copper', ar: 'نحاس أحمر', fa: 'مسی' },
}

/**
 * @param {string} id
 * @param {number} price
 * @param {{ soldOut?: boolean }} [more]
 * @returns {import('../catalog.js').Variant}
 */
export const variant = (id, price, more) => ({ id, label: labels[id], price, ...more })
