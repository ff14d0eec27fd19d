// @ts-check
import { variant } from './sizes.js'

/** @type {import('../catalog.js').Product[]} */
export const pottery = [
  {
    sku: 'FJ-301',
    slug: 'finjan-cups',
    name: { en: 'Finjan cups, set of six', ar: 'فناجين، طقم من ستة', fa: 'فنجان، دست شش‌تایی' },
    blurb: { en: 'Handleless, thin at the lip, warm in the palm', ar: 'بلا مقبض، رقيقة الحافة، دافئة في الكف', fa: 'بی‌دسته، لب‌نازک و گرم در مشت' },
    story: {
      en: 'Thrown one by one, so no two are quite the same. The glaze is mixed from river clay and ash, and safe in the dishwasher.',
      ar: 'تُشكَّل واحدًا واحدًا، فلا يتطابق اثنان. طلاؤها من طين النهر والرماد، وآمنة في غسّالة الصحون.',
      fa: 'یکی‌یکی چرخ می‌خورند و هیچ دوتایی یکسان نیست. لعابش از گل رود و خاکستر است و در ماشین ظرف‌شویی آسیب نمی‌بیند.',
    },
    origin: { en: 'Meybod, Iran', ar: 'ميبد، إيران', fa: 'میبد، ایران' },
    made: { en: 'Stoneware, ash glaze', ar: 'خزف حجري، طلاء رمادي', fa: 'سفال سنگی با لعاب خاکستر' },
    option: 'colour',
    variants: [variant('sand', 34), variant('turquoise', 36), variant('olive', 34, { soldOut: true })],
    shape: 'cups',
    palette: { back: '#eadfce', niche: '#d8c4a5', table: '#b6966d', main: '#f3e7d2', shade: '#d9c3a0', light: '#fffaf0', accent: '#2a8c8c' },
    featured: true,
  },
  {
    sku: 'FJ-302',
    slug: 'turquoise-bowl',
    name: { en: 'Nishapur bowl', ar: 'وعاء نيسابور', fa: 'کاسهٔ نیشابور' },
    blurb: { en: 'A deep glaze for dates, nuts or nothing at all', ar: 'طلاء عميق للتمر أو المكسّرات أو للا شيء', fa: 'لعابی ژرف برای خرما، آجیل یا هیچ' },
    story: {
      en: 'Fired twice, the second time for two days. The colour comes from copper, the crackle from patience.',
      ar: 'يُحرق مرتين، والثانية يومين كاملين. لونه من النحاس، وتشقّقه من الصبر.',
      fa: 'دو بار در کوره می‌رود، بار دوم دو روز. رنگش از مس است و تَرَک‌هایش از شکیبایی.',
    },
    origin: { en: 'Nishapur, Iran', ar: 'نيسابور، إيران', fa: 'نیشابور، ایران' },
    made: { en: 'Earthenware, copper glaze', ar: 'فخار بطلاء نحاسي', fa: 'سفال با لعاب مس' },
    option: 'colour',
    variants: [variant('turquoise', 28), variant('indigo', 28)],
    shape: 'bowl',
    palette: { back: '#f0dcc8', niche: '#e2bf9c', table: '#bf8a5c', main: '#2a9d9b', shade: '#1d7674', light: '#e9f6f2', accent: '#17494d' },
    isNew: true,
  },
  {
    sku: 'FJ-303',
    slug: 'morning-mug',
    name: { en: 'Morning mug', ar: 'كوب الصباح', fa: 'ماگ بامداد' },
    blurb: { en: 'Holds a generous third of a litre, and the day', ar: 'يتسع لثلث لتر كريم، ولليوم كله', fa: 'یک‌سوم لیتر جا دارد، و یک روز تمام' },
    story: {
      en: 'A wide handle for cold fingers and a heavy foot that forgives a crowded desk.',
      ar: 'مقبض واسع للأصابع الباردة، وقاعدة ثقيلة تتحمّل المكتب المزدحم.',
      fa: 'دسته‌ای پهن برای انگشتان سرد و پایه‌ای سنگین برای میز شلوغ.',
    },
    origin: { en: 'Fez, Morocco', ar: 'فاس، المغرب', fa: 'فاس، مراکش' },
    made: { en: 'Stoneware', ar: 'خزف حجري', fa: 'سفال سنگی' },
    option: 'colour',
    variants: [variant('indigo', 18), variant('sand', 18), variant('olive', 18)],
    shape: 'mug',
    palette: { back: '#dcdde8', niche: '#bbbdd6', table: '#8f92b5', main: '#39407a', shade: '#2a2f5c', light: '#f2efe6', accent: '#d9a441' },
  },
]
