// @ts-check
import { variant } from './sizes.js'

/** @type {import('../catalog.js').Product[]} */
export const tea = [
  {
    sku: 'FJ-201',
    slug: 'lahijan-spring',
    name: { en: 'Lahijan spring', ar: 'شاي لاهيجان الربيعي', fa: 'چای بهارهٔ لاهیجان' },
    blurb: { en: 'First flush black tea from the Caspian hills', ar: 'شاي أسود من أول قطفة على تلال قزوين', fa: 'چای سیاه چین نخست از تپه‌های خزر' },
    story: {
      en: 'Rolled within hours of picking. A copper cup with honey and wet stone, best with a cube of sugar and a friend.',
      ar: 'يُلَفّ بعد القطف بساعات. فنجان نحاسي اللون فيه عسل ونكهة حجر مبلول، ويطيب مع مكعب سكر وصديق.',
      fa: 'چند ساعت پس از چیدن مالش می‌یابد. فنجانی مسی‌رنگ با عطر عسل و سنگ خیس؛ با قند و یک دوست بهتر است.',
    },
    origin: { en: 'Lahijan, Iran', ar: 'لاهيجان، إيران', fa: 'لاهیجان، ایران' },
    notes: { en: 'Honey, malt, wet stone', ar: 'عسل، شعير، حجر مبلول', fa: 'عسل، جوانهٔ جو، سنگ خیس' },
    option: 'size',
    variants: [variant('100g', 11), variant('250g', 24)],
    shape: 'tin',
    palette: { back: '#d3e3e4', niche: '#a9cacd', table: '#7ba7ab', main: '#1f6f78', shade: '#154f56', light: '#f4efe2', accent: '#c2553a' },
    featured: true,
  },
  {
    sku: 'FJ-202',
    slug: 'atlas-mint',
    name: { en: 'Atlas mint', ar: 'نعناع الأطلس', fa: 'نعناع اطلس' },
    blurb: { en: 'Gunpowder green with whole spearmint leaves', ar: 'شاي أخضر بارود مع أوراق نعناع كاملة', fa: 'چای سبز باروتی با برگ کامل نعناع' },
    story: {
      en: 'Pour it from high. The first glass is gentle as life, the second strong as love; the third you drink alone.',
      ar: 'صُبّه من علٍ. الكأس الأولى لطيفة كالحياة، والثانية قوية كالحب، والثالثة تشربها وحدك.',
      fa: 'از بلندی بریزید. استکان نخست نرم چون زندگی، دومی پرزور چون عشق، و سومی را تنها بنوشید.',
    },
    origin: { en: 'Meknes, Morocco', ar: 'مكناس، المغرب', fa: 'مکناس، مراکش' },
    notes: { en: 'Spearmint, smoke, green almond', ar: 'نعناع، دخان، لوز أخضر', fa: 'نعناع، دود، چاقالهٔ بادام' },
    option: 'size',
    variants: [variant('100g', 9.5), variant('250g', 21)],
    shape: 'tin',
    palette: { back: '#e3e8cf', niche: '#c8d3a2', table: '#a0b072', main: '#6b7f35', shade: '#4f5f26', light: '#f8f5e6', accent: '#2f5d50' },
  },
  {
    sku: 'FJ-203',
    slug: 'rose-saffron',
    name: { en: 'Rose and saffron', ar: 'ورد وزعفران', fa: 'گل محمدی و زعفران' },
    blurb: { en: 'A tisane of Kashan petals and Khorasan threads', ar: 'منقوع من بتلات كاشان وخيوط خراسان', fa: 'دمنوش گلبرگ کاشان و زعفران خراسان' },
    story: {
      en: 'No caffeine, a lot of evening. Five minutes in hot water, and the kitchen smells like a garden after rain.',
      ar: 'بلا كافيين، وكثير من المساء. خمس دقائق في ماء ساخن، فيفوح المطبخ كحديقة بعد المطر.',
      fa: 'بی‌کافئین و سرشار از عصر. پنج دقیقه در آب داغ، و آشپزخانه بوی باغ پس از باران می‌گیرد.',
    },
    origin: { en: 'Kashan and Khorasan, Iran', ar: 'كاشان وخراسان، إيران', fa: 'کاشان و خراسان، ایران' },
    notes: { en: 'Rose, saffron, lime peel', ar: 'ورد، زعفران، قشر ليمون', fa: 'گل محمدی، زعفران، پوست لیمو' },
    option: 'size',
    variants: [variant('100g', 16), variant('250g', 36)],
    shape: 'tin',
    palette: { back: '#f2d9d6', niche: '#e4b5b0', table: '#c88780', main: '#a8485a', shade: '#803243', light: '#fbf1ea', accent: '#d98a2b' },
    isNew: true,
  },
]
